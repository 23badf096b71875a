"""What a share, a median and a sum mean, at their edges."""

import numpy as np
import pandas as pd
import pytest

from gis.coverage import Child, children, score, score_by
from gis.walked import NO_WALK, Walked, minutes_up
from tests.gis.coverage_cases import BY_DISTANCE, BY_TIME, LISTED, MARKET, SPEEDS, standard, walked


def only(walks: Walked, row, group=None):
    return score(walks, standard(row), SPEEDS, group).items[0]


@pytest.mark.parametrize(("net_cm", "inside"), [(0, 100), (50_000, 100), (50_001, 0), (NO_WALK, 0)])
def test_the_limit_in_metres_holds_to_the_centimetre(net_cm, inside):
    item = only(walked([{"residents": 100}], [net_cm]), BY_DISTANCE)
    assert (item.people, item.people_in, item.compounds, item.compounds_in) == (100, inside, 1, inside // 100)


@pytest.mark.parametrize(("net_cm", "inside"), [(8 * 60 * 110, 10), (8 * 60 * 110 + 1, 0)])
def test_rows_in_minutes_are_judged_at_the_speed_of_the_reference_adult(net_cm, inside):
    item = only(walked([{"elderly": 10}], [net_cm]), BY_TIME)
    assert (item.people_in, item.limit_min, item.limit_m) == (inside, 8, None)
    assert item.verdict == ("met" if inside else "unmet")


@pytest.mark.parametrize(("group", "cm_s"), [("all", 110), ("elderly", 90), ("elderly_80", 70), ("children", 90)])
def test_time_is_the_second_measure_at_the_speed_of_the_group(group, cm_s):
    people = {"residents": 7, "elderly": 7, "elderly_80": 7, "children": 7}
    edge = 10 * 60 * cm_s
    item = only(walked([people, people], [edge, edge + 1]), BY_DISTANCE, group)
    assert (item.people, item.people_in_time, item.share_time, item.time_limit_min) == (14, 7, 0.5, 10)


def test_speed_plays_no_part_in_the_verdict_by_distance():
    walks = walked([{"elderly_80": 10}], [50_000])
    item = only(walks, BY_DISTANCE, "elderly_80")
    assert (item.verdict, item.share, item.share_time) == ("met", 1.0, 0.0)


def test_undecided_compounds_are_in_neither_numerator_nor_denominator():
    item = only(walked([{"residents": 100}, {"residents": 900, "snapped": False}], [100, 100]), BY_DISTANCE)
    assert (item.people, item.compounds, item.undecided, item.share) == (100, 1, 1, 1.0)


def test_a_compound_without_a_count_is_a_compound_and_no_people():
    item = only(walked([{"residents": 100}, {}], [100, 90_000]), BY_DISTANCE)
    assert (item.people, item.compounds, item.compounds_in, item.share, item.verdict) == (100, 2, 1, 1.0, "met")


def test_a_category_nobody_walked_to_has_no_share():
    walks = walked([{"residents": 100}], [100], category="pharmacy")
    item = only(walks, BY_DISTANCE)
    assert (item.people, item.people_in, item.share, item.verdict) == (100, 0, None, "no_data")
    assert (item.share_time, item.nearest_p50_min) == (None, None)


def test_a_row_without_limit_is_listed_with_what_exists():
    item = only(walked([{"residents": 100}], [6_600]), LISTED)
    assert (item.verdict, item.people_in, item.compounds_in, item.share, item.share_time) == (None,) * 5
    assert (item.people, item.compounds, item.nearest_p50_min) == (100, 1, 1)
    whole = score(walked([{"residents": 1}], [1]), standard(LISTED), SPEEDS)
    assert (whole.met, whole.required, whole.no_data) == (0, 0, 0)


def test_straight_line_radius_stands_beside_the_walk():
    walks = walked([{"residents": 40, "straight_cm": 30_000}, {"residents": 60, "straight_cm": -1}], [80_000, -1])
    item = only(walks, BY_DISTANCE)
    assert (item.people_in, item.people_in_radius, item.share_radius) == (0, 40, 0.4)


@pytest.mark.parametrize(
    ("length_cm", "cm_s", "minutes"), [(0, 110, 1), (6_600, 110, 1), (6_601, 110, 2), (29_700, 110, 5), (5_401, 90, 2)]
)
def test_minutes_are_whole_rounded_up_and_never_zero(length_cm, cm_s, minutes):
    assert minutes_up(length_cm, cm_s) == minutes


@pytest.mark.parametrize(
    ("people", "net_cm", "minutes"),
    [
        ([1, 1, 1], [6_600, 13_200, 19_800], 2),
        ([1, 1], [6_600, 13_200], 1),
        ([1, 9], [6_600, 13_200], 2),
        ([5, 5, 1], [6_600, NO_WALK, NO_WALK], None),
        ([np.nan, np.nan, np.nan], [6_600, 13_200, NO_WALK], 2),
        ([9, np.nan, np.nan], [6_600, 13_200, NO_WALK], 1),
        ([], [], None),
    ],
)
def test_half_of_the_people_have_one_within_the_median(people, net_cm, minutes):
    item = only(walked([{"residents": each} for each in people], net_cm), BY_DISTANCE)
    assert item.nearest_p50_min == minutes


def test_more_than_half_estimated_is_only_a_reference():
    def item(estimated):
        people = [{"residents": estimated, "residents_estimated": True}, {"residents": 100}]
        return only(walked(people, [1, 1]), BY_DISTANCE)

    assert (item(100).people_estimated, item(100).reference) == (100, False)
    assert (item(101).people_estimated, item(101).reference) == (101, True)


def test_halves_of_people_from_households_are_kept():
    walks = walked([{"residents": 2.5, "residents_estimated": True}] * 3, [1, 1, NO_WALK])
    item = only(walks, BY_DISTANCE)
    assert (item.people, item.people_in, item.people_estimated) == (7.5, 5, 7.5)
    assert isinstance(item.people_in, int)


def test_nullable_columns_are_read_like_plain_ones():
    walks = walked([{"residents": 5}, {"residents": 7}], [1, 1])
    frame = walks.compounds.assign(residents=pd.array([5, None], "Int64"))
    item = only(
        Walked(frame, walks.categories, walks.net_cm, walks.straight_cm, walks.snapped, walks.facts), BY_DISTANCE
    )
    assert (item.people, item.compounds) == (5, 2)


def test_walks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        walked([{"residents": 5}], [1, 1])


def test_an_area_without_compounds_is_scored_too():
    walks = walked([{"residents": 5}, {"residents": 7}, {"residents": 9}], [1, 90_000, 1])
    scores = score_by(walks, ["a", "b", None], ["b", "empty", "a"], standard(BY_DISTANCE), SPEEDS)
    assert list(scores) == ["b", "empty", "a"]
    assert [scores[code].items[0].verdict for code in scores] == ["unmet", "no_data", "met"]
    assert (scores["empty"].items[0].compounds, scores["empty"].items[0].note) == (0, "没有能判定的小区")
    assert children(scores, {"a": "甲", "b": "乙", "empty": "丙"})[2] == Child("a", "甲", 1, 1)


def test_the_scored_group_replaces_the_target_group_and_its_proxy():
    row = BY_TIME.__class__(MARKET, 5, "children", "secondary", "表 5.0.3", limit_m=300, proxy="3-6")
    walks = walked([{"residents": 10, "children": 2}], [100])
    assert (only(walks, row).people, only(walks, row).proxy) == (2, "3-6")
    assert (only(walks, row, "all").people, only(walks, row, "all").proxy) == (10, None)
