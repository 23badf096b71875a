"""Test addresses: what a polygon falsely claims and misses, against walks worked out one by one."""

import numpy as np
import shapely

from gis import addresses, isochrone, network, snapping
from tests.bench.make_net import lattice_streets
from tests.gis.walking import scipy_distances, scipy_graph

LIMIT = 60_000


def test_shares_are_those_of_walks_by_scipy_and_the_same_every_time() -> None:
    net = network.build(lattice_streets(3_000))
    source = snapping.snap(net, net.xy[[net.n_nodes // 2]] + 4.0)
    ground, _ = isochrone.polygon(net, source, LIMIT)
    found = addresses.measure(net, source, LIMIT, ground, 2_000, 3)
    assert found == addresses.measure(net, source, LIMIT, ground, 2_000, 3)
    distance = scipy_distances(scipy_graph(net, source), LIMIT)
    wide = LIMIT / 100 + addresses.FARTHEST_M
    half = (net.xy[net.seg_u] + net.xy[net.seg_v]) / 2
    near = np.hypot(*(half - source.start_xy[0]).T) <= wide + 1e-9
    segments = np.flatnonzero(near & net.seg_snappable)
    homes = addresses.beside_streets(net, segments, 2_000, np.random.default_rng(3))
    claimed = np.array([ground.contains(shapely.Point(xy)) for xy in homes.xy])
    truth = []
    for segment, pos, off in zip(homes.segment, homes.pos_cm, homes.off_cm, strict=True):
        ways = [distance[net.seg_u[segment]] + pos, distance[net.seg_v[segment]] + net.seg_cm[segment] - pos]
        ways += [
            abs(pos - p) + o
            for s, p, o in zip(source.segment, source.pos_cm, source.off_cm, strict=True)
            if s == segment
        ]
        truth.append(min(ways) + off <= LIMIT)
    truth = np.array(truth)
    assert found.addresses == truth.sum() > 300
    assert found.false_share == round((claimed & ~truth).sum() / truth.sum(), 4)
    assert found.missed_share == round((truth & ~claimed).sum() / truth.sum(), 4)
    assert found.false_share < 0.08
    assert found.missed_share < 0.02


def test_nothing_claimed_misses_all_and_everything_claimed_misses_none() -> None:
    net = network.build(lattice_streets(1_000))
    source = snapping.snap(net, net.xy[[net.n_nodes // 2]])
    assert addresses.measure(net, source, LIMIT, shapely.Polygon()).missed_share == 1.0
    all_of_it = addresses.measure(net, source, LIMIT, shapely.box(*net.xy.min(axis=0) - 100, *net.xy.max(axis=0) + 100))
    assert all_of_it.missed_share == 0.0
    assert all_of_it.false_share > 0
