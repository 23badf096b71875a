"""Run every benchmark in a process of its own (peak memory is that of one): one JSON object a line, then a table each.

JSON goes to stdout, the tables to stderr.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping

BENCHES = (
    ("tests.bench.reach", "xian"),
    ("tests.bench.reach", "generated"),
    ("tests.bench.memory",),
    ("tests.bench.whatif", "generated"),
    ("tests.bench.whatif", "xian"),
    ("tests.bench.siting",),
    ("tests.bench.capacity",),
    ("tests.bench.isochrone",),
    ("tests.bench.pages",),
    ("tests.bench.gridmap",),
    ("tests.bench.atlas",),
    ("tests.bench.lianhu",),
    ("tests.bench.doors",),
    ("tests.bench.moves",),
    ("tests.bench.serving",),
    ("tests.bench.rights",),
    ("tests.bench.imports",),
    ("tests.bench.refusals",),
    ("tests.bench.grids",),
    ("tests.bench.split",),
    ("tests.bench.split_lianhu",),
)


def cells(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """A report as rows of dotted name and figure; a list of equal objects as one row each."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from cells(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield name, "  ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in inner.values())
    else:
        yield name, f"{value:,}" if isinstance(value, int) else str(value)


def run(words: tuple[str, ...]) -> int:
    """Run one benchmark, pass on its JSON and print its table; returns its exit code."""
    done = subprocess.run([sys.executable, "-m", *words], check=False, stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        print(line, flush=True)
        rows = list(cells(json.loads(line)))
        width = max(len(name) for name, _ in rows)
        sys.stderr.write("\n" + "\n".join(f"{name:<{width}}  {figure}" for name, figure in rows) + "\n\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(max([run(bench) for bench in BENCHES]))
