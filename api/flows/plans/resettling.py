"""What becomes of areas, grids and service points when a plan is adopted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from api.flows.plans.hand import Desk
from api.flows.plans.regridding import Grids, renumbered
from api.flows.plans.shelf import Bench
from data import adoptions, areas, layers
from data import tables as t
from data.adoptions import Adoption, Part
from data.history import Kind, Link
from gis import codes
from gis.digests import digest
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
    grids: Grids


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
        renumbered(parts, ready.grids),
        _served(here, ready, parts),
    )


def _parts(here: Desk, ready: Ready, plan: Plan) -> tuple[Part, ...]:
    run, sub = here.bench.run, here.bench.run.kind == "划分片区"
    taken = set(adoptions.taken_codes(here.connection, run.code if sub else run.code[:9]))
    rows = adoptions.rows_of(here.connection, t.area, t.area_version, run.uids, ready.effective)
    counts = counts_of(here.bench, plan)
    official = _official(here.bench, plan, rows)
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
        like, figures = run.uids[no if kept else 0], official[no] | counts[no]
        found.append(Part(uid, like, code, ready.names[no], level, parent, figures, ready.grounds[no]))
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


def _official(bench: Bench, plan: Plan, rows: pd.DataFrame) -> list[dict[str, int | None]]:
    """Published figures of the parts that are made of whole communities, for what the plan has no sum of."""
    found: list[dict[str, int | None]] = []
    for no in range(plan.parts):
        mine = np.unique(bench.origin[plan.part == no])
        whole = int(np.isin(bench.origin, mine).sum()) == int((plan.part == no).sum())
        known = rows.loc[[bench.run.uids[one] for one in mine if whole], list(t.SIZE_METRICS)].dropna(axis=1)
        found.append({str(name): int(known[name].sum()) for name in known if whole})
    return found


def _links(bench: Bench, plan: Plan, parts: tuple[Part, ...]) -> tuple[Link, ...]:
    """What came from what: every part with ground of another community."""
    run = bench.run
    pairs = np.unique(np.column_stack([bench.origin, plan.part]), axis=0).tolist()
    kind = LINEAGE[run.kind]
    return tuple(Link(run.uids[old], parts[new].uid, kind) for old, new in pairs if run.uids[old] != parts[new].uid)


def _served(here: Desk, ready: Ready, parts: tuple[Part, ...]) -> dict[str, str]:
    """Service points that serve one of the communities, by the part they stand in."""
    run, viewer = here.bench.run, here.viewer.whole
    district = areas.find_area(here.connection, run.code[:6], ready.effective, viewer)
    query = layers.select("service_points", as_of=ready.effective, viewer=viewer, area=district)
    points = layers.frame(here.connection, query)
    points = points[points["serves_uid"].isin(run.uids)]
    tree, going_on = shapely.STRtree(ready.grounds), {one.uid for one in parts}
    row, part = tree.query(points.geometry.to_numpy(), predicate="intersects")
    inside = dict(sorted(zip(row.tolist(), part.tolist(), strict=True), reverse=True))
    found = {}
    for point, (uid, old) in enumerate(zip(points["uid"], points["serves_uid"], strict=True)):
        # one that stands elsewhere goes on serving whom it served, unless there is nobody any more
        no = inside.get(point)
        if no is None and old not in going_on:
            no = int(tree.nearest(points.geometry.iloc[point]))
        if no is not None and parts[no].uid != old:
            found[str(uid)] = parts[no].uid
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
