"""Plane geometry helpers: bending lines, splitting blocks, noding, projecting."""

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.ops import polygonize, split

GRID = 0.01  # everything lies on a 1 cm grid before projecting


def smooth(points, step=34.0, bend=0.0, rng=None):
    """A gently bent street: Catmull-Rom through the control points, resampled evenly."""
    p = np.asarray(points, float)
    if rng is not None and bend and len(p) > 2:
        p = p.copy()
        p[1:-1] += rng.normal(0, bend, (len(p) - 2, 2))
    q = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    out = []
    for a, b, c, d in zip(q[:-3], q[1:-2], q[2:-1], q[3:]):
        n = max(2, int(np.hypot(*(c - b)) / 60))
        t = np.linspace(0, 1, n, endpoint=False)[:, None]
        k = 0.32  # tension: short tangents keep long straights straight
        m1, m2 = k * (c - a), k * (d - b)
        out.append(
            (2 * t**3 - 3 * t**2 + 1) * b + (t**3 - 2 * t**2 + t) * m1 + (-2 * t**3 + 3 * t**2) * c + (t**3 - t**2) * m2
        )
    out.append(p[-1:])
    return resample(LineString(np.vstack(out)), step)


def resample(line, step):
    n = max(1, int(round(line.length / step)))
    return LineString([line.interpolate(i / n, normalized=True) for i in range(n + 1)])


def lines_of(geom):
    """All LineStrings inside any geometry."""
    return [g for g in shapely.get_parts(shapely.get_parts([geom])) if g.geom_type == "LineString" and g.length > 0]


def polys_of(geom):
    return [g for g in shapely.get_parts([geom]) if g.geom_type == "Polygon" and g.area > 0]


def long_axis(poly):
    """Unit vector of the long side, unit vector of the short side, both lengths."""
    c = np.asarray(poly.minimum_rotated_rectangle.exterior.coords)
    a, b = c[1] - c[0], c[2] - c[1]
    la, lb = np.hypot(*a), np.hypot(*b)
    if la < lb:
        a, b, la, lb = b, a, lb, la
    return a / max(la, 1e-9), b / max(lb, 1e-9), la, lb


def cut_line(at, direction, width=0.0, bend=0.0):
    """A long line through a point; a bend makes it a soft arc over the given width."""
    d, far = np.asarray(direction), 3000.0
    n = np.array([-d[1], d[0]])
    if not bend:
        return LineString([at - d * far, at + d * far])
    t = np.linspace(-1, 1, max(5, int(width / 45) | 1))
    arc = at + d * (t * width / 2)[:, None] + n * (bend * (1 - t**2) - bend * 0.5)[:, None]
    return LineString(np.vstack([arc[0] - d * far, arc, arc[-1] + d * far]))


def split_once(poly, rng, lo=0.36, hi=0.64, skew=2.0, ends=None, snap=42.0, bend=0.0):
    """Cut a polygon across its long side. Returns (street pieces, parts) or None.
    ends = street ends already on the boundary: a near one is met, so that some become crossroads."""
    long, short, la, lb = long_axis(poly)
    c = np.asarray(poly.minimum_rotated_rectangle.centroid.coords[0])
    t = (rng.uniform(lo, hi) - 0.5) * la
    ang = np.radians(rng.normal(0, skew))
    d = np.array([short[0] * np.cos(ang) - short[1] * np.sin(ang), short[0] * np.sin(ang) + short[1] * np.cos(ang)])
    at = c + long * t
    if ends is not None and len(ends):
        e = np.asarray(ends)
        off = (e - at) @ np.array([d[1], -d[0]])
        near = np.flatnonzero(np.abs(off) < snap)
        near = [i for i in near if poly.exterior.distance(Point(e[i])) < 2.0]
        if near:
            at = e[min(near, key=lambda i: abs(off[i]))]
    cutter = cut_line(at, d, lb, rng.normal(0, bend * lb) if bend and lb > 160 and rng.random() < 0.45 else 0.0)
    parts = [p for p in split(poly, cutter).geoms if p.area > 1.0]
    if len(parts) < 2:
        return None
    return lines_of(cutter.intersection(poly)), parts


def insert_vertices(line, points):
    """The line with extra vertices (exact coordinates) at the places nearest to the points."""
    if len(points) == 0:
        return line
    c = shapely.get_coordinates(line)
    pos = np.r_[0, np.cumsum(np.hypot(*np.diff(c, axis=0).T))]
    at = shapely.line_locate_point(line, shapely.points(points))
    every = np.vstack([c, points])
    where = np.r_[pos, at]
    order = np.lexsort((np.r_[np.zeros(len(c)), np.ones(len(points))], where))
    every, where = every[order], where[order]
    fixed = (order >= len(c)) | (order == 0) | (order == len(c) - 1)
    keep, out = np.ones(len(every), bool), []
    for i in range(len(every)):  # drop shape vertices crowding a junction
        if not fixed[i] and (
            (i and fixed[i - 1] and where[i] - where[i - 1] < 4)
            or (i + 1 < len(every) and fixed[i + 1] and where[i + 1] - where[i] < 4)
        ):
            keep[i] = False
    for p in every[keep]:
        if not out or tuple(p) != tuple(out[-1]):
            out.append(p)
    return LineString(out) if len(out) > 1 else line


def node_lines(lines, may_meet, tol=0.4):
    """Give every pair of meeting lines the same vertex. may_meet(i, j) says which pairs join."""
    lines = [LineString(np.round(shapely.get_coordinates(g), 2)) for g in lines]
    arr = np.array(lines)
    tree = shapely.STRtree(arr)
    i, j = tree.query(arr, predicate="dwithin", distance=tol)
    extra = [[] for _ in lines]
    for a, b in zip(i, j):
        if a >= b or not may_meet(a, b):
            continue
        la, lb = arr[a], arr[b]
        pts = []
        for one, two in ((la, lb), (lb, la)):
            for e in (one.coords[0], one.coords[-1]):
                if two.distance(Point(e)) <= tol:
                    pts.append(e)
        for g in shapely.get_parts([la.intersection(lb)]):
            for x in shapely.get_coordinates(g)[: 1 if g.geom_type == "Point" else None]:
                x = np.round(x, 2)
                if all(np.hypot(*(x - np.asarray(q))) > 3 * tol for q in pts):
                    pts.append(tuple(x))
        for p in pts:
            extra[a].append(p)
            extra[b].append(p)
    return [insert_vertices(g, np.array(sorted(set(e))).reshape(-1, 2)) for g, e in zip(lines, extra)]


def faces_of(lines, inside=None):
    """Polygons enclosed by the lines, all sharing their vertices."""
    net = shapely.unary_union(np.array(lines), grid_size=GRID)
    faces = [f for f in polygonize(lines_of(net)) if f.area > 1.0]
    if inside is not None:
        shapely.prepare(inside)
        faces = [f for f in faces if inside.contains(f.representative_point())]
    return sorted(faces, key=lambda f: (round(f.centroid.x, 1), round(f.centroid.y, 1)))


def densify(geom, step=50.0):
    return shapely.segmentize(geom, step)
