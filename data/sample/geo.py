"""Plane geometry helpers: bending lines, cutting blocks, noding."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, split

GRID_M = 0.01  # everything lies on a 1 cm grid before projecting
FAR_M = 3000.0  # longer than any block
XY = tuple[float, float]
Rng = np.random.Generator


def smooth(
    points: Sequence[XY] | np.ndarray, step_m: float = 34.0, bend_m: float = 0.0, rng: Rng | None = None
) -> LineString:
    """A gently bent line: Catmull-Rom through the control points, resampled evenly; `bend_m` shifts the inner ones."""
    p = np.asarray(points, float)
    if rng is not None and bend_m and len(p) > 2:
        p = p.copy()
        p[1:-1] += rng.normal(0, bend_m, (len(p) - 2, 2))
    q = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    tension = 0.32  # short tangents keep long straights straight
    out = []
    for a, b, c, d in zip(q[:-3], q[1:-2], q[2:-1], q[3:], strict=True):
        t = np.linspace(0, 1, max(2, int(np.hypot(*(c - b)) / 60)), endpoint=False)[:, None]
        m1, m2 = tension * (c - a), tension * (d - b)
        ahead = (2 * t**3 - 3 * t**2 + 1) * b + (t**3 - 2 * t**2 + t) * m1
        out.append(ahead + (-2 * t**3 + 3 * t**2) * c + (t**3 - t**2) * m2)
    out.append(p[-1:])
    return resample(LineString(np.vstack(out)), step_m)


def resample(line: LineString, step_m: float) -> LineString:
    """The line with vertices at even distances of about `step_m`."""
    n = max(1, round(line.length / step_m))
    return LineString([line.interpolate(i / n, normalized=True) for i in range(n + 1)])


def lines_of(geom: BaseGeometry) -> list[LineString]:
    """All LineStrings inside any geometry."""
    return [g for g in shapely.get_parts(shapely.get_parts([geom])) if g.geom_type == "LineString" and g.length > 0]


def polys_of(geom: BaseGeometry) -> list[Polygon]:
    """All Polygons inside any geometry."""
    return [g for g in shapely.get_parts([geom]) if g.geom_type == "Polygon" and g.area > 0]


def foot(line: LineString, at: Point) -> np.ndarray:
    """The point of a line nearest to another point, as x, y."""
    return shapely.get_coordinates(line.interpolate(line.project(at)))[0]


def long_axis(poly: Polygon) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Unit vector of the long side, unit vector of the short side, both lengths."""
    corner = np.asarray(poly.minimum_rotated_rectangle.exterior.coords)
    a, b = corner[1] - corner[0], corner[2] - corner[1]
    length_a, length_b = np.hypot(*a), np.hypot(*b)
    if length_a < length_b:
        a, b, length_a, length_b = b, a, length_b, length_a
    return a / max(length_a, 1e-9), b / max(length_b, 1e-9), length_a, length_b


def roundness(poly: Polygon) -> float:
    """4 pi area / perimeter^2: 1 for a circle, 0.785 for a square."""
    return float(4 * np.pi * poly.area / poly.length**2)


def cut_line(
    at: np.ndarray, along: np.ndarray, width_m: float = 0.0, bend_m: float = 0.0, jog_m: float = 0.0
) -> LineString:
    """A long line through a point: straight, a soft arc over the width, or with a jog in its middle."""
    across = np.array([-along[1], along[0]])
    if jog_m:
        lean = along * 9.0
        half = across * jog_m / 2
        return LineString([at - half - along * FAR_M, at - half - lean, at + half + lean, at + half + along * FAR_M])
    if not bend_m:
        return LineString([at - along * FAR_M, at + along * FAR_M])
    t = np.linspace(-1, 1, max(5, int(width_m / 45) | 1))
    arc = at + along * (t * width_m / 2)[:, None] + across * (bend_m * (1 - t**2) - bend_m * 0.5)[:, None]
    return LineString(np.vstack([arc[0] - along * FAR_M, arc, arc[-1] + along * FAR_M]))


def split_once(
    poly: Polygon,
    rng: Rng,
    share: tuple[float, float] = (0.36, 0.64),
    skew_deg: float = 2.0,
    ends: Sequence[XY] | None = None,
    bend: float = 0.0,
    jog_chance: float = 0.0,
) -> tuple[list[LineString], list[Polygon]] | None:
    """Cut a polygon across its long side: street pieces and parts, or None where the cut misses.

    `ends` are street ends on the boundary: one within 42 m is met, so that some cuts become crossroads.
    `bend` is the arc's rise as a share of the width; `jog_chance` lets a street step aside half-way.
    """
    long, short, length, width = long_axis(poly)
    at = np.asarray(poly.minimum_rotated_rectangle.centroid.coords[0]) + long * (rng.uniform(*share) - 0.5) * length
    turn = np.radians(rng.normal(0, skew_deg))
    along = np.array(
        [short[0] * np.cos(turn) - short[1] * np.sin(turn), short[0] * np.sin(turn) + short[1] * np.cos(turn)]
    )
    if ends is not None and len(ends):
        at = _nearby_end(poly, at, along, np.asarray(ends))
    rise = rng.normal(0, bend * width) if bend and width > 160 and rng.random() < 0.45 else 0.0
    jog = rng.choice([-1, 1]) * rng.uniform(14, 34) if jog_chance and width > 150 and rng.random() < jog_chance else 0.0
    cutter = cut_line(at, along, width, rise, jog)
    parts = [p for p in split(poly, cutter).geoms if p.area > 1.0]
    if len(parts) < 2:
        return None
    return lines_of(cutter.intersection(poly)), [p for q in parts for p in polys_of(q)]


def _nearby_end(
    poly: Polygon, at: np.ndarray, along: np.ndarray, ends: np.ndarray, reach_m: float = 42.0
) -> np.ndarray:
    """The street end on the polygon's edge nearest to the cut, or the place itself."""
    off = np.abs((ends - at) @ np.array([along[1], -along[0]]))
    near = [i for i in np.flatnonzero(off < reach_m) if poly.exterior.distance(Point(ends[i])) < 2.0]
    return ends[min(near, key=lambda i: off[i])] if near else at


def insert_vertices(line: LineString, points: np.ndarray) -> LineString:
    """The line with extra vertices (exact coordinates) at the places nearest to the points."""
    c = shapely.get_coordinates(line)
    known = {tuple(p) for p in c}
    if all(tuple(p) in known for p in points):
        return line
    position = np.r_[0, np.cumsum(np.hypot(*np.diff(c, axis=0).T))]
    at = shapely.line_locate_point(line, shapely.points(points))
    every, where = np.vstack([c, points]), np.r_[position, at]
    order = np.lexsort((np.r_[np.zeros(len(c)), np.ones(len(points))], where))
    every, where = every[order], where[order]
    fixed = (order >= len(c)) | (order == 0) | (order == len(c) - 1)
    gap = np.diff(where) < 4
    crowded = np.r_[False, gap & fixed[:-1]] | np.r_[gap & fixed[1:], False]
    out: list[np.ndarray] = []
    for p in every[fixed | ~crowded]:  # shape vertices crowding a junction are dropped
        if not out or tuple(p) != tuple(out[-1]):
            out.append(p)
    return LineString(out) if len(out) > 1 else line


def node_lines(
    lines: Sequence[LineString], may_meet: Callable[[int, int], bool], tol_m: float = 0.4
) -> list[LineString]:
    """Give every pair of meeting lines the same vertex; `may_meet(i, j)` says which pairs join."""
    arr = np.array([LineString(np.round(shapely.get_coordinates(g), 2)) for g in lines])
    first, second = shapely.STRtree(arr).query(arr, predicate="dwithin", distance=tol_m)
    keep = [k for k in np.flatnonzero(first < second) if may_meet(first[k], second[k])]
    first, second = first[keep], second[keep]
    touches = []
    for one, two in ((first, second), (second, first)):
        for end in (0, -1):
            at = shapely.get_point(arr[one], end)
            touches.append((shapely.get_coordinates(at), shapely.distance(at, arr[two]) <= tol_m))
    crossed = shapely.intersection(arr[first], arr[second])
    extra: list[list[XY]] = [[] for _ in arr]
    for k, (a, b) in enumerate(zip(first, second, strict=True)):
        ends = [tuple(xy[k]) for xy, near in touches if near[k]]
        meets = _with_crossings(ends, crossed[k], tol_m)
        extra[a] += meets
        extra[b] += meets
    return [insert_vertices(g, np.array(sorted(set(e))).reshape(-1, 2)) for g, e in zip(arr, extra, strict=True)]


def _with_crossings(ends: list[XY], crossed: BaseGeometry, tol_m: float) -> list[XY]:
    """Ends that touch the other line, then true crossings, on the 1 cm grid."""
    points = list(ends)
    for part in shapely.get_parts([crossed]):
        for xy in shapely.get_coordinates(part)[: 1 if part.geom_type == "Point" else None]:
            x, y = np.round(xy, 2)
            if all(math.hypot(x - q[0], y - q[1]) > 3 * tol_m for q in points):
                points.append((x, y))
    return points


def faces_of(lines: Sequence[LineString], inside: Polygon | None = None) -> list[Polygon]:
    """Polygons enclosed by the lines, all sharing their vertices, in a fixed order."""
    net = shapely.unary_union(np.array(lines), grid_size=GRID_M)
    faces = [f for f in polygonize(lines_of(net)) if f.area > 1.0]
    if inside is not None:
        shapely.prepare(inside)
        faces = [f for f in faces if inside.contains(f.representative_point())]
    return sorted(faces, key=lambda f: (round(f.centroid.x, 1), round(f.centroid.y, 1)))
