"""How short the border of any plan of k parts could be at most: a bound for the whole, from shortest two-part borders.

Of every plan of connected parts the quotient graph is connected. A part whose removal leaves the rest connected has a
border that divides the community into two connected sides: at least m(1), the shortest such border round the
households of one part. A part that holds the others apart has one such border towards each group of them, j parts
each: at least the least sum of m(j) with the j adding up to k - 1. Every border is counted from both sides. At least
two parts are of the first kind. The same holds for any cost of borders that is not negative.
"""

import numpy as np

from gis.split.dual import LABELS, Window, shortest
from gis.split.dualmap import Rings
from gis.split.search import Target
from gis.split.units import Units


def lower_bound(units: Units, rings: Rings, target: Target, labels: int = LABELS) -> int:
    """A cost no plan of `target.parts` connected parts with households in the window goes below.

    units in a planar embedding; with two parts it is the bound of the dual search itself.
    """
    k, total = target.parts, int(units.households.sum())
    least: dict[int, int] = {}
    for j in range(1, k):
        window = Window(
            max(j * target.low, total - (k - j) * target.high), min(j * target.high, total - (k - j) * target.low)
        )
        least[j] = shortest(units, rings, window, labels=labels // (k - 1)).bound
    apart = _least_sum(least, k - 1)
    leaf = least[1]
    return int(np.ceil((2 * leaf + (k - 2) * min(leaf, apart)) / 2))


def _least_sum(least: dict[int, int], parts: int) -> int:
    """Least sum of borders round two groups or more that make up `parts` parts; of one group where there is no other."""
    best = {0: 0}
    for n in range(1, parts + 1):
        best[n] = min(least[j] + best[n - j] for j in range(1, n + 1) if n - j == 0 or n - j in best)
    if parts == 1:
        return least[1]
    return min(least[j] + best[parts - j] for j in range(1, parts))
