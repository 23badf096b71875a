"""Service points of every category: placed in the district by plan and by luck, and beyond its border by density."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import Point

from data.sample import plan
from data.sample.categories import ALL_DAY, BRANDS, CATEGORIES, Category
from data.sample.geo import Rng
from data.sample.ground import Ground, Street
from data.sample.lots import Lot
from data.sample.siting import GROUPS, Fronts, People, fronts, kernel, spread, targeted

NUMERAL = "一二三四五六七八九十"
FIRST_CHECK, CHECK_DAYS, CHECKED = np.datetime64("2025-10-08"), 385, 0.64
# people per hectare beyond the border and their shares, about those inside
BEYOND_PER_HA = {"core": 260, "inner": 260, "ring": 250, "riverwest": 270, "west": 150, "north": 130}
BEYOND_SHARE = {"residents": 1.0, "elderly": 0.1823, "children": 0.1455}
BEYOND_STEP_M = 170.0
Row = dict[str, Any]
XY = tuple[float, float]


@dataclass(frozen=True)
class Homes:
    """Compounds as service planners see them; all columns parallel."""

    lots: Sequence[Lot]
    community: np.ndarray  # 12-digit codes
    people: People


@dataclass(frozen=True)
class Scene:
    """What every placing step reads."""

    streets: Sequence[Street]
    lots: Sequence[Lot]
    homes: Homes
    areas: Sequence[Mapping[str, Any]]
    ground: Ground
    at: Fronts
    close: np.ndarray  # (fronts, compounds) nearness, 170 m
    wide: np.ndarray  # (fronts, compounds) nearness, 410 m

    def road(self, front: int) -> str:
        """Name of the street of a front."""
        return self.streets[int(self.at.street[front])].name


def place(
    streets: Sequence[Street],
    lots: Sequence[Lot],
    homes: Homes,
    areas: Sequence[Mapping[str, Any]],
    ground: Ground,
    seed: int,
) -> list[Row]:
    """All service points as rows in plan metres.

    `areas` are rows of communities and subdistricts with level, code, name, geom, residents and households.
    """
    rng = np.random.default_rng([seed, 10])
    at = fronts(streets, ground.district, homes.people, ground, rng)
    close, wide = (kernel(at.xy, homes.people.xy, radius) for radius in (170.0, 410.0))
    scene = Scene(streets, lots, homes, areas, ground, at, close, wide)
    ways = {"community": _in_areas, "subdistrict": _in_areas, "grid": _in_areas, "compound": _at_compounds}
    rows: list[Row] = []
    for category, kind in CATEGORIES.items():
        way = _on_lots if kind.where.startswith("lot:") else ways.get(kind.where, _beside_streets)
        rows += way(scene, category, kind, rng)
    return _once_named([*rows, *_beyond(scene, rows, rng)])


def _row(
    category: str, xy: Sequence[float], name: str, rng: Rng, serves: str | None = None, size: float | None = None
) -> Row:
    kind = CATEGORIES[category]
    m2 = (
        round(size if size is not None else kind.size_m2 * rng.lognormal(0, kind.size_spread)) if kind.size_m2 else None
    )
    hours = ALL_DAY if category in ("convenience", "pharmacy") and rng.random() < 0.22 else kind.hours
    checked = rng.random() < CHECKED
    return {
        "name": name,
        "category": category,
        "size_m2": m2,
        "capacity": int(m2 / kind.m2_per_place) if m2 and kind.m2_per_place else None,
        "open_hours": hours,
        "step_free": bool(rng.random() < (0.72 if m2 and m2 > 300 else 0.48)),
        "verified_on": str(FIRST_CHECK + int(rng.integers(0, CHECK_DAYS))) if checked else None,
        "serves": serves,
        "x": float(xy[0]),
        "y": float(xy[1]),
    }


def _in_areas(scene: Scene, category: str, kind: Category, rng: Rng) -> Iterator[Row]:
    """Each area's own points: centres where its people are, posts spread over it."""
    at = scene.at
    level = "subdistrict" if kind.where == "subdistrict" else "community"
    near = scene.close if kind.where == "community" else scene.wide
    for area in (a for a in scene.areas if a["level"] == level):
        shapely.prepare(area["geom"])
        quiet = shapely.contains_xy(area["geom"], at.xy[:, 0], at.xy[:, 1]) & (at.cls != "primary")
        inside = np.flatnonzero(quiet)
        if not len(inside):
            inside = np.flatnonzero(shapely.dwithin(shapely.points(at.xy), area["geom"], 30))
        many, weight = _wanted(category, kind, area, rng), at.class_weight[inside]
        chosen: list[int] = []
        if kind.where != "grid":
            mine = scene.homes.people.counts["residents"] * np.char.startswith(scene.homes.community, area["code"])
            chosen = targeted(at.xy[inside], near[inside], mine, weight, many, kind.gap_m, 0.8, rng)
        if not chosen:
            weight = (at.density[kind.group][inside] + 0.05) * weight
            chosen = spread(at.xy[inside], weight, many, 160, rng)
        for n, i in enumerate(chosen):
            size = None
            if category == "party_service_center":
                size = max(260, area["households"] * 0.24 * rng.lognormal(0, 0.3)) * (0.42 if n else 1)
            serves = area["code"] if level == "community" else None
            yield _row(
                category, at.xy[inside[i]], _area_point(category, kind, area["name"], n, many), rng, serves, size
            )


def _wanted(category: str, kind: Category, area: Mapping[str, Any], rng: Rng) -> int:
    if kind.where == "subdistrict":
        return max(1, round(area["residents"] / (48_000 if category == "health_center" else 400_000)))
    per, most = (1250, 6) if kind.where == "grid" else (1500, 3)
    return int(np.clip(round(area["households"] / per + rng.uniform(-0.4, 0.3)), 1, most))


def _area_point(category: str, kind: Category, area: str, n: int, many: int) -> str:
    if category == "party_service_center":
        return f"{area}{kind.name}" if n == 0 else f"{area}第{NUMERAL[n]}党群服务站"
    if kind.name.startswith("街道"):
        area = area.removesuffix("街道")
    return f"{area}{kind.name}" if many == 1 else f"{area}第{NUMERAL[n]}{kind.name}"


def _at_compounds(scene: Scene, category: str, kind: Category, rng: Rng) -> Iterator[Row]:
    """Small points at the gates of compounds."""
    lots, people = scene.homes.lots, scene.homes.people
    doors = [(k, g[:2]) for k, lot in enumerate(lots) for g in (lot.entries or [tuple(people.xy[k])])]
    xy = np.array([p for _, p in doors]) + rng.normal(0, 14 if category == "fitness_outdoor" else 7, (len(doors), 2))
    odds = np.array([people.counts["residents"][k] * kind.zones.get(lots[k].zone, 1.0) for k, _ in doors], float)
    weight = odds**0.7 * shapely.contains_xy(scene.ground.district, xy[:, 0], xy[:, 1])
    for i in spread(xy, weight, kind.number, kind.gap_m, rng):
        yield _row(category, xy[i], lots[doors[i][0]].name + kind.name, rng)


def _on_lots(scene: Scene, category: str, kind: Category, rng: Rng) -> Iterator[Row]:
    """Schools, kindergartens and parks on their own lots; what is missing stands beside streets."""
    use, people = kind.where.removeprefix("lot:"), scene.homes.people
    own = [x for x in scene.lots if x.use == use or (use == "park" and x.use == "green" and x.poly.area > 2500)]
    xy = np.array([(x.entries[0][:2] if x.entries else (x.poly.centroid.x, x.poly.centroid.y)) for x in own])
    weight = np.sqrt(kernel(xy, people.xy, 420.0) @ people.counts[kind.group].astype(float))
    if use == "park":
        weight = weight * np.array([5.0 if x.name else 1.0 for x in own])
    chosen = spread(xy, weight, kind.number, kind.gap_m, rng)
    tree = shapely.STRtree([s.geom for s in scene.streets if s.name])
    roads = [s.name for s in scene.streets if s.name]
    for n, i in enumerate(chosen):
        road = roads[tree.nearest(Point(xy[i]))][:2]
        if use == "school":
            name = f"澄安区第{_ordinal(n + 1)}{kind.name}" if n % 3 else f"{road}{kind.name}"
        else:
            name = own[i].name or road + ("游园" if use == "park" else kind.name)
        yield _row(category, xy[i], name, rng, size=own[i].poly.area * (1 if use == "park" else 0.62))
    missing = kind.number - len(chosen)
    if missing > 0 and use != "park":
        far = cKDTree(xy[chosen]).query(scene.at.xy)[0] > kind.gap_m
        without = people.counts[kind.group] * (cKDTree(xy[chosen]).query(people.xy)[0] > 230)
        weight = far * (scene.at.cls != "primary") * 1.0
        for i in targeted(scene.at.xy, scene.close, without, weight, missing, kind.gap_m, 0.7, rng):
            yield _row(category, scene.at.xy[i], scene.road(i)[:2] + kind.name, rng)


def _beside_streets(scene: Scene, category: str, kind: Category, rng: Rng) -> Iterator[Row]:
    """Services in street fronts, planned ones where they are missed most."""
    at = scene.at
    if kind.planned is not None:
        demand, weight = scene.homes.people.counts[kind.group], at.class_weight * at.zone_weight(dict(kind.zones))
        chosen = targeted(at.xy, scene.close, demand, weight, kind.number, kind.gap_m, kind.planned, rng)
    else:
        chosen = spread(at.xy, _street_weight(at, category, kind), kind.number, kind.gap_m, rng)
    tree = cKDTree(scene.homes.people.xy)
    for i in chosen:
        road = scene.road(i)
        if kind.where == "stop":
            beside = scene.homes.lots[tree.query(at.xy[i])[1]].name
            name = f"{beside}站" if beside.startswith(road) else f"{road}{beside[:4]}站"
        else:
            name = _shop(category, kind, road, rng)
        yield _row(category, at.xy[i], name, rng)


def _street_weight(at: Fronts, category: str, kind: Category) -> np.ndarray:
    density = at.density[kind.group]
    if kind.where == "stop":
        return (0.3 + density) * np.isin(at.cls, ["primary", "secondary"]) * np.where(at.cls == "primary", 2.0, 1.0)
    weight = density**0.75 * at.class_weight * at.zone_weight(dict(kind.zones)) * (1 + 4 * kind.hub * at.pull)
    return weight * np.isin(at.cls, ["residential", "tertiary", "secondary"]) if category == "market" else weight


def _shop(category: str, kind: Category, road: str, rng: Rng) -> str:
    brands = BRANDS.get(category)
    if not brands:
        return road + kind.name
    brand = brands[rng.integers(len(brands))]
    return f"{brand}（{road}店）" if category in ("convenience", "pharmacy") else road + brand


def _beyond(scene: Scene, inside: Sequence[Row], rng: Rng) -> Iterator[Row]:
    """Points of every category in the margin outside the district, as dense as inside for the people there."""
    ground = scene.ground
    margin = ground.district.buffer(plan.MARGIN_M).difference(ground.district)
    people = _people_beyond(margin, ground)
    at = fronts(scene.streets, margin, people, ground, rng)
    share = people.counts["residents"].sum() / scene.homes.people.counts["residents"].sum()
    for category, kind in CATEGORIES.items():
        here = sum(row["category"] == category for row in inside)
        odds = np.array([kind.zones.get(z, 1.0) for z in at.zone])
        local = np.average(odds, weights=at.density["residents"])
        weight = _street_weight(at, category, kind._replace(hub=0.0)) * (at.cls != "living_street")
        for i in spread(at.xy, weight, round(here * share * min(local, 1.0)), kind.gap_m or 150, rng):
            road = scene.streets[int(at.street[i])].name
            name = f"{road}公交站" if kind.where == "stop" else _shop(category, kind, road, rng)
            yield _row(category, at.xy[i], name, rng)


def _people_beyond(margin: shapely.Geometry, ground: Ground) -> People:
    """A square lattice of ground beyond the border with the people its part of town usually holds."""
    x0, y0, x1, y1 = margin.bounds
    x, y = np.meshgrid(np.arange(x0, x1, BEYOND_STEP_M), np.arange(y0, y1, BEYOND_STEP_M))
    xy = np.column_stack([x.ravel(), y.ravel()])
    xy = xy[shapely.contains_xy(margin, xy[:, 0], xy[:, 1])]
    people = np.array([BEYOND_PER_HA[ground.zone(*p)] * BEYOND_STEP_M**2 / 1e4 for p in xy])
    return People(xy, {g: np.rint(people * BEYOND_SHARE[g]) for g in GROUPS})


def _ordinal(n: int) -> str:
    if n <= 10:
        return NUMERAL[n - 1]
    tens, ones = divmod(n, 10)
    return ("" if tens == 1 else NUMERAL[tens - 1]) + "十" + (NUMERAL[ones - 1] if ones else "")


def _once_named(rows: Sequence[Row]) -> list[Row]:
    """Rows whose names are told apart by a number where several would be the same."""
    seen: dict[str, int] = {}
    out = []
    for row in rows:
        name = row["name"]
        seen[name] = seen.get(name, 0) + 1
        n = seen[name]
        if n > 1:
            name = f"{name[:-2]}{n}店）" if name.endswith("店）") else f"{name}（{n}）"
        out.append(row | {"name": name})
    return out
