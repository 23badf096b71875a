"""All communities of the synthetic district divided into grids: `python -m tests.bench.grids` prints one JSON object.

Processor seconds without reading, beside what a division is judged by: compounds cut, grids not in one piece, how far
the households are from the target, and whether all grids together are one coverage.
"""

import json
import time

import numpy as np
import pandas as pd
import shapely

from data.sample.district import make_district
from gis.grids.borders import with_neighbours
from gis.grids.division import divide
from gis.grids.partition import Sizes
from tests.bench.measure import peak_mb
from tests.gis.grid_places import sample_communities


def main():
    sample = make_district(7)
    sizes = Sizes()
    asked = list(sample_communities(sample, sample["communities"]))
    divide(asked[0], sizes, 0)
    seconds, done = [], []
    for one in asked:
        start = time.process_time()
        done.append(divide(one, sizes, 0))
        seconds.append(time.process_time() - start)
    start = time.process_time()
    whole = with_neighbours(np.concatenate([one.grids.geometry.to_numpy() for one in done]))
    matching = time.process_time() - start
    households = pd.concat([one.grids.households for one in done])
    off = (households / sizes.target - 1).abs()
    report = {
        "bench": "grids",
        "communities": len(done),
        "grids": len(households),
        "households": round(households.sum()),
        "seconds": round(sum(seconds) + matching, 1),
        "seconds_largest": round(max(seconds), 2),
        "peak_mb": peak_mb(),
        "compounds_cut": sum(one.cut for one in done),
        "not_contiguous": sum(one.broken for one in done),
        "seamless": bool(shapely.coverage_is_valid(whole)),
        "compounds_in_building_groups": sum(len(one.grouped) for one in done),
        "deviation_mean": round(off.mean(), 3),
        "deviation_p90": round(off.quantile(0.9), 3),
        "deviation_max": round(off.max(), 3),
        "in_range": round(households.between(sizes.low, sizes.high).mean(), 3),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
