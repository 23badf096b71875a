"""How far it is on foot: from every node and every compound to the nearest destination, in integer centimetres.

A walk = straight part at the origin + streets + straight part at the destination, all counted. Limits are inclusive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.errors import BadInputError
from gis.kernels import BUCKET_BITS, NO_LABEL, UNREACHED, Ints, best_walks, search, trace
from gis.network import Floats, Longs, Network
from gis.snapping import Snaps

NO_WALK: Final = -1


@dataclass(frozen=True)
class Walks:
    """Nearest destination per origin and category, (m, K) int32 each, NO_WALK where there is none in the limit.

    `net_cm`: the whole walk; `snap_cm`: its part off the streets, both ends; `destination`: row within the category.
    """

    net_cm: Ints
    snap_cm: Ints
    destination: Ints


@dataclass(frozen=True)
class Route:
    """One walk as a line (p, 2) in metres, straight parts included; NO_WALK and an empty line where there is none."""

    net_cm: int
    snap_cm: int
    destination: int
    line: Floats


def distances(network: Network, destinations: Sequence[Snaps], limit_cm: int) -> Ints:
    """Return the walk from every node to the nearest destination of each of K categories, (n, K) int32 centimetres.

    Includes the straight part at the destination; UNREACHED (2**30) beyond `limit_cm`. Lanes are stored one after
    another (Fortran order). Equal to one bounded Dijkstra search per category.
    """
    lanes = np.full((len(destinations), network.n_nodes), UNREACHED, np.int32)
    for lane, snaps in zip(lanes, destinations, strict=True):
        _search(network, snaps, limit_cm, lane)
    return lanes.T


def node_distances(network: Network, sources: Snaps, limit_cm: int) -> Ints:
    """Return the walk from every node to the nearest source, (n,) int32 centimetres, UNREACHED beyond the limit."""
    lane = np.full(network.n_nodes, UNREACHED, np.int32)
    _search(network, sources, limit_cm, lane)
    return lane


def node_owners(network: Network, distance: Ints, sources: Snaps) -> Ints:
    """Return which source (`Snaps.owner`) each node's `node_distances` leads to, -1 where unreached.

    Of equally near sources the smallest row.
    """
    book = _Labels.of(sources)
    label = book.trace(network, np.ascontiguousarray(distance), np.arange(network.n_nodes, dtype=np.int32))
    owner = np.full(network.n_nodes, -1, np.int32)
    owner[label >= 0] = book.owner_off[label[label >= 0], 0]
    return owner


def walks(
    network: Network, distance: Ints, origins: Snaps, n_origins: int, destinations: Sequence[Snaps], limit_cm: int
) -> Walks:
    """Return the nearest destination of every category for every origin.

    `distance`: of the same network, destinations and limit, else ValueError. Origin and destination on one segment
    meet directly. Of equally near destinations the smallest row wins, then the shortest straight part.
    """
    if distance.shape != (network.n_nodes, len(destinations)):
        raise ValueError("distances of another network or of other destinations")
    answer = np.full((3, n_origins, len(destinations)), NO_WALK, np.int32)
    for k, snaps in enumerate(destinations):
        answer[:, :, k] = _lane_walks(
            network, np.ascontiguousarray(distance[:, k]), origins, n_origins, snaps, limit_cm
        )
    return Walks(*answer)


def grouped_walks(
    network: Network,
    origins: Snaps,
    origin_group: Longs,
    destinations: Snaps,
    destination_group: Longs,
    limit_cm: int,
) -> Walks:
    """Return the walk to the nearest destination of the origin's own group (catchment `own`), as (m, 1) columns.

    Groups: one int per origin and per destination, for instance numbered communities; negative = none, never matched.
    """
    answer = np.full((3, len(origin_group), 1), NO_WALK, np.int32)
    for group in np.intersect1d(origin_group, destination_group):
        if group < 0:
            continue
        mine, theirs = np.flatnonzero(origin_group == group), np.flatnonzero(destination_group == group)
        near = destinations.select(theirs)
        distance = node_distances(network, near, limit_cm)
        net, snap_cm, row = _lane_walks(network, distance, origins.select(mine), len(mine), near, limit_cm)
        answer[:, mine, 0] = net, snap_cm, np.where(row >= 0, theirs[row], NO_WALK)
    return Walks(*answer)


def route(network: Network, origin: Snaps, destination: Snaps, limit_cm: int) -> Route:
    """Return the walk of one origin (owner 0) to the nearest of one or many destinations, as a line.

    Its `net_cm` equals that of `walks`; the line runs from the origin's own point to the destination's.
    """
    lane = node_distances(network, destination, limit_cm)
    net, snap_cm, row = (int(a[0]) for a in _lane_walks(network, lane, origin, 1, destination, limit_cm))
    if net == NO_WALK:
        return Route(NO_WALK, NO_WALK, NO_WALK, np.empty((0, 2)))
    chosen = destination.select([row])
    return Route(net, snap_cm, row, _line(network, node_distances(network, chosen, limit_cm), origin, chosen, net))


def _search(network: Network, sources: Snaps, limit_cm: int, lane: Ints) -> None:
    """Fill one lane, starting with a queue that is nearly always large enough and doubling it when it is not."""
    if not 0 <= limit_cm < UNREACHED:
        raise BadInputError("步行距离上限必须在 0 到 10,000 公里之间。")
    node, cm = _seeds(network, sources)
    head = np.empty((limit_cm >> BUCKET_BITS) + 1, np.int32)
    room = len(network.neighbour) + len(node) + 1
    while not search(network.indptr, network.link, node, cm, limit_cm, lane, head, np.empty((room, 3), np.int32)):
        lane[:] = UNREACHED
        room *= 2


def _seeds(network: Network, snaps: Snaps) -> tuple[Ints, Ints]:
    """Return both end nodes of every attachment and the walk to them (off the street and along the segment)."""
    to_u = snaps.off_cm + snaps.pos_cm
    to_v = snaps.off_cm + network.seg_cm[snaps.segment] - snaps.pos_cm
    node = np.concatenate([network.seg_u[snaps.segment], network.seg_v[snaps.segment]])
    return node, np.concatenate([to_u, to_v])


@dataclass(frozen=True)
class _Labels:
    """Attachments of one category numbered by (owner, straight part), so that the smallest label is the right one."""

    ordered: Snaps
    owner_off: Ints

    @classmethod
    def of(cls, snaps: Snaps) -> "_Labels":
        order = np.lexsort((snaps.pos_cm, snaps.segment, snaps.off_cm, snaps.owner))
        ordered = snaps.take(order)
        return cls(ordered, np.stack([ordered.owner, ordered.off_cm], axis=1))

    def trace(self, network: Network, distance: Ints, start: Ints) -> Ints:
        """Return the label (n) of the nodes on the way from `start`, -1 elsewhere."""
        node, cm = _seeds(network, self.ordered)
        number = np.tile(np.arange(len(self.ordered), dtype=np.int32), 2)
        tight = cm == distance[node]
        seed_label = np.full(network.n_nodes, NO_LABEL, np.int32)
        np.minimum.at(seed_label, node[tight], number[tight])
        label = np.full(network.n_nodes, -1, np.int32)
        trace(network.indptr, network.link, distance, seed_label, start, label)
        if (label == NO_LABEL).any():
            raise ValueError("distances of other destinations or of another limit")
        return label


def _lane_walks(
    network: Network, distance: Ints, origins: Snaps, n_origins: int, destinations: Snaps, limit_cm: int
) -> tuple[Ints, Ints, Ints]:
    """Return net, snap and destination row per origin for one category."""
    if origins.owner.max(initial=-1) >= n_origins:
        raise ValueError("attachments of more origins than asked for")
    book = _Labels.of(destinations)
    u, v = network.seg_u[origins.segment], network.seg_v[origins.segment]
    label = book.trace(network, distance, np.concatenate([u, v]))
    by_segment = np.argsort(book.ordered.segment, kind="stable")
    segment = book.ordered.segment[by_segment]
    targets = np.stack([book.ordered.pos_cm[by_segment], book.ordered.off_cm[by_segment], by_segment], axis=1)
    first = np.searchsorted(segment, origins.segment, side="left")
    last = np.searchsorted(segment, origins.segment, side="right")
    to_v = network.seg_cm[origins.segment] - origins.pos_cm
    table = np.stack([origins.owner, origins.off_cm, u, v, origins.pos_cm, to_v, first, last], axis=1)
    best = np.full((n_origins, 3), NO_LABEL, np.int32)
    best[:, 0] = limit_cm
    best_walks(table.astype(np.int32), distance, label, targets.astype(np.int32), book.owner_off, best)
    none = best[:, 1] == NO_LABEL
    best[none] = NO_WALK
    return best[:, 0], best[:, 2], best[:, 1]


def _line(network: Network, distance: Ints, origin: Snaps, destination: Snaps, net_cm: int) -> Floats:
    """Lay the walk of length `net_cm` back from its ends: which attachments, then which nodes."""
    for a in range(len(origin)):
        rest = net_cm - int(origin.off_cm[a])
        segment, pos = int(origin.segment[a]), int(origin.pos_cm[a])
        ends = (int(network.seg_u[segment]), pos), (int(network.seg_v[segment]), int(network.seg_cm[segment]) - pos)
        along = np.abs(destination.pos_cm - pos) + destination.off_cm
        direct = np.flatnonzero((destination.segment == segment) & (along == rest))
        if len(direct):
            return _assemble(network, origin, a, [], destination, int(direct[0]))
        for node, cm in ends:
            if distance[node] < UNREACHED and cm + int(distance[node]) == rest:
                nodes, b = _descend(network, distance, node, destination)
                return _assemble(network, origin, a, nodes, destination, b)
    raise AssertionError("a walk found by the search has a line")


def _descend(network: Network, distance: Ints, node: int, destination: Snaps) -> tuple[list[int], int]:
    """Follow the shortest way down to an attachment of the destination; of several the smallest node number."""
    seed_node, seed_cm = _seeds(network, destination)
    nodes = [node]
    while True:
        here = np.flatnonzero((seed_node == node) & (seed_cm == distance[node]))
        if len(here):
            return nodes, int(here[0]) % len(destination)
        slots = slice(network.indptr[node], network.indptr[node + 1])
        tight = distance[network.neighbour[slots]] + network.length_cm[slots] == distance[node]
        node = int(network.neighbour[slots][tight].min())
        nodes.append(node)


def _assemble(network: Network, origin: Snaps, a: int, nodes: list[int], destination: Snaps, b: int) -> Floats:
    leave = network.point_on(origin.segment[a : a + 1], origin.pos_cm[a : a + 1])
    arrive = network.point_on(destination.segment[b : b + 1], destination.pos_cm[b : b + 1])
    ends = [destination.door_xy[b : b + 1], destination.start_xy[b : b + 1]]
    line = np.concatenate(
        [origin.start_xy[a : a + 1], origin.door_xy[a : a + 1], leave, network.xy[nodes], arrive, *ends]
    )
    moved = np.ones(len(line), dtype=bool)
    moved[1:] = (line[1:] != line[:-1]).any(axis=1)
    return line[moved]
