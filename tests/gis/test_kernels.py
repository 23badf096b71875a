"""The compiled loops must also run where no cache folder can be written (a service account without a home)."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import numpy as np
from gis import kernels
lane = np.full(2, kernels.UNREACHED, np.int32)
link, one = np.array([[1, 700], [0, 700]], np.int32), np.zeros(1, np.int32)
indptr, head, pool = np.array([0, 1, 2], np.int32), np.empty(1, np.int32), np.empty((9, 3), np.int32)
ok = kernels.search(indptr, link, one, one, 700, lane, head, pool)
print(ok, lane.tolist(), kernels.search.stats.cache_path)
"""


def test_without_a_place_for_the_cache():
    # the only locator left finds nothing, because it needs NUMBA_CACHE_DIR
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    environment["NUMBA_CACHE_LOCATOR_CLASSES"] = "UserProvidedCacheLocator"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True [0, 700] None"
