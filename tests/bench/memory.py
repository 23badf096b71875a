"""Memory of a full pass over the city of 203 k nodes: `python -m tests.bench.memory` prints one JSON object.

Counted above the interpreter with its libraries loaded and its kernels compiled: the network built from its street
frame (which is counted too), homes and points attached, 15 categories searched, every home walked.
"""

import gc
import json
from pathlib import Path

import numpy as np

from gis import network, reach, snapping
from tests.bench.make_net import lattice_streets
from tests.bench.reach import generated_places

LIMIT_CM = 120_000
MARK_MB = 250


def now_mb(name):
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def one_pass(streets):
    """Build, attach, search, walk; returns the largest memory held, in MB, after each step."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    rng, peaks = np.random.default_rng(1), {}
    net = network.build(streets)
    peaks["build"] = now_mb("VmHWM")
    homes, points = generated_places(net, rng)
    origins, categories = snapping.snap(net, homes), [snapping.snap(net, xy) for xy in points]
    peaks["snap"] = now_mb("VmHWM")
    distance = reach.distances(net, categories, LIMIT_CM)
    peaks["search"] = now_mb("VmHWM")
    reach.walks(net, distance, origins, len(homes), categories, LIMIT_CM)
    peaks["walk"] = now_mb("VmHWM")
    return net, peaks


def main():
    one_pass(lattice_streets(2_000))
    gc.collect()
    libraries = now_mb("VmRSS")
    net, peaks = one_pass(lattice_streets(200_000))
    report = {
        "bench": "memory",
        "nodes": net.n_nodes,
        "libraries_mb": round(libraries),
        "above_libraries_mb": {step: round(peak - libraries) for step, peak in peaks.items()},
        "peak_above_libraries_mb": round(max(peaks.values()) - libraries),
        "mark_mb": MARK_MB,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
