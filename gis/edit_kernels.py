"""Compiled loops of the what-if engine: distances repaired where an edit touched them, homes looked at again.

The graph is the network's own (`indptr`, `link`) plus an overlay of added ways: `head` (N) points into `extra` (e, 3)
rows of neighbour, length and next row, -1 ends a list. A shut way has the length BLOCKED. Points of all lanes stand
in common tables by node and by segment; `open_` (points) and `shut` (segments) say which count. Integer centimetres.
"""

from typing import Final

import numpy as np

from gis.kernels import BUCKET_BITS, UNREACHED, Ints, compiled

BLOCKED: Final = UNREACHED
NO_WALK: Final = -1


@compiled
def leaning(indptr: Ints, link: Ints, head: Ints, extra: Ints, start: Ints, distance: Ints, mark: Ints) -> Ints:
    """Return the nodes whose distance may rest on one of the `start` nodes: all that tight ways lead to from there.

    `mark` (N) is scratch of zeros and left so. A node with another equally short way is among them too.
    """
    found = np.empty(len(mark), np.int32)
    n = 0
    for i in range(len(start)):
        if mark[start[i]] == 0 and distance[start[i]] < UNREACHED:
            mark[start[i]] = 1
            found[n] = start[i]
            n += 1
    at = 0
    while at < n:
        u = found[at]
        at += 1
        for a in range(indptr[u], indptr[u + 1]):
            v = link[a, 0]
            if mark[v] == 0 and distance[v] < UNREACHED and distance[v] == distance[u] + link[a, 1]:
                mark[v] = 1
                found[n] = v
                n += 1
        j = head[u]
        while j >= 0:
            v = extra[j, 0]
            if mark[v] == 0 and distance[v] < UNREACHED and distance[v] == distance[u] + extra[j, 1]:
                mark[v] = 1
                found[n] = v
                n += 1
            j = extra[j, 2]
    for i in range(n):
        mark[found[i]] = 0
    return found[:n].copy()


@compiled
def _push(distance: Ints, node: int, cm: int, bucket: Ints, log: Ints, used: int) -> int:
    log[used, 0] = node
    log[used, 1] = cm
    log[used, 2] = bucket[cm >> BUCKET_BITS]
    log[used, 3] = distance[node]
    bucket[cm >> BUCKET_BITS] = used
    distance[node] = cm
    return used + 1


@compiled
def lower(
    indptr: Ints,
    link: Ints,
    head: Ints,
    extra: Ints,
    pull: Ints,
    at_node: Ints,
    seeds: Ints,
    added: Ints,
    open_: Ints,
    shut: Ints,
    lane: int,
    limit_cm: int,
    distance: Ints,
    bucket: Ints,
    log: Ints,
) -> int:
    """Lower distances in place: at the `pull` nodes from neighbours and points, then from all `added` seeds, outwards.

    `seeds`, `added` (s, 5: node, cm, point, segment, lane); `at_node` points into `seeds`, `added` is short. Every
    change is written to `log` (p, 4: node, new, -, old) in its order. Returns how many there are, or -1 after taking
    them back where the log is too short.
    """
    bucket[:] = -1
    used = 0
    room = len(log) - 1
    for i in range(len(pull)):
        u = pull[i]
        y = UNREACHED
        for a in range(indptr[u], indptr[u + 1]):
            y = min(y, distance[link[a, 0]] + link[a, 1])
        j = head[u]
        while j >= 0:
            y = min(y, distance[extra[j, 0]] + extra[j, 1])
            j = extra[j, 2]
        if u + 1 < len(at_node):
            for k in range(at_node[u], at_node[u + 1]):
                if seeds[k, 4] == lane and open_[seeds[k, 2]] != 0 and shut[seeds[k, 3]] == 0:
                    y = min(y, seeds[k, 1])
        if y <= limit_cm and y < distance[u] and used < room:
            used = _push(distance, u, y, bucket, log, used)
    for k in range(len(added)):
        counts = added[k, 4] == lane and open_[added[k, 2]] != 0 and shut[added[k, 3]] == 0
        if counts and added[k, 1] <= limit_cm and added[k, 1] < distance[added[k, 0]] and used < room:
            used = _push(distance, added[k, 0], added[k, 1], bucket, log, used)
    for b in range(len(bucket)):
        k = bucket[b]
        while k >= 0:
            bucket[b] = log[k, 2]
            u = log[k, 0]
            du = log[k, 1]
            if du == distance[u]:
                for a in range(indptr[u], indptr[u + 1]):
                    y = du + link[a, 1]
                    if y <= limit_cm and y < distance[link[a, 0]] and used < room:
                        used = _push(distance, link[a, 0], y, bucket, log, used)
                j = head[u]
                while j >= 0:
                    y = du + extra[j, 1]
                    if y <= limit_cm and y < distance[extra[j, 0]] and used < room:
                        used = _push(distance, extra[j, 0], y, bucket, log, used)
                    j = extra[j, 2]
            k = bucket[b]
    if used < room:
        return used
    for i in range(used - 1, -1, -1):
        distance[log[i, 0]] = log[i, 3]
    return -1


@compiled
def homes_at(
    node: Ints, segment: Ints, at_node: Ints, of_node: Ints, at_segment: Ints, of_segment: Ints, more: Ints, mark: Ints
) -> Ints:
    """Return the homes attached next to these nodes or on these segments, and those of `more` (rows: home, ..), once.

    `at_node`, `of_node`: CSR from node to homes; the same for segments; `mark` (m) is scratch of zeros.
    """
    found = np.empty(len(mark), np.int32)
    n = 0
    for i in range(len(node)):
        if node[i] + 1 < len(at_node):
            for a in range(at_node[node[i]], at_node[node[i] + 1]):
                h = of_node[a]
                if mark[h] == 0:
                    mark[h] = 1
                    found[n] = h
                    n += 1
    for i in range(len(segment)):
        for a in range(at_segment[segment[i]], at_segment[segment[i] + 1]):
            h = of_segment[a]
            if mark[h] == 0:
                mark[h] = 1
                found[n] = h
                n += 1
    for i in range(len(more)):
        h = more[i, 0]
        if mark[h] == 0:
            mark[h] = 1
            found[n] = h
            n += 1
    for i in range(n):
        mark[found[i]] = 0
    return found[:n].copy()


@compiled
def _one_way(
    way: Ints,
    ends: Ints,
    shut: Ints,
    taps: Ints,
    at_segment: Ints,
    doors: Ints,
    added: Ints,
    open_: Ints,
    lane: int,
    distance: Ints,
) -> int:
    """Walk of a home through one attachment `way` (home, segment, pos, off)."""
    s = way[1]
    if shut[s] != 0:
        return UNREACHED
    best = min(distance[ends[s, 0]] + way[2], distance[ends[s, 1]] + ends[s, 2] - way[2])
    for i in range(len(taps)):
        if taps[i, 0] == s:
            best = min(best, distance[taps[i, 1]] + abs(taps[i, 2] - way[2]))
    for i in range(at_segment[s], at_segment[s + 1]):
        if doors[i, 4] == lane and open_[doors[i, 3]] != 0:
            best = min(best, abs(doors[i, 1] - way[2]) + doors[i, 2])
    for i in range(len(added)):
        if added[i, 0] == s and added[i, 4] == lane and open_[added[i, 3]] != 0:
            best = min(best, abs(added[i, 1] - way[2]) + added[i, 2])
    whole: int = best + way[3]
    return whole


@compiled
def walks_of(
    homes: Ints,
    at_home: Ints,
    ways: Ints,
    more: Ints,
    ends: Ints,
    shut: Ints,
    taps: Ints,
    at_segment: Ints,
    doors: Ints,
    added: Ints,
    open_: Ints,
    lane: int,
    distance: Ints,
    limit_cm: int,
) -> Ints:
    """Return the walk of each of these homes to a lane, NO_WALK beyond the limit.

    `ways` (a, 4: home, segment, pos, off) sorted by home with `at_home` its row pointers, `more` the same unsorted;
    `ends` (segments, 3): nodes u and v and length; `taps` (t, 3): segment, node, pos of places where added ways meet
    the street; `doors`, `added` (d, 5): segment, pos, off, point, lane, `at_segment` points into `doors`.
    """
    net = np.empty(len(homes), np.int32)
    for i in range(len(homes)):
        h = homes[i]
        best = UNREACHED
        for a in range(at_home[h], at_home[h + 1]):
            one = _one_way(ways[a], ends, shut, taps, at_segment, doors, added, open_, lane, distance)
            best = min(best, one)
        for a in range(len(more)):
            if more[a, 0] == h:
                one = _one_way(more[a], ends, shut, taps, at_segment, doors, added, open_, lane, distance)
                best = min(best, one)
        net[i] = best if best <= limit_cm else NO_WALK
    return net
