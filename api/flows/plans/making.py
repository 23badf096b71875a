"""Plans made and kept: what is read, solved and stored for one community."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine

from api.flows.communities import Read, community, read_area
from api.flows.plans import dressing, walking
from api.flows.plans.dressing import JOINT, SUB_AREAS
from api.flows.plans.grounds import Material, grids, homes, material
from api.flows.plans.shelf import Bench, rules_of
from api.flows.splitting import TOLERANCE, Split, Wish, as_json
from api.flows.warm import Shelf
from data import areas, audit, layers, plans
from data.areas import Area
from data.plans import Run
from data.session import transaction
from data.viewers import Viewer
from gis.digests import digest
from gis.errors import BadInputError, NotAllowedError, NotFoundError, WanggeError
from gis.split.ground import AtomKind
from gis.split.plan import Plan
from gis.split.rules import CHECKS, DEFAULT_HARD
from gis.split.solve import Proposal, Solution, solve, tightened
from gis.split.stored import as_plain

EDITORS = ("管理员", "规划")
COMMENTERS = (*EDITORS, "街道", "社区")
JOINT_HARD = frozenset({"parts", "contiguous", "together", "barriers"})
READ_LAYERS = ("communities", "compounds", "service_points", "barriers", "streets")
# units whose plans are found while somebody waits for the answer
AT_ONCE = 800
SoFar = Callable[[dict[str, Any]], None]
UNFINISHED = "，没算完"
AIMS = {
    "shortest": "边界最短",
    "natural": "沿路沿河",
    "balance": "户数均衡",
    "different": "另一种分法",
    "weighted": "按权重最省",
    "present": "现状",
    "together": "合并",
}


class LargeError(WanggeError):
    """More units than are solved while somebody waits."""

    code = "LARGE"


@dataclass(frozen=True)
class Order:
    """What is asked for; `others`: the communities beside `code` that are joined or adjusted with it, `hard`: the rules
    that must hold (None: the usual ones of the kind), `locks`: atoms that stay together, `prove`: up to a minute more
    for the bound of three parts and more."""

    code: str
    parts: int = 2
    tolerance: float = TOLERANCE
    seed: int = 7
    atoms: AtomKind = "blocks"
    kind: str = "分设"
    never_across: tuple[str, ...] = ()
    hard: tuple[str, ...] | None = None
    locks: tuple[tuple[int, ...], ...] = ()
    others: tuple[str, ...] = ()
    prove: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """Every community whose ground is given out anew."""
        return (self.code, *self.others)

    def settings(self) -> dict[str, Any]:
        """The order as it is kept."""
        usual = JOINT_HARD if self.kind in JOINT else DEFAULT_HARD
        return {
            "parts": {"合并": 1, "边界微调": len(self.codes)}.get(self.kind, self.parts),
            "tolerance": self.tolerance,
            "seed": self.seed,
            "atoms": self.atoms,
            "never_across": sorted(self.never_across),
            "hard": sorted(usual if self.hard is None else frozenset(self.hard)),
            "locks": [list(group) for group in self.locks],
        }


def may_edit(viewer: Viewer, code: str, roles: Collection[str] = EDITORS) -> None:
    """Only planners may change plans, of communities in their scope; `roles`: who else may do less."""
    if not viewer.covers(code):
        raise NotFoundError(f"没有找到代码 {code}。查对代码，或先导入这个区划")
    if viewer.role not in roles:
        raise NotAllowedError("方案要由管理员或规划人员来做。可以看方案，改动请他们来做")


def create(
    engine: Engine,
    order: Order,
    viewer: Viewer,
    day: date,
    shelf: Shelf | None = None,
    standards: Path | None = None,
    read: Read | None = None,
    so_far: SoFar | None = None,
    most: int | None = None,
) -> dict[str, Any]:
    """Solve for a community and keep the portfolio; CONTRACT's split with the number of every plan.

    The best plan is kept as soon as it is found, marked unfinished until all is done; `so_far` hears of what is kept.

    Where communities are joined or their border is adjusted the one plan is the present state, to be edited by hand.
    `shelf`: warm districts of the site; `standards`: the folder of its own ones; `read`: what was read already.
    `most`: units to be solved at once. Raises NotFoundError, NotAllowedError, BadInputError, NoPlanError, LargeError.
    """
    for code in order.codes:
        may_edit(viewer, code)
    _possible(order)
    with transaction(engine, viewer.whole) as connection:
        found = [community(connection, code, viewer.whole, day) for code in order.codes]
        over = areas.find_area(connection, order.code[:9], day, viewer.whole) if order.others else found[0]
        read = read or read_area(connection, over, viewer.whole, day)
        rows = rows_digest(connection, found, day, viewer, order.atoms)
    walks = walking.walks(engine, shelf, order.codes, viewer, day, standards)
    made = material(read, order.codes, rules_of(order.settings()), order.atoms, order.locks)
    if most is not None and order.kind not in JOINT and len(made.atoms) > most:
        raise LargeError(f"有 {len(made.atoms)} 个基本单元，要算一会儿，交给任务来做")
    run = _run(order, found, made, rows, viewer, day)
    run = replace(run, homes=homes(read, made.ground, order.codes))
    run = replace(run, facts={**run.facts, "grids": grids(read, made.ground, order.codes)})
    run = walking.with_walks(run, walks, made.ground)
    if order.kind in JOINT:
        return _begin(engine, order, made, run, viewer)
    return _solved(order, made, Portfolio(engine, order, made, run, viewer), so_far)


def _begin(engine: Engine, order: Order, made: Material, run: Run, viewer: Viewer) -> dict[str, Any]:
    """Keep the present state, where there is nothing to search."""
    with transaction(engine, viewer.whole) as connection:
        number = plans.add_run(connection, run, made.ground)
        bench = _bench(replace(run, id=number), made)
        row = plan_row(bench, _present(order, made), {}, _aim(order), _aim_name(order), None, viewer)
        first = plans.add(connection, row)
        audit.note(connection, viewer, "write", f"plan {order.code}", {"run": number, "plans": [first]})
        items = [dressing.as_item(plans.find(connection, first, viewer.whole), order.kind)]
        return {"code": order.code, "digest": run.digest, "plans": items, "run": number, "kind": order.kind}


def _bench(run: Run, made: Material) -> Bench:
    return Bench(run, replace(made.atoms, ground=made.ground), rules_of(run.settings))


def rows_digest(connection: Connection, areas: Sequence[Area], day: date, viewer: Viewer, atoms: str) -> str:
    """Digest of exactly the rows that a plan for these communities reads on a day; grids where they are units."""
    names = (*READ_LAYERS, *(("grids",) if atoms == "grids" else ()))
    said = {
        f"{area.uid} {name}": layers.fingerprint(
            connection, layers.select(name, as_of=day, viewer=viewer.whole, area=area)
        )
        for area in areas
        for name in names
    }
    return digest(said)


def _possible(order: Order) -> None:
    unknown = sorted(set(order.hard or ()) - set(CHECKS))
    if unknown:
        raise BadInputError(f"没有“{unknown[0]}”这条规则。可选：{' '.join(CHECKS)}")
    if order.kind not in JOINT:
        if order.others:
            raise BadInputError(f"{order.kind}一次只针对一个社区")
        return
    if not order.others or len(set(order.codes)) < len(order.codes):
        raise BadInputError(f"{order.kind}要给出两个以上不同的社区")
    if len({code[:9] for code in order.codes}) > 1:
        raise BadInputError(f"{order.kind}只能在同一个街道里做。跨街道的调整先改街道")


def _solved(order: Order, made: Material, portfolio: "Portfolio", so_far: SoFar | None) -> dict[str, Any]:
    """Search, and keep what is found step by step."""
    wish = Wish(order.parts, order.tolerance, order.seed, never_across=frozenset(order.never_across))

    def keep(solution: Solution, unfinished: bool = True) -> dict[str, Any]:
        said = portfolio.keep(Split(order.code, made.atoms, wish, solution), unfinished)
        if so_far is not None and unfinished:
            so_far(said)
        return said

    solution = solve(made.atoms, rules_of(order.settings()), order.seed, so_far=None if so_far is None else keep)
    if order.prove:
        keep(solution)
        solution = tightened(made.atoms, solution)
    return keep(solution, False)


class Portfolio:
    """The plans of one run as they are kept, in the order of their rank."""

    def __init__(self, engine: Engine, order: Order, made: Material, run: Run, viewer: Viewer) -> None:
        self.engine, self.order, self.made, self.viewer = engine, order, made, viewer
        self.run = run
        self.ids: list[int] = []

    def keep(self, split: Split, unfinished: bool) -> dict[str, Any]:
        """Keep what there is by now; CONTRACT's split with the numbers, and whether the search goes on."""
        self.run = _with_solution(self.run, split.solution)
        with transaction(self.engine, self.viewer.whole) as connection:
            if self.run.id:
                plans.improve_run(connection, self.run)
            else:
                self.run = replace(self.run, id=plans.add_run(connection, self.run, self.made.ground))
            for rank, one in enumerate(split.solution.proposals, 1):
                self._keep(connection, rank, one, unfinished)
            detail = {"run": self.run.id, "plans": self.ids}
            audit.note(connection, self.viewer, "write", f"plan {self.order.code}", detail)
        said = as_json(split)
        for one, plan_id in zip(said["plans"], self.ids, strict=True):
            one["id"] = plan_id
            if self.order.kind == SUB_AREAS:
                one |= {"moved_residents": 0, "moved_elderly": 0}
        return said | {"run": self.run.id, "kind": self.order.kind, "unfinished": unfinished}

    def _keep(self, connection: Connection, rank: int, one: Proposal, unfinished: bool) -> None:
        solved: dict[str, Any] = {"digest": one.plan.digest, "proof": dressing.proof_json(one.proof)}
        if unfinished:
            solved["unfinished"] = True
        name = f"方案{rank}（{AIMS[one.aim]}{UNFINISHED if unfinished else ''}）"
        row = plan_row(_bench(self.run, self.made), one.plan, solved, one.aim, name, rank, self.viewer)
        if rank <= len(self.ids):
            plans.improve(connection, self.ids[rank - 1], row)
        else:
            self.ids.append(plans.add(connection, row))


def _present(order: Order, made: Material) -> Plan:
    """Where joined communities start: all in one, or each as it is."""
    parts = made.origin if order.kind == "边界微调" else np.zeros(len(made.atoms), dtype=np.int64)
    return Plan(tuple(parts.tolist()), int(parts.max()) + 1)


def _aim(order: Order) -> str:
    return "present" if order.kind == "边界微调" else "together"


def _aim_name(order: Order) -> str:
    return f"{order.kind}（从现状开始）" if order.kind == "边界微调" else order.kind


def _with_solution(run: Run, solution: Solution) -> Run:
    """The run with what the solution says of all its plans."""
    bound = next((one.proof.bound for one in solution.proposals if one.proof.bound is not None), None)
    facts = {**run.facts, "notes": list(solution.notes), "bound_cm": bound}
    facts |= {"pairs": solution.pairs, "pairs_proven": solution.pairs_proven}
    return replace(run, facts=facts, settings={**run.settings, "hard": sorted(solution.rules.hard)})


def _run(order: Order, areas: Sequence[Area], made: Material, rows: str, viewer: Viewer, day: date) -> Run:
    settings, atoms = order.settings(), made.atoms
    facts: dict[str, Any] = {"notes": list(atoms.notes), "origin": made.origin.tolist()}
    return Run(
        0,
        order.kind,
        order.code,
        tuple(area.code for area in areas),
        tuple(area.uid for area in areas),
        tuple(area.name for area in areas),
        day,
        areas[0].synthetic,
        settings["parts"],
        settings,
        as_plain(atoms),
        (),
        facts,
        atoms.digest,
        rows,
        viewer.account or viewer.role,
    )


def plan_row(
    bench: Bench,
    plan: Plan,
    solved: dict[str, Any],
    aim: str,
    name: str,
    rank: int | None,
    viewer: Viewer,
) -> dict[str, Any]:
    """A plan of a run as it is kept."""
    actor = viewer.account or viewer.role
    return {
        "run_id": bench.run.id,
        "rank": rank,
        "aim": aim,
        "name": name,
        "names": part_names(bench.run),
        "assignment": list(plan.assignment),
        "locked_atoms": [],
        "locked_parts": [],
        "solved": solved,
        "summary": dressing.summary(dressing.numbers(bench, plan, solved)),
        "author": actor,
        "changed_by": actor,
    }


def part_names(run: Run) -> list[str]:
    """Names the parts bear until somebody gives them better ones."""
    base = run.names[0].removesuffix("社区")
    if run.kind == "划分片区":
        return [f"{base}第{one + 1}片区" for one in range(run.parts)]
    kept = list(run.names[: run.parts])
    return kept + [f"{base}{_CHINESE[one]}社区" for one in range(len(kept), run.parts)]


_CHINESE = (*"一二三四五六七八九十", *(f"十{one}" for one in "一二三四五六七八九"), "二十")
