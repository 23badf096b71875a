"""From block faces to lots: walled compounds with gates, and everything that is not housing."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from data.sample import plan
from data.sample.geo import lines_of, long_axis, polys_of, split_once
from data.sample.ground import HALF, Street

# housing mix by zone: hutong, danwei, old, mid, high  | share of land that is not housing
KINDS = ("hutong", "danwei", "old", "mid", "high")
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
OTHER_P = {
    "core": (0.17, 0.10, 0.32, 0.17, 0.01, 0.12, 0.05, 0.06),
    "inner": (0.17, 0.09, 0.26, 0.14, 0.14, 0.11, 0.03, 0.06),
    "ring": (0.14, 0.09, 0.33, 0.20, 0.05, 0.12, 0.03, 0.04),
    "riverwest": (0.17, 0.12, 0.26, 0.20, 0.02, 0.18, 0.03, 0.02),
    "west": (0.13, 0.09, 0.20, 0.10, 0.26, 0.14, 0.02, 0.06),
    "north": (0.13, 0.07, 0.16, 0.09, 0.36, 0.08, 0.02, 0.09),
}


@dataclass
class Lot:
    poly: Polygon
    face: int
    use: str  # a housing kind, "village", "giant", or one of OTHER / site uses
    zone: str
    name: str = ""
    gates: list = field(default_factory=list)  # (x, y, side, street index)
    mouths: list = field(default_factory=list)  # open quarters have no gates, only lane mouths


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
HOUSING = KINDS + ("village", "giant")


def free_blocks(faces, streets, ground):
    """Land of every face that is neither street nor corridor."""
    geoms = np.array([s.geom for s in streets])
    tree = shapely.STRtree(geoms)
    half = np.array([HALF[s.cls] for s in streets])
    strips = shapely.union_all(
        [
            ground.strips["river"].buffer(16),
            ground.strips["rail"].buffer(9),
            ground.strips["motorway"].buffer(20),
            ground.strips["moat"],
        ]
    )
    for k, f in enumerate(faces):
        near = tree.query(f, predicate="dwithin", distance=25)
        paved = shapely.union_all(shapely.buffer(geoms[near], half[near] + 3.0, cap_style="flat", join_style="mitre"))
        land = f.buffer(-1.0).difference(paved).difference(strips)
        edge = (
            shapely.union_all(shapely.buffer(geoms[near], half[near] + 6.5, cap_style="flat", join_style="mitre"))
            if len(near)
            else Polygon()
        )
        for i in near:  # lots meet along the line of a lane, also beyond its dead end
            if streets[i].cut is not None and f.covers(streets[i].geom.centroid):
                land = land.difference(streets[i].cut.buffer(0.3, cap_style="flat"))
        for p in polys_of(land):
            if p.area > 350:
                yield k, p, edge


def parcel(block, edge, target, rng, least):
    """Divide a block into lots of about the target size, each with street frontage."""
    if block.area < target * rng.lognormal(0.28, 0.38) or block.area < 2 * least:
        return [block]
    for k in range(8):
        got = split_once(block, rng, 0.30, 0.70, skew=1.0)
        if got is None:
            continue
        parts = [p for q in got[1] for p in polys_of(q)]
        ok = all(
            p.area > least * 0.8 and p.boundary.intersection(edge).length > 16 and 16 * p.area > 0.55 * p.length**2
            for p in parts
        )
        if ok:
            return [x for p in parts for x in parcel(p, edge, target, rng, least)]
    return [block]


def lots(faces, streets, ground, seed):
    rng = np.random.default_rng([seed, 2])
    sites = [(Point(at), use, name) for use, at, _, name in plan.SITES]
    flavour = {}
    out = []
    done = set()
    for k, block, edge in free_blocks(faces, streets, ground):
        c = block.representative_point()
        zone = ground.zone(c.x, c.y)
        site = [(u, n) for p, u, n in sites if faces[k].contains(p)]
        if site and k not in done and block.area > 0.5 * faces[k].area * 0.5:
            done.add(k)
            out.append(Lot(block, k, site[0][0], zone, site[0][1]))
            continue
        if k in ground.estates and block.area > 0.4 * faces[k].area:
            out.append(Lot(block, k, ground.estates[k], zone))
            continue
        thin = long_axis(block)[3]
        if (
            block.area < (700 if zone == "core" else 1500)
            or thin < 24
            or (block.distance(ground.river) < 70 and thin < 75)
        ):
            if block.area > 700:
                out.append(Lot(block, k, "green", zone))
            continue
        mix, other = MIX[zone]
        if k not in flavour:
            kind = KINDS[rng.choice(5, p=mix)]
            flavour[k] = kind, LOT_HA[kind] * 1e4
        main, target = flavour[k]
        least = 2400 if zone == "core" else 5200
        for p in parcel(block, edge, target, rng, least):
            front = p.boundary.intersection(edge).length
            if front < 12:
                out.append(Lot(p, k, "green", zone))
                continue
            if rng.random() < other:
                use = OTHER[rng.choice(len(OTHER), p=OTHER_P[zone])]
                if use == "school" and p.area < 7000:
                    use = "kindergarten"
                elif use == "kindergarten" and p.area > 9000:
                    use = "school"
                elif use == "factory" and p.area < 5000:
                    use = "office"
            else:
                use = main if rng.random() < 0.68 else KINDS[rng.choice(5, p=mix)]
            small = (p.area < 2600 and zone != "core") or p.area < 900
            out.append(
                Lot(p, k, ("green" if rng.random() < 0.5 else "office") if small and use in HOUSING else use, zone)
            )
    for lot in out:
        lot.poly = _tidy(lot.poly)
    return [lot for lot in out if lot.poly is not None]


def _tidy(poly):
    """A lot a little inside its neighbours, corners kept, slivers gone, on the 1 cm grid."""
    q = shapely.set_precision(poly.buffer(-1.2, join_style="mitre").simplify(1.0), 0.01)
    parts = polys_of(q)
    if not parts:
        return None
    p = max(parts, key=lambda g: g.area)
    return Polygon(p.exterior) if p.area > 300 else None


def gates(all_lots, streets, seed):
    """Put gates on street frontages: the first on the quieter street, the next far from the first."""
    rng = np.random.default_rng([seed, 3])
    walk = [i for i, s in enumerate(streets) if s.cls != "motorway" and s.layer == 0]
    geoms = np.array([streets[i].geom for i in walk])
    tree = shapely.STRtree(geoms)
    quiet = {"primary": 0.55, "secondary": 1.0, "tertiary": 1.25, "living_street": 1.0, "footway": 0.1}
    for lot in all_lots:
        if lot.use == "green" and lot.poly.area < 2500:
            continue
        ring = lot.poly.exterior
        n = max(8, int(ring.length / 7))
        pts = shapely.line_interpolate_point(ring, (np.arange(n) + 0.5) / n, normalized=True)
        q = tree.query_nearest(pts, max_distance=45, all_matches=False)
        if q.shape[1] == 0:
            continue
        pi, si = q
        d = shapely.distance(pts[pi], geoms[si])
        ok = d < np.array([HALF[streets[walk[s]].cls] + 9.0 for s in si])
        if not ok.any():
            ok = d <= d.min() + 1.0
        pi, si, d = pi[ok], si[ok], d[ok]
        xy = shapely.get_coordinates(pts[pi])
        corner = shapely.get_coordinates(lot.poly.simplify(6).exterior)
        away = np.min(np.hypot(xy[:, None, 0] - corner[None, :, 0], xy[:, None, 1] - corner[None, :, 1]), axis=1)
        weight = (
            np.array([quiet[streets[walk[s]].cls] for s in si]) * np.clip(away, 3, 40) * rng.uniform(0.7, 1.3, len(si))
        )
        side = np.array([_side(lot.poly, p) for p in xy])
        if lot.name == plan.CLOSED_VILLAGE:
            foot = shapely.get_coordinates(
                shapely.line_interpolate_point(geoms[si], shapely.line_locate_point(geoms[si], pts[pi]))
            )
            weight[(foot - xy)[:, 0] > 0.8 * np.abs((foot - xy)[:, 1])] = 0
        area = lot.poly.area / 1e4
        want = (
            1
            + (area > 1.1 and rng.random() < 0.55)
            + (area > 2.6)
            + (area > 6)
            + (area > 12)
            + 2 * (lot.use == "village")
            + 3 * (lot.use == "giant")
        )
        chosen = []
        for _ in range(int(want)):
            w = weight.copy()
            for c in chosen:
                w *= np.clip((np.hypot(*(xy - xy[c]).T) - 45) / 160, 0, 1)
            if w.max() <= 0:
                break
            chosen.append(int(np.argmax(w)))
        found = [(round(float(xy[c, 0]), 2), round(float(xy[c, 1]), 2), str(side[c]), walk[si[c]]) for c in chosen]
        if lot.use in ("hutong", "green"):
            lot.mouths = found
        else:
            lot.gates = found
    return all_lots


def _side(poly, p):
    c = poly.centroid
    b = poly.bounds
    dx, dy = (p[0] - c.x) / (b[2] - b[0]), (p[1] - c.y) / (b[3] - b[1])
    return ("东" if dx > 0 else "西") if abs(dx) > abs(dy) else ("北" if dy > 0 else "南")


def walls(all_lots):
    """Compound walls with a gap at every gate."""
    out = []
    for k, lot in enumerate(all_lots):
        if lot.use in ("hutong", "green", "park", "mall", "office") or not lot.gates:
            continue
        gaps = shapely.union_all([Point(g[:2]).buffer(4.0) for g in lot.gates])
        out += [
            (LineString(np.round(shapely.get_coordinates(g), 2)), k)
            for g in lines_of(lot.poly.exterior.difference(gaps))
            if g.length > 2
        ]
    return out


def village_alleys(lot, streets, seed):
    """A dense crooked alley net inside an urban village, open to the street only at its gates."""
    rng = np.random.default_rng([seed, 4, int(abs(lot.poly.centroid.x)), int(abs(lot.poly.centroid.y))])
    inner = lot.poly.buffer(-9)
    (x0, y0, x1, y1) = inner.bounds
    tilt = rng.uniform(-0.10, 0.10)
    lines = []
    for lo, hi, across in ((x0, x1, False), (y0, y1, True)):
        at = lo + rng.uniform(8, 20)
        while at < hi - 8:
            a, b = (y0, y1) if not across else (x0, x1)
            n = max(2, int((b - a) / 55))
            t = np.linspace(a - 20, b + 20, n)
            w = at + tilt * (t - (a + b) / 2) * (1 if across else -1) + rng.normal(0, 3.0, n)
            lines.append(LineString(np.c_[t, w] if across else np.c_[w, t]))
            at += rng.uniform(30, 52) if across else rng.uniform(48, 90)
    net = shapely.unary_union(np.array([p for g in lines for p in lines_of(g.intersection(inner))]), grid_size=0.01)
    segs = [g for g in lines_of(net) if g.length > 3]
    deg = {}
    for g in segs:
        for e in (g.coords[0], g.coords[-1]):
            deg[e] = deg.get(e, 0) + 1
    keep = [g for g in segs if rng.random() > 0.13 or min(deg[g.coords[0]], deg[g.coords[-1]]) < 2]
    out = [Street(g, "living_street", "") for g in keep]
    nodes = np.array([c for g in keep for c in (g.coords[0], g.coords[-1])])
    for x, y, _, s in lot.gates:
        i = int(np.argmin(np.hypot(nodes[:, 0] - x, nodes[:, 1] - y)))
        host = streets[s].geom
        foot = shapely.get_coordinates(host.interpolate(host.project(Point(x, y))))[0]
        out.append(Street(LineString([np.round(foot, 2), (x, y), nodes[i]]), "living_street", ""))
    return out
