"""From block faces to lots: housing by kind and everything that is not housing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from data.sample.geo import Rng, long_axis, polys_of, roundness, split_once
from data.sample.ground import Ground, Street
from data.sample.places import sites_in

KINDS = ("hutong", "danwei", "old", "mid", "high")
HOUSING = (*KINDS, "village", "giant")
SITE_USE = {"estate": "high", "works_estate": "danwei"}
# by zone: mix of the housing kinds, share of the lots that are not housing
MIX = {
    "core": ((0.36, 0.17, 0.32, 0.12, 0.03), 0.19),
    "inner": ((0, 0.36, 0.30, 0.17, 0.17), 0.27),
    "ring": ((0, 0.24, 0.30, 0.25, 0.21), 0.30),
    "riverwest": ((0, 0.05, 0.10, 0.37, 0.48), 0.27),
    "west": ((0, 0.20, 0.10, 0.27, 0.43), 0.40),
    "north": ((0, 0.42, 0.28, 0.20, 0.10), 0.47),
}
LOT_HA = {"hutong": 1.7, "danwei": 2.5, "old": 2.6, "mid": 3.8, "high": 5.6}
OTHER = ("school", "kindergarten", "office", "mall", "factory", "green", "hospital", "yard")
OTHER_MIX = {
    "core": (0.17, 0.10, 0.32, 0.17, 0.01, 0.12, 0.05, 0.06),
    "inner": (0.17, 0.09, 0.26, 0.14, 0.14, 0.11, 0.03, 0.06),
    "ring": (0.14, 0.09, 0.33, 0.20, 0.05, 0.12, 0.03, 0.04),
    "riverwest": (0.17, 0.12, 0.26, 0.20, 0.02, 0.18, 0.03, 0.02),
    "west": (0.13, 0.09, 0.20, 0.10, 0.26, 0.14, 0.02, 0.06),
    "north": (0.13, 0.07, 0.16, 0.09, 0.36, 0.08, 0.02, 0.09),
}
USE_NAME = {
    "school": "学校",
    "kindergarten": "幼儿园",
    "office": "办公",
    "mall": "商业",
    "factory": "厂区",
    "green": "绿地",
    "hospital": "医院",
    "yard": "场站",
    "campus": "高校",
    "logistics": "物流",
    "depot": "铁路",
    "stadium": "体育",
    "heritage": "文保",
    "park": "公园",
}


class Gate(NamedTuple):
    """A way into a lot: place, side of the lot, position of the street it opens onto."""

    x: float
    y: float
    side: str
    street: int


@dataclass(frozen=True)
class Lot:
    """A piece of land with one use: a housing kind, one of `OTHER`, or that of a site."""

    poly: Polygon
    face: int
    use: str
    zone: str
    name: str = ""
    landmark: bool = False  # an estate drawn in the plan
    gates: tuple[Gate, ...] = ()
    mouths: tuple[Gate, ...] = ()  # open quarters have no gates, only lane mouths

    @property
    def entries(self) -> tuple[Gate, ...]:
        """Gates, or lane mouths where there are none."""
        return self.gates or self.mouths


def lots(faces: Sequence[Polygon], streets: Sequence[Street], ground: Ground, seed: int) -> list[Lot]:
    """All lots of the district, on the 1 cm grid, a little apart from each other."""
    rng = np.random.default_rng([seed, 2])
    flavour: dict[int, str] = {}
    given: set[int] = set()
    out: list[Lot] = []
    for k, block, edge in _free_blocks(faces, streets, ground):
        inside = block.representative_point()
        zone = ground.zone(inside.x, inside.y)
        site = next(iter(sites_in(faces[k])), None)
        if site and k not in given and block.area > 0.25 * faces[k].area:
            given.add(k)
            use = SITE_USE.get(site.use, site.use)
            out.append(Lot(block, k, use, zone, site.name, landmark=site.use in SITE_USE))
        elif k in ground.estates and block.area > 0.4 * faces[k].area:
            out.append(Lot(block, k, ground.estates[k], zone))
        elif _leftover(block, zone, ground):
            out += [Lot(block, k, "green", zone)] if block.area > 700 else []
        else:
            if k not in flavour:
                flavour[k] = KINDS[rng.choice(5, p=MIX[zone][0])]
            out += _parcels(Lot(block, k, flavour[k], zone), edge, rng)
    tidy = [(lot, _tidy(lot.poly)) for lot in out]
    return [replace(lot, poly=poly) for lot, poly in tidy if poly is not None]


def _free_blocks(
    faces: Sequence[Polygon], streets: Sequence[Street], ground: Ground
) -> Iterator[tuple[int, Polygon, BaseGeometry]]:
    """Land of every face that is neither street nor corridor: face number, land, the strip that counts as frontage."""
    geoms = np.array([s.geom for s in streets])
    tree = shapely.STRtree(geoms)
    half = np.array([s.half_m for s in streets])
    strips = ground.corridors.strips
    reserved = shapely.union_all(
        [strips["river"].buffer(16), strips["rail"].buffer(9), strips["motorway"].buffer(20), strips["moat"]]
    )
    for k, face in enumerate(faces):
        near = tree.query(face, predicate="dwithin", distance=25)
        paved, edge = (
            shapely.union_all(shapely.buffer(geoms[near], half[near] + extra, cap_style="flat", join_style="mitre"))
            for extra in (3.0, 6.5)
        )
        land = face.buffer(-1.0).difference(paved).difference(reserved)
        for i in near:  # lots meet along the line of a lane, also beyond its dead end
            if streets[i].cut is not None and face.covers(streets[i].geom.centroid):
                land = land.difference(streets[i].cut.buffer(0.3, cap_style="flat"))
        for poly in polys_of(land):
            if poly.area > 350:
                yield k, poly, edge


def _leftover(block: Polygon, zone: str, ground: Ground) -> bool:
    """Wedges, strips, river banks and roundabout islands: too small to build on."""
    thin = long_axis(block)[3]
    small = block.area < (700 if zone == "core" else 1500)
    island = block.area < 1e4 and roundness(block) > 0.93
    return small or island or thin < 24 or (block.distance(ground.corridors.river) < 70 and thin < 75)


def _parcels(block: Lot, edge: BaseGeometry, rng: Rng) -> list[Lot]:
    """Lots of one block, most of the block's own kind."""
    mix, other = MIX[block.zone]
    least = 2400 if block.zone == "core" else 5200
    out = []
    for poly in _parcelled(block.poly, edge, LOT_HA[block.use] * 1e4, rng, least):
        if poly.boundary.intersection(edge).length < 12:
            use = "green"
        elif rng.random() < other:
            use = _other_use(block.zone, poly.area, rng)
        else:
            use = block.use if rng.random() < 0.68 else KINDS[rng.choice(5, p=mix)]
            if poly.area < (900 if block.zone == "core" else 2600):
                use = "green" if rng.random() < 0.5 else "office"
        out.append(replace(block, poly=poly, use=use))
    return out


def _other_use(zone: str, area_m2: float, rng: Rng) -> str:
    use = OTHER[rng.choice(len(OTHER), p=OTHER_MIX[zone])]
    if use == "school" and area_m2 < 7000:
        return "kindergarten"
    if use == "kindergarten" and area_m2 > 9000:
        return "school"
    return "office" if use == "factory" and area_m2 < 5000 else use


def _parcelled(block: Polygon, edge: BaseGeometry, target_m2: float, rng: Rng, least_m2: float) -> list[Polygon]:
    """Divide a block into lots of about the target size, each with street frontage."""
    if block.area < target_m2 * rng.lognormal(0.28, 0.38) or block.area < 2 * least_m2:
        return [block]
    for _ in range(8):
        got = split_once(block, rng, (0.30, 0.70), skew_deg=1.0)
        if got is None:
            continue
        if all(
            p.area > least_m2 * 0.8 and p.boundary.intersection(edge).length > 16 and roundness(p) > 0.432
            for p in got[1]
        ):
            return [x for p in got[1] for x in _parcelled(p, edge, target_m2, rng, least_m2)]
    return [block]


def _tidy(poly: Polygon) -> Polygon | None:
    """A lot a little inside its neighbours, corners kept, slivers gone, on the 1 cm grid."""
    parts = polys_of(shapely.set_precision(poly.buffer(-1.2, join_style="mitre").simplify(1.0), 0.01))
    largest = max(parts, key=lambda g: g.area, default=None)
    return Polygon(largest.exterior) if largest is not None and largest.area > 300 else None
