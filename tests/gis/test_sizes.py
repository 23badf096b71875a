"""Size watch against the definition, row by row."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import standards
from gis import sizes
from gis.errors import BadInputError

RULES = standards.thresholds()
counts = st.lists(st.none() | st.integers(0, 20_000), min_size=1, max_size=30)


def communities(values: list[int | None]) -> pd.DataFrame:
    codes = [f"610104001{number:03d}" for number in range(1, len(values) + 1)]
    return pd.DataFrame({"code": codes, "name": codes, "resident_households": pd.array(values, dtype="Int64")})


@given(counts, st.sampled_from(["over", "under"]), st.integers(1, 6000))
def test_candidates_equal_brute_force(values: list[int | None], side: sizes.Side, value: int) -> None:
    found = sizes.watch(communities(values), sizes.Bound("resident_households", side, value))
    expected = {
        f"610104001{number:03d}": count
        for number, count in enumerate(values, start=1)
        if count is not None and (count > value if side == "over" else count < value)
    }
    assert {one.code: one.value for one in found.candidates} == expected
    assert found.without == values.count(None)
    assert found.judged + found.without == len(values)
    for one in found.candidates:
        assert math.ceil(one.value / one.suggested_parts) <= value
        assert one.suggested_parts == 1 or one.value / (one.suggested_parts - 1) > value
    far = [abs(one.value - value) for one in found.candidates]
    assert far == sorted(far, reverse=True)


def test_the_default_is_the_national_bound() -> None:
    over, under = (sizes.choose(RULES, None, side, None) for side in ("over", "under"))
    assert (over.metric, over.value) == ("resident_households", 3000)
    assert (under.metric, under.value) == ("resident_households", 1000)
    assert over.rule is not None
    assert (over.rule.place, over.rule.date) == ("全国", "2026-01-01")


def test_other_metrics_places_and_numbers() -> None:
    assert sizes.choose(RULES, "dwelling_units", "over", None).value == 3000
    assert sizes.choose(RULES, "population", "over", None).value == 10_000
    assert sizes.choose(RULES, None, "over", None, "杭州余杭").value == 5000
    assert sizes.choose(RULES, None, "under", None, "杭州余杭").value == 500
    assert sizes.choose(RULES, "registered_households", "over", 2500) == sizes.Bound(
        "registered_households", "over", 2500
    )


@pytest.mark.parametrize(
    ("metric", "value", "place"), [("registered_households", None, None), (None, 0, None), (None, None, "某地")]
)
def test_where_no_rule_fits_a_number_is_asked_for(
    metric: sizes.SizeMetric | None, value: int | None, place: str | None
) -> None:
    with pytest.raises(BadInputError, match="--threshold"):
        sizes.choose(RULES, metric, "over", value, place)
