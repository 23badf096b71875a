"""Compiled search for a balanced, compact, contiguous partition by moving single units (simulated annealing)."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.kernels import compiled

HEAT: Final = 0.2
COLD: Final = 0.001
# what one grid costs: households off the target, households out of range, shape, and border
OUT_OF_RANGE: Final = 10.0
SHAPE: Final = 0.2
BORDER: Final = 0.35

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled
def part_cost(sums: Floats, limits: Floats) -> Any:
    """Cost of one part: `sums` holds its weight, area, first moments x and y, second moment; limits: target, low, high.

    Squared deviation from the target weight, more so outside the range, and how much larger the second moment of area
    is than that of a disc of the same area.
    """
    off = (sums[0] - limits[0]) / limits[0]
    out = max(limits[1] - sums[0], sums[0] - limits[2], 0.0) / limits[0]
    spread = sums[4] - (sums[2] * sums[2] + sums[3] * sums[3]) / sums[1]
    return off * off + OUT_OF_RANGE * out * out + SHAPE * (2 * np.pi * spread / (sums[1] * sums[1]) - 1)


@compiled
def holds_without(indptr: Ints, other: Ints, part: Ints, unit: int, seen: Ints, stack: Ints, stamp: int) -> bool:
    """Whether the units of a part stay connected when one of them leaves; `seen` and `stack` (n) are scratch."""
    own = part[unit]
    wanted = 0
    used = 0
    for slot in range(indptr[unit], indptr[unit + 1]):
        beside = other[slot]
        if part[beside] == own:
            wanted += 1
            if used == 0:
                stack[0] = beside
                seen[beside] = stamp
                used = 1
    if wanted <= 1:
        return wanted == 1
    seen[unit] = stamp
    done = 0
    met = 1
    while done < used and met < wanted:
        now = stack[done]
        done += 1
        for slot in range(indptr[now], indptr[now + 1]):
            beside = other[slot]
            if part[beside] == own and seen[beside] != stamp:
                seen[beside] = stamp
                stack[used] = beside
                used += 1
                for own_slot in range(indptr[unit], indptr[unit + 1]):
                    if other[own_slot] == beside:
                        met += 1
                        break
    return met == wanted


@compiled
def anneal(
    indptr: Ints,
    source: Ints,
    other: Ints,
    price: Floats,
    moments: Floats,
    part: Ints,
    k: int,
    limits: Floats,
    picks: Ints,
    chances: Floats,
) -> Any:
    """Improve `part` (n) in place and return its cost; parts that are connected stay connected and none gets empty.

    CSR graph with `price` per slot, already relative to a whole grid's border; moments (n, 5): weight, area, first
    moments x and y, second moment; limits: target, low, high; picks: slots to try in turn; chances: as many uniform
    numbers.
    """
    n = len(part)
    sums = np.zeros((k, 5))
    units = np.zeros(k, dtype=np.int64)
    for unit in range(n):
        sums[part[unit]] += moments[unit]
        units[part[unit]] += 1
    costs = np.zeros(k)
    for one in range(k):
        costs[one] = part_cost(sums[one], limits)
    cost = costs.sum()
    for slot in range(len(other)):
        if part[source[slot]] != part[other[slot]]:
            cost += BORDER * price[slot] / 2
    best = part.copy()
    best_cost = cost
    seen = np.full(n, -1, dtype=np.int64)
    stack = np.empty(n, dtype=np.int64)
    heat = HEAT
    cooling = (COLD / HEAT) ** (1.0 / max(len(picks), 1))
    for step in range(len(picks)):
        heat *= cooling
        unit = source[picks[step]]
        old, new = part[unit], part[other[picks[step]]]
        if old == new or units[old] == 1:
            continue
        change = 0.0
        for slot in range(indptr[unit], indptr[unit + 1]):
            if part[other[slot]] == old:
                change += BORDER * price[slot]
            elif part[other[slot]] == new:
                change -= BORDER * price[slot]
        lost = part_cost(sums[old] - moments[unit], limits)
        won = part_cost(sums[new] + moments[unit], limits)
        change += lost + won - costs[old] - costs[new]
        if change > 0 and chances[step] >= np.exp(-change / heat):
            continue
        if not holds_without(indptr, other, part, unit, seen, stack, step):
            continue
        part[unit] = new
        sums[old] -= moments[unit]
        sums[new] += moments[unit]
        units[old] -= 1
        units[new] += 1
        costs[old], costs[new] = lost, won
        cost += change
        if cost < best_cost - 1e-9:
            best_cost = cost
            best[:] = part
    part[:] = best
    return best_cost


@compiled
def merge(first: Ints, second: Ints, price: Floats, moments: Floats, k: int, limits: Floats, noise: Floats) -> Any:
    """Part of every unit (n,), 0..k-1, after merging the pair of neighbours that saves most, until k are left.

    first, second, price: links, price as in `anneal`; limits: target, low, high; noise: a factor per link.
    """
    n, m = len(moments), len(first)
    a, b, shared = first.copy(), second.copy(), price.copy()
    sums = moments.copy()
    costs = np.zeros(n)
    for unit in range(n):
        costs[unit] = part_cost(sums[unit], limits)
    into = np.arange(n)
    for _ in range(n - k):
        best, least = -1, np.inf
        for pair in range(m):
            if a[pair] == b[pair]:
                continue
            together = part_cost(sums[a[pair]] + sums[b[pair]], limits)
            change = together - costs[a[pair]] - costs[b[pair]] - BORDER * shared[pair]
            change += (noise[pair] - 1) * abs(change)
            if change < least:
                best, least = pair, change
        keep, gone = a[best], b[best]
        sums[keep] += sums[gone]
        costs[keep] = part_cost(sums[keep], limits)
        into[into == gone] = keep
        met = np.full(n, -1, dtype=np.int64)
        for pair in range(m):
            if a[pair] == gone:
                a[pair] = keep
            if b[pair] == gone:
                b[pair] = keep
            beside = b[pair] if a[pair] == keep else (a[pair] if b[pair] == keep else keep)
            if a[pair] == b[pair] or beside == keep:
                continue
            if met[beside] == -1:
                met[beside] = pair
            else:
                shared[met[beside]] += shared[pair]
                a[pair] = b[pair] = keep
    number = np.full(n, -1, dtype=np.int64)
    used = 0
    part = np.empty(n, dtype=np.int64)
    for unit in range(n):
        if number[into[unit]] == -1:
            number[into[unit]] = used
            used += 1
        part[unit] = number[into[unit]]
    return part
