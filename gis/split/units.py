"""The units of search: atoms with what must stay together joined into one, and one border per pair."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from gis.split.atoms import Atoms, AtomsError, Ints, Mask


@dataclass(frozen=True)
class Units:
    """A graph to cut: u units and e borders between them.

    households, centres: per unit; first, second, cost, passable: per border, first < second, each pair once; `cost` is
    what cutting this border costs (centimetres, or the given weights).
    """

    households: Ints
    centres: Ints
    first: Ints
    second: Ints
    cost: Ints
    passable: Mask

    def __len__(self) -> int:
        return len(self.households)

    def slots(self) -> tuple[Ints, Ints, Ints, Mask]:
        """CSR both ways: indptr (u + 1), neighbour, cost and passable per slot."""
        ends = np.concatenate([self.first, self.second])
        order = np.lexsort((np.concatenate([self.second, self.first]), ends))
        indptr = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=len(self)))]).astype(np.int64)
        across = np.concatenate([self.second, self.first])[order]
        return indptr, across, np.tile(self.cost, 2)[order], np.tile(self.passable, 2)[order]

    def cut(self, part: Ints) -> int:
        """Cost of the borders between parts."""
        return int(self.cost[part[self.first] != part[self.second]].sum())

    def pieces(self, label: Ints) -> tuple[int, Ints]:
        """Number of connected pieces of equal label over passable borders, and the piece of each unit."""
        inside = self.passable & (label[self.first] == label[self.second])
        shape = (len(self), len(self))
        graph = sp.csr_array((np.ones(int(inside.sum())), (self.first[inside], self.second[inside])), shape=shape)
        number, piece = connected_components(graph, directed=False)
        return int(number), piece.astype(np.int64)

    def only(self, chosen: NDArray[np.int64]) -> "Units":
        """The graph on some units, in the order given (ascending)."""
        position = np.full(len(self), -1, dtype=np.int64)
        position[chosen] = np.arange(len(chosen))
        inside = (position[self.first] >= 0) & (position[self.second] >= 0)
        return Units(
            self.households[chosen],
            self.centres[chosen],
            position[self.first[inside]],
            position[self.second[inside]],
            self.cost[inside],
            self.passable[inside],
        )


@dataclass(frozen=True)
class Joined:
    """Units of a set of atoms, and the unit each atom belongs to."""

    units: Units
    unit_of: Ints


def join(atoms: Atoms, cost: Ints) -> Joined:
    """Join the atoms of each group and add up parallel borders; `cost` is per border of the atoms.

    Raises AtomsError where a group does not lie together, or the units fall into pieces nobody can walk between.
    """
    unit_of = _unit_of(atoms)
    count = int(unit_of.max()) + 1
    ends = np.sort(np.column_stack([unit_of[atoms.edges.first], unit_of[atoms.edges.second]]), axis=1)
    apart = ends[:, 0] != ends[:, 1]
    pairs, row = np.unique(ends[apart], axis=0, return_inverse=True)
    units = Units(
        np.bincount(unit_of, weights=atoms.households, minlength=count).astype(np.int64),
        np.bincount(unit_of[list(atoms.centres)], minlength=count).astype(np.int64),
        pairs[:, 0],
        pairs[:, 1],
        np.bincount(row, weights=cost[apart], minlength=len(pairs)).astype(np.int64),
        np.bincount(row, weights=atoms.edges.passable[apart], minlength=len(pairs)) > 0,
    )
    number, piece = units.pieces(np.zeros(count, dtype=np.int64))
    if number > 1:
        rare = np.argmin(np.bincount(piece))
        example = atoms.names[int(np.flatnonzero(piece[unit_of] == rare)[0])]
        raise AtomsError(f"基本单元分成 {number} 片，片与片之间没有可通行的边界（例如 {example}）；请补上通道再划分")
    return Joined(units, unit_of)


def _unit_of(atoms: Atoms) -> Ints:
    """Number of the unit of each atom, units in the order of their first atom."""
    n, edges = len(atoms), atoms.edges
    tied = [(group[0], other) for group in atoms.groups for other in group[1:]]
    graph = sp.csr_array((np.ones(len(tied)), tuple(np.array(tied, dtype=np.int64).reshape(-1, 2).T)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    _, first, unit_of = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    unit_of = rank[unit_of].astype(np.int64)
    inside = unit_of[edges.first] == unit_of[edges.second]
    beside = sp.csr_array((np.ones(int(inside.sum())), (edges.first[inside], edges.second[inside])), shape=(n, n))
    if connected_components(beside, directed=False)[0] > len(first):
        _, piece = connected_components(beside, directed=False)
        for group in atoms.groups:
            if len(set(piece[list(group)].tolist())) > 1:
                raise AtomsError(f"要放在一起的基本单元 {atoms.names[group[0]]} 等 {len(group)} 个互不相邻，请核对分组")
    return unit_of
