"""Small towns to edit, and a slow, plain answer to every edit."""

import heapq
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from gis import network, snapping
from gis.frozen import ANYBODY, freeze
from tests.gis.walking import random_streets

LANES, POINTS, HOMES, LIMIT = 3, 12, 10, 60_000


@dataclass
class Plain:
    """What a town is after edits, in words a slow search understands."""

    net: object
    homes: list = field(default_factory=list)
    groups: list = field(default_factory=list)
    points: dict = field(default_factory=dict)
    shut: set = field(default_factory=set)
    ways: list = field(default_factory=list)

    def copy(self):
        return replace(
            self, homes=list(self.homes), points=dict(self.points), shut=set(self.shut), ways=list(self.ways)
        )


def rows(snaps):
    return list(zip(snaps.segment.tolist(), snaps.pos_cm.tolist(), snaps.off_cm.tolist(), strict=True))


def town(seed, own=True):
    """A frozen town with three lanes, the last served by community where `own`, and its plain twin; None without."""
    net = network.build(random_streets(seed))
    if net.n_segments < 4 or not net.seg_snappable.any():
        return None
    rng = np.random.default_rng(seed + 7)
    low, high = net.xy.min(axis=0) - 30, net.xy.max(axis=0) + 30
    homes = snapping.snap(net, rng.uniform(low, high, (HOMES, 2)))
    doors = snapping.snap(net, rng.uniform(low, high, (POINTS, 2)))
    group = rng.integers(-1, 2, HOMES)
    lane = np.arange(POINTS) % LANES
    serves = np.where((lane == LANES - 1) & own, rng.integers(-1, 2, POINTS), ANYBODY)
    frozen = freeze(net, homes, group, doors, lane, serves, LANES, LIMIT)
    plain = Plain(net, groups=group.tolist())
    plain.homes = [rows(homes.select([h])) for h in range(HOMES)]
    plain.points = {p: (int(lane[p]), int(serves[p]), rows(doors.select([p]))) for p in range(POINTS)}
    return frozen, plain


def plain_walks(plain):
    """Walks (lanes, homes) of a town by one Dijkstra search per home over streets cut at every attachment."""
    net = plain.net
    cuts = defaultdict(set)
    places = [*plain.homes, *(ways for _, _, ways in plain.points.values())]
    for segment, pos, _ in [row for one in places for row in one] + [end for way in plain.ways for end in way[:2]]:
        cuts[segment].add(pos)
    graph = defaultdict(list)

    def join(a, b, cm):
        graph[a].append((b, cm))
        graph[b].append((a, cm))

    def at(segment, pos):
        return ("cut", segment, pos)

    for s in range(net.n_segments):
        if s in plain.shut:
            continue
        stops = sorted({0, int(net.seg_cm[s]), *cuts[s]})
        for a, b in pairwise(stops):
            join(at(s, a), at(s, b), b - a)
        join(("node", int(net.seg_u[s])), at(s, 0), 0)
        join(("node", int(net.seg_v[s])), at(s, int(net.seg_cm[s])), 0)
    for one, other, cm in plain.ways:
        join(way_end(net, one), way_end(net, other), cm + one[2] + other[2])
    answer = np.full((LANES, HOMES), -1, np.int32)
    for h, ways in enumerate(plain.homes):
        reached = search(graph, [(off, at(s, pos)) for s, pos, off in ways if s not in plain.shut])
        for lane, serves, doors in plain.points.values():
            if serves not in (ANYBODY, plain.groups[h]):
                continue
            for s, pos, off in doors:
                total = reached.get(at(s, pos), LIMIT + 1) + off
                if s not in plain.shut and total <= LIMIT and not 0 <= answer[lane, h] <= total:
                    answer[lane, h] = total
    return answer


def way_end(net, end):
    """A way that meets a street at its corner meets all streets there, whatever is shut."""
    segment, pos, _ = end
    if pos == 0:
        return ("node", int(net.seg_u[segment]))
    if pos == net.seg_cm[segment]:
        return ("node", int(net.seg_v[segment]))
    return ("cut", segment, pos)


def search(graph, seeds):
    done, heap = {}, [(cm, i, node) for i, (cm, node) in enumerate(seeds)]
    heapq.heapify(heap)
    count = len(heap)
    while heap:
        cm, _, node = heapq.heappop(heap)
        if node in done:
            continue
        done[node] = cm
        for other, more in graph[node]:
            count += 1
            heapq.heappush(heap, (cm + more, count, other))
    return done


def random_edit(session, plain, rng):
    """Make one edit to both; a new plain twin."""
    net, after = plain.net, plain.copy()
    low, high = net.xy.min(axis=0) - 30, net.xy.max(axis=0) + 30
    here = snapping.snap(net, rng.uniform(low, high, (2, 2)))
    ends = [here.select([0]), here.select([1])]
    kind = rng.choice(["add", "close", "gate", "way", "shut"])
    if kind == "add":
        lane = int(rng.integers(LANES))
        group = int(rng.integers(-1, 2)) if lane == LANES - 1 else ANYBODY
        number = session.add_point(lane, ends[0], group)
        after.points[number] = (lane, group, rows(ends[0]))
    elif kind == "close" and plain.points:
        number = int(rng.choice(list(plain.points)))
        session.close_point(number)
        del after.points[number]
    elif kind == "gate":
        home = int(rng.integers(HOMES))
        session.open_gate(home, ends[0])
        after.homes[home] = after.homes[home] + rows(ends[0])
    elif kind == "way" and all(len(end) for end in ends):
        cm = int(rng.integers(1, 8_000))
        session.add_way(*ends, cm)
        after.ways.append((rows(ends[0])[0], rows(ends[1])[0], cm))
    elif kind == "shut":
        segments = rng.choice(net.n_segments, int(rng.integers(1, 4)), replace=False).astype(np.int32)
        session.shut_street(segments)
        after.shut |= set(segments.tolist())
    else:
        return None
    return after
