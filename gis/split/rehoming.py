"""Where things go when a plan is adopted: the ground of the parts, and the part of every grid."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.grids.borders import with_own_border
from gis.split.atoms import Floats, Ints

# less than this of a grid in a second part is drawing, not a cut
CUT_SHARE: Final = 0.005
CUT_M2: Final = 20.0

Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Homes:
    """Part of every grid (the one with most of it), and which grids the new border cuts."""

    part: Ints
    cut: NDArray[np.bool_]


def parts_ground(ground: Geometries, part: Ints, parts: int, borders: Geometries) -> Geometries:
    """Polygons of the parts from those of the atoms: vertex-matched, with exactly the outer border given.

    ground: of the atoms, a coverage; borders: of the communities it lies in; all EPSG:4490.
    """
    joined = np.array([shapely.coverage_union_all(ground[part == one]) for one in range(parts)], dtype=object)
    pieces, of = shapely.get_parts(joined, return_index=True)
    own = with_own_border(pieces, shapely.coverage_union_all(borders))
    grouped = [own[of == one] for one in range(parts)]
    return np.array([one[0] if len(one) == 1 else shapely.multipolygons(one) for one in grouped], dtype=object)


def areas_by_part(grids: Geometries, parts: Geometries) -> Floats:
    """Square metres (grids, parts) of every grid in every part; metric Polygons."""
    found = np.zeros((len(grids), len(parts)))
    grid, part = shapely.STRtree(parts).query(grids, predicate="intersects")
    found[grid, part] = shapely.area(shapely.intersection(grids[grid], parts[part]))
    return found


def homes_of(area_m2: Floats) -> Homes:
    """Which part each grid belongs to, and which grids lie in several."""
    part = area_m2.argmax(axis=1).astype(np.int64) if len(area_m2) else np.zeros(0, dtype=np.int64)
    rest = area_m2.sum(axis=1) - area_m2.max(axis=1, initial=0)
    return Homes(part, (rest > CUT_M2) & (rest > CUT_SHARE * area_m2.sum(axis=1)))
