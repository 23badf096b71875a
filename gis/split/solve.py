"""From units and rules to a small set of plans, each with its numbers and its proof; equal seed, equal plans."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from gis.errors import BadInputError
from gis.split import bounds, diverse, pairwise, search, sharing
from gis.split.atoms import Atoms, Floats, Ints
from gis.split.diverse import Candidate
from gis.split.dual import Window, shortest
from gis.split.dualmap import Rings, rings_of
from gis.split.plan import Plan, numbered
from gis.split.proofs import Proof, proof
from gis.split.rules import Broken, Rules, broken
from gis.split.scores import Score, score
from gis.split.search import Target
from gis.split.units import Joined, Units, join

Objective = Literal["metres", "instance"]
Say = Callable[[str], None]

MOST_PLANS: Final = 5
CERTIFIED: Final = 4
OTHER_RUNS: Final = 6
TIGHTER: Final = 5


class NoPlanError(BadInputError):
    """No plan keeps the hard rules, or none was found."""

    code = "NO_PLAN"


@dataclass(frozen=True)
class Proposal:
    """A plan with its numbers, what it was made for, its proof and the soft rules it breaks."""

    plan: Plan
    aim: str
    score: Score
    proof: Proof
    broken: tuple[Broken, ...]


@dataclass(frozen=True)
class Solution:
    """Proposals, the cheapest first; pairs of adjacent parts of the first one and how many are proven; notes."""

    proposals: tuple[Proposal, ...]
    rules: Rules
    objective: Objective
    pairs: int
    pairs_proven: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Problem:
    """What all steps of one solution share."""

    atoms: Atoms
    rules: Rules
    joined: Joined
    target: Target
    rings: Rings | None
    seed: int

    def candidate(self, part: Ints, aim: str, *, pairwise: bool = False) -> Candidate:
        plan = numbered(self.atoms, part[self.joined.unit_of], self.rules.parts)
        return Candidate(plan, aim, score(self.atoms, plan), pairwise)

    def units(self, cost: Ints) -> Units:
        """The same units with other costs of the borders between atoms."""
        return join(self.atoms, cost).units


def solve(
    atoms: Atoms,
    rules: Rules,
    seed: int,
    objective: Objective = "metres",
    most: int = MOST_PLANS,
    so_far: Callable[[Solution], object] | None = None,
) -> Solution:
    """Plans for `rules.parts` parts of checked atoms.

    objective: plain metres of new inner border, or the weights the units came with. The first plan is the cheapest
    found; the proof of every plan is about the tolerance asked for. so_far: hears of the first plan alone as soon as it
    is found and keeps every hard rule. Raises AtomsError and NoPlanError.
    """
    if objective == "instance" and atoms.edges.weight is None:
        raise BadInputError("文件里没有边界权重（w），不能按权重求解；去掉 --objective instance")
    rules, notes = _relaxed(atoms, rules)
    problem = _problem(atoms, rules, objective, seed)
    _possible(problem)
    best, pairs, proven, bound = _best(problem)

    def solution(chosen: list[Candidate]) -> Solution:
        priced = [_cost(one.score, objective) for one in chosen]
        order = sorted(range(len(chosen)), key=lambda i: (priced[i], i))
        proposals = tuple(
            Proposal(
                chosen[i].plan,
                chosen[i].aim,
                chosen[i].score,
                proof(priced[i], bound, pairwise=chosen[i].pairwise),
                broken(atoms, rules, chosen[i].plan),
            )
            for i in order
        )
        return Solution(proposals, rules, objective, pairs, proven, (*atoms.notes, *notes))

    if so_far is not None and not any(one.hard for one in broken(atoms, rules, best.plan)):
        so_far(solution([best]))
    chosen = diverse.choose(problem.atoms, best, _others(problem, best, objective), most)
    chosen += _weighted(problem, chosen) if objective == "metres" else []
    return solution(_keeping(atoms, rules, chosen))


def tightened(atoms: Atoms, solution: Solution, effort: int = sharing.EFFORT) -> Solution:
    """The same plans of three parts and more with the best bound the effort allows; up to a minute."""
    problem = _problem(atoms, solution.rules, solution.objective, 0)
    proposals = solution.proposals
    bound = proposals[0].proof.bound
    if problem.rings is None or bound is None or problem.target.parts < 3:
        return solution
    units, plan = problem.joined.units, _of_units(problem, proposals[0].plan)
    bound = max(bound, sharing.shared_bound(units, problem.rings, problem.target, plan, effort).bound)
    priced = [_cost(one.score, solution.objective) for one in proposals]
    proofs = [
        proof(cost, bound, pairwise=one.proof.kind == "pairwise") for cost, one in zip(priced, proposals, strict=True)
    ]
    better = tuple(replace(one, proof=said) for one, said in zip(proposals, proofs, strict=True))
    return replace(solution, proposals=better)


def _problem(atoms: Atoms, rules: Rules, objective: Objective, seed: int) -> _Problem:
    closed = atoms.without_crossing(rules.never_across) if "barriers" in rules.hard else atoms
    cost = closed.edges.border_cm if objective == "metres" else closed.edges.weight
    assert cost is not None
    joined = join(closed, cost)
    return _Problem(closed, rules, joined, rules.target(closed), rings_of(joined.units), seed)


def _keeping(atoms: Atoms, rules: Rules, chosen: list[Candidate]) -> list[Candidate]:
    """Those that keep every hard rule; NoPlanError with the rules that stand in the way where none does."""
    faults = [[one.text for one in broken(atoms, rules, each.plan) if one.hard] for each in chosen]
    kept = [each for each, fault in zip(chosen, faults, strict=True) if not fault]
    if not kept:
        raise NoPlanError(f"没有找到守住全部硬规则的方案（{'；'.join(faults[0])}）；可以把这一条改为软规则")
    return kept


def _relaxed(atoms: Atoms, rules: Rules) -> tuple[Rules, tuple[str, ...]]:
    """The centre rule cannot be hard with fewer centres than parts."""
    if "centres" in rules.hard and 0 < len(set(atoms.centres)) < rules.parts:
        note = f"党群服务中心只有 {len(set(atoms.centres))} 处，少于 {rules.parts} 个部分，这一条按软规则处理"
        return replace(rules, hard=rules.hard - {"centres"}), (note,)
    return rules, ()


def _possible(problem: _Problem) -> None:
    """Refuse what cannot be, and say why."""
    units, target, atoms = problem.joined.units, problem.target, problem.atoms
    total = int(units.households.sum())
    if target.parts < 2:
        raise NoPlanError("至少要分成 2 个部分")
    if target.parts > len(units):
        raise NoPlanError(f"只有 {len(units)} 个不可再分的单元，分不成 {target.parts} 个部分")
    if total == 0:
        raise NoPlanError("所有基本单元都没有户数，无法按户数划分；请先补上户数")
    largest = int(units.households.argmax())
    if int(units.households[largest]) > target.high:
        name = atoms.names[int(np.flatnonzero(problem.joined.unit_of == largest)[0])]
        raise NoPlanError(
            f"基本单元 {name} 有 {int(units.households[largest]):,} 户，超过每个部分的上限 {target.high:,} 户；"
            "请把它再细分，或减少部分数、放宽容差"
        )


def _best(problem: _Problem) -> tuple[Candidate, int, int, int | None]:
    """The cheapest plan, its adjacent pairs, how many are proven, and the bound."""
    units, target, rings = problem.joined.units, problem.target, problem.rings
    plans = search.portfolio(units, target, problem.seed)
    if rings is None:
        if not plans:
            raise NoPlanError(_advice(problem, proven=False))
        return problem.candidate(plans[0], "shortest"), 0, 0, None
    if target.parts == 2:
        upper = units.cut(plans[0]) if plans else None
        window = Window(target.low, target.high, target.centres > 0)
        border = shortest(units, rings, window, upper, plans[0] if plans else None)
        if border.side is None:
            raise NoPlanError(_advice(problem, proven=border.proven))
        return problem.candidate(border.side, "shortest"), 1, int(border.proven), border.bound
    if not plans:
        raise NoPlanError(_advice(problem, proven=False))
    certified = [pairwise.certify(units, rings, plan, target) for plan in _unlike(plans)[:CERTIFIED]]
    first = min(certified, key=lambda one: units.cut(one.part))
    bound = bounds.lower_bound(units, rings, target, first.part)
    return problem.candidate(first.part, "shortest", pairwise=first.complete), first.pairs, first.proven, bound


def _unlike(plans: list[Ints]) -> list[Ints]:
    """Plans without repetitions."""
    found: dict[bytes, Ints] = {}
    for plan in plans:
        _, first, number = np.unique(plan, return_index=True, return_inverse=True)
        found.setdefault(np.argsort(np.argsort(first))[number].tobytes(), plan)
    return list(found.values())


def _advice(problem: _Problem, *, proven: bool) -> str:
    """Why there is no plan, and the next wider tolerance that has one."""
    share = f"±{problem.rules.tolerance * 100:g}%"
    text = f"容差 {share} 之内{'已证明没有' if proven else '没有找到'}连片的方案"
    for wider in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5):
        if wider > problem.rules.tolerance:
            target = replace(problem.rules, tolerance=wider).target(problem.atoms)
            if search.anneal(problem.joined.units, target, problem.seed) is not None:
                return f"{text}；把容差放宽到 ±{wider * 100:g}% 就有方案"
    return f"{text}；请减少部分数，或核对基本单元的户数和通道"


def _others(problem: _Problem, best: Candidate, objective: Objective) -> list[Candidate]:
    """Candidates with other aims: natural borders, a tighter balance, borders elsewhere."""
    units, target, atoms = problem.joined.units, problem.target, problem.atoms
    natural = problem.units(diverse.natural_cost(atoms)).cost.astype(np.float64)
    found = [_annealed(problem, target, natural, "natural", 1)]
    tight = replace(problem.rules, tolerance=problem.rules.tolerance / TIGHTER).target(atoms)
    found.append(_annealed(problem, tight, None, "balance", 2))
    used = [best]
    for run in range(OTHER_RUNS):
        price = diverse.dearer(units.cost, units.first, units.second, [_of_units(problem, one.plan) for one in used])
        part = search.anneal(units, target, _seed(problem, 3 + run), price=price)
        if part is not None:
            used.append(problem.candidate(part, "different"))
            found.append(_polished(problem, part) if target.parts > 2 else used[-1])
    return [one for one in found if one is not None and _cost(one.score, objective) >= _cost(best.score, objective)]


def _polished(problem: _Problem, part: Ints) -> Candidate:
    """The plan at the fixpoint of its pairs."""
    if problem.rings is None:
        return problem.candidate(part, "different")
    done = pairwise.certify(problem.joined.units, problem.rings, part, problem.target)
    return problem.candidate(done.part, "different", pairwise=done.complete)


def _weighted(problem: _Problem, chosen: list[Candidate]) -> list[Candidate]:
    """The cheapest plan in the weights the units came with, where it is not among the chosen."""
    weight = problem.atoms.edges.weight
    if weight is None:
        return []
    other = replace(problem, joined=join(problem.atoms, weight))
    best = _best_part(other)
    if best is None or best.plan in [one.plan for one in chosen]:
        return []
    shortest_first = best.score.border_cm >= chosen[0].score.border_cm
    return [best] if shortest_first else []


def _best_part(problem: _Problem) -> Candidate | None:
    units, target, rings = problem.joined.units, problem.target, problem.rings
    plans = search.portfolio(units, target, problem.seed)
    if not plans:
        return None
    part = plans[0]
    if rings is not None and target.parts == 2:
        window = Window(target.low, target.high, target.centres > 0)
        found = shortest(units, rings, window, units.cut(part), part).side
        part = part if found is None else found
    elif rings is not None:
        part = pairwise.certify(units, rings, part, target).part
    return problem.candidate(part, "weighted")


def _annealed(problem: _Problem, target: Target, price: Floats | None, aim: str, run: int) -> Candidate | None:
    part = search.anneal(problem.joined.units, target, _seed(problem, run), price=price)
    return None if part is None else problem.candidate(part, aim)


def _seed(problem: _Problem, run: int) -> int:
    return problem.seed * 1009 + 500 + run


def _of_units(problem: _Problem, plan: Plan) -> Ints:
    part = np.zeros(len(problem.joined.units), dtype=np.int64)
    part[problem.joined.unit_of] = plan.part
    return part


def _cost(numbers: Score, objective: Objective) -> int:
    if objective == "metres":
        return numbers.border_cm
    assert numbers.weighted is not None
    return numbers.weighted
