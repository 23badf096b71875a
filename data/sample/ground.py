"""The lie of the land: street and ground records, corridors, and the drawn main roads."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from data.sample import plan
from data.sample.geo import smooth

HALF = {"motorway": 24.0, "primary": 20.0, "secondary": 14.0, "tertiary": 8.5, "living_street": 3.6, "footway": 2.0}
WALKED_NEVER = ("motorway", "motorway_link")


@dataclass
class Street:
    geom: LineString
    cls: str
    name: str
    bridge: bool = False
    layer: int = 0
    crosses: str = ""
    cut: LineString = None  # of a lane: the whole line along which the block is divided


@dataclass
class Ground:
    """Everything that lies still: corridors, district outline, superblocks."""

    river: LineString
    rail: LineString
    motorway: LineString
    moat: LineString
    wall: LineString
    strips: dict = field(default_factory=dict)
    district: Polygon = None
    superblocks: list = None
    estates: dict = field(default_factory=dict)  # block number -> kind of the one walled estate that fills it

    def zone(self, x, y):
        return plan.zone(x, y, float(np.interp(x, *self._rail_xy)))

    def prepare(self):
        c = shapely.get_coordinates(self.rail)
        self._rail_xy = (c[:, 0], c[:, 1])


def skeleton(rng):
    river = smooth(plan.RIVER[1], 40, 22, rng)
    rail = smooth(plan.RAIL[1], 45, 18, rng)
    motorway = smooth(plan.MOTORWAY[1], 45, 15, rng)
    g = Ground(river, rail, motorway, smooth(plan.MOAT[1], 40), LineString(plan.WALL[1]))
    g.moat = LineString(plan.MOAT[1])
    g.strips = {
        "river": river.buffer(plan.RIVER[2]),
        "rail": rail.buffer(plan.RAIL[2]),
        "motorway": motorway.buffer(plan.MOTORWAY[2]),
    }
    g.strips["moat"] = Polygon(plan.MOAT_STRIP)
    g.prepare()
    roads = []
    for name, cls, crosses, pts in plan.ROADS:
        drawn = pts if all(abs(plan.core_uv(*p)[0]) < 1300 for p in pts) else None
        roads.append(
            Street(LineString(pts) if drawn and len(pts) <= 3 else smooth(pts, 44, 14, rng), cls, name, crosses=crosses)
        )
    for name, off in plan.RIVERSIDE:
        side = smooth(shapely.get_coordinates(river.simplify(8).offset_curve(off).simplify(6)), 40)
        roads.append(Street(side, "secondary", name, crosses="m"))
    return g, [_meet(r, roads) for r in roads]


def _meet(road, roads, reach=130.0):
    """Let a drawn end that stops near another road end exactly on it."""
    c = shapely.get_coordinates(road.geom)
    for k in (0, -1):
        others = [o for o in roads if o is not road and o.geom.distance(Point(c[k])) < reach]
        if others and max(abs(c[k])) < 4900:
            o = min(others, key=lambda s: s.geom.distance(Point(c[k])))
            c[k] = shapely.get_coordinates(o.geom.interpolate(o.geom.project(Point(c[k]))))[0]
    road.geom = LineString(c)
    return road
