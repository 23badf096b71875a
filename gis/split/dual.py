"""Two parts: the proven shortest border, by search over closed walks in the planar dual.

Two connected parts of a planar graph are divided by a simple closed walk in its dual. The search relaxes "simple" (and
the centre rule) and brings back what a found walk breaks, so a bound is always valid; it is a proof where a plan
reaches it. Effort is counted in labels, never in seconds, so that equal input gives an equal answer anywhere.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis import kernels
from gis.split import dualkernel as kernel
from gis.split.atoms import Ints
from gis.split.dualmap import DualMap, Rings, dual_of, gate_faces
from gis.split.slots import FREE
from gis.split.units import Units

WATCHED: Final = 6
LABELS: Final = 40_000_000
FIRST_ROOM: Final = 2**17
MOST_ROOM: Final = 2**23
LARGE: Final = 12
MOST_LARGE: Final = 4
LEVELS: Final = 300
_FAR: Final = 2**30


@dataclass(frozen=True)
class Window:
    """Households one of the two sides must have; `centres`: each side needs one."""

    low: int
    high: int
    centres: bool = False


@dataclass(frozen=True)
class Border:
    """The answer for two parts.

    bound: no plan costs less; cost, side: the best plan found (side 0 or 1 per unit) or None; labels: effort.
    """

    bound: int
    cost: int | None
    side: Ints | None
    labels: int

    @property
    def proven(self) -> bool:
        """Whether nothing shorter exists (or, without a plan, no plan at all)."""
        return self.cost is None or self.cost <= self.bound


class _Search:
    """Work space and state of one proof."""

    def __init__(self, units: Units, rings: Rings, window: Window, labels: int) -> None:
        self.units, self.window = units, window
        self.dual: DualMap = dual_of(units, rings)
        dual, total = self.dual, int(units.households.sum())
        self.steps = np.column_stack([dual.face, dual.cost, dual.households, dual.centres])
        span = [window.low, window.high, total - window.high, total - window.low]
        self.span = np.array(span, dtype=np.int64)
        self.leaves = np.repeat(np.arange(len(dual)), np.diff(dual.indptr))
        self.yard_steps = np.bincount(dual.yard[self.leaves], minlength=int(dual.yard.max()) + 1)
        # a simple walk crosses each border of the tree at most once
        self.most = max(int(np.abs(dual.households).sum()) // 2, 1)
        gates = gate_faces(units, dual, max(window.high, total - window.low))
        # once the faces with many steps are done with, no later walk can pass them twice
        large = np.flatnonzero(np.diff(dual.indptr) >= LARGE)
        large = large[np.argsort(-np.diff(dual.indptr)[large], kind="stable")][:MOST_LARGE]
        self.starts = list(dict.fromkeys([*large.tolist(), *gates]))
        self.left = labels
        self.used = 0
        self._make_room(FIRST_ROOM)

    def below(self, cap: int, side: Ints | None) -> tuple[int, Ints | None, int, bool]:
        """Search everything below `cap`: (least cost of a plan or cap, its sides, bound, finished)."""
        closed = np.zeros(len(self.dual), dtype=np.bool_)
        bound = cap
        for start in self.starts:
            watched: list[int] = []
            centres = False
            while True:
                status, cost, end = self._walk(start, closed, cap, watched, centres)
                if status == kernel.FULL and len(self.label) < min(self.left, MOST_ROOM):
                    self._make_room(8 * len(self.label))
                    continue
                if status == kernel.FULL:
                    return cap, side, 0, False
                if status == kernel.NOTHING:
                    break
                yards, sides = self._trace(end)
                if sides is not None and (centres or not self.window.centres or self._has_centres(sides)):
                    cap, side = self.units.cut(sides), sides
                    break
                if sides is not None:
                    centres = True
                    continue
                twice = [y for y in sorted(set(yards)) if yards.count(y) > 1 and y not in watched]
                if twice and len(watched) < WATCHED:
                    watched.append(max(twice, key=lambda y: (int(self.yard_steps[y]), -y)))
                    continue
                bound = min(bound, cost)
                break
            closed[start] = True
        return cap, side, min(bound, cap), True

    def _make_room(self, labels: int) -> None:
        self.label = np.empty((min(labels, MOST_ROOM), kernel.FIELDS), dtype=np.int32)
        slots = 1 << int(np.ceil(np.log2(len(self.label) * 4 / 3 + 4)))
        self.table_key = np.full(slots, FREE, dtype=np.int64)
        self.table_cost = np.empty(slots, dtype=np.int32)

    def _walk(
        self, start: int, closed: NDArray[np.bool_], cap: int, watched: list[int], centres: bool
    ) -> tuple[int, int, int]:
        dual = self.dual
        bit = np.zeros(len(self.yard_steps), dtype=np.int32)
        bit[watched] = 1 << np.arange(len(watched))
        enters = np.where(self.units.passable[dual.border], bit[dual.yard[dual.face]], 0).astype(np.int32)
        home = self._home(start, closed, cap)
        # no closed walk below the cap comes to a face half of it away
        closed = closed | (2 * home.astype(np.int64) >= cap)
        closed[start] = False
        room = min(len(self.label), self.left + 2)
        counted = int(self.units.centres.sum()) if centres else 0
        sizes = np.array([len(dual), self.most, counted, 1 << len(watched)], dtype=np.int64)
        grain = cap // LEVELS + 1
        gain = np.empty((cap // grain + 1, len(dual), 2), dtype=np.int32)
        kernel.gains(dual.indptr, self.steps, start, closed, grain, int(sizes[1]), gain)
        status, cost, used, end = kernel.cheapest(
            dual.indptr,
            self.steps,
            enters,
            start,
            closed,
            home,
            gain,
            grain,
            self.span,
            sizes,
            cap,
            np.empty(cap, dtype=np.int32),
            self.label[:room],
            self.table_key,
            self.table_cost,
        )
        self.left -= used
        self.used += used
        return int(status), int(cost), int(end)

    def _home(self, start: int, closed: NDArray[np.bool_], cap: int) -> NDArray[np.int32]:
        """Least cost from every face back to the start, over open faces."""
        dual = self.dual
        length = np.where(closed[dual.face], cap + 1, np.minimum(dual.cost, cap + 1))
        link = np.column_stack([dual.face, length]).astype(np.int32)
        far = np.full(len(dual), _FAR, dtype=np.int32)
        head = np.empty((cap >> kernels.BUCKET_BITS) + 1, dtype=np.int32)
        pool = np.empty((4 * len(link) + 16, 3), dtype=np.int32)
        seed = np.array([start], dtype=np.int32)
        while not kernels.search(dual.indptr.astype(np.int32), link, seed, np.zeros(1, np.int32), cap, far, head, pool):
            pool = np.empty((2 * len(pool), 3), dtype=np.int32)
            far[:] = _FAR
        return far

    def _trace(self, end: int) -> tuple[list[int], Ints | None]:
        """Yards a walk enters, in order, and the sides it divides (None where it does not make two)."""
        steps = []
        while end > 0:
            steps.append(int(self.label[end, kernel.STEP]))
            end = int(self.label[end, kernel.PARENT])
        steps.reverse()
        dual = self.dual
        units = self.units
        yards = dual.yard[dual.face[steps]][units.passable[dual.border[steps]]].tolist()
        # a border crossed there and back divides nothing
        crossed = np.bincount(dual.border[steps], minlength=len(units.first)) % 2 == 1
        inside = Units(
            units.households, units.centres, units.first, units.second, units.cost, units.passable & ~crossed
        )
        number, piece = inside.pieces(np.zeros(len(units), dtype=np.int64))
        side = (piece != piece[0]).astype(np.int64)
        # a walk round a place twice counts its households twice
        fits = self.window.low <= int(units.households[side == 0].sum()) <= self.window.high
        fits = fits or self.window.low <= int(units.households[side == 1].sum()) <= self.window.high
        return yards, side if number == 2 and fits else None

    def _has_centres(self, side: Ints) -> bool:
        return bool((np.bincount(side, weights=self.units.centres, minlength=2) >= 1).all())


def shortest(
    units: Units, rings: Rings, window: Window, upper: int | None = None, side: Ints | None = None, labels: int = LABELS
) -> Border:
    """Shortest border of two connected parts, the households of one of them inside the window.

    units: connected over passable borders; rings: their planar embedding; upper, side: cost of a plan already known
    and its parts; labels: effort allowed. When the effort runs out the bound still holds: costs are then searched in
    rising levels, and the last finished level is the bound.
    """
    search = _Search(units, rings, window, labels)
    if not len(units.first):
        return Border(0, upper, side, 0)
    top = int(units.cost.sum()) + 1
    known = top if upper is None else upper
    if upper is not None:
        search.left = labels // 2
        cost, found, bound, done = search.below(known, side)
        if done:
            return Border(bound, cost, found, search.used)
        search.left = labels - search.used
    return _by_levels(search, known, side, upper is not None, top)


def _by_levels(search: _Search, known: int, side: Ints | None, has_plan: bool, top: int) -> Border:
    """Rising caps: each finished level is a bound, the first level with a plan the answer."""
    bound = 0
    level = known // 2 if has_plan else max(top // 64, 1)
    while search.left > 0:
        level = min(level, known)
        cost, found, under, done = search.below(level, None)
        if not done:
            break
        bound = max(bound, under)
        if found is not None:
            return Border(under, cost, found, search.used)
        if level == known or under < level:
            break
        level = level + max((known - level) // 3, 1) if has_plan else level * 2
    return Border(min(bound, known), known if has_plan else None, side, search.used)
