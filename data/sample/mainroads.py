"""The drawn lines become smooth roads that meet: twin carriageways, roundabouts, ramps, slip roads, walks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.ops import substring

from data.sample import plan
from data.sample.geo import Rng, foot, lines_of, resample, smooth
from data.sample.ground import Corridors, Street


@dataclass(frozen=True)
class MainRoads:
    """`borders` enclose the superblocks; `beside` (second carriageways, slip roads) and `walks` lie within them."""

    borders: list[Street]
    beside: list[Street]
    walks: list[Street]
    ramps: list[Street]


def corridors(rng: Rng) -> Corridors:
    """River, railway, motorway, moat and wall, bent a little by the seed."""
    river = smooth(plan.RIVER.points, 40, 22, rng)
    rail = smooth(plan.RAIL.points, 45, 18, rng)
    motorway = smooth(plan.MOTORWAY.points, 45, 15, rng)
    strips = {
        "river": river.buffer(plan.RIVER.half_m),
        "rail": rail.buffer(plan.RAIL.half_m),
        "motorway": motorway.buffer(plan.MOTORWAY.half_m),
        "moat": Polygon(plan.MOAT_STRIP),
    }
    return Corridors(river, rail, motorway, LineString(plan.MOAT.points), LineString(plan.WALL.points), strips)


def main_roads(lie: Corridors, rng: Rng) -> MainRoads:
    """All drawn roads in plan metres."""
    drawn = _meeting([_drawn(road, rng) for road in plan.ROADS] + _riverside(lie))
    twins = [_twin(s, road.twin_m) for s, road in zip(drawn, plan.ROADS, strict=False) if road.twin_m]
    doubled = {t.name for t in twins}
    drawn = [replace(s, narrow=s.name in doubled) for s in drawn]
    slips = _slip_roads(drawn, twins, lie, rng)
    ramps = _ramps(drawn, lie)
    rings = [_ring(name, _named(drawn, one), _named(drawn, two), r) for name, one, two, r in plan.ROUNDABOUTS]
    islands = shapely.union_all([Polygon(ring.geom) for ring in rings])
    outside = [
        [replace(s, geom=g) for s in group for g in lines_of(s.geom.difference(islands))] for group in (drawn, twins)
    ]
    walks = _walks(lie, [s for s in drawn if s.name in dict(plan.RIVERSIDE)])
    return MainRoads(outside[0] + rings, outside[1] + slips, walks, ramps)


def _drawn(road: plan.Road, rng: Rng) -> Street:
    """Roads of the old town stay as straight as they were built; the others bend."""
    straight = len(road.points) <= 3 and all(abs(plan.core_uv(*p)[0]) < 1300 for p in road.points)
    geom = LineString(road.points) if straight else smooth(road.points, 44, 14, rng)
    return Street(geom, road.cls, road.name, crosses=road.crosses)


def _riverside(lie: Corridors) -> list[Street]:
    banks = [(name, lie.river.simplify(8).offset_curve(off).simplify(6)) for name, off in plan.RIVERSIDE]
    return [Street(smooth(shapely.get_coordinates(g), 40), "secondary", name, crosses="m") for name, g in banks]


def _named(roads: Sequence[Street], name: str) -> LineString:
    return next(s.geom for s in roads if s.name == name)


def _meeting(roads: list[Street], reach_m: float = 130.0) -> list[Street]:
    """Let a drawn end that stops near another road end exactly on it."""
    out = list(roads)
    for n, road in enumerate(out):
        xy = shapely.get_coordinates(road.geom)
        for end in (0, -1):
            if max(abs(xy[end])) > 4900:
                continue
            at = Point(xy[end])
            others = [o.geom for k, o in enumerate(out) if k != n and o.geom.distance(at) < reach_m]
            if others:
                xy[end] = foot(min(others, key=at.distance), at)
        out[n] = replace(road, geom=LineString(xy))
    return out


def _twin(road: Street, offset_m: float, taper_m: float = 45.0) -> Street:
    """The second carriageway, drawn into the first at both ends."""
    side = road.geom.offset_curve(offset_m)
    if Point(side.coords[0]).distance(Point(road.geom.coords[0])) > 3 * abs(offset_m):
        side = side.reverse()
    middle = resample(substring(side, taper_m, side.length - taper_m), 44)
    return replace(road, geom=LineString([road.geom.coords[0], *middle.coords, road.geom.coords[-1]]), narrow=True)


def _ring(name: str, one: LineString, two: LineString, radius_m: float) -> Street:
    centre = shapely.get_coordinates(one.intersection(two))[0]
    return Street(Point(centre).buffer(radius_m, 7).exterior, "primary", name, narrow=True)


def _slip_roads(drawn: Sequence[Street], twins: Sequence[Street], lie: Corridors, rng: Rng) -> list[Street]:
    """Right-turn lanes cutting the corners of great junctions; the corner on a second carriageway's side has none."""
    taken = shapely.union_all([t.geom for t in twins] + [s.buffer(20) for s in lie.strips.values()])
    out = []
    for one, two in plan.SLIP_JUNCTIONS:
        a, b = _named(drawn, one), _named(drawn, two)
        if not a.intersects(b):
            continue
        at = Point(shapely.get_coordinates(a.intersection(b))[0])
        for back_a, back_b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            p, q = _along(a, at, back_a * 62), _along(b, at, back_b * 62)
            if p is None or q is None or rng.random() > 0.85:
                continue
            o = np.array([at.x, at.y])
            bow = o + 0.30 * ((p - o) + (q - o))
            t = np.linspace(0, 1, 6)[:, None]
            line = LineString((1 - t) ** 2 * p + 2 * t * (1 - t) * bow + t**2 * q)
            if line.length < 110 and not line.intersects(taken):
                out.append(Street(line, "primary_link", one))
    return out


def _along(line: LineString, at: Point, metres: float) -> np.ndarray | None:
    """The point so many metres further along, None where the line ends before."""
    d = line.project(at) + metres
    return shapely.get_coordinates(line.interpolate(d))[0] if 1 < d < line.length - 1 else None


def _ramps(drawn: Sequence[Street], lie: Corridors) -> list[Street]:
    """Four ramps at every interchange, from the motorway to the road passing under it."""
    out = []
    for name in plan.INTERCHANGES:
        road = _named(drawn, name)
        at = Point(shapely.get_coordinates(road.intersection(lie.motorway))[0])
        centre = np.array([at.x, at.y])
        for ahead in (1, -1):
            steps = [_along(lie.motorway, at, ahead * d) for d in (330, 210, 95)]
            for back in (1, -1):
                end = _along(road, at, back * 78)
                if end is None:
                    continue
                forward = (steps[0] - centre) / np.hypot(*(steps[0] - centre))
                across = np.array([-forward[1], forward[0]])
                across = across if across @ (end - centre) > 0 else -across
                points = [steps[0], steps[1] + across * 27, steps[2] + across * 40, end]
                out.append(Street(smooth(points, 40), "motorway_link", ""))
    return out


def _walks(lie: Corridors, riverside: Sequence[Street]) -> list[Street]:
    """Walks along the water: on both banks with stairs to the riverside roads, and between moat and wall."""
    closed = shapely.union_all([lie.strips["rail"].buffer(7), lie.strips["motorway"].buffer(7)])
    out = []
    for (name, off), street in zip(plan.PROMENADES, riverside, strict=True):
        bank = resample(lie.river.offset_curve(off), 25)
        for piece in lines_of(bank.difference(closed)):
            if piece.length < 120:
                continue
            out.append(Street(piece, "footway", name))
            for d in np.linspace(20, piece.length - 20, max(2, int(piece.length / 360))):
                at = piece.interpolate(d)
                link = LineString([(at.x, at.y), foot(street.geom, at)])
                if not link.intersects(closed):
                    out.append(Street(link, "footway", name))
    out.append(Street(LineString(plan.MOAT_WALK[1]), "footway", plan.MOAT_WALK[0]))
    return out
