"""Sliver faces (dual carriageways, traffic islands) given to the neighbour they share most border with."""

import heapq
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.adjacency import adjacency
from gis.strips import dissolved

SLIVER_AREA_M2: Final = 2_500.0
SLIVER_WIDTH_M: Final = 25.0

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]


def without_slivers(faces: Geometries, parent: Ints, kept: NDArray[np.bool_]) -> tuple[Geometries, Ints]:
    """Merge every face under 2,500 m2, or narrower than 25 m on the mean, into its longest neighbour.

    faces: Polygons of a vertex-matched coverage, metric CRS; only faces of the same `parent` merge; two `kept` faces
    never do, and a sliver without a neighbour allowed stays.
    Returns the merged Polygons and, per face of the input, the position of the Polygon that holds it.
    """
    beside = adjacency(faces)
    around: list[dict[int, float]] = [{} for _ in faces]
    for a, b, metres in zip(beside.first.tolist(), beside.second.tolist(), beside.border_m.tolist(), strict=True):
        if parent[a] == parent[b]:
            around[a][b] = around[b][a] = metres
    area_m2, round_m, holds = shapely.area(faces).tolist(), shapely.length(faces).tolist(), kept.tolist()
    into = list(range(len(faces)))
    # smallest first, so that the strips between two carriageways join each other before they join a block
    heap = [(area_m2[face], face) for face in into if _is_sliver(area_m2[face], round_m[face])]
    heapq.heapify(heap)
    while heap:
        size, face = heapq.heappop(heap)
        if into[face] != face or size != area_m2[face]:
            continue
        allowed = [(metres, -other) for other, metres in around[face].items() if not (holds[face] and holds[other])]
        if not allowed:
            continue
        metres, other = max(allowed)
        other = -other
        into[face] = other
        area_m2[other] += area_m2[face]
        round_m[other] += round_m[face] - 2 * metres
        holds[other] |= holds[face]
        del around[other][face]
        for third, shared in around[face].items():
            if third != other:
                del around[third][face]
                around[third][other] = around[other][third] = around[other].get(third, 0.0) + shared
        if _is_sliver(area_m2[other], round_m[other]):
            heapq.heappush(heap, (area_m2[other], other))
    return dissolved(faces, np.array([_root(into, face) for face in range(len(faces))], dtype=np.int64))


def _is_sliver(area_m2: float, round_m: float) -> bool:
    return area_m2 < SLIVER_AREA_M2 or 2 * area_m2 / round_m < SLIVER_WIDTH_M


def _root(into: list[int], face: int) -> int:
    while into[face] != face:
        face = into[face]
    return face
