"""The vectorised scoring against a plain count, compound by compound, and the laws that hold for every input."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.coverage import score, score_by
from gis.standards import COUNT_COLUMN, GROUPS, StandardRow
from gis.verdicts import CategoryFacts
from gis.walked import NO_WALK, Walked
from tests.gis.coverage_cases import FOUND, MARKET, POST, SPEEDS, standard

CODES = ["甲", "乙", "丙"]
ROWS = [
    StandardRow(MARKET, 10, "all", "local", "距离", limit_m=500),
    StandardRow(POST, 5, "children", "local", "距离", limit_m=300, pass_share=0.5),
    StandardRow(MARKET, 15, "elderly", "local", "时间", limit_min=8),
    StandardRow(POST, None, "elderly_80", "local", "只列出"),
]
# every edge of the rows above, one centimetre around it, and what lies between
EDGES = [limit * 100 for limit in (300, 500)] + [m * 60 * v for m in (5, 8, 10, 15) for v in (70, 90, 110)]
LENGTHS = st.one_of(
    st.just(NO_WALK), st.integers(0, 150_000), st.sampled_from(EDGES).flatmap(lambda cm: st.integers(cm - 1, cm + 1))
)
COUNTS = st.one_of(st.just(math.nan), st.integers(0, 5000), st.integers(0, 100).map(lambda n: n * 2.5))


@st.composite
def cases(draw):
    m = draw(st.integers(0, 12))

    def many(strategy, n=m):
        return draw(st.lists(strategy, min_size=n, max_size=n))

    compounds = pd.DataFrame({"uid": range(m), "name": [f"小区{n}" for n in range(m)]})
    for column in COUNT_COLUMN.values():
        compounds[column] = np.array(many(COUNTS), float)
    compounds["residents_estimated"] = np.array(many(st.booleans()), bool)
    compounds["community"] = many(st.sampled_from(CODES))
    lengths = [np.array(many(LENGTHS, 2 * m), np.int32).reshape(m, 2) for _ in range(2)]
    facts = {"market": FOUND, "grid_post": replace(FOUND, inventory=draw(st.booleans()))}
    return Walked(compounds, ("market", "grid_post"), *lengths, np.array(many(st.booleans()), bool), facts)


def oracle(walks: Walked, row: StandardRow, community: str | None) -> dict:
    """Count one item the slow way, with fractions instead of floats and seconds instead of lengths."""
    column = walks.categories.index(row.category.id)
    people = inside = timely = estimated = Fraction(0)
    compounds = compounds_in = undecided = 0
    ways = []
    for n, compound in walks.compounds.iterrows():
        if community is not None and compound["community"] != community:
            continue
        if not walks.snapped[n]:
            undecided += 1
            continue
        count = compound[COUNT_COLUMN[row.group]]
        count = Fraction(0) if math.isnan(count) else Fraction(count)
        metres = Fraction(int(walks.net_cm[n, column]), 100)
        walkable = metres >= 0
        own_speed, adult = (Fraction(SPEEDS[group].cm_s, 100) for group in (row.group, "all"))
        minutes = row.limit_min or row.circle_min
        if row.limit_m:
            good = walkable and metres <= row.limit_m
        else:
            good = walkable and row.limit_min is not None and metres / adult <= row.limit_min * 60
        people += count
        estimated += count if compound["residents_estimated"] else 0
        compounds += 1
        inside += count if good else 0
        compounds_in += good
        timely += count if walkable and minutes is not None and metres / own_speed <= minutes * 60 else 0
        ways.append((metres / own_speed / 60 if walkable else math.inf, count))
    limited = row.limit_m is not None or row.limit_min is not None
    return {
        "people": people,
        "people_in": inside if limited else None,
        "people_estimated": estimated,
        "people_in_time": timely if row.circle_min else None,
        "compounds": compounds,
        "compounds_in": compounds_in if limited else None,
        "undecided": undecided,
        "nearest_p50_min": median_minutes(ways),
        "share": inside / people if limited and people else None,
    }


def median_minutes(ways: list) -> int | None:
    weighted = [(minutes, count) for minutes, count in ways if count] or [(minutes, 1) for minutes, _ in ways]
    half = Fraction(sum(count for _, count in weighted)) / 2
    reached = 0
    for minutes, count in sorted(weighted):
        reached += count
        if reached >= half:
            return None if minutes == math.inf else max(1, math.ceil(minutes))
    return None


@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from([None, *GROUPS]))
def test_every_number_equals_the_plain_count(walks, group):
    whole = score(walks, standard(*ROWS), SPEEDS, group)
    parts = score_by(walks, walks.compounds["community"], CODES, standard(*ROWS), SPEEDS, group)
    for community, scored in [(None, whole), *parts.items()]:
        for item, row in zip(scored.items, ROWS, strict=True):
            wanted = oracle(walks, row if group is None else replace(row, group=group), community)
            share = wanted.pop("share")
            assert {key: getattr(item, key) for key in wanted} == wanted
            assert (item.share is None) == (share is None)
            if share is not None:
                assert item.share == float(share)
                if item.verdict != "no_data":
                    assert (item.verdict == "met") == (share >= Fraction(str(row.pass_share)))


@settings(max_examples=60, deadline=None)
@given(cases())
def test_the_parts_sum_to_the_whole(walks):
    whole = score(walks, standard(*ROWS), SPEEDS)
    parts = score_by(walks, walks.compounds["community"], CODES, standard(*ROWS), SPEEDS).values()
    for place, item in enumerate(whole.items):
        for name in (
            "people",
            "people_in",
            "people_estimated",
            "people_in_time",
            "compounds",
            "compounds_in",
            "undecided",
        ):
            total = getattr(item, name)
            if total is not None:
                assert total == sum(getattr(part.items[place], name) for part in parts)
    assert whole.required == whole.met + sum(item.verdict == "unmet" for item in whole.items)
    assert whole.no_data == sum(item.verdict == "no_data" for item in whole.items)


@settings(max_examples=60, deadline=None)
@given(cases(), st.data())
def test_a_shorter_walk_never_lowers_a_share(walks, data):
    if len(walks.compounds) == 0:
        return
    net = walks.net_cm.copy()
    for place in np.ndindex(net.shape):
        longest = 150_000 if net[place] == NO_WALK else int(net[place])
        net[place] = data.draw(st.integers(0, longest)) if data.draw(st.booleans()) else net[place]
    before = score(walks, standard(*ROWS), SPEEDS)
    after = score(replace(walks, net_cm=net), standard(*ROWS), SPEEDS)
    for old, new in zip(before.items, after.items, strict=True):
        for name in ("share", "share_time"):
            if getattr(old, name) is not None:
                assert getattr(new, name) >= getattr(old, name)
        if old.nearest_p50_min is not None:
            assert new.nearest_p50_min <= old.nearest_p50_min
        assert (old.verdict, new.verdict) != ("met", "unmet")


def test_a_district_of_cents_still_sums_exactly():
    rng = np.random.default_rng(7)
    m = 400
    compounds = pd.DataFrame({column: rng.integers(0, 900_000, m) / 100 for column in COUNT_COLUMN.values()})
    compounds = compounds.assign(uid=range(m), name="小区", residents_estimated=False)
    net = rng.integers(0, 100_000, (m, 1))
    walks = Walked(compounds, ("market",), net, net, np.ones(m, bool), {"market": CategoryFacts(points=1)})
    areas = rng.choice(CODES, m)
    whole = score(walks, standard(ROWS[0]), SPEEDS).items[0]
    parts = [part.items[0] for part in score_by(walks, areas, CODES, standard(ROWS[0]), SPEEDS).values()]
    assert round(whole.people * 100) == sum(round(part.people * 100) for part in parts)
    assert round(whole.people_in * 100) == sum(round(part.people_in * 100) for part in parts)
