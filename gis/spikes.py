"""Places where a border runs out and back over itself, too narrow to survive rounding, taken off."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

# ten times what rounding to 1e-9 degrees moves a vertex by
WIDTH_M: Final = 1e-3
NEAR_VERTICES: Final = 4

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


def without_spikes(polygons: Geometries) -> Geometries:
    """Polygons (metric) of a coverage without spikes under 1 mm wide, nor their counterparts in the neighbours.

    A spike's tip is known from its two arms alone, so that both sides of a shared border lose the same vertex. Rows
    without one stay as they are.
    """
    out = polygons
    while (tips := _tips(out)).any():
        rings, owner = shapely.get_rings(out, return_index=True)
        _, ring = shapely.get_coordinates(rings, return_index=True)
        rows = np.unique(owner[ring[tips]])
        out = out.copy()
        out[rows] = [_rebuilt(one) for one in out[rows]]
    return out


def _tips(polygons: Geometries) -> Mask:
    """Which vertices of the rings are tips; the last vertex of a ring repeats its first and is none."""
    xy, ring = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
    found = np.zeros(len(xy), dtype=np.bool_)
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    last = np.append(first[1:], len(xy)) - 1
    at = np.setdiff1d(np.arange(len(xy)), last)
    before, after = np.arange(len(xy)) - 1, np.arange(len(xy)) + 1
    before[first], after[last - 1] = last - 1, first
    found[at] = _is_tip(xy[_apart(xy, at, before)], xy[at], xy[_apart(xy, at, after)])
    # a ring of a triangle or less has nothing to lose
    found[np.isin(ring, np.flatnonzero(last - first < 4))] = False
    return found


def _apart(xy: Floats, at: Ints, step: Ints) -> Ints:
    """The next vertex of every ring that is a way off: an edge under 1 mm has no direction to speak of."""
    other = step[at].copy()
    for _ in range(NEAR_VERTICES):
        near = np.hypot(*(xy[other] - xy[at]).T) < WIDTH_M
        other[near] = step[other[near]]
    return other


def _is_tip(a: Floats, b: Floats, c: Floats) -> Mask:
    """Whether the way from a over b to c turns back, the end of the shorter arm within 1 mm of the longer one."""
    u, v = a - b, c - b
    dot, cross = (u * v).sum(axis=1), np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
    longer = np.maximum(np.hypot(*u.T), np.hypot(*v.T))
    tip: Mask = (dot > 0) & (cross < WIDTH_M * longer)
    return tip


def _rebuilt(polygon: Any) -> Any:
    parts = []
    for part in shapely.get_parts(polygon):
        shell, *holes = (shapely.get_coordinates(ring)[_kept(ring)] for ring in shapely.get_rings(part))
        parts.append(shapely.Polygon(shell, [hole for hole in holes if len(hole) > 2]))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _kept(ring: Any) -> Mask:
    """The vertices of a closed ring that stay, without the repeated last one."""
    keep = ~_tips(np.array([shapely.Polygon(ring)], dtype=object))
    keep[-1] = False
    return keep
