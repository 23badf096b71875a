"""Faults of borders against a search by brute force, and each fault alone."""

from dataclasses import replace
from itertools import combinations

import geopandas as gpd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gis import repair, topology
from gis.crs import NotMetricError
from gis.faults import as_findings
from gis.topology import NOISE_M2, NOISE_WIDTH_M, Ground, check, hairlines
from tests.gis.borders_cases import EAST, METRIC, NORTH, SUBDISTRICT, cells, frame, spoiled, square

SIDE = 5


def codes_of(rows: gpd.GeoDataFrame, ground: Ground) -> list[str]:
    return [one.code for one in check(rows, ground)]


def with_shape(rows: gpd.GeoDataFrame, changed: dict[int, object]) -> gpd.GeoDataFrame:
    shapes = rows.geometry.to_numpy().copy()
    for row, shape in changed.items():
        shapes[row] = shape
    return rows.set_geometry(gpd.GeoSeries(shapes, crs=rows.crs))


@pytest.fixture
def sound() -> gpd.GeoDataFrame:
    return frame(cells(SIDE, 1))


@given(seed=st.integers(0, 10_000), side=st.integers(2, 6))
@example(seed=308, side=6)
@settings(max_examples=40, deadline=None)
def test_overlaps_and_gaps_are_those_of_brute_force(seed: int, side: int) -> None:
    rows, ground = frame(spoiled(cells(side, seed), seed)), square(side)
    shapes = rows.geometry.to_numpy()
    pairs = {
        (rows["code"][a], rows["code"][b]): shapely.area(shapely.intersection(shapes[a], shapes[b]))
        for a, b in combinations(range(len(rows)), 2)
    }
    expected = {pair: m2 for pair, m2 in pairs.items() if m2 > NOISE_M2}
    found = check(rows, ground)
    overlaps = {one.involved: one.measure for one in found if one.code == "OVERLAP"}
    assert overlaps == pytest.approx(expected, rel=1e-6)
    left = shapely.get_parts(shapely.difference(ground.parents.geometry[0], shapely.union_all(shapes)))
    left = left[shapely.area(left) > NOISE_M2]
    # a strip narrower than a centimetre is rounding, however long
    empty = shapely.area(left[2 * shapely.area(left) / shapely.length(left) > NOISE_WIDTH_M]).sum()
    gaps = sum(one.measure for one in found if one.code in ("GAP", "SLIVER") and one.row is None)
    assert gaps == pytest.approx(empty, abs=NOISE_M2 * 20)


def test_what_matching_settles_is_told_and_nothing_of_brute_force_is_lost() -> None:
    """A strip of 5 mm along 100 m is settled without a word from the user; a strip of 5 cm is refused."""
    left, right, far = (shapely.box(EAST + x, NORTH, EAST + x + 100, NORTH + 100) for x in (0, 99.995, 199.945))
    rows = frame([left, right, far])
    made = repair.matched(rows, Ground())
    refused = check(made, Ground())
    told = hairlines(rows, Ground(), refused)
    codes = rows["code"].tolist()
    assert {one.involved for one in refused if one.code == "OVERLAP"} == {(codes[1], codes[2])}
    assert [(one.involved, one.severity) for one in told] == [((codes[0], codes[1]), "info")]
    assert told[0].measure == pytest.approx(0.5, abs=0.01)


def test_a_sound_coverage_has_no_fault(sound: gpd.GeoDataFrame) -> None:
    assert check(sound, square(SIDE)) == ()


def test_the_same_border_twice_is_an_overlap_of_all_of_it(sound: gpd.GeoDataFrame) -> None:
    rows = with_shape(sound, {3: sound.geometry[7]})
    overlap = next(one for one in check(rows, square(SIDE)) if one.code == "OVERLAP")
    assert overlap.measure == pytest.approx(shapely.area(sound.geometry[7]))


def test_a_cell_inside_another_touching_nothing_is_found(sound: gpd.GeoDataFrame) -> None:
    inner = shapely.buffer(sound.geometry[12], -20)
    rows = with_shape(sound, {24: inner})
    assert ("OVERLAP", (rows["code"][12], rows["code"][24])) in {
        (one.code, one.involved) for one in check(rows, square(SIDE))
    }


def test_stored_neighbours_are_named_as_such(sound: gpd.GeoDataFrame) -> None:
    ground = replace(square(SIDE), siblings=sound.iloc[1:])
    alone = with_shape(sound, {0: shapely.buffer(sound.geometry[0], 5, join_style="mitre")}).iloc[:1]
    found = [one for one in check(alone, ground) if one.code == "OVERLAP"]
    assert all("已有的" in one.message and one.row == 1 for one in found)
    assert len(found) == 3


def test_gap_and_sliver_differ_by_their_width(sound: gpd.GeoDataFrame) -> None:
    x, y = shapely.get_coordinates(shapely.centroid(sound.geometry[6]))[0]
    for half, code in ((10, "GAP"), (0.5, "SLIVER")):
        hole = shapely.box(x - half, y - 15, x + half, y + 15)
        rows = with_shape(sound, {6: shapely.difference(sound.geometry[6], hole)})
        (fault,) = check(rows, square(SIDE))
        assert (fault.code, fault.severity, fault.row) == (code, "warning", None)
        assert fault.measure == pytest.approx(60 * half)
        assert fault.involved == (rows["code"][6],)


def test_a_gap_where_a_refused_row_may_lie_is_not_told(sound: gpd.GeoDataFrame) -> None:
    without = sound.drop(index=6).reset_index(drop=True)
    assert codes_of(without, square(SIDE)) == ["GAP"]
    assert codes_of(without, replace(square(SIDE), refused=(sound.geometry[6],))) == []


def test_outside_its_parent_warns_and_mostly_outside_refuses(sound: gpd.GeoDataFrame) -> None:
    out = shapely.box(EAST - 30, NORTH + 10, EAST + 5, NORTH + 40)
    (fault,) = check(with_shape(sound, {0: shapely.union(sound.geometry[0], out)}), square(SIDE))
    assert (fault.code, fault.severity) == ("OUTSIDE_PARENT", "warning")
    assert fault.measure == pytest.approx(30 * 30)
    away = shapely.box(EAST - 300, NORTH, EAST - 200, NORTH + 90)
    found = check(with_shape(sound, {0: away}), square(SIDE))
    assert ("OUTSIDE_PARENT", "error") in {(one.code, one.severity) for one in found}


def test_a_code_of_another_subdistrict_than_the_place(sound: gpd.GeoDataFrame) -> None:
    other = shapely.box(EAST - 600, NORTH, EAST - 100, NORTH + 500)
    parents = gpd.GeoDataFrame(
        {"code": [SUBDISTRICT, "610104002"], "name": ["甲街道", "乙街道"], "level": ["subdistrict"] * 2},
        geometry=[square(SIDE).parents.geometry[0], other],
        crs=METRIC,
    )
    ground = replace(square(SIDE), parents=parents, known=frozenset(parents["code"]))
    lost = sound.iloc[[0]].assign(code="610104002001", parent_code="610104002")
    rows = gpd.GeoDataFrame(
        {name: [*sound[name][1:], *lost[name]] for name in sound.columns if name != "geometry"},
        geometry=[*sound.geometry[1:], sound.geometry[0]],
        crs=METRIC,
    )
    fault = next(one for one in check(rows, ground) if one.code == "CODE_PARENT_MISMATCH")
    assert fault.involved == ("610104002001", "610104002", SUBDISTRICT)
    assert fault.refuses


def test_a_parent_that_nobody_knows(sound: gpd.GeoDataFrame) -> None:
    rows = sound.assign(parent_code="610104009", code=[f"610104009{i:03d}" for i in range(1, len(sound) + 1)])
    found = check(rows, square(SIDE))
    assert {one.code for one in found} == {"NO_PARENT"}
    assert len(found) == len(rows)


def test_a_border_through_a_compound_and_a_railway_through_a_community(sound: gpd.GeoDataFrame) -> None:
    side = shapely.intersection(sound.geometry[6], sound.geometry[7])
    middle = shapely.line_interpolate_point(side, 0.5, normalized=True)
    outlines = gpd.GeoDataFrame(
        {"uid": ["c1", "c2"], "name": ["锦绣园", "后街院"]},
        geometry=[shapely.buffer(middle, 15), shapely.buffer(shapely.centroid(sound.geometry[0]), 10)],
        crs=METRIC,
    )
    (fault,) = check(sound, replace(square(SIDE), outlines=outlines))
    assert (fault.code, "锦绣园" in fault.message) == ("SPLITS_COMPOUND", True)
    assert fault.measure == pytest.approx(shapely.area(outlines.geometry[0]) / 2, rel=0.2)
    track = shapely.linestrings([[EAST + 250, NORTH], [EAST + 250, NORTH + 500]])
    barriers = gpd.GeoDataFrame(
        {"kind": ["railway", "compound_wall"], "name": ["陇海线", None]}, geometry=[track, track], crs=METRIC
    )
    wide = frame(cells(1, 1, step_m=500.0))
    found = check(wide, replace(square(1, 500.0), barriers=barriers))
    assert [(one.code, one.unit, round(one.measure)) for one in found] == [("CROSSES_BARRIER", "m", 440)]


def test_tiers_of_grids_are_coverages_of_their_own() -> None:
    rows = frame(cells(3, 5), "grid")
    ground = replace(square(3), parents=square(3).parents.assign(code=SUBDISTRICT + "001", level="community"))
    small = rows.iloc[[0]].assign(tier=2, code=SUBDISTRICT + "001900", source_row=99)
    both = gpd.GeoDataFrame(
        {name: [*rows[name], *small[name]] for name in rows.columns if name != "geometry"},
        geometry=[*rows.geometry, *small.geometry],
        crs=METRIC,
    )
    assert check(both, ground) == ()
    assert codes_of(both.assign(tier=1), ground) == ["OVERLAP"]


def test_degrees_are_refused(sound: gpd.GeoDataFrame) -> None:
    with pytest.raises(NotMetricError):
        check(sound.to_crs(4490), square(SIDE))


def test_findings_lie_on_the_ground_they_speak_of(sound: gpd.GeoDataFrame) -> None:
    rows = with_shape(sound, {0: shapely.buffer(sound.geometry[0], 3, join_style="mitre")})
    found, shapes = as_findings(check(rows, square(SIDE)), rows.crs)
    assert len(found) == len(shapes) > 0
    for one, shape in zip(found, shapes, strict=True):
        assert shapely.distance(shapely.Point(one.lon, one.lat), shape) < 1e-6
    assert as_findings((), METRIC)[0] == ()


def test_parents_in_the_file_go_before_stored_ones(sound: gpd.GeoDataFrame) -> None:
    bigger = shapely.box(EAST - 50, NORTH, EAST + 500, NORTH + 500)
    row = {"code": SUBDISTRICT, "name": "甲街道", "level": "subdistrict", "parent_code": "610104", "source_row": 99}
    both = gpd.GeoDataFrame(
        {name: [*sound[name], row[name]] for name in row}, geometry=[*sound.geometry, bigger], crs=METRIC
    )
    (gap,) = (one for one in topology.check(both, square(SIDE)) if one.code == "GAP")
    assert gap.measure == pytest.approx(50 * 500)
