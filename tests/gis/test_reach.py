from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis import kernels, network, reach, snapping
from gis.errors import BadInputError
from gis.reach import UNREACHED
from tests.bench.make_net import lattice_streets
from tests.gis.walking import at, plain_walks, random_streets, scipy_distances, scipy_graph, street_frame

FAR = 10**7


def oracle(net, snaps, limit_cm):
    return scipy_distances(scipy_graph(net, snaps), limit_cm)


def town(seed, categories=3, points=4, homes=10, side=6):
    streets = random_streets(seed, side=side)
    net = network.build(streets)
    assume(net.n_segments > 3 and net.seg_snappable.any())
    rng = np.random.default_rng(seed + 7)
    low, high = net.xy.min(axis=0) - 40, net.xy.max(axis=0) + 40
    destinations = [snapping.snap(net, rng.uniform(low, high, (points, 2))) for _ in range(categories)]
    return net, snapping.snap(net, rng.uniform(low, high, (homes, 2))), destinations


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 60_000))
def test_distances_equal_scipy_with_the_cut_off(seed, limit):
    net, _, destinations = town(seed)
    ours = reach.distances(net, destinations, limit)
    assert ours.dtype == np.int32
    assert ours.shape == (net.n_nodes, len(destinations))
    for k, snaps in enumerate(destinations):
        assert np.array_equal(ours[:, k], oracle(net, snaps, limit))


def test_distances_equal_scipy_on_a_city_of_twenty_thousand_nodes():
    net = network.build(lattice_streets(20_000))
    assert 18_000 < net.n_nodes < 22_000
    rng = np.random.default_rng(3)
    destinations = [
        snapping.snap(net, net.xy[rng.integers(0, net.n_nodes, 30)] + rng.normal(0, 20, (30, 2))) for _ in range(27)
    ]
    limit = 120_000
    ours = reach.distances(net, destinations, limit)
    differing = sum(int((ours[:, k] != oracle(net, snaps, limit)).sum()) for k, snaps in enumerate(destinations))
    assert differing == 0
    assert 0.2 < (ours < UNREACHED).mean() < 1


def test_the_limit_is_inclusive():
    net = network.build(street_frame([[(0, 0), (100, 0), (200, 0)]]))
    shop, home = snapping.snap(net, at((0, 0))), snapping.snap(net, at((200, 10)))
    for limit, expected in ((21_000, 21_000), (20_999, -1)):
        distance = reach.distances(net, [shop], limit)
        assert reach.walks(net, distance, home, 1, [shop], limit).net_cm.tolist() == [[expected]]
    assert reach.distances(net, [shop], 20_000).max() == 20_000
    assert reach.distances(net, [shop], 19_999).max() == UNREACHED


def test_a_queue_that_is_too_small_says_so():
    net = network.build(lattice_streets(400))
    lane = np.full(net.n_nodes, UNREACHED, np.int32)
    seed, head, pool = np.zeros(1, np.int32), np.empty(2000, np.int32), np.empty((3, 3), np.int32)
    assert not kernels.search(net.indptr, net.link, seed, seed, 100_000, lane, head, pool)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1_000, 60_000))
def test_walks_equal_a_graph_with_every_attachment_as_a_node(seed, limit):
    net, homes, destinations = town(seed)
    walks = reach.walks(net, reach.distances(net, destinations, limit), homes, 10, destinations, limit)
    net_cm, nearest = plain_walks(net, homes, 10, destinations, limit)
    assert np.array_equal(walks.net_cm, net_cm)
    for o in range(10):
        for k in range(len(destinations)):
            assert walks.destination[o, k] == min(nearest.get((o, k), {-1}))


def test_origin_and_destination_on_one_segment_meet_directly():
    net = network.build(street_frame([[(0, 0), (1000, 0)]]))
    home, shop = snapping.snap(net, at((400, 10))), snapping.snap(net, at((450, -20), (300, 5)))
    walks = reach.walks(net, reach.distances(net, [shop], FAR), home, 1, [shop], FAR)
    assert (walks.net_cm.item(), walks.snap_cm.item(), walks.destination.item()) == (8000, 3000, 0)


def test_ties_go_to_the_smallest_row():
    net = network.build(street_frame([[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, 100)]]))
    home = snapping.snap(net, at((100, 100)))
    for shops in (at((0, 0), (200, 0), (200, 0)), at((200, 0), (0, 0))):
        shop = snapping.snap(net, shops)
        walks = reach.walks(net, reach.distances(net, [shop], FAR), home, 1, [shop], FAR)
        assert (walks.net_cm.item(), walks.destination.item()) == (20_000, 0)


def test_categories_without_points_and_homes_without_streets_have_no_walk():
    net = network.build(street_frame([[(0, 0), (100, 0)]]))
    homes = snapping.snap(net, at((10, 10), (10, 900)))
    shops = [snapping.snap(net, at((90, 0))), snapping.snap(net, np.empty((0, 2)))]
    walks = reach.walks(net, reach.distances(net, shops, FAR), homes, 2, shops, FAR)
    assert walks.net_cm.tolist() == [[9000, -1], [-1, -1]]
    assert walks.snap_cm.tolist() == [[1000, -1], [-1, -1]]
    assert walks.destination.tolist() == [[0, -1], [-1, -1]]


@pytest.mark.parametrize("limit", [-1, UNREACHED])
def test_impossible_limits_are_refused(limit):
    net = network.build(street_frame([[(0, 0), (100, 0)]]))
    with pytest.raises(BadInputError):
        reach.distances(net, [snapping.snap(net, at((0, 0)))], limit)


def test_arguments_that_do_not_belong_together_are_refused():
    net = network.build(street_frame([[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, 90)]]))
    home, shop, other = (snapping.snap(net, at(p)) for p in ((10, 5), (190, 5), (100, 80)))
    distance = reach.distances(net, [shop], FAR)
    for call in (
        lambda: reach.walks(net, distance, home, 0, [shop], FAR),
        lambda: reach.walks(net, distance, home, 1, [shop, other], FAR),
        lambda: reach.walks(net, distance, home, 1, [other], FAR),
        lambda: reach.walks(net, distance[:2], home, 1, [shop], FAR),
    ):
        with pytest.raises(ValueError, match="of"):
            call()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1_000, 60_000))
def test_node_owners_are_the_nearest_source(seed, limit):
    net, _, (sources, *_) = town(seed)
    distance = reach.node_distances(net, sources, limit)
    owner = reach.node_owners(net, distance, sources)
    each = np.stack([oracle(net, sources.select([row]), limit) for row in range(4)])
    assert np.array_equal(distance, each.min(axis=0))
    assert np.array_equal(owner, np.where(each.min(axis=0) < UNREACHED, each.argmin(axis=0), -1))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_own_catchment_uses_only_the_own_group(seed):
    net, homes, (shops, *_) = town(seed, points=6)
    home_group = np.array([0, 1, 2, 0, 1, 2, -1, 3, 0, 1])
    shop_group = np.array([0, 1, 1, 2, -1, 0])
    walks = reach.grouped_walks(net, homes, home_group, shops, shop_group, 30_000)
    for o, group in enumerate(home_group.tolist()):
        rows = np.flatnonzero(shop_group == group) if group >= 0 else np.empty(0, np.int64)
        one = (
            plain_walks(net, homes.select([o]), 1, [shops.select(rows)], 30_000)
            if len(rows)
            else (np.array([[-1]]), {})
        )
        assert walks.net_cm[o, 0] == one[0][0, 0]
        assert walks.destination[o, 0] == (rows[min(one[1][0, 0])] if one[1] else -1)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_routes_are_as_long_as_walks_say(seed):
    net, homes, (shops, *_) = town(seed)
    walks = reach.walks(net, reach.distances(net, [shops], 50_000), homes, 10, [shops], 50_000)
    for o in range(10):
        route = reach.route(net, homes.select([o]), shops, 50_000)
        assert (route.net_cm, route.snap_cm, route.destination) == (
            walks.net_cm[o, 0],
            walks.snap_cm[o, 0],
            walks.destination[o, 0],
        )
        if route.net_cm == reach.NO_WALK:
            assert route.line.shape == (0, 2)
            continue
        steps = np.hypot(*np.diff(route.line, axis=0).T)
        assert abs(steps.sum() * 100 - route.net_cm) <= 1.5 * (len(steps) + 2)
        assert np.array_equal(route.line[0], homes.start_xy[homes.owner == o][0])
        assert np.array_equal(route.line[-1], shops.start_xy[shops.owner == route.destination][0])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_walks_are_symmetric_and_keep_the_triangle(seed):
    net, points, _ = town(seed, homes=6)
    rows = np.unique(points.owner)
    # one attachment each: nobody walks through a point to change streets
    single = [points.select([row]).take(np.array([0])) for row in rows]
    all_ = snapping.join(*(replace(s, owner=s.owner + i) for i, s in enumerate(single)))
    m = len(single)
    table = reach.walks(net, reach.distances(net, single, FAR), all_, m, single, FAR).net_cm.astype(np.int64)
    assert np.array_equal(table, table.T)
    table = np.where(table < 0, 10**9, table)
    for middle in range(m):
        assert (table <= table[:, [middle]] + table[middle]).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_adding_a_link_never_lengthens_a_walk_when_snaps_are_frozen(seed):
    streets = random_streets(seed)
    streets = streets[streets["main"]].reset_index(drop=True)
    rng = np.random.default_rng(seed + 3)
    cut = streets.drop(index=int(rng.integers(len(streets)))).reset_index(drop=True)
    before, after = network.build(cut), network.build(streets)
    homes = snapping.snap(before, rng.uniform(before.xy.min(axis=0), before.xy.max(axis=0), (15, 2)))
    shops = snapping.snap(before, rng.uniform(before.xy.min(axis=0), before.xy.max(axis=0), (3, 2)))
    place = {
        (tuple(before.xy[u]), tuple(before.xy[v])): s
        for s, (u, v) in enumerate(zip(before.seg_u, before.seg_v, strict=True))
    }
    there = {
        (tuple(after.xy[u]), tuple(after.xy[v])): s
        for s, (u, v) in enumerate(zip(after.seg_u, after.seg_v, strict=True))
    }
    moved = np.full(before.n_segments, -1, np.int32)
    turned = np.zeros(before.n_segments, dtype=bool)
    for (a, b), s in place.items():
        turned[s] = (a, b) not in there
        moved[s] = there[(b, a) if turned[s] else (a, b)]

    def frozen(snaps):
        pos = np.where(turned[snaps.segment], before.seg_cm[snaps.segment] - snaps.pos_cm, snaps.pos_cm)
        return snapping.Snaps(snaps.owner, moved[snaps.segment], pos, snaps.off_cm, snaps.start_xy, snaps.door_xy)

    old = reach.walks(before, reach.distances(before, [shops], FAR), homes, 15, [shops], FAR).net_cm
    new = reach.walks(
        after, reach.distances(after, [frozen(shops)], FAR), frozen(homes), 15, [frozen(shops)], FAR
    ).net_cm
    had = old >= 0
    assert (new[had] >= 0).all()
    assert (new[had] <= old[had]).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_reordering_streets_leaves_walks_equal(seed):
    streets = random_streets(seed)
    other = streets.iloc[::-1].reset_index(drop=True)
    rng = np.random.default_rng(seed)
    answers = []
    points = at(*rng.uniform(-30, 400, (20, 2)))
    for frame in (streets, other):
        net = network.build(frame)
        homes, shops = snapping.snap(net, points[:15]), snapping.snap(net, points[15:])
        answers.append(reach.walks(net, reach.distances(net, [shops], FAR), homes, 15, [shops], FAR))
    for name in ("net_cm", "snap_cm", "destination"):
        assert np.array_equal(getattr(answers[0], name), getattr(answers[1], name))
