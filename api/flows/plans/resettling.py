"""What becomes of areas, grids and service points when a plan is adopted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from api.flows.plans.hand import Desk
from api.flows.plans.shelf import Bench
from data import adoptions, areas, layers
from data import tables as t
from data.adoptions import Adoption, Part
from data.history import Kind, Link
from gis import codes
from gis.digests import digest
from gis.grids.numbering import reading_order
from gis.split.plan import Plan

NOT_YET = 0
LINEAGE: Mapping[str, Kind] = {"分设": "split", "合并": "merge", "边界微调": "adjust", "划分片区": "subdivide"}


@dataclass(frozen=True)
class Ready:
    """An order that may be carried out."""

    document_no: str
    effective: date
    waivers: Mapping[str, str]
    names: tuple[str, ...]
    before: gpd.GeoDataFrame
    grounds: NDArray[np.object_]
    grids: gpd.GeoDataFrame
    grid_part: NDArray[np.int64]


def adoption_of(here: Desk, ready: Ready) -> Adoption:
    """The areas, grids and services of the plan as they will be, for a batch that is still to be opened."""
    bench, run = here.bench, here.bench.run
    plan = bench.plan(here.stored)
    parts = _parts(here, ready, plan)
    if run.kind == "划分片区":
        links = tuple(Link(run.uids[0], one.uid, "subdivide") for one in parts)
        return Adoption(NOT_YET, ready.effective, run.synthetic, parts, (), links, ready.document_no, {}, {})
    closed = tuple(uid for uid in run.uids if uid not in {one.uid for one in parts})
    return Adoption(
        NOT_YET,
        ready.effective,
        run.synthetic,
        parts,
        (*closed, *_sub_areas(here, ready.effective)),
        _links(bench, plan, parts),
        ready.document_no,
        _renumbered(parts, ready),
        _served(here, ready, parts),
    )


def _parts(here: Desk, ready: Ready, plan: Plan) -> tuple[Part, ...]:
    run, sub = here.bench.run, here.bench.run.kind == "划分片区"
    taken = set(adoptions.taken_codes(here.connection, run.code if sub else run.code[:9]))
    rows = adoptions.rows_of(here.connection, t.area, t.area_version, run.uids, ready.effective)
    counts = counts_of(here.bench, plan)
    found = []
    for no in range(plan.parts):
        kept = not sub and no < len(run.uids)
        if kept:
            uid, code = run.uids[no], run.codes[no]
        else:
            code = _sub_code(run.code, taken) if sub else codes.next_provisional(run.code[:9], taken)
            uid = digest({"plan": here.stored.id, "part": no, "code": code})
            taken.add(code)
        level, parent = ("sub_area", run.uids[0]) if sub else ("community", str(rows["parent_uid"][run.uids[0]]))
        found.append(
            Part(uid, run.uids[no if kept else 0], code, ready.names[no], level, parent, counts[no], ready.grounds[no])
        )
    return tuple(found)


def counts_of(bench: Bench, plan: Plan) -> list[dict[str, int | None]]:
    """Counts of the parts: those of the units, and sums over the compounds for what units do not hold."""
    atoms = bench.atoms
    named = {"resident_households": atoms.households, "population": atoms.residents}
    named |= {name: values for name in ("elderly", "children") if (values := getattr(atoms, name)) is not None}
    sums = {name: np.bincount(plan.part, weights=values, minlength=plan.parts) for name, values in named.items()}
    where = np.array([plan.assignment[home["atom"]] for home in bench.run.homes], dtype=np.int64)
    for name in ("elderly_80", "registered_households", "dwelling_units", "undelivered_units"):
        values = np.array([home.get(name) for home in bench.run.homes], dtype=np.float64)
        known = ~np.isnan(values)
        if known.any():
            sums[name] = np.bincount(where[known], weights=values[known], minlength=plan.parts)
    return [{name: round(float(values[no])) for name, values in sums.items()} for no in range(plan.parts)]


def _links(bench: Bench, plan: Plan, parts: tuple[Part, ...]) -> tuple[Link, ...]:
    """What came from what: every part with ground of another community."""
    run = bench.run
    pairs = np.unique(np.column_stack([bench.origin, plan.part]), axis=0).tolist()
    kind = LINEAGE[run.kind]
    return tuple(Link(run.uids[old], parts[new].uid, kind) for old, new in pairs if run.uids[old] != parts[new].uid)


def _renumbered(parts: tuple[Part, ...], ready: Ready) -> dict[str, tuple[str, str]]:
    """New code and community of every grid that changes its community, per set and in reading order."""
    grids = ready.grids
    if not len(grids):
        return {}
    home = np.array([parts[part].uid for part in ready.grid_part.tolist()], dtype=object)
    old = dict(zip(ready.before["code"], ready.before["uid"], strict=True))
    moved = home != grids["community"].map(old).to_numpy(object)
    middle = shapely.get_coordinates(shapely.point_on_surface(grids.geometry.to_numpy())) * 100_000
    side = float(np.sqrt(np.median(shapely.area(grids.geometry.to_numpy()))) * 100_000)
    found: dict[str, tuple[str, str]] = {}
    for name in sorted(set(grids["set"])):
        for part in parts:
            mine = np.flatnonzero((grids["set"] == name).to_numpy() & moved & (home == part.uid))
            stay = grids["code"][((grids["set"] == name).to_numpy()) & ~moved & (home == part.uid)]
            taken = {int(code[-3:]) for code in stay}
            order = [one for tier in (1, 2, 3) for one in _in_order(grids, mine, tier, middle, side)]
            free = (one for one in range(1, 1000) if one not in taken)
            for row, number in zip(order, free, strict=False):
                found[str(grids["uid"].iloc[row])] = (codes.grid(part.code, number), part.uid)
    return found


def _in_order(
    grids: gpd.GeoDataFrame, mine: NDArray[np.int64], tier: int, middle: NDArray[np.float64], side: float
) -> list[int]:
    rows = mine[(grids["tier"].to_numpy() == tier)[mine]]
    return rows[reading_order(middle[rows], side)].tolist() if len(rows) else []


def _served(here: Desk, ready: Ready, parts: tuple[Part, ...]) -> dict[str, str]:
    """Service points that serve one of the communities, by the part they stand in."""
    run, viewer = here.bench.run, here.viewer.whole
    found = {}
    for code in run.codes:
        area = areas.find_area(here.connection, code, ready.effective, viewer)
        query = layers.select("service_points", as_of=ready.effective, viewer=viewer, area=area)
        points = layers.frame(here.connection, query)
        points = points[points["serves_uid"].isin(run.uids)]
        row, part = shapely.STRtree(ready.grounds).query(points.geometry.to_numpy(), predicate="intersects")
        for point, no in sorted(zip(row.tolist(), part.tolist(), strict=True), reverse=True):
            if points["serves_uid"].iloc[point] != parts[no].uid:
                found[str(points["uid"].iloc[point])] = parts[no].uid
    return found


def _sub_areas(here: Desk, day: date) -> tuple[str, ...]:
    """Sub-areas of the communities end with them."""
    viewer = here.viewer.whole
    return tuple(
        uid
        for code in here.bench.run.codes
        for uid in areas.uids_below(here.connection, code, ["sub_area"], day, viewer)
    )


def _sub_code(community: str, taken: set[str]) -> str:
    return next(code for number in range(1, 100) if (code := codes.sub_area(community, number)) not in taken)
