import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis import reach
from gis.capacity import Band, floating_catchment
from gis.errors import BadInputError
from gis.pairs import Pairs, pairs
from tests.gis.whatif_cases import HOMES, LIMIT, POINTS, town


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, LIMIT))
def test_pairs_are_the_walks_to_each_place_alone(seed, limit):
    made = town(seed)
    assume(made is not None)
    frozen, _ = made
    found = pairs(frozen, frozen.doors, POINTS, limit)
    table = np.full((HOMES, POINTS), -1)
    table[found.home, found.place] = found.cm
    lanes = [frozen.doors.select([p]) for p in range(POINTS)]
    distance = reach.distances(frozen.network, lanes, limit)
    expected = reach.walks(frozen.network, distance, frozen.homes, HOMES, lanes, limit).net_cm
    assert np.array_equal(table, expected)
    assert len(found.cm) == (expected >= 0).sum()


def by_hand(found, people, capacity, bands):
    """The two steps in plain loops, as the papers write them."""

    def weight(cm):
        return next((band.weight for band in bands if cm <= band.up_to_cm), None)

    near = [(h, p, weight(cm)) for h, p, cm in zip(found.home, found.place, found.cm, strict=True)]
    near = [row for row in near if row[2] is not None]
    demand = [sum(people[h] * w for h, p, w in near if p == place) for place in range(len(capacity))]
    return [
        sum(capacity[p] / demand[p] * w for h, p, w in near if h == home and demand[p] > 0)
        for home in range(len(people))
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_access_equals_the_plain_formula(seed, weighted):
    rng = np.random.default_rng(seed)
    homes, places = int(rng.integers(1, 30)), int(rng.integers(1, 8))
    home, place = np.nonzero(rng.random((homes, places)) < 0.4)
    found = Pairs(home.astype(np.int32), place.astype(np.int32), rng.integers(0, 200_000, len(home)).astype(np.int32))
    people, capacity = rng.integers(0, 500, homes).astype(float), rng.integers(0, 80, places).astype(float)
    bands = [Band(30_000, 1.0), Band(60_000, 0.68), Band(90_000, 0.22)] if weighted else [Band(90_000, 1.0)]
    ours = floating_catchment(found, people, capacity, bands)
    assert np.allclose(ours.access, by_hand(found, people, capacity, bands), rtol=1e-12, atol=1e-15)
    # what is given out is what is there
    reached = np.isfinite(ours.share)
    assert (people * ours.access).sum() == pytest.approx(capacity[reached].sum(), rel=1e-12)


def test_the_limit_is_inclusive_and_a_band_ends_where_the_next_begins():
    found = Pairs(*(np.array(a, np.int32) for a in ([0, 1, 2], [0, 0, 0], [100, 101, 201])))
    bands = [Band(100, 1.0), Band(200, 0.5)]
    ours = floating_catchment(found, np.array([10.0, 20.0, 40.0]), np.array([40.0]), bands)
    assert ours.share.tolist() == [2.0]
    assert ours.access.tolist() == [2.0, 1.0, 0.0]


def test_unknown_capacities_and_bands_out_of_order_are_refused():
    found = Pairs(*(np.zeros(1, np.int32) for _ in range(3)))
    with pytest.raises(BadInputError, match="容量"):
        floating_catchment(found, np.ones(1), np.array([np.nan]), [Band(10, 1.0)])
    for bands in ([], [Band(20, 1.0), Band(10, 0.5)]):
        with pytest.raises(BadInputError, match="距离段"):
            floating_catchment(found, np.ones(1), np.ones(1), bands)
