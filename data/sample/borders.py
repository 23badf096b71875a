"""Subdistricts and communities as unions of street blocks: connected, along streets, uneven in size."""

import heapq

import numpy as np
import shapely

from data.sample import plan
from data.sample.geo import long_axis

COST = {"rail": 0.05, "river": 0.05, "motorway": 0.05, "primary": 0.22, "secondary": 0.55, "tertiary": 1.0}
HARD = ("rail", "river", "motorway")


def adjacency(faces, ground, streets):
    """{(i, j): {class: metres}} for faces sharing an edge, classed by what runs along it."""
    seen, shared = {}, {}
    for k, f in enumerate(faces):
        c = np.round(shapely.get_coordinates(f.exterior), 2)
        for a, b in zip(map(tuple, c[:-1]), map(tuple, c[1:])):
            key = (a, b) if a < b else (b, a)
            if key in seen:
                shared[key] = (seen[key], k)
            else:
                seen[key] = k
    mids = shapely.points([((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in shared])
    cls = np.full(len(mids), "tertiary", dtype="<U9")
    for name in ("secondary", "primary"):
        tree = shapely.STRtree([s.geom for s in streets if s.cls == name])
        cls[tree.query(mids, predicate="dwithin", distance=1.5)[0]] = name
    for name in HARD:
        cls[shapely.distance(mids, getattr(ground, name)) < 2.0] = name
    out = {}
    for ((a, b), (i, j)), k in zip(shared.items(), cls):
        d = out.setdefault((min(i, j), max(i, j)), {})
        d[str(k)] = d.get(str(k), 0.0) + float(np.hypot(a[0] - b[0], a[1] - b[1]))
    return out


def subdistricts(faces, ground):
    """Grow from drawn seeds over superblocks; rail, river and motorway are dear to cross."""
    sb = ground.superblocks
    tree = shapely.STRtree([shapely.buffer(p, 0.5) for p in sb])
    cen = np.array([[p.centroid.x, p.centroid.y] for p in sb])
    i, j = tree.query([shapely.buffer(p, 0.5) for p in sb], predicate="intersects")
    near = {k: [] for k in range(len(sb))}
    for a, b in zip(i, j):
        edge = sb[a].boundary.intersection(sb[b].boundary) if a != b else None
        if edge is not None and edge.length > 40:
            mid = edge.interpolate(0.5, True) if edge.geom_type == "LineString" else edge.representative_point()
            wall = sum(
                p
                for name, p in (("rail", 2500), ("river", 900), ("motorway", 1500))
                if getattr(ground, name).distance(mid) < 3
            )
            near[a].append((b, float(np.hypot(*(cen[a] - cen[b])) + wall)))
    best = np.full(len(sb), np.inf)
    owner = np.full(len(sb), -1)
    heap = []
    for k, (_, seeds, _) in enumerate(plan.SUBDISTRICTS):
        for s in seeds:
            a = int(np.argmin([p.distance(shapely.Point(s)) for p in sb]))
            heapq.heappush(heap, (0.0, a, k))
    while heap:
        d, a, k = heapq.heappop(heap)
        if owner[a] >= 0:
            continue
        owner[a], best[a] = k, d
        for b, w in near[a]:
            if owner[b] < 0:
                heapq.heappush(heap, (d + w, b, k))
    for a in np.flatnonzero(owner < 0):  # a scrap that shares hardly an edge with anything
        owner[a] = owner[
            min(
                np.flatnonzero(owner >= 0),
                key=lambda b: (-round(sb[a].boundary.intersection(sb[b].boundary).length, 2), sb[a].distance(sb[b]), b),
            )
        ]
    strip = [
        min(long_axis(p)[2:]) < 260 and p.distance(ground.river) < 2 and 4 * np.pi * p.area < 0.45 * p.length**2
        for p in sb
    ]
    for a in np.flatnonzero(strip):  # a bank belongs to the land behind it
        bank = [
            (sb[a].boundary.intersection(sb[b].boundary).difference(ground.river.buffer(3)).length, b)
            for b, _ in near[a]
            if not strip[b]
        ]
        if bank:
            owner[a] = owner[max(bank)[1]]
    at = shapely.STRtree(sb).query_nearest(np.array([f.representative_point() for f in faces]), all_matches=False)[1]
    return owner[at]


def _connected(members, nbr):
    members = set(members)
    if not members:
        return False
    stack = [next(iter(members))]
    seen = {stack[0]}
    while stack:
        for b in nbr[stack.pop()]:
            if b in members and b not in seen:
                seen.add(b)
                stack.append(b)
    return len(seen) == len(members)


def divide(ids, k, weight, cen, area, adj, rng, rounds):
    """Part faces into k connected communities of deliberately uneven size, borders preferring big streets."""
    soft = {i: {} for i in ids}
    inside = set(ids)
    for (a, b), m in adj.items():
        if a in inside and b in inside and any(c not in HARD for c in m):
            cost = sum(COST[c] * x for c, x in m.items())
            soft[a][b] = soft[b][a] = cost
    target = np.exp(np.clip(rng.normal(0, 0.36, k), -0.62, 0.72))
    target *= sum(weight[i] for i in ids) / target.sum()
    seeds = [ids[int(np.argmax([weight[i] for i in ids]))]]
    while len(seeds) < k:
        d = [
            min(np.hypot(*(cen[i] - cen[s])) for s in seeds) * (0.4 + min(weight[i], 900) / 900)
            if i not in seeds
            else -1
            for i in ids
        ]
        seeds.append(ids[int(np.argmax(d))])
    part, load, left = (
        {s: n for n, s in enumerate(seeds)},
        np.array([weight[s] for s in seeds], float),
        inside - set(seeds),
    )
    while left:
        best = None
        for n in np.argsort(load / target, kind="stable"):
            front = {b for a, p in part.items() if p == n for b in soft[a] if b in left}
            if front:
                best = min(
                    front,
                    key=lambda b: (
                        np.hypot(*(cen[b] - cen[seeds[n]]))
                        - 0.5 * sum(w for a, w in soft[b].items() if part.get(a) == n),
                        b,
                    ),
                )
                part[best], load[n] = n, load[n] + weight[best]
                left.discard(best)
                break
        if best is None:  # an island behind a barrier: give it to any touching part
            for a, b in adj:
                if (a in left) != (b in left) and a in inside and b in inside:
                    x, y = (a, b) if a in left else (b, a)
                    soft[x][y] = soft[y][x] = 1.0
                    part[x], left = part[y], left - {x}
                    load[part[x]] += weight[x]
                    break
            else:
                raise ValueError("a piece of the subdistrict touches nothing")
    spread = float(np.sqrt(sum(area[i] for i in ids) / k / np.pi))

    def energy(n):
        m = [i for i in ids if part[i] == n]
        a = np.array([area[i] for i in m])
        c = (cen[m] * a[:, None]).sum(0) / a.sum()
        shape = (a * ((cen[m] - c) ** 2).sum(1)).sum() / a.sum() / spread**2
        small = max(0.0, (1000 - load[n]) / 1000)
        return (
            6 * small**2
            + 1.8 * ((load[n] - target[n]) / target[n]) ** 2
            + 1.5 * shape
            + 0.5 * sum(w for i in m for b, w in soft[i].items() if part[b] != n) / (2 * spread)
        )

    e = [energy(n) for n in range(k)]
    for r in range(rounds):
        i = ids[rng.integers(len(ids))]
        n = part[i]
        others = sorted({part[b] for b in soft[i]} - {n})
        if not others or sum(1 for v in part.values() if v == n) < 2:
            continue
        m = others[rng.integers(len(others))]
        if not _connected([x for x in ids if part[x] == n and x != i], soft):
            continue
        part[i] = m
        load[n] -= weight[i]
        load[m] += weight[i]
        new = energy(n), energy(m)
        gain = e[n] + e[m] - sum(new)
        if gain > 0 or rng.random() < np.exp(gain / (0.12 * (1 - r / rounds) + 1e-4)):
            e[n], e[m] = new
        else:
            part[i] = n
            load[n] += weight[i]
            load[m] -= weight[i]
    return part


def communities(faces, owner, households, alone, adj, seed, rounds=5000):
    """Community number per face, numbered inside each subdistrict from west to east, north to south."""
    rng = np.random.default_rng([seed, 9])
    cen = np.array([[f.centroid.x, f.centroid.y] for f in faces])
    area = np.array([f.area for f in faces])
    total = np.array(
        [households[owner == s].sum() * plan.SUBDISTRICTS[s][2] for s in range(len(plan.SUBDISTRICTS))], float
    )
    share = total / total.sum() * plan.COMMUNITIES
    k = np.floor(share).astype(int)
    k[np.argsort(k - share, kind="stable")[: plan.COMMUNITIES - k.sum()]] += 1
    out = np.full((len(faces), 2), -1)
    for s in range(len(plan.SUBDISTRICTS)):
        ids = [int(i) for i in np.flatnonzero(owner == s)]
        own = [i for i in ids if i in alone]
        rest = [i for i in ids if i not in alone]
        part = divide(rest, int(k[s]) - len(own), households, cen, area, adj, rng, rounds)
        for n, i in enumerate(own):
            part[i] = int(k[s]) - len(own) + n
        mid = {
            n: np.average(cen[[i for i in ids if part[i] == n]], axis=0, weights=area[[i for i in ids if part[i] == n]])
            for n in range(int(k[s]))
        }
        order = sorted(mid, key=lambda n: (-round(mid[n][1] / 700), mid[n][0]))
        for i in ids:
            out[i] = s, order.index(part[i]) + 1
    return out
