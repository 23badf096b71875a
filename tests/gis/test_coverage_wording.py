"""The sentences of a scorecard."""

from dataclasses import replace

import pytest

from gis.coverage import score
from gis.wording import distance_sentence, headline, people_words
from tests.gis.coverage_cases import BY_DISTANCE, BY_TIME, FOUND, LISTED, MARKET, POST, SPEEDS, standard, walked


@pytest.mark.parametrize(
    ("people", "words"),
    [(0, "0 人"), (12_409, "12,409 人"), (99_999.4, "99,999 人"), (100_000, "10.0 万人"), (198_400, "19.8 万人")],
)
def test_people_in_words(people, words):
    assert people_words(people) == words


def test_the_headline_counts_and_names_the_most_urgent():
    walks = walked([{"residents": 326_000, "elderly": 10}, {"residents": 100_000, "elderly": 1000}], [60_000, 1])
    small = replace(BY_DISTANCE, category=replace(MARKET, name="药店"), group="elderly", pass_share=0.999)
    met = replace(BY_DISTANCE, limit_m=1000)
    missing = replace(BY_DISTANCE, category=POST)
    text = headline(score(walks, standard(small, BY_DISTANCE, met, missing, LISTED), SPEEDS))
    assert text == (
        "评价 3 项，达标 1 项，未达标 2 项；另有 1 项无数据，不评价。最急：菜市场（32.6 万人走 500 米到不了）。"
    )


def test_a_headline_without_gaps_or_without_anything():
    walks = walked([{"residents": 10}], [1])
    assert headline(score(walks, standard(BY_DISTANCE), SPEEDS)) == "评价 1 项，达标 1 项，未达标 0 项。"
    assert headline(score(walks, standard(LISTED), SPEEDS)) == "没有能评价的项。"
    sample = walked([{"residents": 10}], [1], replace(FOUND, inventory=False))
    assert headline(score(sample, standard(BY_DISTANCE), SPEEDS)) == "没有能评价的项；1 项无数据，不评价。"


def test_every_limit_has_its_own_sentence():
    walks = walked([{"residents": 198_000, "elderly": 5}, {"residents": 2, "elderly": 5}], [70_000, 50_000])
    by_distance, by_time, listed = score(walks, standard(BY_DISTANCE, BY_TIME, LISTED), SPEEDS).items
    assert distance_sentence(by_distance, "全区") == "全区 19.8 万人走 500 米到不了菜市场。"
    assert distance_sentence(by_time, "全区") == "全区 5 人走 8 分钟到不了菜市场。"
    assert distance_sentence(listed, "全区") == "全区菜市场：标准没有给出距离或时间，只列出。"


def test_all_covered_and_no_data_are_said_plainly():
    covered = score(walked([{"residents": 5}], [1]), standard(BY_DISTANCE), SPEEDS).items[0]
    assert distance_sentence(covered, "本社区") == "本社区所有人走 500 米都能到菜市场。"
    unknown = score(walked([{}], [1]), standard(BY_DISTANCE), SPEEDS).items[0]
    assert distance_sentence(unknown, "本社区") == "本社区菜市场：无数据（不等于 0）。"
