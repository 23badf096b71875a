"""How short the border of any plan of k parts could be at most: a bound for the whole, from shortest two-part borders.

Of every plan of connected parts the quotient graph is connected. A part whose removal leaves the rest connected has a
border that divides the community into two connected sides: at least m(1), the shortest such border round the
households of one part. A part that holds the others apart has one such border towards each group of them, j parts
each: at least the least sum of m(j) with the j adding up to k - 1. Every border is counted from both sides. At least
two parts are of the first kind. The same holds for any cost of borders that is not negative.
"""

from gis.split.atoms import Ints
from gis.split.dual import LABELS, Window, shortest
from gis.split.dualmap import Rings
from gis.split.search import Target
from gis.split.units import Units


def lower_bound(units: Units, rings: Rings, target: Target, plan: Ints, labels: int = LABELS) -> int:
    """A cost no plan of `target.parts` connected parts with households in the window goes below.

    units in a planar embedding; plan: any plan that keeps the target: its own borders spare search above them.
    """
    k, total = target.parts, int(units.households.sum())
    known = _known(units, plan, k)
    least: dict[int, int] = {}
    for j in range(1, k):
        low = max(j * target.low, total - (k - j) * target.high)
        high = min(j * target.high, total - (k - j) * target.low)
        least[j] = shortest(units, rings, Window(low, high), known.get(j), labels=labels // (k - 1)).bound
    leaf = least[1]
    apart = _least_sum(least, k - 1)
    return -(-(2 * leaf + (k - 2) * min(leaf, apart)) // 2)


def _known(units: Units, plan: Ints, parts: int) -> dict[int, int]:
    """Least cost of a border of the plan with j parts on one side, where both sides are connected."""
    known: dict[int, int] = {}
    for chosen in range(1, 2 ** (parts - 1)):
        side = (chosen >> plan) & 1
        if units.pieces(side)[0] == 2:
            cost = units.cut(side)
            for j in (chosen.bit_count(), parts - chosen.bit_count()):
                known[j] = min(known.get(j, cost), cost)
    return known


def _least_sum(least: dict[int, int], parts: int) -> int:
    """Least sum of borders round two groups or more of together `parts` parts; of the one group where there is one."""
    best = {0: 0}
    for n in range(1, parts + 1):
        best[n] = min(least[j] + best[n - j] for j in range(1, n + 1))
    return best[1] if parts == 1 else min(least[j] + best[parts - j] for j in range(1, parts))
