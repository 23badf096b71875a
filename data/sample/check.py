"""The self-check of a sample district: totals, coverage of the ground, network, gates, walls, stories."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from data.sample import people, places, plan
from data.sample.categories import CATEGORIES
from data.sample.frames import AREA_COLUMN, COUNTS, METRIC

Frames = Mapping[str, gpd.GeoDataFrame]
LAYERS = (
    *("districts", "subdistricts", "communities", "compounds", "gates", "service_points"),
    *("streets", "barriers", "candidate_sites", "backdrop"),
)
GATE_REACH_M, POINT_REACH_M = 60.0, 120.0
OPEN_KINDS = ("hutong",)
INNER = ("path",)


def faults(frames: Frames) -> list[str]:
    """What is wrong with the layers of a sample district, one sentence each; empty = good.

    Expects the layers of `district.make_district` in EPSG:4490.
    """
    missing = [name for name in LAYERS if name not in frames]
    if missing:
        return [f"layers missing: {', '.join(missing)}"]
    metric = {name: frame.to_crs(METRIC) for name, frame in frames.items() if name != "buildings"}
    checks = (
        *_totals(frames, metric),
        *_ground(frames, metric),
        *_network(frames, metric),
        *_walls(metric),
        *_points(frames, metric),
        *_stories(metric),
    )
    return [text for good, text in checks if not good]


Check = Iterator[tuple[bool, str]]


def _totals(frames: Frames, metric: Frames) -> Check:
    homes, communities = frames["compounds"], frames["communities"]
    yield int(homes.residents.sum()) == people.RESIDENTS, f"residents {homes.residents.sum()}"
    yield int(homes.children.sum()) == people.CHILDREN, f"children {homes.children.sum()}"
    yield int(homes.elderly.sum()) == people.ELDERLY, f"elderly {homes.elderly.sum()}"
    yield bool((homes.elderly_80 <= homes.elderly).all()), "more people over 80 than over 60"
    yield 700 <= len(homes) <= 1_300, f"{len(homes)} compounds"
    low, high = homes.households.min(), homes.households.max()
    yield low >= people.LEAST_HOUSEHOLDS and high == people.GIANT_HOUSEHOLDS, f"households {low} to {high}"
    great = homes.households.between(4_000, 8_000).sum()
    yield great >= 4, f"only {great} compounds of 4,000 to 8,000 households"
    yield len(communities) == places.COMMUNITIES, f"{len(communities)} communities"
    yield len(frames["subdistricts"]) == len(places.SUBDISTRICTS), f"{len(frames['subdistricts'])} subdistricts"
    area_km2 = metric["districts"].area.sum() / 1e6
    yield 38 <= area_km2 <= 43, f"district of {area_km2:.2f} km2"
    median = communities.resident_households.median()
    yield 2_600 <= median <= 3_100, f"median community of {median:.0f} households"
    yield (communities.resident_households > 5_000).sum() >= 5, "hardly a community over 5,000 households"
    for column in COUNTS:
        for level in ("communities", "subdistricts", "districts"):
            total = frames[level][AREA_COLUMN.get(column, column)].sum()
            yield total == homes[column].sum(), f"{level}: {column} sum to {total}"
    for name in ("compounds", "communities", "subdistricts"):
        yield frames[name].name.is_unique, f"{name}: a name is used twice"
    for name, frame in frames.items():
        yield bool(frame.synthetic.all()) and bool(frame.data_date.notna().all()), f"{name}: a row without its label"


def _ground(frames: Frames, metric: Frames) -> Check:
    """Areas tile the ground in degrees and in metres, the upper ones are unions of the lower ones."""
    for name in ("communities", "subdistricts"):
        frame = frames[name]
        yield bool(frame.is_valid.all()) and set(frame.geom_type) == {"Polygon"}, f"{name}: not plain polygons"
        for what, geoms in (("degrees", frame.geometry), ("metres", metric[name].geometry)):
            yield bool(shapely.coverage_is_valid(geoms.to_numpy())), f"{name}: no valid coverage in {what}"
    for lower, upper in (("communities", "subdistricts"), ("subdistricts", "districts")):
        union = {k: shapely.coverage_union_all(v.geometry.to_numpy()) for k, v in frames[lower].groupby("parent_code")}
        same = all(union[k].equals(g) for k, g in zip(frames[upper].code, frames[upper].geometry, strict=True))
        yield same, f"{upper} are not the union of {lower}"
    homes = frames["compounds"]
    own = frames["communities"].set_index("code").geometry.reindex(homes.community_code).to_numpy()
    cut = int((~shapely.covers(own, homes.geometry.to_numpy())).sum())
    yield cut == 0, f"{cut} compounds cut by a community border"
    overlaps = shapely.STRtree(homes.geometry).query(homes.geometry, predicate="overlaps")[0]
    yield len(overlaps) == 0, f"{len(overlaps) // 2} overlapping compounds"
    for name, frame in frames.items():
        fine = np.allclose(shapely.get_coordinates(frame.geometry) * 1e9 % 1, [0.5], atol=0.5) and frame.crs == 4490
        yield bool(fine) and bool(frame.is_valid.all()), f"{name}: invalid geometry"


def _network(frames: Frames, metric: Frames) -> Check:
    """One walking network; corridors are crossed on bridges and through underpasses only."""
    streets = frames["streets"]
    share = main_share(streets[streets.walkable])
    yield share >= 0.99, f"only {share:.2%} of the walking network in one piece"
    streets = metric["streets"]
    level = streets[streets.walkable & (streets.layer == 0) & ~streets["class"].isin(INNER)].geometry
    for name, limit in (("gates", GATE_REACH_M), ("service_points", POINT_REACH_M)):
        far = shapely.STRtree(level).query_nearest(metric[name].geometry, all_matches=False, return_distance=True)[1]
        yield far.max() <= limit, f"{name}: {far.max():.0f} m from a street"
    backdrop = metric["backdrop"]
    walked = streets[streets.walkable]
    motorway = shapely.union_all(streets[streets["class"] == "motorway"].geometry)
    rail = shapely.union_all(backdrop[backdrop.kind == "railway"].geometry)
    river = shapely.union_all(backdrop[(backdrop.kind == "water") & (backdrop.name == plan.RIVER.name)].geometry)
    yield not (walked.crosses(rail) & ~walked.bridge).any(), "a street crosses the railway on the level"
    yield not (walked.intersects(river) & ~walked.bridge).any(), "a street runs through the river"
    yield not (walked.crosses(motorway) & ~walked.tunnel).any(), "a street crosses the motorway on the level"
    inside = walked[walked.intersects(metric["districts"].geometry.iloc[0].buffer(30))]
    for what, line in (("railway", rail), ("river", river)):
        names = set(inside[inside.crosses(line) & inside.bridge].name)
        yield 3 <= len(names) <= 8, f"{len(names)} crossings of the {what}"


def main_share(walkable: gpd.GeoDataFrame) -> float:
    """Share of the street vertices that lie in the largest connected network; streets join in equal vertices."""
    ids: dict[tuple[float, float], int] = {}
    pairs = []
    for line in walkable.geometry:
        nodes = [ids.setdefault(tuple(p), len(ids)) for p in shapely.get_coordinates(line)]
        pairs += pairwise(nodes)
    tail, head = np.array(pairs).T
    graph = coo_matrix((np.ones(len(tail)), (tail, head)), shape=(len(ids),) * 2)
    label = connected_components(graph, directed=False)[1]
    return float(np.bincount(label).max() / len(ids))


def _walls(metric: Frames) -> Check:
    """Public streets stay outside walled compounds; inner paths leave them through gates alone."""
    streets, homes, barriers = metric["streets"], metric["compounds"], metric["barriers"]
    public = streets[streets.walkable & ~streets["class"].isin(INNER)].geometry
    closed = homes[homes.walled & (homes.kind != "village")].geometry.buffer(-1.5)
    hits = len(shapely.STRtree(closed).query(public, predicate="intersects")[0])
    yield hits == 0, f"{hits} public streets inside a walled compound"
    wall = barriers[barriers.kind == "compound_wall"].geometry
    hits = len(shapely.STRtree(wall).query(streets[streets.walkable].geometry, predicate="intersects")[0])
    yield hits == 0, f"{hits} streets or paths through a wall"
    town_wall = shapely.union_all(barriers[barriers.kind == "city_wall"].geometry)
    yield not streets[streets.walkable].crosses(town_wall).any(), "a street through the town wall"
    yield (streets["class"] == "path").sum() >= 200, "hardly a path inside the estates"


def _points(frames: Frames, metric: Frames) -> Check:
    points = metric["service_points"]
    yield set(points.category) == set(CATEGORIES), "not all 27 categories"
    yield frames["service_points"].name.is_unique, "service_points: a name is used twice"
    district = metric["districts"].geometry.iloc[0]
    beyond = points[~points.within(district)]
    needed = set(CATEGORIES) - {"street_service_center", "elderly_center", "culture_center"}
    yield needed <= set(beyond.category), "beyond the border a category is missing"
    yield bool(beyond.within(district.buffer(plan.MARGIN_M + 10)).all()), "a point far beyond the border"
    served = points.serves.notna()
    yield set(points[served].category) == {"party_service_center", "grid_post"}, "serves on the wrong categories"
    yield set(points.serves[served]) == set(metric["communities"].code), "a community without its own centre"


def _stories(metric: Frames) -> Check:
    """What a first look at the map should show."""
    points, backdrop = metric["service_points"], metric["backdrop"]
    rail = shapely.get_coordinates(backdrop[backdrop.kind == "railway"].geometry)
    track = rail[np.argsort(rail[:, 0])]
    markets = points[points.category == "market"].geometry
    north = markets.y > np.interp(markets.x, track[:, 0], track[:, 1])
    yield not north.any(), f"{north.sum()} markets north of the railway"
    old_town = metric["subdistricts"].set_index("name").geometry.reindex(["景安门街道", "文昌里街道"]).union_all()
    inside = points[points.category == "elderly_daycare"].within(old_town).sum()
    yield inside == 0, f"{inside} day care centres inside the wall"
    homes = metric["compounds"].set_index("name")
    yield "云澜府" in homes.index and homes.households["云澜府"] == people.GIANT_HOUSEHOLDS, "云澜府 is not the giant"
    yield "高家堡村" in homes.index and homes.kind["高家堡村"] == "village", "高家堡村 is not a village"
