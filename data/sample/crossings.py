"""Where streets meet rivers, railway, motorway and wall: cut, bridge, underpass, footbridge, barrier."""

import numpy as np
import shapely
from shapely import LineString, Point

from data.sample import plan
from data.sample.geo import lines_of
from data.sample.ground import HALF, Street


def clip_to_corridors(streets, ground):
    """Cut what may not cross; mark what crosses as bridge or underpass."""
    out = []
    letters = {"river": "r", "rail": "t", "motorway": "m", "moat": "w"}
    for s in streets:
        pieces = [s.geom]
        for k, strip in ground.strips.items():
            if letters[k] not in s.crosses and strip.intersects(s.geom):
                pieces = [q for p in pieces for q in lines_of(p.difference(strip.buffer(7)))]
        for p in pieces:
            if p.length < 24:
                continue
            over = [
                k
                for k, strip in ground.strips.items()
                if k != "moat" and letters[k] in s.crosses and strip.intersects(p)
            ]
            out += _raise(Street(p, s.cls, s.name, s.bridge, s.layer, s.crosses, s.cut), over, ground)
    return out


def _raise(street, over, ground):
    """Split a crossing street into approach, bridge (river, rail) or underpass (motorway), approach."""
    parts = [(street.geom, False, 0)]
    for k in over:
        strip, nxt = ground.strips[k].buffer(10), []
        for g, b, l in parts:
            if b or l or not strip.intersects(g):
                nxt.append((g, b, l))
                continue
            nxt += [(q, k != "motorway", 1 if k != "motorway" else -1) for q in lines_of(g.intersection(strip))]
            nxt += [(q, False, 0) for q in lines_of(g.difference(strip))]
        parts = nxt
    return [Street(g, street.cls, street.name, b, l, street.crosses, street.cut) for g, b, l in parts]


def footbridges(ground, roads):
    out = []
    for name, kind, at, half in plan.FOOTBRIDGES:
        line = ground.river if kind == "river" else ground.rail
        d = line.project(Point(at))
        p, q = np.array(line.interpolate(d - 5).coords[0]), np.array(line.interpolate(d + 5).coords[0])
        n = np.array([-(q - p)[1], (q - p)[0]]) / np.hypot(*(q - p))
        m = (p + q) / 2
        out.append(Street(LineString([m - n * half, m + n * half]), "footway", name, True, 1, "rt"))
    return out


def tie(path_line, streets, reach=420.0):
    """Extend both ends of a footbridge along its own direction to the nearest street."""
    c = shapely.get_coordinates(path_line)
    ends = []
    for a, b in ((c[1], c[0]), (c[0], c[1])):
        d = (b - a) / np.hypot(*(b - a))
        ray = LineString([b, b + d * reach])
        hits = [
            Point(b).distance(ray.intersection(s.geom)) and lines_first(ray, s.geom, b)
            for s in streets
            if s.layer == 0 and ray.intersects(s.geom)
        ]
        hits = [h for h in hits if h is not None]
        ends.append(min(hits, key=lambda h: np.hypot(*(h - b))) if hits else None)
    return ends


def lines_first(ray, geom, origin):
    pts = shapely.get_coordinates(ray.intersection(geom))
    return min(pts, key=lambda h: np.hypot(*(h - origin))) if len(pts) else None


def may_join(a, b):
    if a.layer == b.layer:
        return True
    ends = {a.geom.coords[0], a.geom.coords[-1]} & {b.geom.coords[0], b.geom.coords[-1]}
    return bool(ends)  # a ramp end joins, a crossing in the air does not


def barriers(ground, streets):
    """What stops walkers, open where a street crosses: railway, river, motorway, old town wall, moat."""
    land = ground.district.buffer(1250).envelope
    lines = {
        "railway": (ground.rail, plan.RAIL[0]),
        "river": (ground.river, plan.RIVER[0]),
        "motorway": (ground.motorway, plan.MOTORWAY[0]),
        "city_wall": (ground.wall, plan.WALL[0]),
        "moat": (ground.moat, plan.MOAT[0]),
    }
    out = []
    for kind, (line, name) in lines.items():
        line = line.intersection(land)
        over = [s.geom.buffer(HALF[s.cls] + 2) for s in streets if s.cls != "motorway" and s.geom.crosses(line)]
        out += [
            (LineString(np.round(shapely.get_coordinates(g), 2)), kind, name)
            for g in lines_of(line.difference(shapely.union_all(over)) if over else line)
            if g.length > 5
        ]
    return out
