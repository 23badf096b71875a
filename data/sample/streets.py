"""Street network: superblocks between the drawn roads, cut again and again by streets, then by lanes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.ops import substring

from data.sample import plan
from data.sample.crossings import clip_to_corridors, footbridges, may_join
from data.sample.geo import XY, Rng, faces_of, lines_of, node_lines, polys_of, resample, roundness, split_once
from data.sample.ground import Corridors, Ground, Street
from data.sample.mainroads import MainRoads, corridors, main_roads
from data.sample.places import OUTLINE, sites_in

FRAME = shapely.box(-6400, -4400, 6000, 4600)
# by zone: block size in ha at which cutting stops, skew of the cuts in degrees, chance of a cut across the grain,
# chance that a street steps aside half-way
GRAIN = {
    "core": (3.4, 1.2, 0.00, 0.10),
    "inner": (7.5, 2.5, 0.10, 0.20),
    "ring": (6.0, 2.5, 0.10, 0.16),
    "riverwest": (9.5, 2.0, 0.05, 0.06),
    "west": (14.0, 2.0, 0.06, 0.08),
    "north": (10.5, 4.5, 0.14, 0.20),
    "beyond": (15.0, 3.0, 0.08, 0.10),
}
# by zone: chance that one walled estate takes a whole block, and of which kind
ESTATE_CHANCE = {"riverwest": 0.34, "west": 0.26, "ring": 0.15, "inner": 0.11, "north": 0.10, "core": 0.0}
ESTATE_KINDS = {
    "riverwest": ("high", "high", "mid"),
    "west": ("high", "mid"),
    "ring": ("high", "mid", "danwei"),
    "inner": ("danwei", "high", "mid"),
    "north": ("danwei", "danwei", "high"),
    "core": ("mid",),
}
# by zone: block size in m2 above which lanes enter, share of lanes that run through
LANES = {
    "core": (1.25e4, 0.42),
    "inner": (4.2e4, 0.30),
    "ring": (3.8e4, 0.35),
    "riverwest": (7.5e4, 0.50),
    "west": (8.5e4, 0.40),
    "north": (5.0e4, 0.30),
}


def build(seed: int) -> tuple[Ground, list[Street], list[Polygon]]:
    """Ground, streets with shared vertices, and block faces that tile the district."""
    rng = np.random.default_rng([seed, 1])
    lie = corridors(rng)
    drawn = main_roads(lie, rng)
    base = [s.geom for s in drawn.borders if s.cls != "living_street"] + [LineString(c) for c in plan.FACE_CUTS]
    base += [lie.river, lie.rail, lie.motorway, FRAME.exterior]
    supers = faces_of(base, FRAME)
    wish = Polygon(OUTLINE).buffer(0)
    inner = [f.intersection(wish).area > 0.5 * f.area for f in supers]
    district = max(
        polys_of(shapely.coverage_union_all([f for f, ok in zip(supers, inner, strict=True) if ok])), key=_area
    )
    near = district.buffer(plan.MARGIN_M)
    ends: list[XY] = []
    cuts = [s for f, ok in zip(supers, inner, strict=True) if ok for s in divide(f, lie, rng, ends)]
    beyond = [f for f, ok in zip(supers, inner, strict=True) if not ok and f.intersects(near)]
    cuts += [s for f in beyond for s in divide(f, lie, rng, ends, "beyond")]
    lines = node_lines(base + [s.geom for s in cuts], lambda _a, _b: True)
    faces = faces_of([*lines, district.exterior], district)
    filled = estates(faces, lie, rng)
    superblocks = tuple(f for f in supers if district.contains(f.representative_point()))
    ground = Ground(lie, tuple(s.geom for s in drawn.ramps), district, superblocks, filled)
    return ground, _network(ground, drawn, cuts, lanes(faces, ground, rng)), faces


def _area(poly: Polygon) -> float:
    return poly.area


def divide(block: Polygon, lie: Corridors, rng: Rng, ends: list[XY], zone: str | None = None) -> list[Street]:
    """Split a superblock by streets until every piece suits its zone; `ends` collects the street ends."""
    inside = block.representative_point()
    grain = zone or lie.zone(inside.x, inside.y)
    size_ha, skew, across, jog = GRAIN[grain]
    target = size_ha * rng.lognormal(0, 0.32) * 1e4
    for site in sites_in(block):
        target = site.stop_ha * 1e4
    if block.area <= target * 1.25 or block.area < 1.3e4:
        return []
    for _ in range(7):
        lean = skew + (14.0 if rng.random() < across else 0.0)
        got = split_once(
            block, rng, skew_deg=lean, ends=ends[-4000:], bend=0.0 if grain == "core" else 0.055, jog_chance=jog
        )
        if got is None or min(p.area for p in got[1]) < 0.22 * block.area:
            continue
        cls = "secondary" if block.area > 42e4 else "tertiary" if block.area > 17e4 else "residential"
        for g in got[0]:
            ends += [g.coords[0], g.coords[-1]]
        out = [Street(shapely.segmentize(g, 50), cls) for g in got[0]]
        return out + [s for p in got[1] for s in divide(p, lie, rng, ends, zone)]
    return []


def estates(faces: Sequence[Polygon], lie: Corridors, rng: Rng) -> dict[int, str]:
    """Whole blocks taken by one walled estate: the upper middle of the compound sizes."""
    out = {}
    for k, face in enumerate(faces):
        inside, luck = face.representative_point(), rng.random()
        zone = lie.zone(inside.x, inside.y)
        fits = 4.5e4 < face.area < 21e4 and roundness(face) > 0.5 and face.distance(lie.river) > 70
        if luck < ESTATE_CHANCE[zone] and fits and not sites_in(face):
            out[k] = ESTATE_KINDS[zone][rng.integers(len(ESTATE_KINDS[zone]))]
    return out


def lanes(faces: Sequence[Polygon], ground: Ground, rng: Rng) -> list[Street]:
    """Public lanes inside blocks: through or dead-ended, dense in the old town, rare in new estates."""
    out = []
    for k, face in enumerate(faces):
        inside = face.representative_point()
        zone = ground.zone(inside.x, inside.y)
        size, through = LANES[zone]
        if k in ground.estates or sites_in(face) or face.area < size * 1.3:
            continue
        stack = [(face, 0)]
        while stack:
            block, depth = stack.pop()
            if block.area < size * rng.lognormal(0.25, 0.3) or depth > 3:
                continue
            got = split_once(block, rng, (0.38, 0.62), skew_deg=1.5 if zone == "core" else 3)
            if got is None or min(p.area for p in got[1]) < 0.25 * block.area:
                continue
            line = max(got[0], key=lambda g: g.length)
            if line.length > 60:
                out.append(Street(resample(_kept(line, through, rng), 60), "living_street", cut=line))
            if depth == 0 or zone == "core":
                stack += [(p, depth + 1) for p in got[1]]
    return out


def _kept(line: LineString, through: float, rng: Rng) -> LineString:
    """The lane itself: the whole cut, or a dead end from one of its sides."""
    if rng.random() < through:
        return line
    share = rng.uniform(0.5, 0.82)
    return substring(line, 0, share, True) if rng.random() < 0.5 else substring(line, 1 - share, 1, True)


def _network(ground: Ground, drawn: MainRoads, cuts: list[Street], alleys: list[Street]) -> list[Street]:
    """All streets clipped at the corridors and at the edge of the picture, meeting in shared vertices."""
    lie = ground.corridors
    streets = clip_to_corridors(drawn.borders + drawn.beside + cuts + alleys, lie, ground.ramps)
    streets += [Street(lie.motorway, "motorway", plan.MOTORWAY.name), *drawn.ramps, *drawn.walks]
    streets += footbridges(lie, streets)
    near = ground.district.buffer(plan.MARGIN_M)
    shapely.prepare(near)
    kept = []
    for street in streets:  # main roads run on to the picture's edge, small ones stop nearer
        reach = near.envelope if street.cls in ("primary", "motorway") else near
        pieces = [street.geom] if reach.contains(street.geom) else lines_of(street.geom.intersection(reach))
        kept += [replace(street, geom=g) for g in pieces if g.length > 3]
    geoms = node_lines([s.geom for s in kept], lambda a, b: may_join(kept[a], kept[b]))
    return [replace(s, geom=g) for s, g in zip(kept, geoms, strict=True)]
