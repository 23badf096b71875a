"""The atlas of the sample district, a page per community: `python -m tests.bench.atlas` prints one JSON object.

Seconds and processor seconds are those of the whole command, with reading the database and embedding the faces.
"""

import json
import resource
import tempfile
import time
from pathlib import Path

from tests.installation import Installation


def main():
    with Installation.made("bench") as site, tempfile.TemporaryDirectory() as folder:
        site.json("demo", "--no-serve")
        target = Path(folder) / "atlas.pdf"
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        made = site.json("atlas", "610199", "-o", str(target))
        seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        report = {
            "bench": "atlas",
            "pages": made["pages"],
            "places": made["places"],
            "seconds": round(seconds, 1),
            "processor_s": round(cpu, 1),
            "pages_per_minute": round(60 * made["pages"] / seconds),
            "megabytes": round(target.stat().st_size / 1e6, 1),
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
