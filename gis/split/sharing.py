"""A bound for three parts and more: borders shared out between their two sides, each part priced by itself.

However the cost of every border is shared out between the parts on its two sides, a plan costs what its parts pay, and
a part pays no less than the cheapest part that holds the same marked units (here: the places of the service centres,
of which every part needs one). The shares are moved until the cheapest parts fit together; where they do, the bound is
the optimum. Done for every way of dividing the marked units among the parts. Effort is counted, never timed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.split.atoms import Floats, Ints
from gis.split.dualmap import Rings
from gis.split.rooted import Ground, Room, Rooted
from gis.split.search import Target
from gis.split.units import Units

Group = tuple[int, ...]
Pattern = tuple[Group, ...]

MOST_PATTERNS: Final = 90
# in labels, of which a core does some 4 million a second
EFFORT: Final = 160_000_000
# a mean border is shared out in so many steps
GRAIN: Final = 400
ROUNDS: Final = 60
STALLED: Final = 5
SMALLER, SMALLEST = 0.6, 0.1


@dataclass(frozen=True)
class Shared:
    """bound: no plan costs less; effort: labels and the like; finished: False where the effort ran out (before every
    pattern was looked at: the bound is then 0)."""

    bound: int
    effort: int
    finished: bool


def patterns(marked: Sequence[int], parts: int) -> list[Pattern] | None:
    """Every way to divide marked units among parts that each need one; None where there are too many."""
    found: list[Pattern] = []
    for pattern in _divided(list(marked), parts):
        found.append(pattern)
        if len(found) > MOST_PATTERNS:
            return None
    return found


def _divided(marked: list[int], parts: int) -> Iterator[Pattern]:
    if parts == 1:
        yield (tuple(marked),)
    elif len(marked) == parts:
        yield tuple((one,) for one in marked)
    elif len(marked) > parts:
        last = marked[-1]
        for pattern in _divided(marked[:-1], parts):
            for i, group in enumerate(pattern):
                yield (*pattern[:i], (*group, last), *pattern[i + 1 :])
        for pattern in _divided(marked[:-1], parts - 1):
            yield (*pattern, (last,))


class _Sharing:
    """State of one bound. Shares are kept as what the second side pays above the half of a border."""

    def __init__(self, units: Units, rings: Rings, target: Target, marked: Sequence[int], plan: Ints) -> None:
        self.ground = Ground(units, rings)
        self.target, self.plan = target, plan
        held = [tuple(unit for unit in marked if plan[unit] == part) for part in dict.fromkeys(plan[marked].tolist())]
        self.own: Pattern = tuple(held)
        self.grain = max(1, int(GRAIN // max(float(units.cost.mean()), 1.0)))
        self.half = units.cost * self.grain
        self.upper = units.cut(plan) * 2 * self.grain
        self.room = Room()
        self.rooted: dict[Pattern, Rooted] = {}
        self.paid: dict[Group, int] = {}
        self.effort = 0

    def search(self, group: Group, pattern: Pattern) -> Rooted:
        """The search for the part of one group of a pattern."""
        others = tuple(other for other in pattern if other != group)
        if (group, *others) not in self.rooted:
            guess = self.paid.get(group, self.upper // self.target.parts)
            self.rooted[group, *others] = Rooted(self.ground, self.target, (group, *others), guess)
        return self.rooted[group, *others]

    def pays(
        self, group: Group, pattern: Pattern, shares: Ints, most: int, *, pieces: bool = False
    ) -> tuple[int, Ints]:
        """The least a part with these marked units pays, and the pull of its borders; pieces: in one piece or not."""
        most = min(most, self._own_pay(group, shares) + 1) if group in self.own else most
        search, first, second = self.search(group, pattern), self.half - shares, self.half + shares
        found = search.cheapest(first, second, most, self.room)
        self.effort += found.effort
        self.paid[group] = found.pay
        if pieces:
            other = search.in_pieces(first, second, found.pay, self.room)
            self.effort += other.effort
            found = other if other.pay < found.pay else found
        pull = np.zeros(len(self.half), dtype=np.int64)
        if found.steps is not None:
            np.add.at(pull, self.ground.dual.border[found.steps], self.ground.sign[found.steps])
        return found.pay, pull

    def _own_pay(self, group: Group, shares: Ints) -> int:
        """What the part of the known plan pays: the cheapest pays no more."""
        units, inside = self.ground.units, self.plan == self.plan[group[0]]
        second = inside[units.second] & ~inside[units.first]
        first = inside[units.first] & ~inside[units.second]
        return int((self.half + shares)[second].sum() + (self.half - shares)[first].sum())

    def sealed(self, pattern: Pattern, now: "_Raised", goal: int, most: int) -> int:
        """What the parts of a pattern pay together at least, be their borders in one piece or not."""
        shares = np.rint(now.shares).astype(np.int64)
        total = 0
        for group, pay in zip(pattern, now.pays, strict=True):
            found = self.search(group, pattern).in_pieces(self.half - shares, self.half + shares, pay, self.room)
            self.effort += found.effort
            total += found.pay
        if total < min(now.total, goal) and self.effort <= most:
            total = max(total, self.raised(pattern, now.shares, goal, most, pieces=True).total)
        return total

    def first_look(self, pattern: Pattern, shares: Floats, goal: int) -> "_Raised":
        """What the parts of a pattern pay under given shares, looked at as far as `goal` together."""
        whole = np.rint(shares).astype(np.int64)
        found: dict[Group, int] = {}
        for group in sorted(pattern, key=len):
            found[group] = self.pays(group, pattern, whole, max(goal - sum(found.values()), 1))[0]
        return _Raised(tuple(found[group] for group in pattern), shares)

    def raised(self, pattern: Pattern, shares: Floats, goal: int, most: int, *, pieces: bool = False) -> "_Raised":
        """The best that moving the shares makes the parts of a pattern pay; ends at `goal` or at the effort `most`."""
        best = _Raised((), shares)
        speed, stalled = 1.0, 0
        for _ in range(ROUNDS):
            whole = np.rint(shares).astype(np.int64)
            found = [self.pays(group, pattern, whole, self.upper, pieces=pieces) for group in pattern]
            total = sum(pay for pay, _ in found)
            stalled += 1
            if total > best.total:
                best, stalled = _Raised(tuple(pay for pay, _ in found), shares), 0
            pull = np.sum([pull for _, pull in found], axis=0)
            pull[((whole >= self.half) & (pull > 0)) | ((whole <= -self.half) & (pull < 0))] = 0
            if best.total >= goal or not pull.any() or self.effort > most:
                break
            if stalled == STALLED:
                speed, stalled, shares = speed * SMALLER, 0, best.shares
                if speed < SMALLEST:
                    break
                continue
            shares = np.clip(shares + speed * (self.upper - total) / int(pull @ pull) * pull, -self.half, self.half)
        return best


@dataclass(frozen=True)
class _Raised:
    """What every part of a pattern pays at least, under the shares."""

    pays: tuple[int, ...]
    shares: Floats

    @property
    def total(self) -> int:
        return sum(self.pays)


def shared_bound(units: Units, rings: Rings, target: Target, plan: Ints, effort: int) -> Shared:
    """A cost no plan that keeps the target goes below.

    units in a planar embedding, with centres that the target asks for; plan: a plan that keeps the target.
    """
    marked = np.flatnonzero(units.centres > 0).tolist()
    ways = patterns(marked, target.parts) if target.centres else None
    if not ways:
        return Shared(0, 0, finished=False)
    sharing = _Sharing(units, rings, target, marked, plan)
    # every pattern is looked at before much is spent on one
    first = sharing.raised(sharing.own, np.zeros(len(units.cost)), sharing.upper, effort // 8)
    waiting: list[tuple[int, int, Pattern, _Raised]] = []
    for pattern in ways:
        if set(pattern) == set(sharing.own):
            continue
        if sharing.effort > effort:
            return Shared(0, sharing.effort, finished=False)
        now = sharing.first_look(pattern, first.shares, min(first.total, sharing.upper))
        waiting.append((now.total, len(waiting), pattern, now))
    if first.total < sharing.upper and sharing.effort <= effort:
        again = sharing.raised(sharing.own, first.shares, sharing.upper, effort * 3 // 4)
        first = max(first, again, key=lambda one: one.total)
    least = min(sharing.upper, sharing.sealed(sharing.own, first, sharing.upper, effort))
    for _, _, pattern, now in sorted(waiting, key=lambda one: one[:2]):
        if now.total < least and sharing.effort <= effort:
            now = max(now, sharing.raised(pattern, now.shares, least, effort), key=lambda one: one.total)
        least = min(least, sharing.sealed(pattern, now, least, effort))
    return Shared(-(-least // (2 * sharing.grain)), sharing.effort, finished=sharing.effort <= effort)
