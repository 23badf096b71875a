"""The whole way: plans, proofs, other plans, what cannot be done, and equal plans in another process."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gis.errors import BadInputError
from gis.split.atoms import Atoms, AtomsError, Edges
from gis.split.plan import difference
from gis.split.rules import Rules, broken
from gis.split.solve import NoPlanError, Solution, solve
from gis.split.units import join
from tests.split.cases import atoms, least

ROOT = Path(__file__).parents[2]


def hard_rules_hold(units: Atoms, solution: Solution) -> None:
    for one in solution.proposals:
        assert not [b for b in broken(units, solution.rules, one.plan) if b.hard]
        assert one.proof.bound is None or one.score.border_cm >= one.proof.bound


def test_two_parts_along_the_railway_are_proven() -> None:
    units = atoms()
    solution = solve(units, Rules(2, 0.15), 3)
    hard_rules_hold(units, solution)
    first = solution.proposals[0]
    assert first.proof.kind == "optimal"
    assert first.score.border_cm == 60_000
    assert [one.score.border_cm for one in solution.proposals] == sorted(o.score.border_cm for o in solution.proposals)


def test_plans_are_clearly_different() -> None:
    plain = atoms(8, 8, groups=(), centres=())
    units = replace(plain, edges=replace(plain.edges, passable=np.ones(len(plain.edges), dtype=bool)))
    solution = solve(units, Rules(2, 0.1), 3)
    assert len(solution.proposals) > 1
    for i, one in enumerate(solution.proposals):
        for other in solution.proposals[:i]:
            assert difference(units, one.plan, other.plan) >= 0.1


@pytest.mark.parametrize("parts", [3, 4])
def test_three_parts_and_more_carry_the_pairwise_certificate(parts: int) -> None:
    units = atoms(8, 8, groups=(), centres=(0, 7, 35, 60))
    solution = solve(units, Rules(parts, 0.1), 3)
    hard_rules_hold(units, solution)
    first = solution.proposals[0].proof
    assert first.kind in ("pairwise", "optimal")
    assert solution.pairs == solution.pairs_proven > 0
    assert first.gap is not None
    assert 0 <= first.gap < 0.5


def test_the_proof_agrees_with_every_plan_there_is() -> None:
    units = atoms(3, 4, groups=((0, 1),), centres=(2, 7), grid=None)
    solution = solve(units, Rules(2, 0.2), 3)
    graph = join(units, units.edges.border_cm).units
    low, high = Rules(2, 0.2).window(int(units.households.sum()))
    assert solution.proposals[0].score.border_cm == least(graph, 2, low, high, True)


def test_no_proof_where_the_units_do_not_lie_in_a_plane() -> None:
    flat = atoms(5, 5, groups=(), centres=(), grid=None)
    far = np.array([[0, 24], [4, 20], [0, 12], [2, 22], [10, 14], [4, 12], [0, 20]])
    edges = flat.edges
    ends = np.concatenate([np.column_stack([edges.first, edges.second]), np.sort(far, axis=1)])
    many = len(far)
    crossed = Edges(
        ends[:, 0],
        ends[:, 1],
        np.concatenate([edges.border_cm, np.full(many, 5_000)]),
        np.concatenate([edges.kind, np.full(many, "overpass", dtype=object)]),
        np.concatenate([edges.passable, np.ones(many, dtype=bool)]),
    )
    units = replace(flat, edges=crossed)
    solution = solve(units, Rules(2, 0.2), 3)
    hard_rules_hold(units, solution)
    assert {one.proof.kind for one in solution.proposals} == {"none"}


def test_weights_of_the_units_are_an_aim_of_their_own() -> None:
    plain = atoms(6, 6, groups=(), centres=())
    weight = np.where(plain.edges.kind == "street", 100, 10)
    units = replace(plain, edges=replace(plain.edges, weight=weight))
    by_metres = solve(units, Rules(2, 0.3), 3)
    by_weight = solve(units, Rules(2, 0.3), 3, "instance")
    assert by_weight.proposals[0].proof.kind == "optimal"
    assert by_weight.proposals[0].score.weighted == min(one.score.weighted for one in by_metres.proposals)
    with pytest.raises(BadInputError, match="没有边界权重"):
        solve(plain, Rules(2, 0.3), 3, "instance")


def test_a_named_barrier_is_never_straddled() -> None:
    with pytest.raises(AtomsError, match="分成 2 片"):
        solve(atoms(), Rules(2, 0.5, frozenset({"railway"})), 3)
    plain = atoms(6, 6, groups=(), centres=())
    half = (plain.edges.kind == "railway") & (plain.edges.first >= 12)
    kinds = np.where(half, "river", "street").astype(object)
    units = replace(plain, edges=replace(plain.edges, kind=kinds, passable=np.ones(len(kinds), dtype=bool)))
    solution = solve(units, Rules(2, 0.5, frozenset({"river"})), 3)
    hard_rules_hold(units, solution)
    assert solution.proposals[0].score.straddled_cm == 0


@pytest.mark.parametrize(
    ("changes", "rules", "words"),
    [
        ({}, Rules(40, 0.5), "分不成 40 个部分"),
        ({"households": np.array([2000] + [10] * 35)}, Rules(2, 0.1), "超过每个部分的上限"),
        ({"households": np.zeros(36, dtype=np.int64)}, Rules(2, 0.1), "都没有户数"),
        ({"households": np.array([7, 5] * 18), "groups": ()}, Rules(2, 0.0), "已证明没有连片的方案；把容差放宽到 ±2%"),
    ],
)
def test_what_cannot_be_is_said(changes: dict, rules: Rules, words: str) -> None:
    with pytest.raises(NoPlanError, match=words):
        solve(atoms(**changes), rules, 3)


def test_no_plan_at_this_tolerance_is_proven_and_a_wider_one_named() -> None:
    units = atoms(1, 6, households=np.array([10, 10, 60, 60, 5, 5]), groups=(), centres=(), grid=None)
    assert solve(units, Rules(2, 0.1), 3).proposals[0].score.border_cm == 10_000
    with pytest.raises(NoPlanError, match="容差 ±5% 之内已证明没有连片的方案；把容差放宽到 ±10% 就有方案"):
        solve(units, Rules(2, 0.05), 3)


def test_ground_nobody_can_walk_to_is_refused() -> None:
    plain = atoms()
    shut = replace(plain, edges=replace(plain.edges, passable=plain.edges.kind == "street"))
    with pytest.raises(AtomsError, match="分成 2 片"):
        solve(shut, Rules(2, 0.2), 3)


def test_fewer_centres_than_parts_make_the_rule_soft() -> None:
    units = atoms(centres=(7,))
    solution = solve(units, Rules(2, 0.2), 3)
    assert "少于 2 个部分" in solution.notes[0]
    assert any(b.rule == "centres" and not b.hard for b in solution.proposals[0].broken)


PROGRAM = """
import json
from gis.split.rules import Rules
from gis.split.solve import solve
from tests.split.cases import atoms
plans = [solve(atoms(), Rules(k, 0.2), 11).proposals for k in (2, 3)]
print(json.dumps([[one.plan.digest for one in some] for some in plans]))
"""


def test_equal_seed_equal_plans_in_another_process() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    here = [solve(atoms(), Rules(k, 0.2), 11).proposals for k in (2, 3)]
    assert json.loads(run.stdout) == [[one.plan.digest for one in some] for some in here]
