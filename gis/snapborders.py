"""Borders drawn twice made one: vertices matched to stored borders first, then to each other."""

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FREE, ON_EDGE, AT_CORNER = 0, 1, 2


def snapped(own: Geometries, fixed: Geometries, reach_m: float) -> Geometries:
    """Polygons whose vertices and edges within `reach_m` of others' lie on them; metric, `fixed` never move.

    A vertex goes to the nearest vertex of `fixed`, else onto the nearest border of `fixed`, else to the first vertex of
    the set near it; then every edge takes up the vertices within reach. A polygon that this would spoil stays as drawn.
    """
    moved = _together(*_to_fixed(shapely.get_coordinates(own), fixed, reach_m), reach_m)
    made = shapely.set_coordinates(own.copy(), moved)
    marks = shapely.points(np.unique(np.concatenate([moved, shapely.get_coordinates(fixed)]), axis=0))
    polygon, mark = shapely.STRtree(marks).query(made, predicate="dwithin", distance=reach_m)
    order = np.argsort(polygon, kind="stable")
    at = np.searchsorted(polygon[order], np.arange(len(own) + 1))
    near = [shapely.multipoints(marks[mark[order[at[i] : at[i + 1]]]]) for i in range(len(own))]
    taken = shapely.snap(made, np.array(near, dtype=object), reach_m)
    good = shapely.is_valid(taken) & (shapely.get_type_id(taken) == shapely.get_type_id(own))
    return np.where(good, taken, own)


def _to_fixed(xy: Floats, fixed: Geometries, reach_m: float) -> tuple[Floats, Ints]:
    """Vertices moved onto stored corners and borders within reach, and how each is held: FREE, ON_EDGE, AT_CORNER."""
    out, held = xy.copy(), np.full(len(xy), FREE, dtype=np.int64)
    if len(fixed) == 0:
        return out, held
    corners = np.unique(shapely.get_coordinates(fixed), axis=0)
    away, nearest = cKDTree(corners).query(xy, distance_upper_bound=reach_m)
    near = np.isfinite(away)
    held[near] = AT_CORNER
    out[near] = corners[nearest[near]]
    rest = np.flatnonzero(~near)
    edges = shapely.get_parts(shapely.boundary(fixed))
    points = shapely.points(xy[rest])
    which, edge = shapely.STRtree(edges).query_nearest(points, max_distance=reach_m, all_matches=False)
    on = shapely.line_interpolate_point(edges[edge], shapely.line_locate_point(edges[edge], points[which]))
    out[rest[which]] = shapely.get_coordinates(on)
    held[rest[which]] = ON_EDGE
    return out, held


def _together(xy: Floats, held: Ints, reach_m: float) -> Floats:
    """Every vertex at the first one (the firmest held first, then by place) within reach that was not itself moved."""
    order = np.lexsort((xy[:, 1], xy[:, 0], -held))
    _, first, back = np.unique(xy[order], axis=0, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    places, firm = xy[order][np.sort(first)], held[order][np.sort(first)] == AT_CORNER
    near = np.sort(cKDTree(places).query_pairs(reach_m, output_type="ndarray"), axis=1)
    leader = np.arange(len(places))
    for a, b in near[np.lexsort((near[:, 1], near[:, 0]))].tolist():
        if leader[a] == a and leader[b] == b and not firm[b]:
            leader[b] = a
    joined = np.empty_like(xy)
    joined[order] = places[leader][rank[back.reshape(-1)]]
    return joined
