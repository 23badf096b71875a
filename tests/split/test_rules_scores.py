"""Every rule's failure by its sentence; the numbers of a plan against sums written out here; moves."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.split.atoms import AtomsError, checked
from gis.split.plan import MoveError, Plan, difference, numbered
from gis.split.proofs import BoundError, proof, wording
from gis.split.rules import Rules, broken
from gis.split.scores import score
from gis.split.solve import solve
from tests.split.cases import atoms

LEFT = tuple(int(i % 6 >= 3) for i in range(36))


def said(plan: Plan, rules: Rules, **changes: object) -> dict[str, str]:
    return {one.rule: one.text for one in broken(atoms(**changes), rules, plan)}


def test_a_plan_that_keeps_everything_breaks_nothing() -> None:
    rules = Rules(2, 0.2)
    assert said(Plan(LEFT, 2), rules) == {}


@pytest.mark.parametrize(
    ("rule", "plan", "rules", "words"),
    [
        ("parts", Plan((0,) * 36, 2), Rules(2, 0.2), "1 个是空的"),
        ("contiguous", Plan(LEFT, 2).move(0, 1), Rules(2, 0.9), "第2部分不连片"),
        ("households", Plan((0,) * 3 + (1,) * 33, 2), Rules(2, 0.05), "户，应在"),
        ("together", Plan(LEFT, 2).move(1, 1), Rules(2, 0.9), "单元0 等 1 组被分开"),
        ("barriers", Plan((0,) * 18 + (1,) * 18, 2), Rules(2, 0.9, frozenset({"railway"})), "600 米屏障"),
        ("centres", Plan((1,) * 6 + (0,) * 30, 2), Rules(2, 0.9), "第2部分没有党群服务中心"),
        ("grids", Plan(LEFT, 2).move(3, 0), Rules(2, 0.9), "1 个网格被分开"),
    ],
)
def test_a_broken_rule_names_itself(rule: str, plan: Plan, rules: Rules, words: str) -> None:
    assert words in said(plan, rules)[rule]


def test_hard_and_soft_are_the_teams_choice() -> None:
    plan = Plan(LEFT, 2).move(3, 0)
    soft = broken(atoms(), Rules(2, 0.9), plan)
    hard = broken(atoms(), Rules(2, 0.9, hard=frozenset({"grids"})), plan)
    assert [(one.rule, one.hard) for one in soft] == [("grids", False)]
    assert [(one.rule, one.hard) for one in hard] == [("grids", True)]


def test_nobody_walks_over_the_railway_except_at_the_crossing() -> None:
    across = Plan(tuple(int(i not in (14, 15)) for i in range(36)), 2)
    assert said(across, Rules(2, 0.99))["contiguous"] == "连片：第1部分不连片"
    at_crossing = Plan(tuple(int(i not in (2, 3)) for i in range(36)), 2)
    assert said(at_crossing, Rules(2, 0.99))["contiguous"] == "连片：第2部分不连片"


def test_the_numbers_of_a_plan() -> None:
    units = atoms()
    found = score(units, Plan(LEFT, 2))
    west = np.array(LEFT) == 0
    assert found.border_cm == 60_000
    assert found.by_kind_cm == {"railway": 60_000}
    assert found.natural_share == 1.0
    assert found.straddled_cm == 0
    assert found.weighted is None
    assert [part.households for part in found.parts] == [
        int(units.households[west].sum()),
        int(units.households[~west].sum()),
    ]
    assert sum(part.deviation for part in found.parts) == pytest.approx(0)
    assert found.moved_residents == int(units.residents[~west].sum())
    assert found.moved_elderly == int(units.elderly[~west].sum())
    assert found.parts[0].children is None
    # a rectangle of 300 by 600 metres
    assert found.parts[0].polsby_popper == pytest.approx(4 * np.pi * 180_000 / 1_800**2)


def test_part_0_is_the_core_and_numbers_do_not_depend_on_labels() -> None:
    part = np.array(LEFT)
    assert numbered(atoms(), part, 2) == numbered(atoms(), 1 - part, 2)
    assert numbered(atoms(centres=(10, 7), has_core=True), part, 2).part[10] == 0
    without = numbered(atoms(centres=(), has_core=False), part, 2)
    held = np.bincount(without.part, weights=atoms().residents)
    assert held[0] >= held[1]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=36, max_size=36), st.integers(0, 35), st.integers(0, 2))
def test_households_are_conserved_by_every_move(assignment: list[int], atom: int, part: int) -> None:
    units, plan = atoms(), Plan(tuple(assignment), 3)
    moved = plan.move(atom, part)
    before, after = score(units, plan), score(units, moved)
    assert sum(p.households for p in before.parts) == sum(p.households for p in after.parts)
    assert plan.assignment == tuple(assignment)
    assert sum(a != b for a, b in zip(plan.assignment, moved.assignment, strict=True)) <= 1
    assert difference(units, plan, moved) <= units.residents[atom] / units.residents.sum() + 1e-9
    assert moved.move(atom, assignment[atom]) == plan


def test_a_move_to_nowhere_is_refused() -> None:
    with pytest.raises(MoveError, match="没有这个基本单元"):
        Plan(LEFT, 2).move(36, 0)
    with pytest.raises(MoveError, match="没有第 2 部分"):
        Plan(LEFT, 2).move(0, 2)


def test_a_move_is_judged_faster_than_the_eye_sees() -> None:
    units, rules = atoms(25, 24, grid=np.arange(600) // 5, groups=((0, 1), (100, 124))), Rules(2, 0.2)
    plan = Plan(tuple(int(i % 24 >= 12) for i in range(600)), 2)
    spent = []
    for atom in range(12):
        start = time.perf_counter()
        moved = plan.move(atom * 24, 1)
        broken(units, rules, moved)
        score(units, moved)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.05


def test_a_proof_says_no_more_than_it_knows() -> None:
    assert proof(100, 100).kind == "optimal"
    assert "没有更短" in wording(proof(100, 100))
    assert wording(proof(1000, 909)) == "未证明最短；最多还能短 9.1%"
    assert wording(proof(1000, 910, pairwise=True)) == "每两个相邻部分之间的边界都已证明最短；整体最多还能短 9%"
    assert proof(100, None).kind == "none"
    with pytest.raises(BoundError):
        proof(99, 100)


def test_units_that_cannot_be_are_refused() -> None:
    good = atoms()
    for wrong, words in (
        (replace(good, households=good.households * -1), "户数是负数"),
        (replace(good, centres=(99,)), "服务中心所在的基本单元不存在"),
        (replace(good, residents=good.residents[:5]), "对不上"),
    ):
        with pytest.raises(AtomsError, match=words):
            checked(wrong)


def test_a_group_that_does_not_lie_together_is_refused() -> None:
    with pytest.raises(AtomsError, match="互不相邻"):
        solve(atoms(groups=((0, 35),)), Rules(2, 0.2), 1)
