"""Street network: drawn arterials, superblocks between them, then recursive division by zone."""

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.ops import substring

from data.sample import plan
from data.sample.crossings import clip_to_corridors, footbridges, may_join, tie
from data.sample.geo import faces_of, lines_of, node_lines, polys_of, resample, split_once
from data.sample.ground import Street, skeleton

# target block size in ha (smaller = denser) and skew of the cuts in degrees
BLOCK = {
    "core": (3.4, 1.2),
    "inner": (7.5, 2.5),
    "ring": (6.0, 2.0),
    "riverwest": (9.5, 2.5),
    "west": (14.0, 2.0),
    "north": (10.5, 4.5),
    "out": (22.0, 3.0),
}


def divide(block, ground, rng, ends, level=0, inside=True):
    """Split a superblock by streets until every piece suits its zone. Yields Streets."""
    c = block.representative_point()
    zone = ground.zone(c.x, c.y) if inside else "out"
    target, skew = BLOCK[zone]
    target *= rng.lognormal(0, 0.32) * 1e4
    for use, at, stop, _ in plan.SITES:
        if block.contains(Point(at)):
            target = stop * 1e4
    if block.area <= target * 1.25 or block.area < 1.3e4:
        return []
    for _ in range(7):
        got = split_once(block, rng, skew=skew, ends=ends[-4000:], bend=0.0 if zone == "core" else 0.055)
        if got is None:
            continue
        cuts, parts = got
        parts = [p for q in parts for p in polys_of(q)]
        if min(p.area for p in parts) < 0.22 * block.area:
            continue
        cls = "secondary" if block.area > 42e4 else "tertiary"
        out = [Street(shapely.segmentize(g, 50), cls, "") for g in cuts]
        for g in cuts:
            ends += [g.coords[0], g.coords[-1]]
        for p in parts:
            out += divide(p, ground, rng, ends, level + 1, inside)
        return out
    return []


def estates(faces, ground, rng):
    """Whole blocks taken by one walled estate: these make the long tail of compound sizes."""
    chance = {"riverwest": 0.34, "west": 0.26, "ring": 0.15, "inner": 0.11, "north": 0.08, "core": 0}
    kinds = {
        "riverwest": ("high", "high", "mid"),
        "west": ("high", "mid"),
        "ring": ("high", "mid", "danwei"),
        "inner": ("danwei", "high", "mid"),
        "north": ("danwei", "danwei", "high"),
    }
    sites = [Point(at) for _, at, _, _ in plan.SITES]
    out = {}
    for k, f in enumerate(faces):
        c, luck = f.representative_point(), rng.random()
        z = ground.zone(c.x, c.y)
        if (
            luck < chance[z]
            and 4.5e4 < f.area < 21e4
            and 4 * np.pi * f.area > 0.5 * f.length**2
            and not any(f.contains(p) for p in sites)
            and f.distance(ground.river) > 70
        ):
            out[k] = kinds[z][rng.integers(len(kinds[z]))]
    return out


def lanes(faces, ground, rng):
    """Public lanes inside blocks: through or dead-ended, dense in the old town, rare in new estates."""
    size = {"core": 1.25e4, "inner": 4.2e4, "ring": 3.8e4, "riverwest": 7.5e4, "west": 8.5e4, "north": 5e4}
    through = {"core": 0.42, "inner": 0.30, "ring": 0.35, "riverwest": 0.5, "west": 0.4, "north": 0.3}
    sites = [Point(at) for _, at, _, _ in plan.SITES]
    out = []
    for k, f in enumerate(faces):
        c = f.representative_point()
        z = ground.zone(c.x, c.y)
        if k in ground.estates or any(f.contains(p) for p in sites) or f.area < size[z] * 1.3:
            continue
        stack = [(f, 0)]
        while stack:
            block, depth = stack.pop()
            if block.area < size[z] * rng.lognormal(0.25, 0.3) or depth > 3:
                continue
            got = split_once(block, rng, 0.38, 0.62, skew=1.5 if z == "core" else 3)
            if got is None or min(p.area for p in got[1]) < 0.25 * block.area:
                continue
            line = max(got[0], key=lambda g: g.length)
            if line.length > 60:
                cut = line
                if rng.random() >= through[z]:
                    keep = rng.uniform(0.5, 0.82)
                    line = substring(line, 0, keep, True) if rng.random() < 0.5 else substring(line, 1 - keep, 1, True)
                out.append(Street(resample(line, 60), "living_street", "", cut=cut))
            if depth == 0 or z == "core":
                stack += [(p, depth + 1) for q in got[1] for p in polys_of(q)]
    return out


def build(seed):
    """(ground, streets with shared vertices, block faces). Faces tile the district."""
    rng = np.random.default_rng([seed, 1])
    ground, roads = skeleton(rng)
    frame = shapely.box(-6400, -4400, 6000, 4600)
    base = (
        [r.geom for r in roads if r.cls != "living_street"]
        + [LineString(c) for c in plan.FACE_CUTS]
        + [ground.river, ground.rail, ground.motorway, frame.exterior]
    )
    supers = faces_of(base, frame)
    wish = Polygon(plan.OUTLINE).buffer(0)
    inner = [f for f in supers if f.intersection(wish).area > 0.5 * f.area]
    ground.district = shapely.coverage_union_all(inner)
    if ground.district.geom_type != "Polygon":
        ground.district = max(polys_of(ground.district), key=lambda p: p.area)
    ground.superblocks = [f for f in inner if ground.district.contains(f.representative_point())]
    near = ground.district.buffer(1250)
    ends, cuts = [], []
    for f in ground.superblocks:
        cuts += divide(f, ground, rng, ends)
    for f in supers:
        if f not in inner and f.intersects(near):
            cuts += divide(f, ground, rng, ends, inside=False)
    lines = node_lines(base + [s.geom for s in cuts], lambda a, b: True)
    faces = faces_of(lines + [ground.district.exterior], ground.district)
    ground.estates = estates(faces, ground, rng)
    alleys = lanes(faces, ground, rng)
    allst = clip_to_corridors(roads + cuts + alleys, ground)
    allst.append(Street(ground.motorway, "motorway", plan.MOTORWAY[0]))
    for b in footbridges(ground, roads):
        e = tie(b.geom, [s for s in allst if s.cls != "motorway"])
        allst.append(b)
        for end, at in zip(shapely.get_coordinates(b.geom), e):
            if at is not None:
                allst.append(Street(LineString([end, at]), "footway", b.name))
    shapely.prepare(near)
    kept = []
    for s in allst:  # main roads run on to the picture's edge, small ones stop nearer
        reach = near.envelope if s.cls in ("primary", "motorway") else near
        for g in [s.geom] if reach.contains(s.geom) else lines_of(s.geom.intersection(reach)):
            if g.length > 3:
                kept.append(Street(g, s.cls, s.name, s.bridge, s.layer, s.crosses, s.cut))
    geoms = node_lines([s.geom for s in kept], lambda a, b: may_join(kept[a], kept[b]))
    for s, g in zip(kept, geoms):
        s.geom = g
    return ground, kept, faces
