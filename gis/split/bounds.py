"""How short the border of any plan of k parts could be at most: a bound for the whole, from shortest two-part borders.

In every plan of connected parts, a part whose removal leaves the rest connected has a border that divides the community
into two connected sides: it costs at least m, the shortest such border round the households of one part. A part that
holds others apart has such a border towards each group of them, j parts each; two groups meet only where nobody can
cross, so on the borders that can be crossed it costs at least the least sum of m'(j) with the j adding up to k - 1,
m'(j) being the shortest border round j parts counted there alone. Every border is counted from both sides, and at
least two parts are of the first kind.
"""

from dataclasses import replace

import numpy as np

from gis.split.atoms import Ints
from gis.split.dual import LABELS, Window, shortest
from gis.split.dualmap import Rings
from gis.split.search import Target, windows
from gis.split.units import Units


def lower_bound(units: Units, rings: Rings, target: Target, plan: Ints, labels: int = LABELS) -> int:
    """A cost no plan of `target.parts` connected parts with households in the window goes below.

    units in a planar embedding; plan: any plan that keeps the target: its own borders spare search above them.
    """
    k = target.parts
    window = _windows(units, target)
    leaf = shortest(units, rings, window[1], _own_border(units, plan, k), labels=labels // k).bound
    if k == 2:
        return leaf
    open_ = replace(units, cost=np.where(units.passable, units.cost, 0))
    # nothing is gained by sums over `leaf`, so the search may stop there
    least = {j: shortest(open_, rings, window[j], leaf, labels=labels // k).bound for j in range(1, k - 1)}
    return -(-(2 * leaf + (k - 2) * min(leaf, _least_sum(least, k - 1))) // 2)


def _windows(units: Units, target: Target) -> dict[int, Window]:
    """Households of j parts together."""
    total = int(units.households.sum())
    return {j: Window(*windows(j, target, total)) for j in range(1, target.parts)}


def _own_border(units: Units, plan: Ints, parts: int) -> int | None:
    """Least cost of a part of the plan that leaves the rest connected."""
    sides = [(plan == part).astype(np.int64) for part in range(parts)]
    return min((units.cut(side) for side in sides if units.pieces(side)[0] == 2), default=None)


def _least_sum(least: dict[int, int], parts: int) -> int:
    """Least sum of borders round two groups or more of together `parts` parts."""
    best = {0: 0}
    for n in range(1, parts):
        best[n] = min(least[j] + best[n - j] for j in range(1, n + 1))
    return min(least[j] + best[parts - j] for j in range(1, parts))
