"""Constrained growth: pieces of ground given out by cheapest walk, only next to ground already held."""

import heapq

import numpy as np
from numpy.typing import NDArray

from gis.adjacency import Adjacency

NOBODY = -1

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def grow(beside: Adjacency, walk_m: Floats, seeds: Ints) -> Ints:
    """Owner of every piece, each owner's pieces connected.

    beside: adjacency of the n pieces; walk_m: (n, k) metres on foot from owner k to a piece, inf where there is no way
    (or a too long one); seeds: (k,) the piece each owner starts from, all different, held whatever the walk. The
    cheapest walk of all is served first, equal walks by owner, then by piece; a piece is taken only next to one the
    owner holds and only where there is a way. Returns (n,) owner or -1.
    """
    around = neighbours(beside, len(walk_m))
    owner = np.full(len(walk_m), NOBODY, dtype=np.int64)
    owner[seeds] = np.arange(len(seeds))
    heap: list[tuple[float, int, int]] = []

    def offer(holder: int, piece: int) -> None:
        for other in around[piece]:
            if owner[other] == NOBODY and np.isfinite(walk_m[other, holder]):
                heapq.heappush(heap, (float(walk_m[other, holder]), holder, other))

    for holder, piece in enumerate(seeds.tolist()):
        offer(holder, piece)
    while heap:
        _, holder, piece = heapq.heappop(heap)
        if owner[piece] == NOBODY:
            owner[piece] = holder
            offer(holder, piece)
    return owner


def fill_enclosed(beside: Adjacency, owner: Ints) -> Ints:
    """Give free ground that one owner encloses on all sides to that owner.

    Ground on the outer border of the coverage, or touching two owners, stays free. Returns a new (n,) array.
    """
    around = neighbours(beside, len(owner))
    filled = owner.copy()
    seen = owner != NOBODY
    for start in np.flatnonzero(~seen).tolist():
        if seen[start]:
            continue
        pocket, holders = [start], set()
        seen[start] = True
        for piece in pocket:
            for other in around[piece]:
                if owner[other] != NOBODY:
                    holders.add(int(owner[other]))
                elif not seen[other]:
                    seen[other] = True
                    pocket.append(other)
        if len(holders) == 1 and not beside.outer_m[pocket].any():
            filled[pocket] = holders.pop()
    return filled


def neighbours(beside: Adjacency, n: int) -> list[list[int]]:
    """Per piece the pieces beside it, ascending."""
    around: list[list[int]] = [[] for _ in range(n)]
    for a, b in zip(beside.first.tolist(), beside.second.tolist(), strict=True):
        around[a].append(b)
        around[b].append(a)
    return [sorted(row) for row in around]
