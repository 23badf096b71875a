"""Compiled annealing over plans: single moves between parts and re-splits of two parts along random trees."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.kernels import compiled

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NOBODY: Final = -1
RESPLIT_EVERY: Final = 200
RESPLIT_HEAT: Final = 4.0


@compiled
def grow(indptr: Longs, across: Longs, passable: Bools, households: Longs, parts: int) -> Longs:
    """First plan: seeds far apart, the part with the fewest households takes the nearest unit beside it."""
    n = len(households)
    far = np.full(n, n + 1, np.int64)
    hops = np.empty((parts, n), np.int64)
    part = np.full(n, NOBODY, np.int64)
    queue = np.empty(n, np.int64)
    load = np.zeros(parts, np.int64)
    seed = np.random.randint(n)
    for q in range(parts):
        hops[q] = n
        hops[q, seed] = 0
        queue[0] = seed
        first, last = 0, 1
        while first < last:
            v = queue[first]
            first += 1
            for t in range(indptr[v], indptr[v + 1]):
                w = across[t]
                if passable[t] and hops[q, w] == n:
                    hops[q, w] = hops[q, v] + 1
                    queue[last] = w
                    last += 1
        part[seed] = q
        load[q] = households[seed]
        far = np.minimum(far, hops[q])
        best = -1.0
        for v in range(n):
            if part[v] == NOBODY and far[v] + np.random.random() > best:
                best = far[v] + np.random.random()
                seed = v
    stuck = np.zeros(parts, np.bool_)
    while not stuck.all():
        q = -1
        for r in range(parts):
            if not stuck[r] and (q < 0 or load[r] < load[q]):
                q = r
        nearest = -1
        for v in range(n):
            if part[v] != NOBODY or (nearest >= 0 and hops[q, v] >= hops[q, nearest]):
                continue
            for t in range(indptr[v], indptr[v + 1]):
                if passable[t] and part[across[t]] == q:
                    nearest = v
                    break
        if nearest < 0:
            stuck[q] = True
        else:
            part[nearest] = q
            load[q] += households[nearest]
    return part


@compiled
def _stays(v: int, part: Longs, indptr: Longs, across: Longs, passable: Bools, seen: Longs, stack: Longs) -> bool:
    """Whether the part of `v` stays in one piece without it; `seen` holds stamps, its last cell the newest."""
    own, need, start = part[v], 0, -1
    for t in range(indptr[v], indptr[v + 1]):
        if passable[t] and part[across[t]] == own:
            need += 1
            start = across[t]
    if need <= 1:
        return need == 1
    seen[-1] += 1
    stamp = seen[-1]
    wanted = stamp + (1 << 40)
    for t in range(indptr[v], indptr[v + 1]):
        if passable[t] and part[across[t]] == own:
            seen[across[t]] = wanted
    seen[v] = seen[start] = stamp
    stack[0], depth, got = start, 1, 1
    while depth > 0:
        depth -= 1
        u = stack[depth]
        for t in range(indptr[u], indptr[u + 1]):
            w = across[t]
            if passable[t] and part[w] == own and seen[w] != stamp:
                if seen[w] == wanted:
                    got += 1
                    if got == need:
                        return True
                seen[w] = stamp
                stack[depth] = w
                depth += 1
    return False


@compiled
def _off(value: int, low: int, high: int) -> int:
    return max(low - value, value - high, 0)


@compiled
def _price(
    part: Longs, sums: Longs, indptr: Longs, across: Longs, cost: Floats, count: Longs, rule: Longs, fine: Floats
) -> Any:
    """Cost of the cut and of what breaks the rules; fills sums (parts, 3): households, centres, units."""
    sums[:] = 0
    cut = 0.0
    for v in range(len(part)):
        sums[part[v], 0] += count[v, 0]
        sums[part[v], 1] += count[v, 1]
        sums[part[v], 2] += 1
        for t in range(indptr[v], indptr[v + 1]):
            if part[across[t]] != part[v]:
                cut += cost[t] / 2
    broken = 0.0
    for q in range(len(sums)):
        broken += fine[0] * _off(sums[q, 0], rule[0], rule[1])
        if sums[q, 1] < rule[2]:
            broken += fine[1]
    return cut, broken


@compiled
def _resplit(
    part: Longs, a: int, b: int, indptr: Longs, across: Longs, passable: Bools, count: Longs, rule: Longs
) -> bool:
    """Divide two parts anew at a random fitting edge of a random tree over both; False where none fits."""
    n = len(part)
    members, total, units = np.empty(n, np.int64), 0, 0
    for v in range(n):
        if part[v] == a or part[v] == b:
            members[units] = v
            units += 1
            total += count[v, 0]
    inside = np.zeros(n, np.bool_)
    parent, order, below = np.full(n, NOBODY, np.int64), np.empty(units, np.int64), np.zeros(n, np.int64)
    edge = np.empty((len(across) + 1, 2), np.int64)
    edge[0, 0], edge[0, 1] = NOBODY, members[np.random.randint(units)]
    edges, found = 1, 0
    while edges > 0:
        i = np.random.randint(edges)
        u, v = edge[i, 0], edge[i, 1]
        edges -= 1
        edge[i] = edge[edges]
        if inside[v]:
            continue
        inside[v] = True
        parent[v], order[found], below[v] = u, v, count[v, 0]
        found += 1
        for t in range(indptr[v], indptr[v + 1]):
            w = across[t]
            if passable[t] and not inside[w] and (part[w] == a or part[w] == b):
                edge[edges, 0], edge[edges, 1] = v, w
                edges += 1
    if found < units:
        return False
    chosen, fitting = NOBODY, 0
    for i in range(units - 1, 0, -1):
        v = order[i]
        below[parent[v]] += below[v]
        if rule[0] <= below[v] <= rule[1] and rule[0] <= total - below[v] <= rule[1]:
            fitting += 1
            if np.random.random() * fitting < 1:
                chosen = v
    if chosen == NOBODY:
        return False
    for i in range(units):
        v = order[i]
        inside[v] = v == chosen or (i > 0 and inside[parent[v]])
        part[v] = a if inside[v] else b
    return True


@compiled
def anneal(
    part: Longs,
    parts: int,
    indptr: Longs,
    across: Longs,
    cost: Floats,
    passable: Bools,
    count: Longs,
    rule: Longs,
    fine: Floats,
    heat: Floats,
    rounds: int,
    seed: int,
) -> Any:
    """Anneal a plan of connected parts (or grow one where `part` is empty): (best plan, its cost or inf).

    cost, passable: per CSR slot; count (u, 2): households, centres; rule: low, high households, centres needed a part;
    fine: cost of a household outside the window and of a missing centre; heat: first and last temperature.
    """
    np.random.seed(seed)
    n = len(count)
    if len(part) == 0:
        part = grow(indptr, across, passable, count[:, 0].copy(), parts)
    sums = np.zeros((parts, 3), np.int64)
    seen, stack = np.zeros(n + 1, np.int64), np.empty(n, np.int64)
    cut, broken = _price(part, sums, indptr, across, cost, count, rule, fine)
    best, least = part.copy(), cut if broken == 0 else np.inf
    for i in range(rounds):
        warmth = heat[0] * (heat[1] / heat[0]) ** (i / rounds)
        v = np.random.randint(n)
        t = indptr[v] + np.random.randint(indptr[v + 1] - indptr[v])
        a, b = part[v], part[across[t]]
        if a == b or not passable[t] or a < 0:
            continue
        if i % RESPLIT_EVERY == 0:
            other = part.copy()
            if _resplit(other, a, b, indptr, across, passable, count, rule):
                cut2, broken2 = _price(other, sums, indptr, across, cost, count, rule, fine)
                more = cut2 + broken2 - cut - broken
                if more <= 0 or np.random.random() < np.exp(-more / (warmth * RESPLIT_HEAT)):
                    part, cut, broken = other, cut2, broken2
                else:
                    _price(part, sums, indptr, across, cost, count, rule, fine)
        elif sums[a, 2] > 1:
            more = 0.0
            for s in range(indptr[v], indptr[v + 1]):
                if part[across[s]] == a:
                    more += cost[s]
                elif part[across[s]] == b:
                    more -= cost[s]
            h, c = count[v, 0], count[v, 1]
            worse = fine[0] * (_off(sums[a, 0] - h, rule[0], rule[1]) - _off(sums[a, 0], rule[0], rule[1]))
            worse += fine[0] * (_off(sums[b, 0] + h, rule[0], rule[1]) - _off(sums[b, 0], rule[0], rule[1]))
            if c > 0:
                worse += fine[1] * (int(sums[a, 1] - c < rule[2]) - int(sums[a, 1] < rule[2]))
                worse += fine[1] * (int(sums[b, 1] + c < rule[2]) - int(sums[b, 1] < rule[2]))
            if more + worse > 0 and np.random.random() >= np.exp(-(more + worse) / warmth):
                continue
            if not _stays(v, part, indptr, across, passable, seen, stack):
                continue
            part[v] = b
            sums[a, 0], sums[a, 1], sums[a, 2] = sums[a, 0] - h, sums[a, 1] - c, sums[a, 2] - 1
            sums[b, 0], sums[b, 1], sums[b, 2] = sums[b, 0] + h, sums[b, 1] + c, sums[b, 2] + 1
            cut, broken = cut + more, broken + worse
        if broken < fine[0] / 2 and cut < least - 1e-6:
            least = cut
            best[:] = part
    return best, least
