"""Grid borders as stored: a community's own border stays as it was, and neighbours share every vertex."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

# about 1 mm: noding on the 0.1 mm grid and rounding move a vertex by less
SAME_DEG: Final = 1e-8
LEAST_DEG2: Final = 1e-10  # about 1 m2
STRIP_DEG2: Final = 1e-12  # about 0.01 m2

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def with_own_border(grids: Geometries, border: shapely.Geometry) -> Geometries:
    """Grids of one community with exactly its border.

    grids: Polygons of a vertex-matched coverage of the border, both EPSG:4490. On the border a vertex of the community
    gets its coordinates back, one where two grids meet stays, any other (set to measure in metres) goes. A grid that is
    pinched where the border nearly touches itself comes apart there; what is less than a square metre is left out.
    """
    rings, owner = shapely.get_rings(grids, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    corners = shapely.get_coordinates(border)
    away, near = cKDTree(corners).query(xy)
    own = away <= SAME_DEG
    xy = np.where(own[:, None], corners[near], xy)
    places, place = np.unique(xy, axis=0, return_inverse=True)
    met = np.unique(np.column_stack([place, owner[ring]]), axis=0)[:, 0]
    meeting = np.bincount(met, minlength=len(places)) > 1
    edge = shapely.boundary(border)
    shapely.prepare(edge)
    on_border = shapely.dwithin(edge, shapely.points(places), SAME_DEG)
    kept = own | (meeting | ~on_border)[place]
    return _sound(_polygons(xy[kept], ring[kept], owner))


def with_neighbours(ground: Geometries) -> Geometries:
    """The grids (EPSG:4490) with a vertex wherever a neighbour has one on a common border, up to 1 mm off it.

    What is cut apart, grids of two communities, has vertices of its own there; two within 1 mm become one.
    """
    parts, grid = shapely.get_parts(ground, return_index=True)
    rings, owner = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    places, place = np.unique(xy, axis=0, return_inverse=True)
    place = _same(places, place, _open_steps(place, ring))[place]
    xy = places[place]
    step = _open_steps(place, ring)
    edges = shapely.linestrings(np.stack([xy[step], xy[step + 1]], axis=1))
    ends = np.unique(np.concatenate([place[step], place[step + 1]]))
    edge, end = shapely.STRtree(shapely.points(places[ends])).query(edges, predicate="dwithin", distance=SAME_DEG)
    edge, end = step[edge], ends[end]
    inner = (place[edge] != end) & (place[edge + 1] != end)
    edge, end = edge[inner], end[inner]
    order = np.lexsort((np.hypot(*(places[end] - xy[edge]).T), edge))
    edge, end = edge[order], end[order]
    made = _polygons(np.insert(xy, edge + 1, places[end], axis=0), np.insert(ring, edge + 1, ring[edge]), owner)
    whole = made if len(parts) == len(ground) else _gathered(made, grid)
    return _apart(_sound(whole))


def _apart(grids: Geometries) -> Geometries:
    """Grids without the strips that two of them share where long borders were drawn a millimetre apart."""
    suspect = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(grids)))
    one, other = shapely.STRtree(grids).query(grids[suspect], predicate="intersects")
    both = np.sort(np.stack([suspect[one], other]), axis=0)
    first, second = np.unique(both[:, both[0] < both[1]], axis=1)
    shared = shapely.area(shapely.intersection(grids[first], grids[second])) > STRIP_DEG2
    apart = grids.copy()
    for a, b in zip(first[shared].tolist(), second[shared].tolist(), strict=True):
        apart[b] = shapely.difference(apart[b], apart[a])
    return apart


def _sound(grids: Geometries) -> Geometries:
    """Grids whose ring crosses itself by the last digit taken apart there, without what is next to nothing."""
    crossed = np.flatnonzero(~shapely.is_valid(grids))
    if not len(crossed):
        return grids
    parts, grid = shapely.get_parts(shapely.make_valid(grids[crossed], method="structure"), return_index=True)
    area = shapely.area(parts)
    largest = np.zeros(len(crossed))
    np.maximum.at(largest, grid, area)
    kept = (area > LEAST_DEG2) | (area == largest[grid])
    sound = grids.copy()
    sound[crossed] = _gathered(parts[kept], grid[kept])
    return sound


def _gathered(parts: Geometries, grid: Ints) -> Geometries:
    """Parts of each grid, numbered from 0, as one geometry."""
    ends = np.flatnonzero(np.diff(grid)) + 1
    whole = [one[0] if len(one) == 1 else shapely.multipolygons(one) for one in np.split(parts, ends)]
    return np.array(whole, dtype=object)


def _open_steps(place: Ints, ring: Ints) -> Ints:
    """Positions from which a segment goes to the next vertex that no other Polygon has too."""
    step = np.flatnonzero((ring[1:] == ring[:-1]) & (place[1:] != place[:-1]))
    sides = np.sort(np.column_stack([place[step], place[step + 1]]), axis=1)
    _, side, twice = np.unique(sides, axis=0, return_inverse=True, return_counts=True)
    alone: Ints = step[twice[side] == 1]
    return alone


def _same(places: Floats, place: Ints, step: Ints) -> Ints:
    """The place each place becomes: on open borders the first of those within 1 mm of each other."""
    ends = np.unique(np.concatenate([place[step], place[step + 1]]))
    become = np.arange(len(places))
    for one, other in sorted(cKDTree(places[ends]).query_pairs(SAME_DEG)) if len(ends) else ():
        become[ends[other]] = min(become[ends[other]], become[ends[one]])
    return become


def _polygons(xy: Floats, ring: Ints, owner: Ints) -> Geometries:
    """Polygons from the coordinates of their rings, open or closed, outer ring first; owner: polygon of each ring."""
    lines = shapely.linearrings(xy, indices=ring)
    return np.asarray(shapely.polygons(lines, indices=owner), dtype=object)
