"""Where streets meet river, railway, motorway and wall: cut, bridge, underpass, footbridge, barrier."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import LineString, Point

from data.sample import plan
from data.sample.geo import XY, lines_of
from data.sample.ground import WALKED_NEVER, Corridors, Ground, Street

LETTER = {"river": "r", "rail": "t", "motorway": "m", "moat": "w"}


def clip_to_corridors(streets: Sequence[Street], lie: Corridors, ramps: Sequence[LineString]) -> list[Street]:
    """Cut what may not cross; mark what crosses as bridge or underpass."""
    closed = {kind: strip.buffer(7) for kind, strip in lie.strips.items()}
    closed["motorway"] = shapely.union_all([closed["motorway"], *shapely.buffer(list(ramps), 12)])
    out = []
    for street in streets:
        pieces = [street.geom]
        for kind, strip in closed.items():
            if LETTER[kind] not in street.crosses and strip.intersects(street.geom):
                pieces = [q for p in pieces for q in lines_of(p.difference(strip))]
        for piece in pieces:
            if piece.length < 24:
                continue
            over = [
                kind
                for kind, strip in lie.strips.items()
                if kind != "moat" and LETTER[kind] in street.crosses and strip.intersects(piece)
            ]
            out += _raised(replace(street, geom=piece), over, lie)
    return out


def _raised(street: Street, over: Sequence[str], lie: Corridors) -> list[Street]:
    """Split a crossing street into approach, bridge (river, rail) or underpass (motorway), approach."""
    parts = [street]
    for kind in over:
        strip, cut = lie.strips[kind].buffer(10), []
        lift = {"layer": -1} if kind == "motorway" else {"layer": 1, "bridge": True}
        for part in parts:
            if part.layer or not strip.intersects(part.geom):
                cut.append(part)
                continue
            cut += [replace(part, geom=g, **lift) for g in lines_of(part.geom.intersection(strip))]
            cut += [replace(part, geom=g) for g in lines_of(part.geom.difference(strip))]
        parts = cut
    return parts


def footbridges(lie: Corridors, streets: Sequence[Street]) -> list[Street]:
    """Footbridges with their approaches to the nearest streets."""
    level = [s for s in streets if s.layer == 0 and s.cls not in (*WALKED_NEVER, "footway")]
    out = []
    for name, kind, at, half in plan.FOOTBRIDGES:
        line = lie.river if kind == "river" else lie.rail
        d = line.project(Point(at))
        p, q = (np.array(line.interpolate(d + step).coords[0]) for step in (-5, 5))
        across = np.array([-(q - p)[1], (q - p)[0]]) / np.hypot(*(q - p))
        ends = [(p + q) / 2 - across * half, (p + q) / 2 + across * half]
        out.append(Street(LineString(ends), "footway", name, True, 1, "rt"))
        for end, heading in zip(ends, (-across, across), strict=True):
            meet = _first_hit(end, heading, level)
            if meet is not None:
                out.append(Street(LineString([end, meet]), "footway", name))
    return out


def _first_hit(start: np.ndarray, heading: np.ndarray, streets: Sequence[Street], reach_m: float = 420.0) -> XY | None:
    """Where a ray first meets a street."""
    ray = LineString([start, start + heading * reach_m])
    hits = shapely.get_coordinates([ray.intersection(s.geom) for s in streets if ray.intersects(s.geom)])
    return tuple(min(hits, key=lambda h: np.hypot(*(h - start)))) if len(hits) else None


def may_join(a: Street, b: Street) -> bool:
    """Streets of one level join where they meet; a ramp end joins, a crossing in the air does not."""
    if a.layer == b.layer:
        return True
    return bool({a.geom.coords[0], a.geom.coords[-1]} & {b.geom.coords[0], b.geom.coords[-1]})


def barriers(ground: Ground, streets: Sequence[Street]) -> list[tuple[LineString, str, str]]:
    """What stops walkers, open where a street crosses: line, kind, name."""
    lie = ground.corridors
    land = ground.district.buffer(plan.MARGIN_M).envelope
    kinds = {
        "railway": (lie.rail, plan.RAIL.name),
        "river": (lie.river, plan.RIVER.name),
        "expressway": (lie.motorway, plan.MOTORWAY.name),
        "city_wall": (lie.wall, plan.WALL.name),
        "moat": (lie.moat, plan.MOAT.name),
    }
    walked = [s for s in streets if s.cls not in WALKED_NEVER]
    out = []
    for kind, (whole, name) in kinds.items():
        line = whole.intersection(land)
        open_at = shapely.union_all([s.geom.buffer(s.half_m + 2) for s in walked if s.geom.crosses(line)])
        parts = [g for g in lines_of(line.difference(open_at)) if g.length > 5]
        out += [(LineString(np.round(shapely.get_coordinates(g), 2)), kind, name) for g in parts]
    return out
