"""A plan in words and numbers, as pages and programs get it."""

from typing import Any, Final

import numpy as np

from api.flows.plans.shelf import Bench
from api.flows.splitting import figures
from data.plans import Stored
from gis.split.plan import Plan
from gis.split.proofs import Kind, Proof, proof, wording
from gis.split.rehoming import homes_of
from gis.split.rules import Broken, broken
from gis.split.scores import BARRIERS, Score, score
from gis.split.services import Served, served

# what a bound is about: a plan that breaks one of these may lie below it
BOUNDED: Final = frozenset({"parts", "contiguous", "households", "together", "barriers"})
REACH_MIN: Final = 15
# parts of a community: nobody changes theirs
SUB_AREAS: Final = "划分片区"
# communities that stay what they are need not be alike
JOINT: Final = ("合并", "边界微调")
NOT_PROVEN = "已手工调整，不在所定规则之内，不作证明"
PICKED = "没有求解，不作证明"


def numbers(bench: Bench, plan: Plan, solved: dict[str, Any], *, items: bool = False) -> dict[str, Any]:
    """Every number of a plan, the rules it breaks and what is proven of it; `items`: the services one by one too."""
    atoms = bench.atoms
    found = score(atoms, plan)
    faults = judged(bench, plan)
    moved = (plan.part != bench.origin) & (bench.run.kind != SUB_AREAS)
    return {
        "digest": plan.digest,
        "legal": not any(one.hard for one in faults),
        "broken": [{"rule": one.rule, "hard": one.hard, "text": one.text} for one in faults],
        "proof": _proof(bench, plan, found, faults, solved),
        "border_m": found.border_cm / 100,
        "border_by_kind_m": {kind: length / 100 for kind, length in found.by_kind_cm.items()},
        "natural_share": round(found.natural_share, 6),
        "straddled_m": found.straddled_cm / 100,
        "grids_split": found.grids_split,
        "max_deviation": round(found.deviation, 6),
        "moved_residents": int(atoms.residents[moved].sum()),
        "moved_elderly": None if atoms.elderly is None else int(atoms.elderly[moved].sum()),
        "straddled_by_kind_m": _straddled(bench, plan),
        "grids": grids(bench, plan),
        "parts": parts(bench, plan, found, items),
    }


def judged(bench: Bench, plan: Plan) -> tuple[Broken, ...]:
    """The rules the plan breaks.

    A part without a centre of its own keeps the rule where half of its people walk to one within `REACH_MIN`; where
    communities are joined or their border is adjusted, households are held to a tolerance only if that is asked for.
    """
    faults = broken(bench.atoms, bench.rules, plan)
    if bench.run.kind in JOINT and "households" not in bench.rules.hard:
        faults = tuple(one for one in faults if one.rule != "households")
    if bench.services is None or "centres" not in {one.rule for one in faults}:
        return faults
    far = [
        one
        for one in served(bench.services, plan.part, plan.parts)
        if one.centre is None and (one.centre_min is None or one.centre_min > REACH_MIN)
    ]
    return faults if far else tuple(one for one in faults if one.rule != "centres")


def grids(bench: Bench, plan: Plan) -> dict[str, Any]:
    """Basic grids as they were when the plan was made: how many change their community, and which the border cuts."""
    kept = bench.run.facts["grids"]
    area = np.zeros((len(kept), plan.parts))
    for row, grid in enumerate(kept):
        np.add.at(area[row], plan.part[grid["atoms"]], grid["m2"])
    homes = homes_of(area)
    cut = [grid["code"] for grid, is_cut in zip(kept, homes.cut.tolist(), strict=True) if is_cut]
    moved = (homes.part != np.array([grid["home"] for grid in kept], dtype=np.int64)) & ~homes.cut
    return {"count": len(kept), "reparented": int(moved.sum()), "cut": cut}


def parts(bench: Bench, plan: Plan, found: Score, items: bool) -> list[dict[str, Any]]:
    """The numbers of every part."""
    walked = None if bench.services is None else served(bench.services, plan.part, plan.parts)
    area = bench.atoms.area_m2
    areas = None if area is None else np.bincount(plan.part, weights=area, minlength=plan.parts)
    sizes = np.bincount(plan.part, minlength=plan.parts)
    return [
        {
            "no": part.no,
            "atoms": int(sizes[part.no]),
            **figures(part),
            "area_m2": None if areas is None else round(float(areas[part.no])),
            **_served(None if walked is None else walked[part.no], items),
        }
        for part in found.parts
    ]


def summary(said: dict[str, Any]) -> dict[str, Any]:
    """What lists show of the numbers."""
    return {
        "digest": said["digest"],
        "legal": said["legal"],
        "border_m": said["border_m"],
        "max_deviation": said["max_deviation"],
        "moved_residents": said["moved_residents"],
        "proof": said["proof"],
        "households": [part["households"] for part in said["parts"]],
    }


def proof_json(found: Proof, text: str | None = None) -> dict[str, Any]:
    """A proof as CONTRACT has it, with its sentence."""
    bound = None if found.bound is None else found.bound / 100
    gap = None if found.gap is None else round(found.gap, 6)
    return {"kind": found.kind, "bound_m": bound, "gap": gap, "text": text or wording(found)}


def as_item(stored: Stored, kind: str) -> dict[str, Any]:
    """One line of the list of plans."""
    return {
        "id": stored.id,
        "run": stored.run_id,
        "community": stored.code,
        "kind": kind,
        "name": stored.name,
        "aim": stored.aim,
        "state": stored.state,
        "rank": stored.rank,
        "unfinished": bool(stored.solved.get("unfinished")),
        "version": stored.version,
        "author": stored.author,
        "changed_by": stored.changed_by,
        "created_at": stored.created_at.isoformat(),
        "changed_at": stored.changed_at.isoformat(),
        **stored.summary,
    }


def _served(one: Served | None, items: bool) -> dict[str, Any]:
    """Centre and coverage of a part; None throughout where no walks were kept."""
    if one is None:
        return {"centre": None, "centre_min": None, "centre_min_before": None, "coverage": None}
    coverage = {
        "met": one.met,
        "required": one.required,
        "met_before": one.met_before,
        "required_before": one.required_before,
    }
    return {
        "centre": one.centre,
        "centre_min": one.centre_min,
        "centre_min_before": one.centre_min_before,
        "coverage": coverage | ({"items": list(one.items)} if items else {}),
    }


def _straddled(bench: Bench, plan: Plan) -> dict[str, float]:
    """Metres of rivers, railways and expressways inside parts, by kind."""
    edges = bench.atoms.edges
    inside = plan.part[edges.first] == plan.part[edges.second]
    found = {}
    for kind in sorted(BARRIERS):
        length = int(edges.border_cm[inside & (bench.kinds == kind)].sum())
        if length:
            found[kind] = length / 100
    return found


def _proof(
    bench: Bench, plan: Plan, found: Score, faults: tuple[Broken, ...], solved: dict[str, Any]
) -> dict[str, Any]:
    if solved.get("digest") == plan.digest:
        said: dict[str, Any] = solved["proof"]
        return said
    bound, none = bench.run.facts.get("bound_cm"), Proof("none", None, None)
    if bound is None:
        return proof_json(none, None if solved else PICKED)
    # a centre within a walk is enough to be legal, but the bound is about plans with one in every part
    strict = broken(bench.atoms, bench.rules, plan)
    if {one.rule for one in (*faults, *strict)} & (BOUNDED | bench.rules.hard):
        return proof_json(none, NOT_PROVEN)
    kind: Kind = proof(found.border_cm, bound).kind
    return proof_json(Proof(kind, bound, 1 - bound / found.border_cm if found.border_cm else 0.0))
