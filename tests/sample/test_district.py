"""The bundled district as its users meet it: counts, shape, network, stories, determinism."""

import os
import re
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.sample.categories import CATEGORIES
from data.sample.check import faults, main_share
from data.sample.district import DATA_DATE, digest

Frames = dict[str, gpd.GeoDataFrame]
AREA_COLUMNS = {
    *("code", "name", "parent_code", "level", "registered_households", "resident_households", "dwelling_units"),
    *("undelivered_units", "population", "elderly", "elderly_80", "children"),
}
COLUMNS = {
    "districts": AREA_COLUMNS,
    "subdistricts": AREA_COLUMNS,
    "communities": AREA_COLUMNS,
    "compounds": {
        *("uid", "name", "kind", "kind_name", "community_code", "walled", "built", "households", "residents"),
        *("registered_households", "dwelling_units", "undelivered_units", "elderly", "elderly_80", "children"),
    },
    "buildings": {"uid", "compound_uid", "floors"},
    "service_points": {
        *("uid", "name", "category", "size_m2", "capacity", "open_hours", "step_free", "verified_on", "serves"),
    },
    "gates": {"uid", "compound_uid", "name", "access", "hours"},
    "streets": {"uid", "name", "class", "walkable", "bridge", "tunnel", "layer", "width_m"},
    "barriers": {"uid", "kind", "name"},
    "candidate_sites": {"uid", "name"},
    "backdrop": {"kind", "name"},
}


@pytest.fixture(scope="session")
def metric(sample: Frames) -> Frames:
    return {name: frame.to_crs(4545) for name, frame in sample.items()}


def test_self_check_finds_nothing(sample: Frames) -> None:
    assert faults(sample) == []


@pytest.mark.parametrize("name", COLUMNS)
def test_layer_has_its_columns_label_and_crs(sample: Frames, name: str) -> None:
    frame = sample[name]
    assert set(frame.columns) >= COLUMNS[name] | {"geometry", "synthetic", "data_date"}
    assert frame.crs == 4490
    assert frame.synthetic.all()
    assert set(frame.data_date) == {DATA_DATE}
    assert list(frame.index) == list(range(len(frame)))
    if "uid" in frame:
        assert frame.uid.is_unique


def test_every_layer_is_described() -> None:
    assert len(COLUMNS) == 11


def test_published_size(sample: Frames, metric: Frames) -> None:
    homes = sample["compounds"]
    assert homes.residents.sum() == 1_020_000
    assert homes.children.sum() == round(0.1455 * 1_020_000)
    assert homes.elderly.sum() == round(0.1823 * 1_020_000)
    assert (len(sample["subdistricts"]), len(sample["communities"])) == (9, 131)
    assert 38e6 <= metric["districts"].area.sum() <= 43e6


def test_compounds_have_a_heavy_tail(sample: Frames) -> None:
    households = sample["compounds"].households
    assert households.min() >= 60
    assert households.max() == 9_000
    assert households.between(4_000, 8_000).sum() >= 5
    assert households.between(2_000, 4_000).sum() >= 10
    assert households.quantile(0.99) > 10 * households.median()
    assert (households == households.min()).mean() < 0.01


def test_communities_are_large_and_uneven(sample: Frames) -> None:
    households = sample["communities"].resident_households
    assert 2_700 <= households.median() <= 3_000
    assert (households > 3_000).sum() >= 40
    assert 8 <= (households > 5_000).sum() <= 25


def test_old_estates_are_older_than_new_towers(sample: Frames) -> None:
    kinds = sample["compounds"].groupby("kind")[["elderly", "residents"]].sum()
    share = kinds.elderly / kinds.residents
    assert 0.27 <= share["danwei"] <= 0.36
    assert 0.08 <= share["high"] <= 0.13


@pytest.mark.parametrize("crs", [4490, 4545])
@pytest.mark.parametrize("name", ["communities", "subdistricts"])
def test_areas_are_a_valid_coverage(sample: Frames, name: str, crs: int) -> None:
    assert shapely.coverage_is_valid(sample[name].to_crs(crs).geometry.to_numpy())


def test_upper_areas_are_unions_of_lower_ones(sample: Frames) -> None:
    whole = sample["districts"].geometry.iloc[0]
    for name in ("communities", "subdistricts"):
        assert shapely.coverage_union_all(sample[name].geometry.to_numpy()).equals(whole)


def test_community_borders_run_on_street_vertices(metric: Frames) -> None:
    lines = metric["streets"][~metric["streets"]["class"].isin(["path", "footway"])].geometry.to_numpy()
    river = metric["backdrop"][metric["backdrop"].kind.isin(["water", "railway"])].geometry.to_numpy()
    district = metric["districts"].geometry.iloc[0].buffer(-60)
    corners = shapely.points(np.unique(np.round(shapely.get_coordinates(metric["communities"].geometry), 3), axis=0))
    corners = corners[shapely.within(corners, district)]
    far = shapely.STRtree(np.concatenate([lines, river])).query_nearest(
        corners, all_matches=False, return_distance=True
    )[1]
    assert (far < 0.5).mean() > 0.97


def test_walking_network_is_one_piece(sample: Frames) -> None:
    streets = sample["streets"]
    assert main_share(streets[streets.walkable]) >= 0.99
    assert not streets[streets["class"].isin(["motorway", "motorway_link"])].walkable.any()


def test_gates_open_onto_streets(metric: Frames) -> None:
    streets = metric["streets"]
    public = streets[streets.walkable & (streets.layer == 0) & (streets["class"] != "path")].geometry.to_numpy()
    gates = metric["gates"].geometry.to_numpy()
    far = shapely.STRtree(public).query_nearest(gates, all_matches=False, return_distance=True)[1]
    assert far.max() < 60


def test_inner_paths_leave_estates_through_gates_only(metric: Frames) -> None:
    streets, homes = metric["streets"], metric["compounds"]
    paths = streets[streets["class"] == "path"].geometry
    assert len(paths) > 1_000
    walled = homes[homes.walled].exterior.to_numpy()
    which, wall = shapely.STRtree(walled).query(paths, predicate="intersects")
    meets = shapely.intersection(paths.to_numpy()[which], walled[wall])
    gates = shapely.union_all(metric["gates"].geometry.to_numpy())
    assert len(meets) > 300
    assert shapely.distance(meets, gates).max() < 4.0


def test_street_names_follow_the_street(sample: Frames) -> None:
    streets = sample["streets"]
    assert {"primary", "secondary", "tertiary", "residential", "living_street", "footway", "path"} <= set(
        streets["class"]
    )
    minor = streets[streets["class"].isin(["tertiary", "residential"])]
    assert minor.name.notna().all()
    assert minor.name.nunique() < 0.85 * len(minor)


def test_street_plan_has_twin_roads_roundabouts_and_slip_roads(sample: Frames) -> None:
    streets = sample["streets"]
    assert {"鼓楼环岛", "枣林环岛"} <= set(streets.name)
    assert (streets["class"] == "primary_link").sum() >= 15
    assert (streets["class"] == "motorway_link").sum() >= 8
    assert (streets[streets.name == "枣林路"].bridge).sum() >= 2


def test_points_of_all_categories_stand_inside_and_most_beyond_the_border(sample: Frames) -> None:
    points, district = sample["service_points"], sample["districts"].geometry.iloc[0]
    within = points.within(district)
    assert set(points[within].category) == set(CATEGORIES)
    assert len(CATEGORIES) == 27
    beyond = points[~within].category.value_counts()
    inside = points[within].category.value_counts()
    assert set(beyond.index) == set(CATEGORIES)
    assert (beyond["convenience"] / inside["convenience"]) > 0.4
    assert points[~within].serves.isna().all()


def test_north_of_the_railway_there_is_no_market(metric: Frames) -> None:
    points = metric["service_points"]
    rail = metric["backdrop"][metric["backdrop"].kind == "railway"].geometry.union_all()
    markets = points[points.category == "market"].geometry
    track = np.array(sorted(map(tuple, shapely.get_coordinates(rail))))
    assert len(markets) > 100
    assert (markets.y < np.interp(markets.x, track[:, 0], track[:, 1])).all()


def test_inside_the_wall_there_is_no_day_care(metric: Frames) -> None:
    points, areas = metric["service_points"], metric["subdistricts"].set_index("name").geometry
    old_town = areas["景安门街道"].union(areas["文昌里街道"])
    assert not points[points.category == "elderly_daycare"].within(old_town).any()
    homes = metric["compounds"]
    inside = homes[homes.within(old_town)]
    assert inside.elderly.sum() / inside.residents.sum() > 0.22


def test_giant_estate_is_one_community(sample: Frames) -> None:
    homes = sample["compounds"]
    giant = homes[homes.name == "云澜府"].iloc[0]
    assert giant.households == 9_000
    assert (homes.community_code == giant.community_code).sum() == 1
    assert (sample["gates"].compound_uid == giant.uid).sum() >= 6


def test_village_has_no_gate_on_its_east_side(metric: Frames) -> None:
    homes, gates, streets = metric["compounds"], metric["gates"], metric["streets"]
    village = homes[homes.name == "高家堡村"].iloc[0]
    assert village.kind == "village"
    assert "东门" not in set(gates[gates.compound_uid == village.uid].name)
    alleys = streets[(streets["class"] == "living_street") & streets.within(village.geometry)]
    assert len(alleys) > 50


def test_few_canteens_west_of_the_river(metric: Frames) -> None:
    points, areas = metric["service_points"], metric["subdistricts"].set_index("name")
    canteens = points[points.category == "canteen"]
    per = {
        name: canteens.within(areas.geometry[name]).sum() / areas.population[name]
        for name in ("澄河街道", "西塬街道", "红机路街道", "建工路街道")
    }
    assert max(per["澄河街道"], per["西塬街道"]) < 0.5 * min(per["红机路街道"], per["建工路街道"])


def test_no_name_says_a_word_twice(sample: Frames) -> None:
    names = sample["service_points"]["name"]
    assert not names.str.contains("街道街道|社区社区").any()
    assert {f"{name.removesuffix('街道')}街道社区服务中心" for name in sample["subdistricts"]["name"]} <= set(names)
    assert not [name for name in names if re.search(r"(..[路街])\1", name)]


def test_another_process_draws_the_same_district(sample: Frames) -> None:
    code = (
        "from data.sample.district import digest, make_district; import sys; sys.stdout.write(digest(make_district(7)))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "271", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, timeout=300
    )
    assert run.stdout == digest(sample)
