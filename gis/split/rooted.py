"""The cheapest part that holds a given unit, when the two sides of a border pay different shares of it.

The border of a part is a closed walk in the planar dual that keeps the unit on its left. Where it falls apart into
walks with no face in common, one of them at least stays off any one face and has some of the other parts on its right:
`in_pieces` bounds what such a part pays by that walk and another. Every part holds a marked unit, so a loop of a walk
from a yard back to it encloses one: walks that do not are left out for the yards where that was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order

from gis.split import dualkernel
from gis.split import rootkernel as kernel
from gis.split.atoms import Ints, Mask
from gis.split.dual import LARGE, MOST_LARGE
from gis.split.dualmap import DualMap, Rings, cover, dual_of, heavy_tree
from gis.split.search import Target, windows
from gis.split.slots import FREE
from gis.split.units import Units

FIRST_ROOM: Final = 2**16
MOST_ROOM: Final = 2**22
# marks and watched yards share the 31 bits of a label's mask
MASK_BITS: Final = 30
# levels of cost in the tables of what is still ahead
LEVELS: Final = 100
# in labels: what it takes to prepare one search, and how many entries of its tables are worth a label
SET_UP, A_LABEL = 1_500, 8


@dataclass(frozen=True)
class Round:
    """The cheapest walk found below a cap.

    pay: no part pays less (the cap, where there is no walk below it); steps: positions among the steps of the dual, in
    order, None without a walk; effort: labels, and what it took to
    prepare the search.
    """

    pay: int
    steps: Ints | None
    effort: int


class Room:
    """Work space that all searches of one bound share."""

    def __init__(self) -> None:
        self.make(FIRST_ROOM)

    def make(self, labels: int) -> None:
        """Space for so many labels."""
        self.label = np.empty((labels, kernel.FIELDS), dtype=np.int32)
        slots = 1 << int(np.ceil(np.log2(labels * 4 / 3 + 4)))
        self.table_key = np.full(slots, FREE, dtype=np.int64)
        self.table_cost = np.empty(slots, dtype=np.int32)


class Ground:
    """A planar graph of units as the searches need it, whichever unit they start from."""

    def __init__(self, units: Units, rings: Rings) -> None:
        self.units = units
        self.dual: DualMap = dual_of(units, rings)
        dual, count = self.dual, len(units.first)
        self.order = np.argsort(np.concatenate([dual.left, dual.right]), kind="stable")
        self.tail = np.repeat(np.arange(len(dual)), np.diff(dual.indptr))
        self.sign = np.repeat([1, -1], count)[self.order]
        self.border = {pair: i for i, pair in enumerate(zip(units.first.tolist(), units.second.tolist(), strict=True))}
        steps = np.diff(dual.indptr)
        large = np.flatnonzero(steps >= LARGE)
        self.large = large[np.argsort(-steps[large], kind="stable")][:MOST_LARGE].tolist()
        self.enters = units.passable[dual.border]

    def enclosed(self, root: int, counted: Ints) -> Ints:
        """What a step adds on the right of a walk with the root on its left; `counted` is (units, columns)."""
        units = self.units
        indptr, across, _, _ = units.slots()
        graph = sp.csr_array((np.ones(len(across)), across, indptr), shape=(len(units), len(units)))
        order, parent = breadth_first_order(graph, root, directed=False)
        below = counted.copy()
        shift = np.zeros((len(units.first), counted.shape[1]), dtype=np.int64)
        for v in order[:0:-1].tolist():
            up = int(parent[v])
            if up < v:
                shift[self.border[up, v]] = -below[v]
            else:
                shift[self.border[v, up]] = below[v]
            below[up] += below[v]
        return np.concatenate([shift, -shift])[self.order]

    def ways(self, root: int, ends: Sequence[int]) -> Ints:
        """Borders crossed on a way from the root to each of the ends."""
        indptr, across, _, _ = self.units.slots()
        graph = sp.csr_array((np.ones(len(across)), across, indptr), shape=(len(self.units), len(self.units)))
        _, parent = breadth_first_order(graph, root, directed=False)
        crossed = set()
        for end in ends:
            v = end
            while v != root:
                up = int(parent[v])
                crossed.add(self.border[min(v, up), max(v, up)])
                v = up
        return np.array(sorted(crossed), dtype=np.int64)

    def along_yards(self, marks: Ints, households: Ints) -> tuple[Ints, Ints]:
        """Marks and households between every face and the first face of its yard, along borders nobody can cross."""
        dual = self.dual
        met, held = np.full(len(dual), -1, dtype=np.int64), np.zeros(len(dual), dtype=np.int64)
        for first in range(len(dual)):
            if met[first] >= 0:
                continue
            met[first] = 0
            todo = [first]
            while todo:
                f = todo.pop()
                for t in range(int(dual.indptr[f]), int(dual.indptr[f + 1])):
                    g = int(dual.face[t])
                    if not self.enters[t] and met[g] < 0:
                        met[g], held[g] = met[f] ^ marks[t], held[f] + households[t]
                        todo.append(g)
        return met, held


@dataclass(frozen=True)
class _Aim:
    """What a walk is to enclose (as the kernel takes it), where it may start, and faces it must stay off."""

    goal: Ints
    starts: list[int]
    closed: Mask


class Rooted:
    """The search for one part of a plan whose every part holds the marked units of one group.

    groups: all groups, the own one first; guess: of what the part pays.
    """

    def __init__(self, ground: Ground, target: Target, groups: Sequence[Sequence[int]], guess: int) -> None:
        self.ground = ground
        root = groups[0][0]
        marked = [unit for group in groups for unit in group if unit != root]
        counted = np.zeros((len(ground.units), 1 + len(marked)), dtype=np.int64)
        counted[:, 0] = ground.units.households
        counted[marked, 1 + np.arange(len(marked))] = 1
        shift = ground.enclosed(root, counted)
        self.households = shift[:, 0]
        self.marks = (np.abs(shift[:, 1:]) % 2) @ (1 << np.arange(len(marked), dtype=np.int64))
        self.inside_yard, self.outside_yard = ground.along_yards(self.marks, self.households)
        total = int(ground.units.households.sum())
        self.window = np.array([windows(j, target, total) for j in range(target.parts)], dtype=np.int64)
        bits = [sum(1 << marked.index(unit) for unit in group) for group in groups[1:]]
        self.parts_of = np.zeros(1 << len(marked), dtype=np.int64)
        for number in range(1, target.parts):
            for chosen in combinations(bits, number):
                self.parts_of[sum(chosen)] = number
        self.whole, self.some, self.inland = self._aims(target, root, marked)
        self.watched: list[int] = []
        self.most_watched = max((MASK_BITS - 2 * len(marked)) // (len(marked) + 1), 0)
        self.last = guess

    def _aims(self, target: Target, root: int, marked: list[int]) -> tuple[_Aim, _Aim, _Aim]:
        """All other parts on the right; some of them; and some of them off the face with most borders."""
        ground, dual, k = self.ground, self.ground.dual, target.parts
        span = max(int(np.abs(self.households).sum()) // 2, 1)
        free = np.zeros(len(dual), dtype=np.bool_)
        tree = heavy_tree(ground.units, root, target.high)
        gates = [*ground.large, *cover(dual, [ground.border[pair] for pair in tree])]
        whole = _Aim(np.array([k - 1, k - 1, *self.window[k - 1], span]), list(dict.fromkeys(gates)), free)
        least, most = self.window[1:-1, 0].min(), self.window[1:-1, 1].max()
        gates = list(dict.fromkeys([*ground.large, *cover(dual, ground.ways(root, marked).tolist())]))
        some = _Aim(np.array([1, k - 2, least, most, span]), gates, free)
        outer = int(np.diff(dual.indptr).argmax())
        inland = replace(some, starts=[face for face in gates if face != outer], closed=free.copy())
        inland.closed[outer] = True
        return whole, some, inland

    def cheapest(self, first_pays: Ints, second_pays: Ints, most: int, room: Room) -> Round:
        """The least that the part pays, searched below `most`; first with a tight cap, for that is much faster."""
        effort = 0
        cap = min(most, self.last + self.last // 8 + 2)
        while True:
            found = self._below(self.whole, first_pays, second_pays, cap, room)
            effort += found.effort
            if found.steps is None and found.pay == cap < most:
                cap = min(most, cap + cap // 2)
            elif found.steps is None or not self._watch(found.steps):
                self.last = found.pay
                return Round(found.pay, found.steps, effort)

    def in_pieces(self, first_pays: Ints, second_pays: Ints, most: int, room: Room) -> Round:
        """The least that the part pays where its border is in pieces, searched below `most`."""
        total = effort = 0
        steps: list[Ints] = []
        for aim in (self.inland, self.some):
            while total < most:
                found = self._below(aim, first_pays, second_pays, most - total, room)
                effort += found.effort
                if found.steps is None:
                    return Round(min(total + found.pay, most), None, effort)
                if not self._watch(found.steps):
                    total += found.pay
                    steps.append(found.steps)
                    break
        return Round(min(total, most), np.concatenate(steps) if total < most else None, effort)

    def _below(self, aim: _Aim, first_pays: Ints, second_pays: Ints, cap: int, room: Room) -> Round:
        """Search everything below `cap`, from every start in turn."""
        ground, dual = self.ground, self.ground.dual
        pay = np.concatenate([second_pays, first_pays])[ground.order]
        back = np.concatenate([first_pays, second_pays])[ground.order]
        step = np.column_stack([dual.face, pay, self.households, self.marks, back, np.zeros_like(pay)]).astype(np.int64)
        number = np.zeros(len(dual), dtype=np.int64)
        number[self.watched] = 1 + np.arange(len(self.watched))
        closed = aim.closed.copy()
        best: tuple[int, list[int] | None] = (cap, None)
        effort = 0
        for start in aim.starts:
            yards = number.copy()
            yards[dual.yard[start]] = -1
            step[:, kernel.WATCH] = np.where(ground.enters, yards[dual.yard[dual.face]], 0)
            status, pays, used, end = self._walk(aim, step, start, closed, best[0], room)
            effort += used
            if status == dualkernel.FULL:
                return Round(pays, None, effort)
            if status == dualkernel.FOUND:
                best = pays, _traced(room.label, end)
            closed[start] = True
        return Round(best[0], None if best[1] is None else np.array(best[1], dtype=np.int64), effort)

    def _walk(self, aim: _Aim, step: Ints, start: int, closed: Mask, cap: int, room: Room) -> tuple[int, int, int, int]:
        dual = self.ground.dual
        home, away = np.empty(len(dual), dtype=np.int64), np.empty(len(dual), dtype=np.int64)
        kernel.distances(dual.indptr, step, start, closed, kernel.BACK, home)
        kernel.distances(dual.indptr, step, start, closed, kernel.PAY, away)
        shut = closed | (home + away >= cap)
        if shut[start]:
            return dualkernel.NOTHING, cap, SET_UP, -1
        grain = cap // LEVELS + 1
        gain = np.empty((cap // grain + 1, len(dual), 2), dtype=np.int32)
        dualkernel.gains(dual.indptr, step, start, shut, grain, int(aim.goal[-1]), gain, True)
        effort = SET_UP + int(np.count_nonzero(~shut)) * len(gain) // A_LABEL
        while True:
            status, pays, used, end = kernel.cheapest(
                dual.indptr,
                step,
                self.inside_yard,
                self.outside_yard,
                start,
                shut,
                home,
                gain,
                grain,
                self.parts_of,
                self.window,
                aim.goal,
                len(self.watched),
                cap,
                np.empty(cap, dtype=np.int32),
                room.label,
                room.table_key,
                room.table_cost,
            )
            effort += int(used)
            if status != dualkernel.FULL or len(room.label) >= MOST_ROOM:
                return int(status), int(pays), effort, int(end)
            room.make(4 * len(room.label))

    def _watch(self, steps: Ints) -> bool:
        """Watch one more yard that the walk enters twice for nothing; False where there is none."""
        ground, dual = self.ground, self.ground.dual
        if len(self.watched) >= self.most_watched:
            return False
        start = int(dual.face[steps[-1]])
        home = int(dual.yard[start])
        seen: dict[int, int] = {}
        shut: set[int] = set()
        twice: set[int] = set()
        mask = 0
        for step in steps[:-1].tolist():
            mask ^= int(self.marks[step])
            face = int(dual.face[step])
            yard, now = int(dual.yard[face]), mask ^ int(self.inside_yard[face])
            if not ground.enters[step]:
                continue
            if yard == home:
                shut |= seen.keys()
            elif yard in shut or (yard in seen and self.parts_of[seen[yard] ^ now] == 0):
                twice.add(yard)
            seen.setdefault(yard, now)
        twice -= {*self.watched, home}
        if twice:
            self.watched.append(max(twice, key=lambda yard: (int((dual.yard[dual.face] == yard).sum()), -yard)))
        return bool(twice)


def _traced(label: NDArray[np.int32], end: int) -> list[int]:
    """Steps of a walk, in order."""
    steps = []
    while end > 0:
        steps.append(int(label[end, kernel.STEP]))
        end = int(label[end, kernel.PARENT])
    return steps[::-1]
