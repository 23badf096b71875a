"""The atoms of several communities side by side: one set of units, and which community each came from."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.split.atoms import NO_GRID, Atoms, AtomsError, Edges, Ints, checked
from gis.split.polygons import beside

# a common border drawn twice may lie this far apart
GRID_M = 0.01


def combined(several: Sequence[Atoms], lines: NDArray[np.object_], kinds: NDArray[np.object_]) -> tuple[Atoms, Ints]:
    """The atoms of communities that touch as one set, and the community (position) of each.

    several: atoms with ground, all in one metric CRS; lines, kinds: what may run along their common borders, the more
    important first. Counts that one community lacks are unknown for all. The first centre stays the first.
    Raises AtomsError where two communities do not touch.
    """
    origin = np.repeat(np.arange(len(several)), [len(one) for one in several]).astype(np.int64)
    start = np.concatenate([[0], np.cumsum([len(one) for one in several])])[:-1]
    ground = np.concatenate([one.ground for one in several if one.ground is not None])
    across = _across(ground, origin, lines, kinds)
    edges = [(one.edges, int(offset)) for one, offset in zip(several, start, strict=True)]
    joined = Edges(
        np.concatenate([*(e.first + o for e, o in edges), across.first]),
        np.concatenate([*(e.second + o for e, o in edges), across.second]),
        np.concatenate([*(e.border_cm for e, _ in edges), across.border_cm]),
        np.concatenate([*(e.kind for e, _ in edges), across.kind]).astype(object),
        np.concatenate([*(e.passable for e, _ in edges), across.passable]),
    )
    grids, numbers = 0, []
    for one in several:
        own = np.full(len(one), NO_GRID) if one.grid is None else one.grid
        numbers.append(np.where(own == NO_GRID, NO_GRID, own + grids))
        grids += int(own.max(initial=-1)) + 1
    atoms = Atoms(
        several[0].kind,
        tuple(name for one in several for name in one.names),
        np.concatenate([one.households for one in several]),
        np.concatenate([one.residents for one in several]),
        joined,
        _known([one.elderly for one in several]),
        _known([one.children for one in several]),
        np.concatenate(numbers),
        tuple(tuple(a + int(o) for a in g) for one, o in zip(several, start, strict=True) for g in one.groups),
        tuple(c + int(o) for one, o in zip(several, start, strict=True) for c in one.centres),
        False,
        shapely.get_coordinates(shapely.centroid(ground)),
        shapely.area(ground),
        shapely.length(ground),
        tuple(note for one in several for note in one.notes),
        ground,
    )
    return checked(atoms), origin


def _across(ground: NDArray[np.object_], origin: Ints, lines: NDArray[np.object_], kinds: NDArray[np.object_]) -> Edges:
    """Borders between atoms of different communities."""
    noded = shapely.set_precision(ground, GRID_M)
    found = beside(noded, lines, kinds)
    apart = origin[found.first] != origin[found.second]
    if not apart.any():
        raise AtomsError("这几个社区不相邻，不能一起调整。选相邻的社区")
    return Edges(
        found.first[apart], found.second[apart], found.border_cm[apart], found.kind[apart], found.passable[apart]
    )


def _known(values: Sequence[Ints | None]) -> Ints | None:
    known = [one for one in values if one is not None]
    return np.concatenate(known) if len(known) == len(values) else None
