"""Colours for a map: areas that share a border never have the same one."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

LEAST_M: Final = 2.0  # touching at a corner is no border
NEAR_M: Final = 0.5
MOST_STEPS: Final = 50_000


def colours(shapes: NDArray[np.object_], most: int = 4) -> NDArray[np.int64]:
    """A colour (0, 1, …) per polygon of one metric CRS, no more than `most` where that is found.

    Four are enough for any map of areas in one piece; where the search gives up first, or an area in several pieces
    asks for more, the number goes over `most`. Deterministic.
    """
    beside = _beside(shapes)
    found = np.full(len(shapes), -1, dtype=np.int64)
    if not _fill(found, beside, most):
        found[:] = -1
        for one in sorted(range(len(shapes)), key=lambda row: -len(beside[row])):
            taken = {int(found[other]) for other in beside[one]}
            found[one] = next(colour for colour in range(len(shapes)) if colour not in taken)
    return found


def _beside(shapes: NDArray[np.object_]) -> list[list[int]]:
    beside: list[list[int]] = [[] for _ in range(len(shapes))]
    near = shapely.buffer(shapes, NEAR_M)
    first, second = shapely.STRtree(shapes).query(near, predicate="intersects")
    ahead = first < second
    first, second = first[ahead], second[ahead]
    shared = shapely.length(shapely.intersection(near[first], shapely.boundary(shapes)[second]))
    for a, b in zip(first[shared >= LEAST_M].tolist(), second[shared >= LEAST_M].tolist(), strict=True):
        beside[a].append(b)
        beside[b].append(a)
    return beside


def _fill(found: NDArray[np.int64], beside: list[list[int]], most: int) -> bool:
    """Colour the area with fewest colours left first; step back where none is left (DSATUR with backtracking)."""
    trail: list[tuple[int, list[int]]] = []
    for _ in range(MOST_STEPS):
        open_ = [row for row in range(len(found)) if found[row] < 0]
        if not open_:
            return True
        row = max(open_, key=lambda one: (len({int(found[o]) for o in beside[one]} - {-1}), len(beside[one]), -one))
        taken = {int(found[other]) for other in beside[row]}
        used = int(found.max()) + 1
        left = [colour for colour in range(min(used + 1, most)) if colour not in taken]
        while not left:
            if not trail:
                return False
            row, left = trail.pop()
            found[row] = -1
        found[row] = left.pop(0)
        trail.append((row, left))
    return False
