"""Estimated households: what is known stays, totals are exact, every estimate says how it was made."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gis import estimate

BUILDING_COLUMNS = ["compound_uid", "units", "floor_area_m2"]
NO_SUMS = pd.DataFrame({"units": [], "floor_area_m2": []}, dtype=float)


def compounds(households: list[float | None], **columns: list[object]) -> gpd.GeoDataFrame:
    n = len(households)
    plain: dict[str, object] = {
        "uid": [f"c{i}" for i in range(n)],
        "kind": ["板楼"] * n,
        "community": ["A"] * n,
        "households": np.array(households, dtype=float),
        "residents": np.full(n, np.nan),
    }
    where = gpd.points_from_xy(np.arange(n) * 100.0, np.zeros(n))
    return gpd.GeoDataFrame(plain | columns, geometry=where, crs=4545)


def run(
    frame: gpd.GeoDataFrame,
    sums: pd.DataFrame = NO_SUMS,
    published: dict[str, int] | None = None,
    whole: int | None = None,
    k: int = 3,
) -> estimate.Estimated:
    return estimate.households(frame, sums, published or {}, whole, k, 2.5)


worlds = st.integers(1, 25).flatmap(
    lambda n: st.tuples(
        st.lists(st.none() | st.integers(0, 3000), min_size=n, max_size=n),
        st.lists(st.sampled_from(["板楼", "塔楼", None]), min_size=n, max_size=n),
        st.lists(st.sampled_from(["A", "B", None]), min_size=n, max_size=n),
        st.dictionaries(st.sampled_from(["A", "B", "Z"]), st.integers(0, 60_000)),
        st.none() | st.integers(0, 90_000),
    )
)


@given(worlds)
def test_known_counts_stay_and_totals_are_exact(world: tuple) -> None:  # type: ignore[type-arg]
    counts, kinds, places, published, whole = world
    frame = compounds(counts, kind=kinds, community=places)
    found = run(frame, published=published, whole=whole)
    known = frame["households"].notna().to_numpy()
    assert (found.households[known] == frame["households"].to_numpy()[known]).all()
    assert not found.estimated[known].any()
    assert (found.estimated == (~known & ~np.isnan(found.households))).all()
    guessed = found.households[found.estimated]
    assert (guessed >= 0).all()
    assert (guessed == np.floor(guessed)).all()
    place = frame["community"].to_numpy(dtype=object)
    for code, total in published.items():
        inside = place == code
        if (inside & ~known).any():
            fixed = np.nansum(frame["households"].to_numpy()[inside & known])
            assert not np.isnan(found.households[inside]).any()
            assert found.households[inside].sum() == max(total, fixed)
            assert (code in found.exceeded) == (fixed > total)
    outside = ~known & ~np.isin(place.astype(str), list(published))
    if whole is not None and outside.any():
        assert found.households.sum() == max(whole, found.households[~outside].sum())


@given(arrays.arrays(float, st.integers(1, 30), elements=st.floats(0, 1e4)), st.integers(0, 10**6))
def test_shares_add_up_and_lie_within_one_of_their_quota(weights: np.ndarray, total: int) -> None:
    shares = estimate.largest_remainder(weights, total)
    assert shares.sum() == total
    even = weights.sum() == 0
    quota = total / len(weights) if even else weights / weights.sum() * total
    assert (np.abs(shares - quota) < 1 + 1e-6).all()


@given(st.lists(st.none() | st.integers(1, 3000), min_size=2, max_size=20), st.integers(1, 5), st.randoms())
def test_neighbours_by_brute_force(counts: list[int | None], k: int, draw: object) -> None:
    xy = np.random.default_rng(draw.randrange(2**32)).uniform(0, 5000, (len(counts), 2))  # type: ignore[attr-defined]
    frame = compounds(counts).set_geometry(gpd.points_from_xy(*xy.T), crs=4545)
    found = run(frame, k=k)
    told = [i for i, count in enumerate(counts) if count is not None]
    for i, count in enumerate(counts):
        if count is None and told:
            near = sorted(told, key=lambda j: float(np.hypot(*(xy[i] - xy[j]))))[:k]
            assert found.households[i] == np.floor(np.median([counts[j] for j in near]) + 0.5)
            assert found.method[i] == "neighbours"
        elif count is None:
            assert np.isnan(found.households[i])


def test_the_best_known_of_a_compound_counts() -> None:
    frame = compounds(
        [100, 200, None, None, None, None, None],
        residents=[np.nan, np.nan, 250.0, np.nan, np.nan, np.nan, np.nan],
        kind=["板楼"] * 5 + ["塔楼", "别墅"],
    )
    buildings = pd.DataFrame(
        {
            "compound_uid": ["c0", "c0", "c1", "c3", "c4", "c5", "c5", None],
            "units": [60, 60, 240, 360, None, 50, None, 9],
            "floor_area_m2": [6000, 4000, 20_000, 1, 50_000, 30_000, None, 9],
        }
    )
    found = run(frame, estimate.building_sums(buildings))
    assert found.method.tolist() == ["", "", "residents", "units", "floor_area", "", ""]
    # units: the median of 100/120 and 200/240; floor area: both have 1 household per 100 m2
    assert found.households[:5].tolist() == [100, 200, 100, 300, 500]
    assert np.isnan(found.households[5:]).all()


def test_a_kind_nobody_knows_gets_an_equal_part_of_a_published_figure_only() -> None:
    frame = compounds([100, None, None], kind=["板楼", "塔楼", "塔楼"])
    assert np.isnan(run(frame).households[1:]).all()
    found = run(frame, published={"A": 301})
    assert found.households.tolist() == [100, 101, 100]
    assert found.method.tolist() == ["", "total", "total"]


def test_a_figure_that_known_counts_pass_is_told() -> None:
    found = run(compounds([500, None]), published={"A": 400})
    assert found.exceeded == ("A",)
    assert found.households.tolist() == [500, 0]


@pytest.mark.parametrize(
    "sums", [NO_SUMS, estimate.building_sums(pd.DataFrame(columns=["compound_uid", "units", "floor_area_m2"]))]
)
def test_nothing_known_says_nothing(sums: pd.DataFrame) -> None:
    assert np.isnan(run(compounds([None, None]), sums).households).all()
    assert len(run(compounds([]), sums).households) == 0
