"""Split a community, or units a team brings itself, into parts: plans with their numbers and proofs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data import instances
from gis.errors import BadInputError
from gis.split.atoms import Atoms
from gis.split.named import KINDS
from gis.split.proofs import wording
from gis.split.rules import Rules
from gis.split.scores import Part
from gis.split.solve import Objective, Proposal, Solution, solve, tightened

TOLERANCE: Final = 0.05


@dataclass(frozen=True)
class Wish:
    """What is asked: parts and tolerance (None: as the file says, else ±5 %), seed, kinds no part may straddle.

    prove: spend up to a minute on how short the border could be at most, for three parts and more.
    """

    parts: int | None
    tolerance: float | None
    seed: int
    objective: Objective = "metres"
    never_across: frozenset[str] = frozenset()
    prove: bool = False


@dataclass(frozen=True)
class Split:
    """The answer: code of the community (None for a file), its units, and the plans."""

    code: str | None
    atoms: Atoms
    wish: Wish
    solution: Solution


def of_file(path: Path, wish: Wish) -> Split:
    """Split a prepared instance, without a database."""
    instance = instances.read(path)
    parts = instance.parts if wish.parts is None else wish.parts
    tolerance = instance.tolerance if wish.tolerance is None else wish.tolerance
    if parts is None:
        raise BadInputError("说明要分成几个部分：--parts 个数")
    unknown = sorted(wish.never_across - KINDS - set(instance.atoms.edges.plain.tolist()))
    if unknown:
        raise BadInputError(f"文件里没有一条边的种类是“{unknown[0]}”。--never-across 配 --file 时要写文件里的种类")
    rules = Rules(parts, TOLERANCE if tolerance is None else tolerance, wish.never_across)
    solution = solve(instance.atoms, rules, wish.seed, wish.objective)
    return Split(None, instance.atoms, wish, tightened(instance.atoms, solution) if wish.prove else solution)


def as_json(split: Split) -> dict[str, Any]:
    """The answer as CONTRACT "JSON" has it, with the assignment of every plan."""
    solution, atoms = split.solution, split.atoms
    return {
        "code": split.code,
        "seed": split.wish.seed,
        "tolerance": solution.rules.tolerance,
        "objective": solution.objective,
        "atoms": {"kind": atoms.kind, "count": len(atoms)},
        "digest": atoms.digest,
        "adjacent_pairs": solution.pairs,
        "adjacent_pairs_proven": solution.pairs_proven,
        "notes": list(solution.notes),
        "plans": [_plan(one, rank, solution) for rank, one in enumerate(solution.proposals, 1)],
    }


def figures(part: Part) -> dict[str, Any]:
    """Who lives in a part, how far it is from the middle, and its shape."""
    return {
        "households": part.households,
        "residents": part.residents,
        "elderly": part.elderly,
        "children": part.children,
        "deviation": round(part.deviation, 6),
        "polsby_popper": None if part.polsby_popper is None else round(part.polsby_popper, 4),
    }


def _plan(proposal: Proposal, rank: int, solution: Solution) -> dict[str, Any]:
    score, proof = proposal.score, proposal.proof
    metres = solution.objective == "metres"
    return {
        "digest": proposal.plan.digest,
        "rank": rank,
        "aim": proposal.aim,
        "proof": {
            "kind": proof.kind,
            "bound_m": None if proof.bound is None or not metres else proof.bound / 100,
            "bound_weight": None if proof.bound is None or metres else proof.bound,
            "gap": None if proof.gap is None else round(proof.gap, 6),
            "text": wording(proof),
        },
        "border_m": score.border_cm / 100,
        "border_weight": score.weighted,
        "border_by_kind_m": {kind: length / 100 for kind, length in score.by_kind_cm.items()},
        "natural_share": round(score.natural_share, 6),
        "straddled_m": score.straddled_cm / 100,
        "grids_split": score.grids_split,
        "parts": [
            {
                "no": part.no,
                "name": f"第{part.no + 1}部分",
                **figures(part),
                "centre_min": None,
            }
            for part in score.parts
        ],
        "moved_residents": score.moved_residents,
        "moved_elderly": score.moved_elderly,
        "broken": [one.text for one in proposal.broken],
        "assignment": list(proposal.plan.assignment),
    }
