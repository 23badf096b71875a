"""What a scope costs: the same rows with and without it, and behind row-level security: `python -m tests.bench.rights`.

Every question is put in turn as an unscoped statement, as the scoped one alone, and as the scoped one behind
row-level security, at the same random places inside one community of a town with 200,000 buildings and 5,000 grids.
`equal` says how many answers were the same byte for byte (a box may touch a grid of the neighbours by its envelope).
`scoped` and `walled` are their wall times in that of the unscoped one, each by its lower quartile: what else the
machine does lies above it. The case `all` is the sum over the others.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from sqlalchemy import create_engine, text

from api.flows.reading import BOX, box_values
from data import cluster, features, layers, tiles
from data.quick import Reader, Ready, ready
from data.viewers import PLANNER, Viewer
from tests.bench import serving_town as town
from tests.bench.serving import load_town, tile_of
from tests.installation import Installation

NAME = "rights"
ROUNDS = 400
DAY = date.today()
ZOOM = 16
EDGE_DEG = 0.0006  # larger than any building, so that what touches a box lies inside the scope as well
WIDTHS = {"page": 0.004, "look-up": 0.0004}


@dataclass(frozen=True)
class Case:
    """One question as an unscoped and as a scoped statement, and the values of each round."""

    name: str
    plain: Ready
    scoped: Ready
    values: list[dict[str, Any]]


def places(ground: shapely.Geometry, width: float) -> Iterator[tuple[float, float, float, float]]:
    """Boxes of a width wholly inside the ground, the same ones in every run."""
    rng, inner = random.Random(7), ground.buffer(-EDGE_DEG)
    west, south, east, north = inner.bounds
    shapely.prepare(inner)
    while True:
        x, y = rng.uniform(west, east - width), rng.uniform(south, north - width)
        if inner.contains(shapely.box(x, y, x + width, y + width)):
            yield x, y, x + width, y + width


def cases(scope: Viewer, ground: shapely.Geometry) -> list[Case]:
    """Pages and look-ups of buildings, tiles of them, pages of grids and of communities."""
    made = []
    for layer in ("buildings", "grids", "communities"):
        for name, width in WIDTHS.items():
            plain, scoped = (
                ready(features.collection(layers.select(layer, as_of=DAY, viewer=viewer, bbox=BOX)))
                for viewer in (PLANNER, scope)
            )
            boxes = places(ground, width)
            made.append(Case(f"{name} of {layer}", plain, scoped, [box_values(next(boxes)) for _ in range(ROUNDS)]))
    plain, scoped = (
        ready(tiles.statement(layers.select("buildings", as_of=DAY, viewer=viewer, bbox=tiles.BOX), "buildings", ZOOM))
        for viewer in (PLANNER, scope)
    )
    boxes = places(ground, 0.006)
    middles = [next(boxes) for _ in range(ROUNDS)]
    where = [tile_of((w + e) / 2, (s + n) / 2, ZOOM) for w, s, e, n in middles]
    made.append(Case("tile of buildings", plain, scoped, [tiles.values(ZOOM, x, y) for x, y in where]))
    return made


def compare(reader: Reader, case: Case, scope: Viewer) -> dict[str, Any]:
    """Milliseconds of the three, in turn, and what the scope costs."""
    ways = {"plain": (PLANNER, case.plain), "scoped": (PLANNER, case.scoped), "walled": (scope, case.scoped)}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    same = 0
    for values in (*case.values[:20], *case.values):  # the first twenty only warm plans and pools
        answers = set()
        for name, (viewer, statement) in ways.items():
            begun = time.perf_counter()
            row = reader.first(viewer, statement, values)
            spent[name].append((time.perf_counter() - begun) * 1000)
            answers.add(bytes(row[0]).replace(b',"approximate":true', b"") if row and row[0] else b"")
        same += len(answers) == 1
    usual = {name: statistics.quantiles(times[20:], n=4)[0] for name, times in spent.items()}
    told: dict[str, Any] = {"case": case.name, "equal": f"{same} of {len(case.values) + 20}"}
    return told | shares(usual)


def shares(spent: Mapping[str, float]) -> dict[str, float]:
    """The times, and what of them the scope costs."""
    told = {f"{name}_ms": round(value, 3) for name, value in spent.items()}
    return told | {name: round(spent[name] / spent["plain"], 2) for name in ("scoped", "walled")}


def main() -> None:
    """Load, measure, print one JSON object."""
    with Installation.made(NAME):
        own = cluster.locate(NAME)
        load_town(own)
        reader = Reader(own.url(cluster.APP))
        engine = create_engine(own.url(cluster.OWNER).replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            query = """SELECT code, ST_AsBinary(geom) FROM area_version WHERE length(code) = 12
                ORDER BY ST_Area(geom) DESC, code LIMIT 1"""
            code, wkb = connection.execute(text(query)).one()
        engine.dispose()
        ground = shapely.from_wkb(bytes(wkb))
        scope = Viewer("社区", code)
        told = [compare(reader, case, scope) for case in cases(scope, ground)]
        reader.dispose()
    sums = {name: sum(one[f"{name}_ms"] for one in told) for name in ("plain", "scoped", "walled")}
    told.append({"case": "all", **shares(sums)})
    about = {"bench": NAME, "buildings": town.BUILDINGS, "grids": town.GRIDS, "rounds": ROUNDS}
    vertices = int(shapely.get_num_coordinates(ground))
    print(json.dumps({**about, "border_vertices": vertices, "cases": told}, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
