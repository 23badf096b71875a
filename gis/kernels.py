"""Compiled loops of the walking engine: bounded search, ownership and walks, all in integer centimetres.

A search keeps its open nodes in buckets of 1,024 cm, linked through a pool, and corrects labels inside a bucket; the
answer equals Dijkstra's exactly (compared with scipy in the tests). Nodes within reach of a category are few and lie
together, so one lane at a time stays in cache and beats a shared sweep over all lanes.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
_F = TypeVar("_F", bound=Callable[..., Any])

UNREACHED: Final = 2**30
NO_LABEL: Final = 2**31 - 1
BUCKET_BITS: Final = 10

_u4 = numba.uint32
_i4 = numba.int32


def compiled(function: _F) -> _F:
    """Compile and cache on disk; where no cache folder can be written, compile in memory only."""
    try:
        return cast(_F, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:
        return cast(_F, numba.njit(nogil=True)(function))


@compiled
def search(
    indptr: Ints, link: Ints, seed_node: Ints, seed_cm: Ints, limit_cm: int, distance: Ints, head: Ints, pool: Ints
) -> bool:
    """Lower `distance` (n) in place to the walk from the seeds, up to and including `limit_cm`.

    `link` (m, 2) holds neighbour and length per CSR slot; `distance` starts at UNREACHED; `head` holds one int per
    bucket, `pool` (p, 3) the queue. Returns False when the pool was too small (distance is then unfinished).
    """
    n_buckets = (limit_cm >> BUCKET_BITS) + 1
    head[:n_buckets] = -1
    used = 0
    for i in range(len(seed_node)):
        v = seed_node[i]
        x = seed_cm[i]
        if x <= limit_cm and x < distance[v]:
            if used == len(pool):
                return False
            distance[v] = x
            b = x >> BUCKET_BITS
            pool[used, 0] = v
            pool[used, 1] = x
            pool[used, 2] = head[b]
            head[b] = used
            used += 1
    for b in range(n_buckets):
        j = head[b]
        while j >= 0:
            head[b] = pool[j, 2]
            u = pool[j, 0]
            du = pool[j, 1]
            if du == distance[u]:
                # unsigned indices spare the check for negative ones
                for a in range(_u4(indptr[u]), _u4(indptr[u + 1])):
                    w = _u4(link[a, 0])
                    y = _i4(du + link[a, 1])
                    if y < distance[w] and y <= limit_cm:
                        if used == len(pool):
                            return False
                        distance[w] = y
                        c = _u4(y >> BUCKET_BITS)
                        slot = _u4(used)
                        pool[slot, 0] = w
                        pool[slot, 1] = y
                        pool[slot, 2] = head[c]
                        head[c] = used
                        used += 1
            j = head[b]
    return True


@compiled
def trace(indptr: Ints, link: Ints, distance: Ints, seed_label: Ints, start: Ints, label: Ints) -> None:
    """Write into `label` (n, -1 = not yet known) the smallest seed label over all shortest ways from `start` nodes.

    `seed_label` (n) holds the smallest label of the seeds that are themselves shortest at a node, else NO_LABEL.
    Walks back along tight edges only (depth first), so it costs no more than the ways asked for. Lengths are positive.
    """
    stack_node = np.empty(len(label), np.int32)
    stack_slot = np.empty(len(label), np.int32)
    for i in range(len(start)):
        s = start[i]
        if label[s] != -1 or distance[s] >= UNREACHED:
            continue
        depth = 0
        stack_node[0] = s
        stack_slot[0] = indptr[s]
        label[s] = seed_label[s]
        while depth >= 0:
            u = stack_node[depth]
            a = stack_slot[depth]
            if a < indptr[u + 1]:
                stack_slot[depth] = a + 1
                v = link[a, 0]
                if distance[v] + link[a, 1] == distance[u]:
                    if label[v] == -1:
                        depth += 1
                        stack_node[depth] = v
                        stack_slot[depth] = indptr[v]
                        label[v] = seed_label[v]
                    elif label[v] < label[u]:
                        label[u] = label[v]
            else:
                depth -= 1
                if depth >= 0 and label[u] < label[stack_node[depth]]:
                    label[stack_node[depth]] = label[u]


@compiled
def _offer(best: Ints, total: int, row: int, snap: int) -> None:
    """Keep the smaller of `best` (net, row, snap) and the offered walk, compared in this order."""
    if total > best[0]:
        return
    if total == best[0]:
        if row > best[1]:
            return
        if row == best[1] and snap >= best[2]:
            return
    best[0] = total
    best[1] = row
    best[2] = snap


@compiled
def best_walks(origins: Ints, distance: Ints, label: Ints, targets: Ints, label_of: Ints, best: Ints) -> None:
    """Choose per origin the walk smallest in (whole length, destination row, straight part).

    `origins` (a, 8): owner, off, node u, node v, cm to u, cm to v, first and last + 1 row of `targets` on the same
    segment. `targets` (d, 3): pos, off, label, sorted by segment. `label_of` (l, 2): destination row and off of each
    label. `best` (n_origins, 3): net, row, snap; starts at (limit_cm, NO_LABEL, NO_LABEL), which means no walk.
    """
    for i in range(len(origins)):
        off = origins[i, 1]
        pos = origins[i, 4]
        mine = best[origins[i, 0]]
        for side in range(2):
            node = origins[i, 2 + side]
            if distance[node] < UNREACHED:
                k = label[node]
                _offer(mine, off + origins[i, 4 + side] + distance[node], label_of[k, 0], off + label_of[k, 1])
        for j in range(origins[i, 6], origins[i, 7]):
            total = off + abs(pos - targets[j, 0]) + targets[j, 1]
            _offer(mine, total, label_of[targets[j, 2], 0], off + targets[j, 1])
