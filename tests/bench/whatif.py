"""One edit against a full pass: `python -m tests.bench.whatif generated|xian`.

Prints one JSON object. A full pass searches all categories and walks from every home; a pass of the category is that of
one alone. Medians of processor time; the last figures count what differs after undoing everything.
"""

import json
import sys
import time

import numpy as np

from gis import network, reach, snapping
from gis.closures import closures
from gis.frozen import ANYBODY, freeze
from gis.whatif import Session
from tests.bench.make_net import lattice_streets
from tests.bench.measure import best_of, peak_mb
from tests.bench.reach import generated_places, scattered, xian_places, xian_streets
from tests.gis.walking import scipy_distances, scipy_graph

CATEGORIES, TRIALS = 15, 200


def spent(call):
    """Processor milliseconds of one call."""
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1000


def summary(ms, whole_s):
    middle = float(np.median(ms))
    return {
        "median_ms": round(middle, 4),
        "p95_ms": round(float(np.quantile(ms, 0.95)), 4),
        "full_passes": f"1/{whole_s * 1000 / middle:.0f}",
    }


def trials(session, net, rng, places, whole_s):
    """Time every kind of edit, each undone at once."""
    points = [snapping.snap(net, xy[None]) for xy in places]
    points = [snaps for snaps in points if len(snaps)]
    timed = {name: [] for name in ("add", "close", "way", "shut", "undo")}
    for i, snaps in enumerate(points):
        timed["add"].append(spent(lambda snaps=snaps: session.add_point(0, snaps)))
        timed["undo"].append(spent(session.undo))
        number = int(rng.choice(np.flatnonzero(session.frozen.point_lane == 0)))
        timed["close"].append(spent(lambda number=number: session.close_point(number)))
        session.undo()
        node = int(rng.integers(0, net.n_nodes))
        far = np.argsort(((net.xy - net.xy[node]) ** 2).sum(axis=1))[60] if i < 60 else node
        ends = snapping.snap(net, net.xy[[node, far]] + 3)
        one, other = ends.select([0]), ends.select([1])
        if i < 60 and len(one) and len(other):
            cm = int(np.hypot(*(net.xy[node] - net.xy[far])) * 100)
            timed["way"].append(spent(lambda one=one, other=other, cm=cm: session.add_way(one, other, cm)))
            session.undo()
        segment = rng.integers(0, net.n_segments, 1).astype(np.int32)
        timed["shut"].append(spent(lambda segment=segment: session.shut_street(segment)))
        session.undo()
    return {name: summary(ms[3:], whole_s) for name, ms in timed.items()}


def main(which):
    limit_cm = {"xian": 150_000, "generated": 120_000}[which]
    rng = np.random.default_rng(1)
    streets = xian_streets() if which == "xian" else lattice_streets(200_000)
    net = network.build(streets)
    homes_xy, points = xian_places(streets.crs.to_epsg()) if which == "xian" else generated_places(net, rng)
    points = (points + [scattered(net, rng, 305) for _ in range(CATEGORIES)])[:CATEGORIES]
    homes, doors = snapping.snap(net, homes_xy), snapping.snap(net, np.concatenate(points))
    lane = np.repeat(np.arange(CATEGORIES), [len(xy) for xy in points])
    group = np.full(len(homes_xy), ANYBODY)
    everybody = np.full(len(lane), ANYBODY)
    lanes = [doors.select(np.flatnonzero(lane == k)) for k in range(CATEGORIES)]

    def full_pass(some):
        distance = reach.distances(net, some, limit_cm)
        return reach.walks(net, distance, homes, len(homes_xy), some, limit_cm)

    full_pass(lanes[:1])
    _, pass_s = best_of(3, lambda: full_pass(lanes))
    _, one_s = best_of(5, lambda: full_pass(lanes[:1]))
    _, scipy_s = best_of(3, lambda: scipy_distances(scipy_graph(net, lanes[0]), limit_cm))
    frozen = freeze(net, homes, group, doors, lane, everybody, CATEGORIES, limit_cm)
    session = Session(frozen)
    edits = trials(session, net, rng, homes_xy[rng.integers(0, len(homes_xy), TRIALS)], pass_s)
    closures(frozen, 0)
    found, closures_s = best_of(3, lambda: closures(frozen, 0))
    print(
        json.dumps(
            {
                "bench": f"whatif {which}",
                "nodes": net.n_nodes,
                "homes": len(homes_xy),
                "categories": CATEGORIES,
                "points": len(points[0]),
                "full_pass_seconds": round(pass_s, 4),
                "category_pass_seconds": round(one_s, 4),
                "scipy_search_seconds": round(scipy_s, 4),
                "edits": edits,
                "closures": {
                    "sites": len(points[0]),
                    "losses": len(found.home),
                    "seconds": round(closures_s, 4),
                    "category_passes": round(closures_s / one_s, 2),
                    "scipy_searches": round(closures_s / scipy_s, 2),
                },
                "differing_after_undo": len(session.changes().home),
                "peak_mb": peak_mb(),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
