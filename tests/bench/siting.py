"""Where to build: 400 candidates over the generated city, every model: `python -m tests.bench.siting`.

Prints one JSON object: wall seconds of the solver, the gap that is left, and what choosing greedily would have given.
"""

import json
import time

import numpy as np

from gis import network, snapping
from gis.frozen import ANYBODY, freeze
from gis.pairs import pairs
from gis.siting import Demand, solve
from tests.bench.make_net import lattice_streets
from tests.bench.measure import peak_mb
from tests.bench.reach import scattered

HOMES, CANDIDATES, STANDING, LIMIT_CM = 5261, 400, 120, 120_000


def greedy(demand, add):
    """People newly served by taking the best candidate again and again."""
    left, total = demand.weight.copy(), 0.0
    for _ in range(add):
        gain = np.bincount(demand.pairs.place, weights=left[demand.pairs.home], minlength=CANDIDATES)
        best = int(gain.argmax())
        total += gain[best]
        left[demand.pairs.home[demand.pairs.place == best]] = 0
    return total


def main():
    rng = np.random.default_rng(2)
    net = network.build(lattice_streets(200_000))
    homes = snapping.snap(net, scattered(net, rng, HOMES))
    doors = snapping.snap(net, scattered(net, rng, STANDING))
    lane, anybody = np.zeros(STANDING, np.int64), np.full(STANDING, ANYBODY)
    frozen = freeze(net, homes, np.full(HOMES, ANYBODY), doors, lane, anybody, 1, LIMIT_CM)
    sites = snapping.snap(net, scattered(net, rng, CANDIDATES))
    pairs(frozen, sites, 1, 1_000)
    start = time.perf_counter()
    near = pairs(frozen, sites, CANDIDATES, LIMIT_CM)
    pairs_s = time.perf_counter() - start
    people = rng.integers(20, 3_000, HOMES).astype(float)
    now = frozen.walks(0)
    outside = np.where(now < 0, people, 0.0)
    capacity = rng.integers(2_000, 12_000, CANDIDATES).astype(float)
    nothing = np.zeros(CANDIDATES, bool)
    asked = Demand(outside, near, np.where(now < 0, LIMIT_CM, now).astype(np.int32), capacity, nothing)
    report = {"bench": "siting", "homes": HOMES, "candidates": CANDIDATES, "pairs": len(near.cm)}
    report["pairs_seconds"] = round(pairs_s, 3)
    for model, add in (("mclp", 5), ("mclp", 10), ("mclp", 20), ("lscp", 1), ("capacitated", 10), ("pmedian", 10)):
        start = time.perf_counter()
        found = solve(model, asked, add)
        report[f"{model} {add}"] = {
            "seconds": round(time.perf_counter() - start, 3),
            "objective": round(found.objective, 1),
            "gap": round(found.gap, 6),
            "chosen": len(found.chosen),
        }
        if model == "mclp":
            report[f"{model} {add}"]["greedy_share"] = round(greedy(asked, add) / found.objective, 4)
    print(json.dumps(report | {"peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
