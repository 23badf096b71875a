from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.coverage import score, score_by
from gis.groupings import Bundle, Grouping, group_scores
from gis.rollup import PART, roll_up
from tests.gis.coverage_cases import BY_DISTANCE, BY_TIME, LISTED, SPEEDS, standard, walked

RULES = standard(BY_DISTANCE, replace(BY_TIME, circle_min=15), LISTED)


def town(seed):
    rng = np.random.default_rng(seed)
    homes = int(rng.integers(2, 30))
    rows = [
        {"residents": float(rng.integers(0, 400)), "elderly": float(rng.integers(0, 90)), "community": f"c{home % 3}"}
        for home in range(homes)
    ]
    return walked(rows, rng.integers(-1, 90_000, homes).tolist())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_parts_put_together_are_the_whole(seed):
    lengths = town(seed)
    codes = sorted(set(lengths.compounds["community"]))
    parts = score_by(lengths, lengths.compounds["community"], codes, RULES, SPEEDS)
    whole, total = score(lengths, RULES, SPEEDS), roll_up(list(parts.values()))
    for one, other in zip(whole.items, total.items, strict=True):
        if all(part.items[whole.items.index(one)].verdict != "no_data" for part in parts.values()):
            assert (one.people, one.people_in, one.compounds) == (other.people, other.people_in, other.compounds)
            assert one.verdict == other.verdict
            assert one.share is None or other.share == pytest.approx(one.share)
    verdicts = [item.verdict for item in total.items]
    assert (total.met, total.no_data) == (verdicts.count("met"), verdicts.count("no_data"))
    assert total.required == total.met + verdicts.count("unmet")


def test_a_part_without_data_is_left_out_and_said():
    full = score(walked([{"residents": 10.0}], [100]), standard(BY_DISTANCE), SPEEDS)
    empty = score(walked([{}], [100]), standard(BY_DISTANCE), SPEEDS)
    total = roll_up([full, empty])
    assert (total.items[0].verdict, total.items[0].people, total.items[0].note) == ("met", 10, PART)
    assert roll_up([empty, empty]).no_data == 1
    assert roll_up([]).items == ()


def test_a_group_is_met_when_all_its_judged_items_are():
    card = score(walked([{"residents": 10.0, "elderly": 5.0}], [45_000]), RULES, SPEEDS)
    view = Grouping(
        "view",
        "一览",
        "local",
        "",
        (Bundle("买菜", ("market",)), Bundle("托管", (), "没有类别"), Bundle("公园", ("park",))),
    )
    shop, none, park = group_scores(card.items, view)
    assert (shop.met, shop.required) == (card.met, card.required)
    assert shop.verdict == ("met" if card.met == card.required else "unmet")
    assert (none.verdict, none.note) == ("no_data", "没有类别")
    assert park.items == ()
