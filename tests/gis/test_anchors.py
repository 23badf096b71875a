"""Which matches make an anchor, and which codes are refused with what sentence."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.anchors import accept

CODES = pd.DataFrame(
    {
        "code": [f"610199001{k:03d}" for k in range(1, 7)] + ["610199002001"],
        "name": [f"社区{k}" for k in range(1, 8)],
        "parent_code": ["610199001"] * 6 + ["610199002"],
    }
)


def matches(**places: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    rows = [(f"610199{code[1:]}", x, y) for code, points in places.items() for x, y in points]
    xy = np.array([row[1:] for row in rows])
    return gpd.GeoDataFrame(
        {"code": [row[0] for row in rows]}, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=4545
    )


def test_the_medoid_is_taken_and_far_matches_are_dropped():
    found = accept(matches(c001001=[(0, 0), (100, 0), (200, 0), (5000, 0)]), CODES)
    row = found.accepted.iloc[0]
    assert (row.code, row.matches, row.kept) == ("610199001001", 4, 3)
    # the sums of the two middle points are equal; the western one is taken
    assert shapely.equals(row.geometry, shapely.Point(100, 0))
    assert row.parent_code == "610199001"
    assert list(found.without.code) == sorted(set(CODES.code) - {"610199001001"})
    assert set(found.without.reason) == {"无锚点"}


def test_a_match_just_within_400_m_stays_and_half_is_enough():
    found = accept(matches(c001001=[(0, 0), (0, 400.0), (3000, 0), (-3000, 0)]), CODES)
    assert found.accepted.kept.tolist() == [2]


def test_a_code_whose_matches_scatter_is_refused_and_says_so():
    found = accept(matches(c001001=[(0, 0), (1000, 0), (0, 1000)]), CODES)
    assert len(found.accepted) == 0
    assert found.refused.reason.tolist() == ["3 个匹配点中只有 1 个相距不超过 400 米，请人工指定锚点"]
    assert "610199001001" not in set(found.without.code)


@pytest.mark.parametrize(("away", "refused"), [(2000.0, False), (2000.5, True)])
def test_a_single_match_needs_an_anchor_of_its_subdistrict_within_2000_m(away, refused):
    found = accept(matches(c001001=[(0, 0), (10, 0)], c001002=[(away, 0)]), CODES)
    assert ("610199001002" in set(found.refused.code)) is refused
    assert "610199001001" in set(found.accepted.code)


def test_an_anchor_of_another_subdistrict_does_not_vouch():
    found = accept(matches(c001001=[(0, 0)], c002001=[(10, 0), (20, 0)]), CODES)
    assert found.accepted.code.tolist() == ["610199002001"]
    assert "没有其他锚点可核对" in found.refused.reason[0]


def test_single_matches_vouch_for_each_other_only_within_reach():
    chain = matches(c001001=[(0, 0), (5, 0)], c001002=[(3900, 0)], c001003=[(1950, 0)])
    assert accept(chain, CODES).accepted.code.tolist() == ["610199001001", "610199001002", "610199001003"]
    broken = matches(c001001=[(0, 0), (5, 0)], c001002=[(4200, 0)], c001003=[(2100, 0)])
    assert accept(broken, CODES).refused.code.tolist() == ["610199001002", "610199001003"]


def test_a_code_outside_the_list_is_refused_by_name_of_its_fault():
    found = accept(matches(c009001=[(0, 0), (1, 1)]), CODES)
    assert found.refused.code.tolist() == ["610199009001"]
    assert found.refused.reason.tolist() == ["代码不在社区名单中，请核对代码表"]


def test_no_matches_at_all_leave_every_code_without_anchor():
    empty = gpd.GeoDataFrame({"code": pd.Series([], dtype=object)}, geometry=[], crs=4545)
    found = accept(empty, CODES)
    assert (len(found.accepted), len(found.refused), len(found.without)) == (0, 0, len(CODES))


places = st.tuples(st.integers(0, 6000), st.integers(0, 6000))
tables = st.dictionaries(st.sampled_from(list(CODES.code)), st.lists(places, min_size=1, max_size=6), min_size=1)


@settings(max_examples=60, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_every_code_lands_in_exactly_one_list_whatever_the_order_of_the_rows(table, shuffler):
    rows = [(code, *place) for code, found in table.items() for place in found]

    def run(rows):
        frame = gpd.GeoDataFrame(
            {"code": [row[0] for row in rows]}, geometry=[shapely.Point(row[1:]) for row in rows], crs=4545
        )
        return accept(frame, CODES)

    first = run(rows)
    lists = [set(part.code) for part in (first.accepted, first.refused, first.without)]
    assert sum(map(len, lists)) == len(CODES)
    assert set.union(*lists) == set(CODES.code)
    for row in first.accepted.itertuples():
        assert (row.geometry.x, row.geometry.y) in table[row.code]
        assert 2 * row.kept >= row.matches
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    again = run(shuffled)
    assert again.accepted.geometry.geom_equals(first.accepted.geometry).all()
    assert again.refused.equals(first.refused)
