"""Editing by hand: moves and their inverses, locks, repair, what is kept reads back the same; walks by part."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.split import hand
from gis.split.hand import LockedError, Locks
from gis.split.plan import MoveError, Plan
from gis.split.rules import Rules, broken
from gis.split.services import from_plain, served
from gis.split.stored import as_plain
from gis.split.stored import from_plain as atoms_from
from tests.split.cases import atoms

LEFT = Plan(tuple(int(i % 6 >= 3) for i in range(36)), 2)
RULES = Rules(2, 0.99)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 35), st.integers(0, 1)), max_size=12))
def test_every_move_can_be_taken_back_and_made_again(moves: list[tuple[int, int]]) -> None:
    units, plan, steps = atoms(), LEFT, []
    for atom, part in moves:
        after = hand.moved(units, plan, [atom], part, Locks())
        steps.append(hand.difference(plan, after))
        plan = after
    end = plan
    for one in reversed(steps):
        plan = hand.redone(plan, one, back=True)
    assert plan == LEFT
    for one in steps:
        plan = hand.redone(plan, one)
    assert plan == end


def test_what_belongs_together_moves_together() -> None:
    units = atoms()
    group = units.groups[0]
    after = hand.moved(units, LEFT, [group[0]], 1, Locks())
    assert {after.assignment[one] for one in group} == {1}


def test_locks_are_in_the_way_by_name() -> None:
    units = atoms()
    with pytest.raises(LockedError, match="单元3"):
        hand.moved(units, LEFT, [3], 0, Locks(atoms=frozenset({3})))
    with pytest.raises(LockedError):
        hand.moved(units, LEFT, [3], 0, Locks(parts=frozenset({1})))
    with pytest.raises(LockedError, match="第1部分"):
        hand.moved(units, LEFT, [3], 0, Locks(parts=frozenset({0})))
    with pytest.raises(MoveError):
        hand.moved(units, LEFT, [36], 0, Locks())
    with pytest.raises(MoveError):
        hand.require_parts(36, Locks(atoms=frozenset({36})), 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 35), min_size=1, max_size=10))
def test_repair_leaves_whole_parts_and_only_moves_what_is_torn(chosen: list[int]) -> None:
    units = atoms()
    torn = Plan(tuple(1 - p if i in chosen else p for i, p in enumerate(LEFT.assignment)), 2)
    fixed = hand.repaired(units, torn, Locks())
    said = {one.rule for one in broken(units, RULES, fixed)}
    assert "contiguous" not in said
    assert hand.repaired(units, fixed, Locks()) == fixed
    if "contiguous" not in {one.rule for one in broken(units, RULES, torn)}:
        assert fixed == torn


def test_repair_leaves_locked_units() -> None:
    units = atoms()
    torn = LEFT.move(0, 1)
    assert hand.repaired(units, torn, Locks()) == LEFT
    assert hand.repaired(units, torn, Locks(atoms=frozenset({0}))) == torn
    assert hand.repaired(units, torn, Locks(parts=frozenset({0}))) == torn


def test_atoms_read_back_the_same() -> None:
    units = atoms()
    again = atoms_from(as_plain(units), np.empty(len(units), dtype=object))
    assert again.digest == units.digest
    assert again.names == units.names


def test_walks_are_summed_by_part_and_the_own_centre_counts_after() -> None:
    item = {"category": "market", "name": "菜市场", "circle_min": 15, "column": "residents", "pass_share": 0.9}
    own = item | {"category": "party_service_center", "name": "党群服务中心", "own": True, "far_cm": 50_000}
    kept = {
        "items": [item | {"own": False, "far_cm": 100_000, "before": 0.5}, own | {"before": 0.6}],
        "centre_names": ["老中心", "新中心"],
        "centre_atom": [0, 3],
        "cm_s": 110,
    }
    homes = [
        {"atom": 0, "residents": 100, "walks": [90_000, 10_000, 10_000, 80_000]},
        {"atom": 1, "residents": 300, "walks": [120_000, 40_000, 40_000, 60_000]},
        {"atom": 2, "residents": 100, "walks": [-1, 70_000, 70_000, 30_000]},
        {"atom": 3, "residents": 50, "walks": None},
    ]
    west, east = served(from_plain(kept, homes), np.array([0, 0, 1, 1]), 2)
    assert (west.centre, east.centre) == ("老中心", "新中心")
    assert (west.centre_min, west.centre_min_before) == (7, 7)
    assert (east.centre_min, east.centre_min_before) == (5, 11)
    assert [one["after"] for one in west.items] == [0.25, 1.0]
    assert [one["after"] for one in east.items] == [0.0, 1.0]
    assert (west.met, west.required, west.met_before) == (1, 2, 0)
    # a part without a centre of its own walks to the nearest one
    both = served(from_plain(kept, homes), np.array([1, 0, 0, 1]), 2)
    assert both[0].centre is None
    assert both[0].centre_min == 7
