"""What must hold of every coverage number, on random streets: parts equal the whole, nothing beats the crow."""

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis import network, reach, snapping
from gis.walked import minutes_up, within
from tests.gis.walking import ORIGIN, random_streets

LIMIT = 30_000
HALO_M = 1.5 * LIMIT / 100


def scattered(seed, side=12):
    """A town's streets, homes and shops somewhere in it; metres."""
    streets = random_streets(seed, side=side)
    assume(streets["main"].sum() > 20)
    rng = np.random.default_rng(seed + 1)
    low, high = -30, side * 70
    homes, shops = (ORIGIN + rng.uniform(low, high, (n, 2)) for n in (40, 6))
    return streets, homes, shops


def walked(streets, homes, shops):
    """Walks of the homes to the nearest shop, centimetres, -1 = none."""
    net = network.build(streets)
    doors = snapping.snap(net, shops)
    origins = snapping.snap(net, homes)
    found = reach.walks(net, reach.distances(net, [doors], LIMIT), origins, len(homes), [doors], LIMIT)
    return found.net_cm[:, 0]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_district_by_district_with_its_halo_equals_one_run_over_the_union(seed):
    streets, homes, shops = scattered(seed)
    whole = walked(streets, homes, shops)
    middle = np.median(homes[:, 0])
    for here in (homes[:, 0] < middle, homes[:, 0] >= middle):
        ground = shapely.box(*homes[here].min(axis=0), *homes[here].max(axis=0)).buffer(HALO_M)
        near = streets[shapely.intersects(streets.geometry.to_numpy(), ground)].reset_index(drop=True)
        reached = shops[shapely.contains_xy(ground, shops)]
        assert np.array_equal(walked(near, homes[here], reached), whole[here])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_no_walk_is_shorter_than_the_straight_line(seed):
    streets, homes, shops = scattered(seed, side=7)
    net = walked(streets, homes, shops)
    straight = np.hypot(*(homes[:, None] - shops[None]).T).min(axis=0) * 100
    there = net >= 0
    # a walk of 300 m has fewer than 60 pieces, each rounded to a whole centimetre
    assert (net[there] >= straight[there] - 30).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 200))
def test_who_cannot_get_there_is_never_within_and_never_at_zero(seed, cm_s):
    streets, homes, shops = scattered(seed, side=6)
    far = shops + 10_000.0
    net = walked(streets, homes, far)
    assert (net == reach.NO_WALK).all()
    assert reach.NO_WALK < 0
    assert not within(net, LIMIT).any()
    near = walked(streets, homes, shops)
    assert all(minutes_up(int(cm), cm_s) >= 1 for cm in near[near > 0])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_one_more_site_never_takes_anybody_out(seed):
    streets, homes, shops = scattered(seed, side=7)
    few, more = walked(streets, homes, shops[:-1]), walked(streets, homes, shops)
    had = few >= 0
    assert (more[had] >= 0).all()
    assert (more[had] <= few[had]).all()
    assert within(more, LIMIT).sum() >= within(few, LIMIT).sum()
