"""A unit of a plan of 600 moved by hand and taken back: `python -m tests.bench.moves`.

Two neighbouring communities of the sample district, cut into 600 units, make a plan with everything a real one has:
homes and their walks, grids, locks. Prints one JSON object: milliseconds of the engine alone (the move, every rule,
every number), and of wall clock a request over one kept connection to a real site.
"""

import json
import os
import time

import geopandas as gpd
import numpy as np
import shapely

from api.access import today
from api.cli.site import open_site
from api.flows.plans import dressing, making
from api.flows.plans.grounds import Material
from api.flows.plans.shelf import bench_of
from api.settings import Settings
from data import plans
from data.session import transaction
from data.viewers import PLANNER
from gis import crs
from gis.split import hand as moving
from gis.split.atoms import Atoms, checked
from gis.split.polygons import beside
from tests.bench.doors import Door, summary
from tests.installation import Installation

NAME, CODES, UNITS, TRIALS = "moves", ("610199006016", "610199006015"), 600, 100


def lattice(read, codes, *_):
    """The ground of the communities in squares: about `UNITS` of them."""
    rows = read.communities.set_index("code")
    shapes = gpd.GeoDataFrame(geometry=[rows.geometry[code] for code in codes], crs=crs.STORAGE)
    borders = crs.to_zone(shapes, read.ground.zone)
    outlines = borders.geometry.to_numpy()
    side = float(np.sqrt(shapely.area(outlines).sum() / UNITS))
    west, south, east, north = shapely.total_bounds(outlines)
    x, y = np.meshgrid(np.arange(west, east, side), np.arange(south, north, side))
    boxes = shapely.box(x.ravel(), y.ravel(), x.ravel() + side, y.ravel() + side)
    pieces = [shapely.intersection(outline, boxes) for outline in outlines]
    kept = [one[shapely.area(one) > 0.05 * side * side] for one in pieces]
    ground = shapely.set_precision(np.concatenate(kept), 0.01)
    origin = np.repeat(np.arange(len(codes)), [len(one) for one in kept])
    homes = np.round(shapely.area(ground) / shapely.area(ground).mean() * 14).astype(np.int64)
    edges = beside(ground, np.array([], dtype=object), np.array([], dtype=object))
    stored = crs.to_storage(gpd.GeoDataFrame(geometry=ground, crs=borders.crs)).geometry.to_numpy()
    atoms = Atoms(
        "blocks",
        tuple(f"单元{i}" for i in range(len(ground))),
        homes,
        homes * 2,
        edges,
        xy=shapely.get_coordinates(shapely.centroid(ground)),
        area_m2=shapely.area(ground),
        perimeter_m=shapely.length(ground),
        ground=ground,
    )
    return Material(checked(atoms), origin, stored)


def beside_the_border(plan, edges):
    """Units of the second community that touch the first."""
    first, second = edges
    part = np.array(plan["assignment"])
    across = part[first] != part[second]
    touching = np.unique(np.concatenate([first[across], second[across]]))
    return [int(one) for one in touching if part[one] == 1]


def engine_ms(bench, stored, units):
    """The move, the rules and every number, without database and HTTP."""
    spent, before = [], bench.plan(stored)
    for n in range(TRIALS):
        start = time.perf_counter()
        after = moving.moved(bench.atoms, before, [units[n % len(units)]], 0, moving.Locks())
        dressing.numbers(bench, after, {})
        spent.append((time.perf_counter() - start) * 1000)
    return summary(spent)


def requests_ms(door, number, version, units):
    """Moves and their undoing, as the desk sends them."""
    moved, undone = [], []
    for n in range(TRIALS):
        said, ms = door.ask(f"/api/plans/{number}/move", {"version": version, "atom": units[n % len(units)], "part": 0})
        moved.append(ms)
        said, ms = door.ask(f"/api/plans/{number}/undo", {"version": said["version"]})
        undone.append(ms)
        version = said["version"]
    return {"move": summary(moved), "undo": summary(undone)}


def main():
    with Installation.made(NAME) as installation, installation.serving() as base:
        os.environ |= {name: value for name, value in installation.environment.items() if name.startswith("WANGGE_")}
        engine = open_site(Settings()).engine
        making.material = lattice
        made = making.create(engine, making.Order(CODES[0], kind="边界微调", others=CODES[1:]), PLANNER, today())
        number = made["plans"][0]["id"]
        with transaction(engine, PLANNER) as connection:
            stored = plans.find(connection, number, PLANNER)
            bench = bench_of(connection, stored.run_id)
        engine.dispose()
        edges = bench.atoms.edges
        door = Door(int(base.rsplit(":", 1)[1]))
        plan = door.ask(f"/api/plans/{number}")[0]
        units = beside_the_border(plan, (edges.first, edges.second))
        assert units
        assert plan["parts"][0]["coverage"], "the walks of the homes are judged as well"
        report = {
            "bench": "moves",
            "units": len(bench.atoms),
            "homes": len(bench.run.homes),
            "engine": engine_ms(bench, stored, units) | {"mark_ms": 10},
            "api": requests_ms(door, number, plan["version"], units) | {"mark_ms": 50},
            "load": round(os.getloadavg()[0], 1),
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
