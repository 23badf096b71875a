"""Capacity against people over the generated city, every category: `python -m tests.bench.capacity`.

Prints one JSON object: processor seconds for the pairs and for the two steps, and how far access is from the plain
formula summed pair by pair.
"""

import json

import numpy as np

from gis import network, snapping
from gis.capacity import Band, floating_catchment
from gis.frozen import ANYBODY, freeze
from gis.pairs import pairs
from tests.bench.make_net import lattice_streets
from tests.bench.measure import best_of, peak_mb
from tests.bench.reach import generated_places

LIMIT_CM = 120_000


def plain(near, people, capacity):
    """Access by the definition, pair by pair."""
    demand = [0.0] * len(capacity)
    for home, place in zip(near.home.tolist(), near.place.tolist(), strict=True):
        demand[place] += people[home]
    access = np.zeros(len(people))
    for home, place in zip(near.home.tolist(), near.place.tolist(), strict=True):
        access[home] += capacity[place] / demand[place]
    return access


def main():
    rng = np.random.default_rng(1)
    net = network.build(lattice_streets(200_000))
    homes_xy, points = generated_places(net, rng)
    homes, doors = snapping.snap(net, homes_xy), [snapping.snap(net, xy) for xy in points]
    none = np.full(len(points[0]), ANYBODY)
    lane = np.zeros(len(points[0]), np.int64)
    frozen = freeze(net, homes, np.full(len(homes_xy), ANYBODY), doors[0], lane, none, 1, LIMIT_CM)
    people = rng.integers(20, 3_000, len(homes_xy)).astype(float)
    capacity = rng.integers(20, 400, len(points[0])).astype(float)
    pairs(frozen, doors[0], 1, 1_000)
    found, pairs_s = best_of(1, lambda: [pairs(frozen, one, len(capacity), LIMIT_CM) for one in doors])
    ours, steps_s = best_of(
        3, lambda: [floating_catchment(one, people, capacity, [Band(LIMIT_CM, 1.0)]) for one in found]
    )
    expected = [plain(one, people, capacity) for one in found]
    report = {
        "bench": "capacity",
        "categories": len(points),
        "homes": len(homes_xy),
        "places": len(capacity),
        "pairs": sum(len(one.cm) for one in found),
        "pairs_seconds": round(pairs_s, 3),
        "steps_seconds": round(steps_s, 4),
        "largest_difference": float(max(np.abs(a.access - b).max() for a, b in zip(ours, expected, strict=True))),
        "peak_mb": peak_mb(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
