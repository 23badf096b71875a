"""Service points of every category: how many, where they cluster, how large, when open, when checked."""

import numpy as np
import shapely
from scipy.spatial import cKDTree

# id: name, number, where, spacing m, (median m2, sigma), hours, cluster pull, zone factors
ALL = "00:00-24:00"
OFFICE, SHOP, LONG = "08:30-17:30", "08:00-21:30", "07:00-23:00"
TABLE = {
    "party_service_center": ("党群服务中心", 0, "community", 0, (620, 0.35), OFFICE, 0, {}),
    "street_service_center": ("街道社区服务中心", 0, "subdistrict", 0, (1150, 0.25), OFFICE, 1, {}),
    "health_center": ("社区卫生服务中心", 0, "subdistrict", 800, (2300, 0.25), ALL, 0.6, {"west": 0.6}),
    "health_station": (
        "社区卫生服务站",
        200,
        "street",
        240,
        (185, 0.25),
        "08:00-18:00",
        0.2,
        {"riverwest": 0.55, "west": 0.6},
    ),
    "elderly_center": ("养老服务中心", 0, "subdistrict", 0, (1400, 0.3), "08:00-18:00", 0.3, {}),
    "elderly_station": ("老年服务站", 190, "street", 240, (360, 0.3), "08:30-17:30", 0, {"riverwest": 0.6}),
    "elderly_daycare": (
        "日间照料中心",
        190,
        "street",
        240,
        (480, 0.25),
        "08:00-18:00",
        0,
        {"core": 0, "riverwest": 0.8},
    ),
    "elderly_home": ("养老院", 17, "street", 600, (4200, 0.35), ALL, 0, {"core": 0.5}),
    "canteen": ("社区食堂", 124, "street", 320, (210, 0.4), "07:00-19:00", 0.3, {"riverwest": 0.45, "north": 0.6}),
    "fitness_outdoor": ("户外健身点", 340, "compound", 110, (320, 0.5), ALL, 0, {}),
    "culture_room": ("文化活动室", 142, "street", 260, (390, 0.35), "09:00-18:00", 0.2, {}),
    "culture_center": ("文化活动中心", 0, "subdistrict", 0, (3600, 0.25), "09:00-21:00", 0.5, {}),
    "pay_point": ("便民缴费点", 185, "street", 220, (60, 0.5), "08:30-18:00", 0.8, {}),
    "parcel_station": ("快递驿站", 640, "compound", 60, (55, 0.45), "08:00-21:00", 0, {"core": 0.8}),
    "grid_post": ("网格服务站", 0, "grid", 0, (65, 0.4), OFFICE, 0, {}),
    "kindergarten": ("幼儿园", 196, "lot:kindergarten", 240, (3100, 0.35), "07:30-18:00", 0, {}),
    "nursery": ("托育园", 92, "street", 300, (330, 0.35), "07:30-18:30", 0.2, {"core": 0.5, "riverwest": 1.3}),
    "primary_school": ("小学", 80, "lot:school", 380, (9800, 0.3), "07:30-17:30", 0, {}),
    "junior_school": ("初级中学", 32, "lot:school", 700, (15500, 0.3), "07:20-18:30", 0, {}),
    "market": ("菜市场", 101, "street", 330, (1350, 0.4), "06:00-20:00", 0.5, {"north": 0, "west": 0.7}),
    "convenience": ("便利店", 860, "street", 45, (85, 0.5), LONG, 0.5, {"north": 0.7}),
    "pharmacy": ("药店", 345, "street", 90, (95, 0.4), SHOP, 0.8, {"north": 0.7}),
    "community_retail": ("社区商业网点", 96, "street", 300, (2600, 0.6), SHOP, 1.6, {}),
    "park": ("公园", 46, "lot:park", 180, (6200, 0.8), "06:00-22:00", 0, {}),
    "public_toilet": ("公共厕所", 265, "street", 150, (62, 0.3), ALL, 0.8, {"core": 2.2}),
    "waste_point": ("生活垃圾收集点", 720, "compound", 40, (28, 0.3), ALL, 0, {}),
    "bus_stop": ("公交站", 320, "stop", 270, (0, 0), "06:00-22:30", 0, {}),
}
PER = {
    "elderly_home": ("beds", 1 / 38),
    "elderly_daycare": ("places", 1 / 16),
    "kindergarten": ("places", 1 / 9.5),
    "nursery": ("places", 1 / 6.5),
    "primary_school": ("places", 1 / 7.2),
    "junior_school": ("places", 1 / 9.8),
    "canteen": ("seats", 1 / 3.4),
    "health_center": ("beds", 1 / 60),
}
SKILL = {
    "health_station": 0.7,
    "elderly_station": 0.6,
    "elderly_daycare": 0.75,
    "canteen": 0.6,
    "nursery": 0.4,
    "culture_room": 0.4,
}
ORD = "一二三四五六七八九十"


def candidates(streets, district, rng):
    """Points every 30 m beside the streets: x, y, street index."""
    shapely.prepare(district)
    half = {"primary": 24, "secondary": 17, "tertiary": 11, "living_street": 6}
    out = []
    for k, s in enumerate(streets):
        if s.cls not in half or s.layer or s.geom.length < 20:
            continue
        n = int(s.geom.length / 30) or 1
        d = (np.arange(n) + rng.uniform(0.2, 0.8, n)) / n * s.geom.length
        a = shapely.get_coordinates(shapely.line_interpolate_point(s.geom, np.clip(d - 1, 0, None)))
        b = shapely.get_coordinates(shapely.line_interpolate_point(s.geom, np.clip(d + 1, None, s.geom.length)))
        t = (b - a) / np.maximum(np.hypot(*(b - a).T), 1e-6)[:, None]
        p = (a + b) / 2 + np.c_[-t[:, 1], t[:, 0]] * (half[s.cls] * rng.choice([-1, 1], n))[:, None]
        out += [(x, y, k) for x, y in p]
    c = np.array(out)
    return c[shapely.contains_xy(district, c[:, 0], c[:, 1])]


def spread(xy, weight, n, gap, rng, taken=None):
    """Weighted draw without neighbours nearer than gap (exponential races, then accept in order)."""
    order = np.argsort(rng.exponential(1, len(xy)) / np.maximum(weight, 1e-12), kind="stable")
    order = order[weight[order] > 0]
    tree, dead, chosen = cKDTree(xy), np.zeros(len(xy), bool), []
    for i in order:
        if len(chosen) == n:
            break
        if not dead[i]:
            chosen.append(int(i))
            dead[tree.query_ball_point(xy[i], gap)] = True
    return chosen


def kernel(xy, cxy, radius):
    """Gaussian nearness in whole thousandths: sums over people stay exact, whatever the machine adds first."""
    d2 = (xy[:, None, 0] - cxy[None, :, 0]) ** 2 + (xy[:, None, 1] - cxy[None, :, 1]) ** 2
    return np.rint(1000 * np.exp(-d2 / radius**2))


def targeted(xy, near, demand, weight, n, gap, skill, rng):
    """Planned siting: each site goes where most people are still without, with some luck mixed in."""
    left, score, chosen, free = (
        demand.astype(float).copy(),
        near @ np.asarray(demand, float),
        [],
        np.ones(len(xy), bool),
    )
    tree = cKDTree(xy)
    while len(chosen) < n and free.any():
        s = np.where(free, score * weight, 0)
        i = (
            int(np.argmax(s * rng.uniform(0.55, 1, len(s))))
            if rng.random() < skill
            else int(np.argmax(s**0.35 * rng.random(len(s))))
        )
        if s[i] <= 0:
            break
        chosen.append(i)
        free[tree.query_ball_point(xy[i], gap)] = False
        lose = np.rint(left * np.minimum(1, near[i] * 0.0016))
        hit = np.flatnonzero(lose)
        score = np.maximum(score - near[:, hit] @ lose[hit], 0)
        left = left - lose
    return chosen


def centres(xy, people_xy, people, rng, n=26):
    """Commercial centres: a few places where shops gather."""
    d = cKDTree(people_xy)
    w = np.array([people[d.query_ball_point(p, 450)].sum() for p in xy[::40]])
    at = spread(xy[::40], w.astype(float) ** 1.5, n, 620, rng)
    return xy[::40][at]


def place(streets, lots, comp, areas, ground, seed):
    """comp: dict of arrays (x, y, residents, elderly, children, zone, gates, name); areas: list of dicts
    (level, code, name, x, y, geom). Returns a list of rows."""
    rng = np.random.default_rng([seed, 10])
    cand = candidates(streets, ground.district, rng)
    cls = np.array([streets[int(k)].cls for k in cand[:, 2]])
    xy = cand[:, :2]
    zone = np.array([ground.zone(*p) for p in xy])
    cxy = np.c_[comp["x"], comp["y"]]
    near, close, wide = (kernel(xy, cxy, r) for r in (260.0, 170.0, 410.0))
    dens = {g: near @ np.asarray(comp[g], float) for g in ("residents", "elderly", "children")}
    hubs = centres(xy, cxy, comp["residents"], rng)
    pull = np.exp(-((cKDTree(hubs).query(xy)[0] / 190.0) ** 2))
    pick = {"primary": 0.75, "secondary": 1.2, "tertiary": 1.0, "living_street": 0.35}
    by_cls = np.array([pick[c] for c in cls])
    com = [a for a in areas if a["level"] == "community"]
    sub = [a for a in areas if a["level"] == "subdistrict"]
    rows = []

    def add(cat, x, y, name, serves="", size=None, street=""):
        cn, _, _, _, (med, sig), hours, *_ = TABLE[cat]
        size = int(round(size if size is not None else med * rng.lognormal(0, sig))) if med else None
        unit, per = PER.get(cat, (None, 0))
        open_ = LONG if cat == "convenience" else hours
        if cat in ("convenience", "pharmacy") and rng.random() < 0.22:
            open_ = ALL
        seen = None if rng.random() > 0.64 else str(np.datetime64("2025-10-08") + int(rng.integers(0, 385)))
        rows.append(
            {
                "category": cat,
                "category_name": cn,
                "name": name,
                "size_m2": size,
                "capacity": int(size * per) if unit else None,
                "capacity_unit": unit,
                "open_hours": open_,
                "step_free": bool(rng.random() < (0.72 if size and size > 300 else 0.48)),
                "verified_on": seen,
                "serves": serves or None,
                "street": street,
                "x": float(x),
                "y": float(y),
            }
        )

    def factor(cat):
        f = TABLE[cat][7]
        return np.array([f.get(z, 1.0) for z in zone])

    for cat, (cn, n, mode, gap, _, _, hub, zf) in TABLE.items():
        group = (
            "elderly"
            if cat.startswith("elderly") or cat == "canteen"
            else "children"
            if cat in ("kindergarten", "nursery", "primary_school", "junior_school")
            else "residents"
        )
        base = dens[group] / dens[group].mean()
        if mode in ("community", "subdistrict", "grid"):
            for a in com if mode != "subdistrict" else sub:
                shapely.prepare(a["geom"])
                inside = np.flatnonzero(shapely.contains_xy(a["geom"], xy[:, 0], xy[:, 1]) & (cls != "primary"))
                if not len(inside):
                    inside = np.flatnonzero(shapely.dwithin(shapely.points(xy), a["geom"], 30))
                many = (
                    max(1, round(a["residents"] / (48_000 if cat == "health_center" else 400_000)))
                    if mode == "subdistrict"
                    else int(
                        np.clip(
                            round(a["households"] / (1250 if mode == "grid" else 1500) + rng.uniform(-0.4, 0.3)),
                            1,
                            6 if mode == "grid" else 3,
                        )
                    )
                )
                w = (base[inside] + 0.05) * by_cls[inside]
                mine = np.asarray(comp["residents"]) * (np.char.startswith(comp["community"], a["code"]))
                got = (
                    targeted(
                        xy[inside],
                        (close if mode == "community" else wide)[inside],
                        mine,
                        by_cls[inside],
                        many,
                        gap or 150,
                        0.8,
                        rng,
                    )
                    if mode != "grid"
                    else spread(xy[inside], w, many, 160, rng)
                )
                for j, i in enumerate(got or spread(xy[inside], w, many, 160, rng)):
                    p = inside[i]
                    tail = "" if many == 1 or (mode == "community" and j == 0) else f"第{ORD[j]}"
                    kind = "党群服务站" if mode == "community" and j else cn
                    size = (
                        max(260, a["households"] * 0.24 * rng.lognormal(0, 0.3)) * (0.42 if j else 1)
                        if cat == "party_service_center"
                        else None
                    )
                    add(
                        cat,
                        *xy[p],
                        a["name"]
                        + (tail if kind == cn else "")
                        + kind
                        + (tail[1:] and f"（{tail[1:]}）" if kind != cn else ""),
                        a["code"] if mode != "subdistrict" else "",
                        size,
                        streets[int(cand[p, 2])].name,
                    )
        elif mode == "compound":
            f = np.array([zf.get(z, 1.0) for z in comp["zone"]])
            g = [(k, q) for k, qs in enumerate(comp["gates"]) for q in (qs or [(comp["x"][k], comp["y"][k])])]
            gxy = np.array([q[:2] for _, q in g]) + rng.normal(0, 7 if cat != "fitness_outdoor" else 14, (len(g), 2))
            w = np.array([comp["residents"][k] * f[k] for k, _ in g], float) ** 0.7 * shapely.contains_xy(
                ground.district, gxy[:, 0], gxy[:, 1]
            )
            for i in spread(gxy, w, n, gap, rng):
                add(cat, *gxy[i], comp["name"][g[i][0]] + cn)
        elif mode.startswith("lot:"):
            use = mode[4:]
            ok = [l for l in lots if l.use == use or (use == "park" and l.use == "green" and l.poly.area > 2500)]
            pxy = np.array([(l.gates or l.mouths or [(l.poly.centroid.x, l.poly.centroid.y)])[0][:2] for l in ok])
            w = np.exp(-((pxy[:, None] - cxy[None]) ** 2).sum(2) / 420.0**2) @ comp[group]
            w = w**0.5
            w = w * np.array([5.0 if l.name else 1.0 for l in ok]) if use == "park" else w
            got = spread(pxy, w, n, gap, rng)
            for j, i in enumerate(got):
                l = ok[i]
                s = "澄安区" if cat in ("primary_school", "junior_school") and j % 3 else _road(streets, pxy[i])[:2]
                name = l.name or (f"{s}第{_cn(j + 1)}{cn}" if s == "澄安区" else s + ("游园" if use == "park" else cn))
                add(cat, *pxy[i], name, size=l.poly.area * (1 if use == "park" else 0.62))
            left = n - len(got)
            if left > 0 and use != "park":
                far = cKDTree(pxy[got]).query(xy)[0] > gap if got else np.ones(len(xy), bool)
                missed = (
                    comp[group]
                    * (
                        np.min(
                            np.hypot(cxy[:, None, 0] - pxy[None, got, 0], cxy[:, None, 1] - pxy[None, got, 1]), axis=1
                        )
                        > 230
                    )
                    if got
                    else comp[group]
                )
                for i in targeted(xy, close, np.asarray(missed), (cls != "primary") * far * 1.0, left, gap, 0.7, rng):
                    add(cat, *xy[i], _road(streets, xy[i])[:2] + cn, street=streets[int(cand[i, 2])].name)
        else:
            w = base**0.75 * by_cls * factor(cat) * (1 + 4 * hub * pull)
            if mode == "stop":
                w = (0.3 + base) * np.isin(cls, ["primary", "secondary"]) * np.where(cls == "primary", 2.0, 1.0)
            if cat == "market":
                w = w * np.isin(cls, ["tertiary", "secondary"])
            if cat in SKILL:
                got = targeted(xy, close, np.asarray(comp[group]), by_cls * factor(cat), n, gap, SKILL[cat], rng)
            else:
                got = spread(xy, w, n, gap, rng)
            for i in got:
                road = streets[int(cand[i, 2])].name
                nm = {"stop": f"{road}{comp['name'][int(np.argmin(((cxy - xy[i]) ** 2).sum(1)))][:4]}站"}.get(mode)
                add(cat, *xy[i], nm or _shop(cat, road, cn, rng), street=road)
    return rows


def _cn(n):
    return ORD[n - 1] if n <= 10 else ("" if n < 20 else ORD[n // 10 - 1]) + "十" + (ORD[n % 10 - 1] if n % 10 else "")


def _road(streets, p):
    named = [s for s in streets if s.name]
    return named[int(np.argmin(shapely.distance(np.array([s.geom for s in named]), shapely.Point(p))))].name


def _shop(cat, road, cn, rng):
    brand = {
        "convenience": ["家门口便利", "惠邻便利店", "鲜生活小超市", "好邻居便利", "便民超市", "美佳便利"],
        "pharmacy": ["康民大药房", "仁和药店", "百姓平价药房", "同益堂药店"],
        "market": ["菜市场", "农贸市场", "便民市场", "生鲜超市"],
        "community_retail": ["邻里中心", "便民商业街", "生活广场"],
    }.get(cat)
    return (
        f"{brand[rng.integers(len(brand))]}（{road}店）"
        if cat in ("convenience", "pharmacy")
        else road + (brand[rng.integers(len(brand))] if brand else cn)
    )
