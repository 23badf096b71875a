"""Who loses what if a service point closes, for every point of a category in one search more.

The walk that remains when the nearest point of a node is gone is the walk to the nearest other point. It enters the
ground of that node's point from its rim, so one search from all rims at once finds it for every point.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from gis import reach
from gis.edit_kernels import NO_WALK
from gis.frozen import ANYBODY, Frozen, shorter
from gis.kernels import BUCKET_BITS, UNREACHED, Ints, compiled
from gis.whatif import Session

NO_OWNER: Final = -1


@dataclass(frozen=True)
class Closures:
    """One entry per home that walks farther when its point closes: point number, home, centimetres before and after.

    `after_cm` is NO_WALK where nothing is left within the search distance.
    """

    point: Ints
    home: Ints
    before_cm: Ints
    after_cm: Ints


def closures(frozen: Frozen, lane: int) -> Closures:
    """Return what closing each point of a lane alone would change; a home is listed under the point it walks to."""
    found = [_open(frozen, lane)]
    session = Session(frozen)
    for number in np.flatnonzero((frozen.point_lane == lane) & (frozen.point_group != ANYBODY)).tolist():
        session.close_point(number)
        found.append(session.changes_of(lane, number))
        session.undo()
    return Closures(*np.concatenate(found, axis=1))


def _open(frozen: Frozen, lane: int) -> Ints:
    """Closures of the points that serve anybody, as rows point, home, before, after."""
    network, n = frozen.network, frozen.network.n_nodes
    seeds, places = frozen.seeds.rows, frozen.places
    seeds = seeds[seeds[:, 4] == lane]
    distance = frozen.distance[lane, :n]
    chosen = np.flatnonzero((frozen.point_lane == lane) & (frozen.point_group == ANYBODY))
    row = reach.node_owners(network, distance, frozen.doors.select(chosen))
    owner = np.where(row >= 0, chosen[row] if len(chosen) else NO_OWNER, NO_OWNER).astype(np.int32)
    room = len(network.neighbour) + len(seeds) + n
    bucket = np.empty((frozen.limit_cm >> BUCKET_BITS) + 1, np.int32)
    while True:
        other = np.full(n, UNREACHED, np.int32)
        pool = np.empty((room, 3), np.int32)
        if second(network.indptr, network.link, owner, distance, seeds, frozen.limit_cm, other, bucket, pool):
            break
        room *= 2
    served = np.flatnonzero(np.bincount(frozen.homes.owner, minlength=frozen.n_homes) > 0).astype(np.int32)
    table = without(
        served, frozen.at_home, frozen.ways, frozen.ends, places.pointer, places.rows, lane, distance, owner, other
    )
    walks = table[:, 1:].copy()
    walks[walks > frozen.limit_cm] = NO_WALK
    before, after = (shorter(np.ascontiguousarray(walks[:, k]), frozen.own[lane, served]) for k in (0, 1))
    loses = before != after
    return np.stack([table[loses, 0], served[loses], before[loses], after[loses]])


@compiled
def second(
    indptr: Ints,
    link: Ints,
    owner: Ints,
    distance: Ints,
    seeds: Ints,
    limit_cm: int,
    other: Ints,
    bucket: Ints,
    pool: Ints,
) -> bool:
    """Fill `other` (n, UNREACHED before) with the walk to the nearest point that is not the node's own.

    `owner` (n): the point that `distance` leads to; `seeds` (s, >=3): node, cm, point. False: `pool` is too short.
    """
    bucket[:] = -1
    used = 0
    for i in range(len(seeds)):
        u = seeds[i, 0]
        y = seeds[i, 1]
        if seeds[i, 2] != owner[u] and y <= limit_cm and y < other[u]:
            if used == len(pool):
                return False
            other[u] = y
            pool[used, 0] = u
            pool[used, 1] = y
            pool[used, 2] = bucket[y >> BUCKET_BITS]
            bucket[y >> BUCKET_BITS] = used
            used += 1
    for u in range(len(owner)):
        if owner[u] == NO_OWNER:
            continue
        for a in range(indptr[u], indptr[u + 1]):
            v = link[a, 0]
            if owner[v] != owner[u]:
                y = distance[u] + link[a, 1]
                if y <= limit_cm and y < other[v]:
                    if used == len(pool):
                        return False
                    other[v] = y
                    pool[used, 0] = v
                    pool[used, 1] = y
                    pool[used, 2] = bucket[y >> BUCKET_BITS]
                    bucket[y >> BUCKET_BITS] = used
                    used += 1
    for b in range(len(bucket)):
        k = bucket[b]
        while k >= 0:
            bucket[b] = pool[k, 2]
            u = pool[k, 0]
            du = pool[k, 1]
            if du == other[u]:
                for a in range(indptr[u], indptr[u + 1]):
                    v = link[a, 0]
                    y = du + link[a, 1]
                    if owner[v] == owner[u] and y <= limit_cm and y < other[v]:
                        if used == len(pool):
                            return False
                        other[v] = y
                        pool[used, 0] = v
                        pool[used, 1] = y
                        pool[used, 2] = bucket[y >> BUCKET_BITS]
                        bucket[y >> BUCKET_BITS] = used
                        used += 1
            k = bucket[b]
    return True


@compiled
def without(
    homes: Ints,
    at_home: Ints,
    ways: Ints,
    ends: Ints,
    at_segment: Ints,
    doors: Ints,
    lane: int,
    distance: Ints,
    owner: Ints,
    other: Ints,
) -> Ints:
    """Return per home (h, 3): its nearest point, the walk to it, and the walk to the nearest other one.

    `doors` (d, 5): segment, pos, off, point, lane, `at_segment` points into it; UNREACHED where there is none.
    """
    found = np.empty((len(homes), 3), np.int32)
    for i in range(len(homes)):
        found[i, 0] = NO_OWNER
        found[i, 1] = UNREACHED
        found[i, 2] = UNREACHED
        for turn in range(1, 3):
            for a in range(at_home[homes[i]], at_home[homes[i] + 1]):
                s = ways[a, 1]
                for side in range(2):
                    node = ends[s, side]
                    cm = ways[a, 3] + (ways[a, 2] if side == 0 else ends[s, 2] - ways[a, 2])
                    gone = turn == 2 and owner[node] == found[i, 0]
                    y = cm + (other[node] if gone else distance[node])
                    if y < found[i, turn]:
                        found[i, turn] = y
                        if turn == 1:
                            found[i, 0] = owner[node]
                for k in range(at_segment[s], at_segment[s + 1]):
                    y = ways[a, 3] + abs(doors[k, 1] - ways[a, 2]) + doors[k, 2]
                    mine = doors[k, 4] == lane and (turn == 1 or doors[k, 3] != found[i, 0])
                    if mine and y < found[i, turn]:
                        found[i, turn] = y
                        if turn == 1:
                            found[i, 0] = doors[k, 3]
    return found
