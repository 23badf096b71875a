"""Life circles on the generated city: milliseconds, and addresses falsely claimed or missed.

`python -m tests.bench.isochrone` prints one JSON object. Truth is the walk of every address on the network, told in
two ways: `rule` attaches an address as the product does (every street within 60 m), `own_street` to its street alone.
"""

import json

import numpy as np
import shapely

from gis import isochrone, network, reach, snapping
from tests.bench.make_net import lattice_streets
from tests.bench.measure import best_of, peak_mb

LIMIT_CM = 120_000
PLACES = 40
ADDRESSES = 400_000


class Addresses:
    """Homes 3 to 60 m beside the streets: segment, share along it, metres off it, place."""

    def __init__(self, net, rng):
        self.segment = rng.choice(net.n_segments, ADDRESSES, p=net.seg_cm / net.seg_cm.sum())
        self.share = rng.random(ADDRESSES)
        self.off_m = np.clip(3 + rng.exponential(14, ADDRESSES), 3, 60)
        start, stop = net.xy[net.seg_u[self.segment]], net.xy[net.seg_v[self.segment]]
        aside = (stop - start)[:, ::-1] * [-1, 1] / np.hypot(*(stop - start).T)[:, None]
        sign = rng.choice([-1, 1], ADDRESSES)
        self.xy = start + (stop - start) * self.share[:, None] + aside * (self.off_m * sign)[:, None]
        self.tree = shapely.STRtree(shapely.points(self.xy))

    def within_by_own_street(self, net, distance, rows):
        length = net.seg_cm[self.segment[rows]].astype(float)
        start = distance[net.seg_u[self.segment[rows]]] + self.share[rows] * length
        stop = distance[net.seg_v[self.segment[rows]]] + (1 - self.share[rows]) * length
        return np.minimum(start, stop) + self.off_m[rows] * 100 <= LIMIT_CM

    def within_by_rule(self, net, distance, source, rows):
        snaps = snapping.snap(net, self.xy[rows])
        return reach.walks(net, distance[:, None], snaps, len(rows), [source], LIMIT_CM).net_cm[:, 0] >= 0


def main():
    rng = np.random.default_rng(5)
    net = network.build(lattice_streets(200_000))
    addresses = Addresses(net, rng)
    places = net.xy[rng.integers(0, net.n_nodes, PLACES)] + rng.normal(0, 15, (PLACES, 2))
    sources = snapping.snap(net, places)
    isochrone.polygon(net, sources.select([0]), LIMIT_CM)
    seconds, shares = [], []
    for row in range(PLACES):
        source = sources.select([row])
        (area, _), spent = best_of(2, lambda source=source: isochrone.polygon(net, source, LIMIT_CM))
        seconds.append(spent)
        rows = addresses.tree.query(shapely.Point(places[row]).buffer(LIMIT_CM / 100 + 300))
        distance = reach.node_distances(net, source, LIMIT_CM)
        claimed = shapely.contains_xy(area, addresses.xy[rows])
        truths = (
            addresses.within_by_rule(net, distance, source, rows),
            addresses.within_by_own_street(net, distance, rows),
        )
        shares.append([f(claimed, truth) / truth.sum() for truth in truths for f in (false_claims, misses)])
    rule_false, rule_missed, own_false, own_missed = (round(100 * float(x), 2) for x in np.mean(shares, axis=0))
    town = snapping.snap(net, net.xy[:14_000][rng.integers(0, 14_000, 25)])
    _, town_s = best_of(2, lambda: isochrone.polygon(net, town, 50_000))
    report = {
        "bench": "isochrone",
        "nodes": net.n_nodes,
        "limit_m": LIMIT_CM // 100,
        "median_ms": round(1000 * float(np.median(seconds)), 1),
        "p95_ms": round(1000 * float(np.quantile(seconds, 0.95)), 1),
        "rule": {"false_percent": rule_false, "missed_percent": rule_missed},
        "own_street": {"false_percent": own_false, "missed_percent": own_missed},
        "category_of_a_district_ms": round(1000 * town_s, 1),
        "peak_mb": peak_mb(),
    }
    print(json.dumps(report))


def false_claims(claimed, truth):
    return (claimed & ~truth).sum()


def misses(claimed, truth):
    return (~claimed & truth).sum()


if __name__ == "__main__":
    main()
