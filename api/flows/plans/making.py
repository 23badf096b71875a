"""Plans made and kept: what is read, solved and stored for one community."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from api.flows.communities import Read, community, prepare, read_area
from api.flows.plans import dressing
from api.flows.plans.shelf import Bench, rules_of
from api.flows.splitting import TOLERANCE, Split, Wish, as_json
from data import audit, layers, plans
from data.areas import Area
from data.plans import Run
from data.session import transaction
from data.viewers import Viewer
from gis import crs
from gis.digests import digest
from gis.errors import BadInputError, NotAllowedError, NotFoundError
from gis.grids.borders import with_own_border
from gis.grids.division import Community
from gis.split.atoms import Atoms, checked
from gis.split.ground import AtomKind
from gis.split.plan import Plan
from gis.split.rules import CHECKS, DEFAULT_HARD, Rules
from gis.split.solve import Solution, solve
from gis.split.stored import as_plain

EDITORS = ("管理员", "规划")
READ_LAYERS = ("communities", "compounds", "service_points", "grids", "barriers", "streets")
AIMS = {
    "shortest": "边界最短",
    "natural": "沿路沿河",
    "balance": "户数均衡",
    "different": "另一种分法",
    "weighted": "按权重最省",
    "present": "现状",
    "together": "合并",
}


@dataclass(frozen=True)
class Order:
    """What is asked for; `hard`: the rules that must hold (None: the usual ones), `locks`: atoms that stay together."""

    code: str
    parts: int = 2
    tolerance: float = TOLERANCE
    seed: int = 7
    atoms: AtomKind = "blocks"
    kind: str = "分设"
    never_across: tuple[str, ...] = ()
    hard: tuple[str, ...] | None = None
    locks: tuple[tuple[int, ...], ...] = ()

    def settings(self) -> dict[str, Any]:
        """The order as it is kept."""
        hard = DEFAULT_HARD if self.hard is None else frozenset(self.hard)
        return {
            "parts": self.parts,
            "tolerance": self.tolerance,
            "seed": self.seed,
            "atoms": self.atoms,
            "never_across": sorted(self.never_across),
            "hard": sorted(hard),
            "locks": [list(group) for group in self.locks],
        }


def may_edit(viewer: Viewer, code: str) -> None:
    """Only planners may change plans, of communities in their scope."""
    if not viewer.covers(code):
        raise NotFoundError(f"没有找到代码 {code}。查对代码，或先导入这个区划")
    if viewer.role not in EDITORS:
        raise NotAllowedError("方案要由管理员或规划人员来做。可以看方案，改动请他们来做")


def create(engine: Engine, order: Order, viewer: Viewer, day: date) -> dict[str, Any]:
    """Solve for a community and keep the portfolio; CONTRACT's split with the number of every plan.

    Raises NotFoundError, NotAllowedError, BadInputError, NoPlanError.
    """
    may_edit(viewer, order.code)
    _possible(order)
    with transaction(engine, viewer.whole) as connection:
        area = community(connection, order.code, viewer.whole, day)
        read = read_area(connection, area, viewer.whole, day)
        rows = rows_digest(connection, [area], day, viewer)
    rules = rules_of(order.settings())
    atoms, here = prepare(read, order.code, rules, order.atoms)
    if order.locks:
        atoms = checked(replace(atoms, groups=(*atoms.groups, *order.locks)))
    solution = solve(atoms, rules, order.seed)
    ground = stored_ground(atoms, here)
    run = _run(order, [area], atoms, solution.rules, solution, homes(read, ground, [order.code]), rows, viewer, day)
    with transaction(engine, viewer.whole) as connection:
        number = plans.add_run(connection, run, ground)
        bench = Bench(replace(run, id=number), replace(atoms, ground=ground), solution.rules)
        ids = _keep(connection, bench, solution, viewer)
        audit.note(connection, viewer, "write", f"plan {order.code}", {"run": number, "plans": ids})
    wish = Wish(order.parts, order.tolerance, order.seed, never_across=frozenset(order.never_across))
    said = as_json(Split(order.code, atoms, wish, solution))
    for one, plan_id in zip(said["plans"], ids, strict=True):
        one["id"] = plan_id
    return said | {"run": number, "kind": order.kind}


def rows_digest(connection: Connection, areas: Sequence[Area], day: date, viewer: Viewer) -> str:
    """Digest of exactly the rows that a plan for these communities reads on a day."""
    said = {
        f"{area.uid} {name}": layers.fingerprint(
            connection, layers.select(name, as_of=day, viewer=viewer.whole, area=area)
        )
        for area in areas
        for name in READ_LAYERS
    }
    return digest(said)


def stored_ground(atoms: Atoms, here: Community) -> NDArray[np.object_]:
    """The ground of the atoms in EPSG:4490, with exactly the border of their community."""
    pieces, of = shapely.get_parts(atoms.ground, return_index=True)
    stored = crs.to_storage(gpd.GeoDataFrame(geometry=pieces, crs=here.streets.crs)).geometry.to_numpy()
    own = with_own_border(stored, here.border)
    return np.array([_one(own[of == atom]) for atom in range(len(atoms))], dtype=object)


def homes(read: Read, ground: NDArray[np.object_], codes: Sequence[str]) -> list[dict[str, Any]]:
    """The compounds of the communities with the atom each stands on."""
    frame = read.ground.frames["compounds"]
    own = frame[frame["community"].isin(list(codes))].sort_values("uid")
    places = own.geometry.to_crs(crs.STORAGE).to_numpy()
    atom = np.full(len(own), -1, dtype=np.int64)
    row, on = shapely.STRtree(ground).query(places, predicate="intersects")
    atom[row[::-1]] = on[::-1]
    lost = atom < 0
    if lost.any():
        atom[lost] = shapely.STRtree(ground).nearest(places[lost])
    names = ("uid", "name", "households", "residents", "elderly", "elderly_80", "children")
    columns = [[_value(value) for value in own[name].tolist()] for name in names]
    rows = zip(*columns, atom.tolist(), strict=True)
    return [dict(zip((*names, "atom"), row, strict=True)) for row in rows]


def _possible(order: Order) -> None:
    if order.kind not in ("分设", "划分片区"):
        raise BadInputError(f"{order.kind}要说明涉及哪几个社区")
    unknown = sorted(set(order.hard or ()) - set(CHECKS))
    if unknown:
        raise BadInputError(f"没有“{unknown[0]}”这条规则。可选：{' '.join(CHECKS)}")


def _run(
    order: Order,
    areas: Sequence[Area],
    atoms: Atoms,
    rules: Rules,
    solution: Solution | None,
    held: list[dict[str, Any]],
    rows: str,
    viewer: Viewer,
    day: date,
) -> Run:
    facts: dict[str, Any] = {"notes": list(atoms.notes if solution is None else solution.notes)}
    if solution is not None:
        bound = next((one.proof.bound for one in solution.proposals if one.proof.bound is not None), None)
        facts |= {"bound_cm": bound, "pairs": solution.pairs, "pairs_proven": solution.pairs_proven}
    return Run(
        0,
        order.kind,
        order.code,
        tuple(area.code for area in areas),
        tuple(area.uid for area in areas),
        tuple(area.name for area in areas),
        day,
        areas[0].synthetic,
        rules.parts,
        order.settings() | {"hard": sorted(rules.hard)},
        as_plain(atoms),
        held,
        facts,
        atoms.digest,
        rows,
        viewer.account or viewer.role,
    )


def _keep(connection: Connection, bench: Bench, solution: Solution, viewer: Viewer) -> list[int]:
    """Keep the portfolio, the last first: newest first is then by rank."""
    ids = []
    for rank, one in reversed(list(enumerate(solution.proposals, 1))):
        solved = {"digest": one.plan.digest, "proof": dressing.proof_json(one.proof)}
        ids.append(keep(connection, bench, one.plan, solved, one.aim, f"方案{rank}", rank, viewer))
    return ids[::-1]


def keep(
    connection: Connection,
    bench: Bench,
    plan: Plan,
    solved: dict[str, Any],
    aim: str,
    name: str,
    rank: int | None,
    viewer: Viewer,
) -> int:
    """Keep one plan of a run; returns its number."""
    actor = viewer.account or viewer.role
    row = {
        "run_id": bench.run.id,
        "rank": rank,
        "aim": aim,
        "name": f"{name}（{AIMS[aim]}）" if rank else name,
        "names": part_names(bench.run),
        "assignment": list(plan.assignment),
        "locked_atoms": [],
        "locked_parts": [],
        "solved": solved,
        "summary": dressing.summary(dressing.numbers(bench, plan, solved)),
        "author": actor,
        "changed_by": actor,
    }
    return plans.add(connection, row)


def part_names(run: Run) -> list[str]:
    """Names the parts bear until somebody gives them better ones."""
    base = run.names[0].removesuffix("社区")
    if run.kind == "划分片区":
        return [f"{base}第{one + 1}片区" for one in range(run.parts)]
    kept = list(run.names[: run.parts])
    return kept + [f"{base}{_CHINESE[one]}社区" for one in range(len(kept), run.parts)]


_CHINESE = (*"一二三四五六七八九十", *(f"十{one}" for one in "一二三四五六七八九"), "二十")


def _one(pieces: NDArray[np.object_]) -> shapely.Geometry:
    return pieces[0] if len(pieces) == 1 else shapely.multipolygons(pieces)


def _value(value: object) -> object:
    if isinstance(value, float):
        return None if np.isnan(value) else round(value)
    return value
