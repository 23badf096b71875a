"""Editing by hand: what moves along with an atom, what locks forbid, and how torn parts are made whole again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from gis.errors import BadInputError
from gis.split.atoms import Atoms, Ints
from gis.split.plan import MoveError, Plan
from gis.split.rules import as_one

Moved = tuple[tuple[int, int, int], ...]


class LockedError(BadInputError):
    """A move would change what somebody has locked."""

    code = "LOCKED"


@dataclass(frozen=True)
class Locks:
    """Atoms and whole parts that stay as they are."""

    atoms: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()

    def held(self, plan: Plan) -> frozenset[int]:
        """Every atom that may not move."""
        return self.atoms | {one for one, part in enumerate(plan.assignment) if part in self.parts}


def moved(atoms: Atoms, plan: Plan, chosen: Collection[int], part: int, locks: Locks) -> Plan:
    """The plan with atoms, and whatever must stay with them, in another part.

    Raises MoveError for what does not exist, LockedError where a lock is in the way.
    """
    along = set(chosen)
    for group in atoms.groups:
        if along & set(group):
            along |= set(group)
    after = plan.move(sorted(along), part)
    changed = {one for one, _, _ in difference(plan, after)}
    if part in locks.parts and changed:
        raise LockedError(f"第{part + 1}部分已锁定，不能移入。先解锁再移动")
    if stuck := sorted(changed & locks.held(plan)):
        raise LockedError(f"{atoms.names[stuck[0]]}已锁定，不能移动。先解锁再移动")
    return after


def difference(one: Plan, other: Plan) -> Moved:
    """What changed: (atom, part before, part after)."""
    pairs = enumerate(zip(one.assignment, other.assignment, strict=True))
    return tuple((atom, before, after) for atom, (before, after) in pairs if before != after)


def redone(plan: Plan, steps: Iterable[tuple[int, int, int]], *, back: bool = False) -> Plan:
    """The plan with a remembered move made again, or taken back."""
    assignment = list(plan.assignment)
    for atom, before, after in steps:
        assignment[atom] = before if back else after
    return Plan(tuple(assignment), plan.parts)


def repaired(atoms: Atoms, plan: Plan, locks: Locks) -> Plan:
    """The plan with what is torn off given to the neighbour it shares the longest passable border with.

    Of every part the piece with the core stays, else the one with most households; pieces with something locked and
    groups stay together. What no unlocked part lies beside stays torn.
    """
    units = as_one(atoms)
    held = np.isin(np.arange(len(atoms)), sorted(locks.held(plan)))
    part = plan.part.copy()
    for _ in range(len(atoms)):
        piece = units.pieces(part)[1]
        torn = [one for one in _torn(atoms, part, piece) if not held[piece == one].any()]
        goal = next(((one, to) for one in torn if (to := _beside(atoms, part, piece == one, locks)) is not None), None)
        if goal is None:
            break
        part[piece == goal[0]] = goal[1]
    return Plan(tuple(part.tolist()), plan.parts)


def _torn(atoms: Atoms, part: Ints, piece: Ints) -> list[int]:
    """Pieces that are not the main one of their part, the smallest first."""
    weight = np.bincount(piece, weights=atoms.households + 1e-6)
    if atoms.core is not None and part[atoms.core] == 0:
        weight[piece[atoms.core]] = np.inf
    of = {int(one): int(part[np.flatnonzero(piece == one)[0]]) for one in np.unique(piece)}
    main = {p: max((one for one in of if of[one] == p), key=lambda one: weight[one]) for p in set(of.values())}
    return sorted((one for one in of if main[of[one]] != one), key=lambda one: float(weight[one]))


def _beside(atoms: Atoms, part: Ints, inside: "np.ndarray[tuple[int], np.dtype[np.bool_]]", locks: Locks) -> int | None:
    """The part across the longest passable border of a piece."""
    edges = atoms.edges
    across = (inside[edges.first] != inside[edges.second]) & edges.passable
    outer = np.where(inside[edges.first], edges.second, edges.first)[across]
    metres = np.bincount(part[outer], weights=edges.border_cm[across])
    metres[[one for one in locks.parts if one < len(metres)]] = 0
    return int(metres.argmax()) if len(metres) and metres.max() > 0 else None


def require_parts(count: int, locks: Locks, parts: int) -> None:
    """MoveError where a lock names what does not exist."""
    if any(not 0 <= one < count for one in locks.atoms) or any(not 0 <= one < parts for one in locks.parts):
        raise MoveError("要锁定的基本单元或部分不存在。重新载入方案再试")
