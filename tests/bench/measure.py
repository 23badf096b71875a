"""What the benchmarks share: processor seconds, peak memory, the folder of real data."""

import os
import resource
import sys
import time
from pathlib import Path

SHARED = Path(os.environ.get("WANGGE_SHARED", Path(__file__).parents[3] / "shared"))


def best_of(n, call):
    """Return the answer and the least processor seconds of `n` calls."""
    least = float("inf")
    for _ in range(n):
        start = time.process_time()
        answer = call()
        least = min(least, time.process_time() - start)
    return answer, least


def peak_mb():
    """Largest memory this process ever held."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def real_data(name):
    """Return the path of a file of real data, or end the benchmark with a sentence."""
    path = SHARED / "data" / name
    if not path.exists():
        print(f"skipped: {name} is not in ../shared/data beside this checkout; set WANGGE_SHARED", file=sys.stderr)
        raise SystemExit(0)
    return path
