"""Run every benchmark in a process of its own (peak memory is that of one): one JSON object per line."""

import subprocess
import sys

BENCHES = (
    ("tests.bench.reach", "xian"),
    ("tests.bench.reach", "generated"),
    ("tests.bench.isochrone",),
)

if __name__ == "__main__":
    sys.exit(max(subprocess.run([sys.executable, "-m", *bench], check=False).returncode for bench in BENCHES))
