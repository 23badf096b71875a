"""Every way to a verdict, with the words that explain it."""

from dataclasses import replace

import pytest

from gis.coverage import score
from gis.verdicts import CategoryFacts
from tests.gis.coverage_cases import BY_DISTANCE, FOUND, LISTED, POST, SPEEDS, standard, walked, with_facts

NINE_OF_TEN = [{"residents": 90}, {"residents": 10}]


def item(walks, row=BY_DISTANCE, group=None):
    return score(walks, standard(row), SPEEDS, group).items[0]


def test_met_from_the_pass_share_on():
    met = item(walked(NINE_OF_TEN, [1, 90_000]))
    assert (met.share, met.pass_share, met.verdict, met.note) == (0.9, 0.9, "met", None)
    unmet = item(walked([{"residents": 89_999}, {"residents": 10_001}], [1, 90_000]))
    assert (unmet.verdict, unmet.note) == ("unmet", None)
    assert item(walked(NINE_OF_TEN, [1, 90_000]), replace(BY_DISTANCE, pass_share=0.95)).verdict == "unmet"


def test_no_accepted_point_in_the_district_is_no_data_whatever_lies_beyond_its_border():
    scored = score(walked(NINE_OF_TEN, [1, 1], replace(FOUND, points=0)), standard(BY_DISTANCE), SPEEDS)
    assert (scored.items[0].verdict, scored.items[0].note) == ("no_data", "全区没有登记这类服务点")
    assert scored.items[0].share == 1.0
    assert (scored.met, scored.required, scored.no_data) == (0, 0, 1)


def test_a_sample_is_never_a_verdict_but_keeps_its_walks():
    scored = item(walked(NINE_OF_TEN, [1, 90_000], replace(FOUND, inventory=False)))
    assert (scored.verdict, scored.sample, scored.share, scored.note) == ("no_data", True, 0.9, "样本")
    assert scored.nearest_p50_min == 1


@pytest.mark.parametrize(
    ("age_days", "verdict", "note"),
    [(365, "met", None), (366, "no_data", "数据超过 365 天"), (None, "no_data", "数据日期不明")],
)
def test_data_older_than_the_row_allows_is_no_data(age_days, verdict, note):
    walks = with_facts(walked(NINE_OF_TEN, [1, 1]), age_days=age_days)
    judged = item(walks, replace(BY_DISTANCE, max_age=365))
    assert (judged.verdict, judged.note) == (verdict, note)
    assert item(walks).verdict == "met"


def test_nobody_of_the_group_on_record():
    assert item(walked([{"residents": 9, "elderly": 0}], [1]), group="elderly").note == "没有登记这类人群"
    without_ages = item(walked([{"residents": 9}], [1]), group="elderly")
    assert (without_ages.people, without_ages.share, without_ages.verdict) == (0, None, "no_data")
    assert without_ages.note == "无分年龄数据"
    assert item(walked([{}], [1])).note == "无人口数据"
    undecided = item(walked([{"residents": 9, "snapped": False}], [1]))
    assert (undecided.verdict, undecided.undecided, undecided.note) == ("no_data", 1, "没有能判定的小区")


def test_own_catchment_says_when_the_nearest_stands_in():
    row = replace(BY_DISTANCE, category=POST)
    walks = walked(NINE_OF_TEN, [1, 1], category="grid_post")
    assert (item(walks, row).catchment, item(walks, row).note) == ("own", None)
    nearest = item(with_facts(walks, serves_recorded=False), row)
    assert (nearest.verdict, nearest.note) == ("met", "没有登记服务哪个社区，按最近的算")


def test_proxies_and_estimates_are_said():
    row = replace(BY_DISTANCE, group="children", proxy="3-6")
    scored = item(walked([{"children": 9, "residents_estimated": True}], [1]), row)
    assert (scored.proxy, scored.verdict, scored.reference) == ("3-6", "met", True)
    assert scored.note == "以 0–14 岁代 3–6 岁；推算人口过半，仅供参考"


def test_a_row_without_limit_has_no_verdict_even_without_points():
    scored = score(walked(NINE_OF_TEN, [-1, -1], CategoryFacts()), standard(LISTED), SPEEDS)
    assert (scored.items[0].verdict, scored.items[0].note) == (None, "标准没有给出距离或时间，只列出")
    assert (scored.met, scored.required, scored.no_data) == (0, 0, 0)
