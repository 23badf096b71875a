"""Three parts or more: every two adjacent parts divided by their proven shortest border, to a fixpoint.

Weaker than an optimum of the whole and said so: no two neighbours can do better between themselves.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.split.atoms import Ints
from gis.split.dual import Window, shortest
from gis.split.dualmap import Rings, only
from gis.split.search import Target
from gis.split.units import Units

LABELS_A_PAIR: Final = 6_000_000
ROUNDS: Final = 60


@dataclass(frozen=True)
class Certified:
    """A plan at the fixpoint: part per unit, pairs of adjacent parts, and how many of them are proven."""

    part: Ints
    pairs: int
    proven: int

    @property
    def complete(self) -> bool:
        """Whether every pair is proven."""
        return self.proven == self.pairs


def certify(units: Units, rings: Rings, part: Ints, target: Target, labels: int = LABELS_A_PAIR) -> Certified:
    """Re-divide pairs of adjacent parts until none gets shorter; the plan keeps the target before and after.

    rings: planar embedding of the units. Each pair is searched again only after one of its parts changed.
    """
    part = part.copy()
    known: dict[tuple[int, int], bool] = {}
    for _ in range(ROUNDS):
        todo = [pair for pair in _adjacent(units, part) if pair not in known]
        if not todo:
            break
        pair = todo[0]
        better, known[pair] = _redivide(units, rings, part, pair, target, labels)
        if better is not None:
            part = better
            known = {other: done for other, done in known.items() if not set(other) & set(pair) or other == pair}
    now = _adjacent(units, part)
    return Certified(part, len(now), sum(known.get(pair, False) for pair in now))


def _adjacent(units: Units, part: Ints) -> list[tuple[int, int]]:
    """Pairs of parts with a common border, those that can be walked between."""
    ends = np.sort(np.column_stack([part[units.first], part[units.second]])[units.passable], axis=1)
    pairs = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    return [(int(a), int(b)) for a, b in pairs]


def _redivide(
    units: Units, rings: Rings, part: Ints, pair: tuple[int, int], target: Target, labels: int
) -> tuple[Ints | None, bool]:
    """A plan with a shorter border between two parts (or None), and whether the border now is proven shortest."""
    chosen = np.flatnonzero((part == pair[0]) | (part == pair[1]))
    own = units.only(chosen)
    total = int(own.households.sum())
    window = Window(max(target.low, total - target.high), min(target.high, total - target.low), target.centres > 0)
    side = (part[chosen] == pair[1]).astype(np.int64)
    border = shortest(own, only(rings, chosen), window, own.cut(side), side, labels)
    if border.cost is None or border.side is None or border.cost >= own.cut(side):
        return None, border.bound >= own.cut(side)
    better = part.copy()
    better[chosen] = np.where(border.side == 0, pair[0], pair[1])
    return better, border.proven
