"""Repairs: what comes out is a vertex-matched coverage that storing does not spoil, and nothing else has moved."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gis import faces, repair, topology
from gis.crs import to_storage
from gis.repair import RepairError, mend, parse
from gis.spikes import WIDTH_M, without_spikes
from tests.gis.borders_cases import EAST, METRIC, NORTH, cells, frame, spoiled, square
from tests.gis.test_topology import with_shape

SIDE = 4


def mended(rows: gpd.GeoDataFrame, *texts: str, ground: topology.Ground | None = None) -> gpd.GeoDataFrame:
    return mend(rows, ground or square(SIDE), parse(texts)).frame


def kept_by_storing(rows: gpd.GeoDataFrame) -> bool:
    stored = to_storage(rows)
    back = stored.to_crs(METRIC)
    shapes = [one.geometry.to_numpy() for one in (rows, stored, back)]
    return all(shapely.is_valid(one).all() and shapely.coverage_is_valid(one) for one in shapes)


@given(seed=st.integers(0, 10_000), side=st.integers(2, 6), rule=st.sampled_from(list(repair.RULES)))
@example(seed=3496, side=6, rule="smaller")  # a spike of 130 m from the outer border, less than 1 mm wide
@example(seed=5733, side=4, rule="larger")  # an edge of 0.3 mm at a corner of 167 m
@example(seed=4573, side=6, rule="larger")
@settings(max_examples=30, deadline=None)
def test_overlaps_and_gaps_settled_leave_a_seamless_coverage(seed: int, side: int, rule: str) -> None:
    rows, ground = frame(spoiled(cells(side, seed), seed)), square(side)
    whole = ground.parents.geometry[0]
    rows = rows.set_geometry(rows.geometry.intersection(whole))
    rows = rows[shapely.get_type_id(rows.geometry) == 3].reset_index(drop=True)
    made = mend(rows, ground, parse([f"overlap={rule}", "gap=50"])).frame
    assert kept_by_storing(made)
    whole_again = shapely.union_all(made.geometry.to_numpy())
    assert made.area.sum() == pytest.approx(whole_again.area, abs=1e-4)
    # nothing is left out but spikes that storing would not keep
    assert whole.difference(whole_again).buffer(-WIDTH_M / 2).is_empty
    assert whole_again.difference(whole).area < 1e-4
    assert {one.code for one in topology.check(made, ground)} <= {"MULTIPART"}
    again = mend(made, ground, parse([f"overlap={rule}", "gap=50"])).frame
    assert not faces.touched(made.geometry, again.geometry).any()


@pytest.mark.parametrize(("rule", "winner"), [("smaller", 0), ("first", 1), ("larger", 1)])
def test_the_rule_says_who_keeps_an_overlap(rule: str, winner: int) -> None:
    small = shapely.box(EAST, NORTH, EAST + 100, NORTH + 100)
    large = shapely.box(EAST + 90, NORTH, EAST + 300, NORTH + 100)
    rows = frame([small, large]).assign(source_row=[2, 1])
    made = mended(rows, f"overlap={rule}", ground=topology.Ground())
    lost = rows.area.to_numpy() - made.area.to_numpy()
    assert lost[winner] == pytest.approx(0, abs=1e-3)
    assert lost[1 - winner] == pytest.approx(10 * 100, abs=1e-3)


def test_a_stored_neighbour_never_gives_way() -> None:
    rows = frame(cells(SIDE, 2))
    ground = replace(square(SIDE), siblings=rows.iloc[1:])
    alone = with_shape(rows, {0: shapely.buffer(rows.geometry[0], 4, join_style="mitre")}).iloc[:1]
    made = mended(alone, "overlap=first", ground=ground)
    both = np.array([made.geometry[0], *rows.geometry[1:]], dtype=object)
    assert shapely.area(shapely.intersection(both[0], shapely.union_all(both[1:]))) < topology.NOISE_M2


def test_a_gap_goes_to_the_row_it_borders_most_if_it_is_narrow_enough() -> None:
    left, right = (
        shapely.box(EAST, NORTH, EAST + 100, NORTH + 60),
        shapely.box(EAST + 103, NORTH, EAST + 203, NORTH + 100),
    )
    top = shapely.box(EAST, NORTH + 60, EAST + 100, NORTH + 100)
    whole = square(1).parents.assign(geometry=[shapely.box(EAST, NORTH, EAST + 203, NORTH + 100)]).set_crs(METRIC)
    rows, ground = frame([left, top, right]), replace(square(1), parents=whole)
    untouched = mended(rows, "gap=2.9", ground=ground)
    assert untouched.area.to_numpy() == pytest.approx(rows.area.to_numpy(), abs=1e-3)
    made = mended(rows, "gap=3.1", ground=ground)
    assert made.area.to_numpy() == pytest.approx([6000, 4000, 10300], abs=1e-3)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_borders_drawn_twice_become_one_within_the_snapping_distance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sound = frame(cells(SIDE, seed))
    corners = [shapely.get_coordinates(one)[:-1] for one in sound.geometry]
    shaky = [shapely.Polygon(xy + rng.uniform(-0.15, 0.15, xy.shape)) for xy in corners]
    rows = sound.set_geometry(gpd.GeoSeries(shaky, crs=METRIC))
    made = mended(rows, "snap=0.5")
    assert {one.code for one in topology.check(made, square(SIDE))} == set()
    assert kept_by_storing(made)
    assert shapely.hausdorff_distance(made.geometry.to_numpy(), rows.geometry.to_numpy()).max() <= 0.5


def test_what_needs_no_repair_keeps_every_digit() -> None:
    rows = frame(cells(SIDE, 3))
    middle = [5, 6, 9, 10]
    made = mended(with_shape(rows, {0: shapely.buffer(rows.geometry[0], 2, join_style="mitre")}), "overlap=first")
    assert not faces.touched(rows.geometry, made.geometry)[[6, 9, 10]].any()
    assert not faces.touched(rows.geometry, repair.matched(rows, square(SIDE)).geometry)[middle].any()


def test_matching_adds_vertices_and_moves_nothing() -> None:
    left = shapely.box(EAST, NORTH, EAST + 100, NORTH + 100)
    right = [shapely.box(EAST + 100, NORTH + y, EAST + 200, NORTH + y + 50) for y in (0, 50)]
    rows = frame([left, *right])
    assert not shapely.coverage_is_valid(rows.geometry.to_numpy())
    made = repair.matched(rows, topology.Ground())
    assert shapely.coverage_is_valid(made.geometry.to_numpy())
    assert made.area.to_numpy() == pytest.approx(rows.area.to_numpy(), abs=1e-6)


def test_long_parent_borders_get_a_vertex_every_fifty_metres() -> None:
    whole = square(1, 2000.0)
    rows = frame(list(shapely.get_parts(whole.parents.geometry.to_numpy())))
    made = mended(rows, "gap=1", ground=whole)
    xy = shapely.get_coordinates(made.geometry[0])
    assert np.hypot(*np.diff(xy, axis=0).T).max() <= 50.001


def test_repeated_borders_are_dropped_and_named() -> None:
    rows = frame(cells(2, 4))
    again = rows.iloc[[1]].assign(code=rows["code"][3], source_row=9)
    both = gpd.GeoDataFrame(
        {name: [*rows[name], *again[name]] for name in rows.columns if name != "geometry"},
        geometry=[*rows.geometry, *again.geometry],
        crs=METRIC,
    )
    done = mend(both, square(2), parse(["duplicates"]))
    assert done.dropped == (9,)
    assert done.frame["source_row"].tolist() == [1, 2, 3, 4]


def test_a_spike_goes_on_both_sides_of_the_border() -> None:
    left = shapely.Polygon([(0, 0), (50, 0), (50, 40), (20, 40.0004), (20, 40.0008), (50, 40.0005), (50, 90), (0, 90)])
    right = shapely.Polygon(
        [(50, 0), (90, 0), (90, 90), (50, 90), (50, 40.0005), (20, 40.0008), (20, 40.0004), (50, 40)]
    )
    made = without_spikes(np.array([left, right], dtype=object))
    assert shapely.get_num_coordinates(made).tolist() == [7, 7]
    assert shapely.coverage_is_valid(made)


@pytest.mark.parametrize(
    "text", ["snap", "snap=0", "snap=21", "gap=-1", "gap=x", "overlap=bigger", "duplicates=1", "weld=1", "snap=nan"]
)
def test_a_repair_nobody_offers_is_refused_in_words(text: str) -> None:
    with pytest.raises(RepairError):
        parse([text])


def test_repairs_are_ordered_and_say_what_they_do() -> None:
    chosen = parse(["gap=2", "overlap=larger", "snap=0.5", "duplicates"])
    assert [one.text for one in chosen] == ["duplicates", "snap=0.5", "overlap=larger", "gap=2"]
    assert chosen[3].title == "合并宽度不到 2 米的缝"
    with pytest.raises(RepairError):
        parse(["gap=2", "gap=3"])
