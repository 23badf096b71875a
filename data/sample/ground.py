"""Records of the town: streets, and the ground that lies still (corridors, outline, superblocks)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon

from data.sample import places

# half width in metres, pavement included, by street class
HALF_M = {
    "motorway": 24.0,
    "motorway_link": 5.0,
    "primary": 20.0,
    "primary_link": 4.5,
    "secondary": 14.0,
    "tertiary": 8.5,
    "residential": 7.5,
    "living_street": 3.6,
    "footway": 2.0,
    "path": 1.5,
}
WALKED_NEVER = ("motorway", "motorway_link")
FRONTED = ("primary", "secondary", "tertiary", "residential", "living_street")  # doors open onto these


@dataclass(frozen=True)
class Street:
    """One piece of street in plan metres; `crosses` holds the letters of the corridors it may cross."""

    geom: LineString
    cls: str
    name: str = ""
    bridge: bool = False
    layer: int = 0
    crosses: str = ""
    cut: LineString | None = None  # of a lane: the whole line along which the block is divided
    narrow: bool = False  # one carriageway of two

    @property
    def half_m(self) -> float:
        """Half the width, pavement included."""
        return HALF_M[self.cls] * (0.62 if self.narrow else 1.0)


@dataclass(frozen=True)
class Corridors:
    """What streets may not simply cross, as centre lines; `strips` are the reserved widths by kind."""

    river: LineString
    rail: LineString
    motorway: LineString
    moat: LineString
    wall: LineString
    strips: Mapping[str, Polygon]

    def zone(self, x: float, y: float) -> str:
        """The part of town a point lies in."""
        track = shapely.get_coordinates(self.rail)
        return places.zone(x, y, float(np.interp(x, track[:, 0], track[:, 1])))


@dataclass(frozen=True)
class Ground:
    """Corridors, ramps, the district and its superblocks; `estates` = block number -> kind of the estate filling it."""

    corridors: Corridors
    ramps: tuple[LineString, ...]
    district: Polygon
    superblocks: tuple[Polygon, ...]
    estates: Mapping[int, str]

    def zone(self, x: float, y: float) -> str:
        """The part of town a point lies in."""
        return self.corridors.zone(x, y)
