"""The planar dual of a graph of units: its faces, and what crossing a border costs and encloses."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order, connected_components

from gis.split.atoms import Ints
from gis.split.planar import embed
from gis.split.units import Units

Rings = Sequence[Sequence[int]]

TRIED: Final = 5


@dataclass(frozen=True)
class DualMap:
    """Faces of a planar graph and the steps between them, two per border.

    indptr: (faces + 1) into the steps of a face; face: where a step leads; cost; households, centres: what the step
    adds to the enclosed sum (of the side without unit 0, signed by direction); border: the border it crosses;
    yard: per face the number of its yard, faces joined across borders nobody can cross; a cut into two connected
    parts is a closed walk that enters no yard twice over passable borders; left, right: faces beside a border.
    """

    indptr: Ints
    face: Ints
    cost: Ints
    households: Ints
    centres: Ints
    border: Ints
    yard: Ints
    left: Ints
    right: Ints

    def __len__(self) -> int:
        return len(self.indptr) - 1


def rings_of(units: Units) -> Rings | None:
    """Planar embedding of the units, None where there is none."""
    return embed(len(units), list(zip(units.first.tolist(), units.second.tolist(), strict=True)))


def only(rings: Rings, chosen: Ints) -> Rings:
    """The embedding left when all other units are taken away; units renumbered."""
    position = {int(unit): i for i, unit in enumerate(chosen)}
    return [[position[w] for w in rings[int(v)] if w in position] for v in chosen]


def dual_of(units: Units, rings: Rings) -> DualMap:
    """Dual of connected units in a planar embedding; raises ValueError where the embedding is not planar."""
    border = {pair: i for i, pair in enumerate(zip(units.first.tolist(), units.second.tolist(), strict=True))}
    left, right, faces = _faces(units, rings, border)
    if len(units) - len(units.first) + faces != 2:
        raise ValueError("the embedding is not planar")
    households, centres = _enclosed(units, border)
    leaves = np.concatenate([left, right])
    order = np.argsort(leaves, kind="stable")
    closed = ~units.passable
    beside = sp.csr_array((np.ones(int(closed.sum())), (left[closed], right[closed])), shape=(faces, faces))
    _, yard = connected_components(beside, directed=False)
    return DualMap(
        np.concatenate([[0], np.cumsum(np.bincount(leaves, minlength=faces))]).astype(np.int64),
        np.concatenate([right, left])[order],
        np.tile(units.cost, 2)[order],
        np.concatenate([households, -households])[order],
        np.concatenate([centres, -centres])[order],
        np.tile(np.arange(len(units.first)), 2)[order],
        yard.astype(np.int64),
        left,
        right,
    )


def _faces(units: Units, rings: Rings, border: dict[tuple[int, int], int]) -> tuple[Ints, Ints, int]:
    """Face on the left of every border (seen from first to second) and on its right."""
    after = {(v, w): ring[(i + 1) % len(ring)] for v, ring in enumerate(rings) for i, w in enumerate(ring)}
    left = np.full(len(units.first), -1, dtype=np.int64)
    right = left.copy()
    seen: set[tuple[int, int]] = set()
    faces = 0
    for half in [*border, *((b, a) for a, b in border)]:
        if half in seen:
            continue
        while half not in seen:
            seen.add(half)
            a, b = half
            if a < b:
                left[border[half]] = faces
            else:
                right[border[b, a]] = faces
            half = (b, after[b, a])
        faces += 1
    return left, right, max(faces, 1)


def _enclosed(units: Units, border: dict[tuple[int, int], int]) -> tuple[Ints, Ints]:
    """Households and centres below a border of the spanning tree, signed by its direction; 0 on the others."""
    indptr, across, _, _ = units.slots()
    graph = sp.csr_array((np.ones(len(across)), across, indptr), shape=(len(units), len(units)))
    order, parent = breadth_first_order(graph, 0, directed=False)
    below: NDArray[np.int64] = np.column_stack([units.households, units.centres])
    shift = np.zeros((len(units.first), 2), dtype=np.int64)
    for v in order[:0:-1].tolist():
        up = int(parent[v])
        if up < v:
            shift[border[up, v]] = below[v]
        else:
            shift[border[v, up]] = -below[v]
        below[up] += below[v]
    return shift[:, 0], shift[:, 1]


def gate_faces(units: Units, dual: DualMap, most: int) -> list[int]:
    """Faces one of which every closed walk that leaves more than `most` households on neither side must touch.

    Units of more than `most` households, tied by a tree, do not fit on one side, so the walk crosses the tree.
    """
    border = {pair: i for i, pair in enumerate(zip(units.first.tolist(), units.second.tolist(), strict=True))}
    heaviest = np.argsort(-units.households, kind="stable")[:TRIED].tolist()
    trees = [heavy_tree(units, seed, most) for seed in heaviest]
    return cover(dual, [border[pair] for pair in min(trees, key=len)])


def heavy_tree(units: Units, seed: int, most: int) -> list[tuple[int, int]]:
    """Tree of units of together more than `most` households, the heaviest beside it taken next."""
    indptr, across, _, _ = units.slots()
    weight, around = units.households.tolist(), across.tolist()
    held, total, tree = {seed}, weight[seed], []
    heap = [(-weight[w], w, seed) for w in around[indptr[seed] : indptr[seed + 1]]]
    heapq.heapify(heap)
    while heap and total <= most:
        gain, w, v = heapq.heappop(heap)
        if w in held:
            continue
        held.add(w)
        total -= gain
        tree.append((min(v, w), max(v, w)))
        for x in around[indptr[w] : indptr[w + 1]]:
            if x not in held:
                heapq.heappush(heap, (-weight[x], x, w))
    return tree


def cover(dual: DualMap, borders: Iterable[int]) -> list[int]:
    """Few faces that touch every border of a list, those touching most first."""
    open_borders = set(borders)
    chosen: list[int] = []
    while open_borders:
        count: dict[int, int] = {}
        for border in open_borders:
            for face in {int(dual.left[border]), int(dual.right[border])}:
                count[face] = count.get(face, 0) + 1
        face = min(count, key=lambda one: (-count[one], one))
        chosen.append(face)
        open_borders -= {b for b in open_borders if face in (int(dual.left[b]), int(dual.right[b]))}
    return chosen
