"""The state a what-if starts from: network, attachments and walks of a moment, never changed afterwards.

CONTRACT "What-if": attachments and the choice of the walking component are frozen; an edit may add attachments.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis import reach
from gis.edit_kernels import NO_WALK, walks_of
from gis.kernels import UNREACHED, Ints
from gis.network import Floats, Longs, Network
from gis.snapping import Snaps

# nodes kept free for places where added ways meet a street
SPARE: Final = 128
ANYBODY: Final = -1


@dataclass(frozen=True)
class Csr:
    """Homes by number of a node or segment: `pointer` (n + 1), `home`."""

    pointer: Ints
    home: Ints

    @classmethod
    def of(cls, key: NDArray[np.integer], home: Ints, n: int) -> "Csr":
        order = np.argsort(key, kind="stable")
        pointer = np.zeros(n + 1, np.int32)
        pointer[1:] = np.cumsum(np.bincount(key, minlength=n))
        return cls(pointer, home[order].astype(np.int32))


@dataclass(frozen=True, eq=False)
class Frozen:
    """m homes, points in K lanes (one per category), N = nodes + SPARE; integer centimetres.

    `home_group` (m): community number of a home; `point_lane`, `point_group` (points): lane of a point and the group
    it serves alone, ANYBODY where it serves all. `distance` (K, N): from the nodes to the points that serve anybody;
    `net` (K, m): the walks to them; `own` (K, m): the walks to the points of the own group; NO_WALK beyond `limit_cm`.
    """

    network: Network
    homes: Snaps
    home_group: Longs
    doors: Snaps
    point_lane: Longs
    point_group: Longs
    limit_cm: int
    distance: Ints
    net: Ints
    own: Ints

    @property
    def n_lanes(self) -> int:
        return len(self.distance)

    @property
    def n_homes(self) -> int:
        return len(self.home_group)

    def walks(self, lane: int) -> Ints:
        """The walk of every home to the nearest point of a lane that serves it."""
        return shorter(self.net[lane], self.own[lane])

    @cached_property
    def indptr(self) -> Ints:
        """The network's row pointers with empty rows for the spare nodes."""
        last = np.full(SPARE, self.network.indptr[-1], np.int32)
        return np.concatenate([self.network.indptr, last])

    @cached_property
    def ways(self) -> Ints:
        """Attachments of homes (a, 4): home, segment, pos, off, sorted by home."""
        return way_rows(self.homes)

    @cached_property
    def at_home(self) -> Ints:
        """Row pointers into `ways`."""
        return Csr.of(self.homes.owner, self.homes.owner, self.n_homes).pointer

    @cached_property
    def ends(self) -> Ints:
        """Segments (s, 3): node u, node v, length."""
        net = self.network
        return np.ascontiguousarray(np.stack([net.seg_u, net.seg_v, net.seg_cm], axis=1))

    @cached_property
    def at_node(self) -> Csr:
        """Homes attached to a segment that ends at a node."""
        net, ways = self.network, self.homes
        node = np.concatenate([net.seg_u[ways.segment], net.seg_v[ways.segment]])
        return Csr.of(node, np.tile(ways.owner, 2), net.n_nodes)

    @cached_property
    def at_segment(self) -> Csr:
        """Homes attached to a segment."""
        return Csr.of(self.homes.segment, self.homes.owner, self.network.n_segments)

    @cached_property
    def home_xy(self) -> Floats:
        """Places of the homes (m, 2), nan where a home is not attached."""
        xy = np.full((self.n_homes, 2), np.nan)
        xy[self.homes.owner] = self.homes.start_xy
        return xy

    @cached_property
    def own_points(self) -> tuple[dict[int, tuple[int, ...]], ...]:
        """Per lane and group the points that serve the group alone."""
        found: tuple[dict[int, tuple[int, ...]], ...] = tuple({} for _ in range(self.n_lanes))
        for point in np.flatnonzero((self.point_group != ANYBODY) & (self.point_lane >= 0)).tolist():
            mine, group = found[int(self.point_lane[point])], int(self.point_group[point])
            mine[group] = (*mine.get(group, ()), point)
        return found

    @cached_property
    def _own_places(self) -> tuple[tuple[Longs, Longs, Floats], ...]:
        first = np.flatnonzero(np.diff(self.doors.owner, prepend=-1))
        number = self.doors.owner[first].astype(np.int64)
        own = self.point_group[number] != ANYBODY
        number, xy = number[own], self.doors.start_xy[first[own]]
        mine = [self.point_lane[number] == lane for lane in range(self.n_lanes)]
        return tuple((number[one], self.point_group[number[one]], xy[one]) for one in mine)

    def own_places(self, lane: int) -> tuple[Longs, Longs, Floats]:
        """Number, group and place of a lane's attached points that serve one group alone."""
        return self._own_places[lane]

    def door_of(self, point: int) -> Snaps:
        """The attachments of one point."""
        first, last = np.searchsorted(self.doors.owner, [point, point + 1])
        return self.doors.take(np.arange(first, last))

    @cached_property
    def seeds(self) -> "Table":
        """Where the points that serve anybody meet the nodes: rows node, cm, point, segment, lane, by node."""
        return Table.of(end_seeds(self.ends, self.places.rows), self.network.n_nodes)

    @cached_property
    def places(self) -> "Table":
        """Where the points that serve anybody stand: rows segment, pos, off, point, lane, by segment."""
        mine = self.doors.take(np.flatnonzero(self.point_group[self.doors.owner] == ANYBODY))
        return Table.of(door_rows(mine, mine.owner, self.point_lane[mine.owner]), self.network.n_segments)


@dataclass(frozen=True)
class Table:
    """Rows sorted by their first column, with a pointer per key."""

    pointer: Ints
    rows: Ints

    @classmethod
    def of(cls, rows: Ints, n: int) -> "Table":
        """Sort rows whose keys are below `n`."""
        pointer = np.zeros(n + 1, np.int32)
        pointer[1:] = np.cumsum(np.bincount(rows[:, 0], minlength=n))
        return cls(pointer, np.ascontiguousarray(rows[np.argsort(rows[:, 0], kind="stable")]))

    def at(self, keys: Ints) -> Ints:
        """The rows of some keys."""
        return np.concatenate([self.rows[:0], *(self.rows[self.pointer[k] : self.pointer[k + 1]] for k in keys)])


def freeze(
    network: Network,
    homes: Snaps,
    home_group: Longs,
    doors: Snaps,
    point_lane: Longs,
    point_group: Longs,
    n_lanes: int,
    limit_cm: int,
) -> Frozen:
    """Search every lane once; see Frozen for the arguments."""
    open_rows = [np.flatnonzero((point_lane == k) & (point_group == ANYBODY)) for k in range(n_lanes)]
    found = reach.distances(network, [doors.select(rows) for rows in open_rows], limit_cm).T
    distance = np.full((n_lanes, network.n_nodes + SPARE), UNREACHED, np.int32)
    distance[:, : network.n_nodes] = found
    own = np.full((n_lanes, len(home_group)), NO_WALK, np.int32)
    for lane in np.unique(point_lane[point_group != ANYBODY]).tolist():
        rows = np.flatnonzero((point_lane == lane) & (point_group != ANYBODY))
        theirs = doors.select(rows)
        own[lane] = reach.grouped_walks(network, homes, home_group, theirs, point_group[rows], limit_cm).net_cm[:, 0]
    empty = Frozen(network, homes, home_group, doors, point_lane, point_group, limit_cm, distance, own, own)
    everybody = np.arange(len(home_group), dtype=np.int32)
    none = np.empty((0, 5), np.int32)
    streets = np.zeros(network.n_segments, np.int32)
    points = np.ones(len(point_lane), np.int32)
    places = empty.places
    net = np.empty_like(own)
    for k in range(n_lanes):
        ways = empty.at_home, empty.ways, none, empty.ends, streets, none
        net[k] = walks_of(everybody, *ways, places.pointer, places.rows, none, points, k, distance[k], limit_cm)
    for array in (distance, net, own):
        array.flags.writeable = False
    return Frozen(network, homes, home_group, doors, point_lane, point_group, limit_cm, distance, net, own)


def way_rows(homes: Snaps) -> Ints:
    """Attachments of homes as rows (home, segment, pos, off)."""
    return np.ascontiguousarray(np.stack([homes.owner, homes.segment, homes.pos_cm, homes.off_cm], axis=1))


def end_seeds(ends: Ints, doors: Ints) -> Ints:
    """What doors (segment, pos, off, point, lane) are at the ends of their segments: node, cm, point, segment, lane."""
    segment = doors[:, 0]
    rows = np.empty((2, len(doors), 5), np.int32)
    rows[:, :, 0] = ends[segment, :2].T
    rows[0, :, 1] = doors[:, 1] + doors[:, 2]
    rows[1, :, 1] = ends[segment, 2] - doors[:, 1] + doors[:, 2]
    rows[:, :, 2], rows[:, :, 3], rows[:, :, 4] = doors[:, 3], segment, doors[:, 4]
    return rows.reshape(-1, 5)


def door_rows(snaps: Snaps, point: NDArray[np.integer] | int, lane: NDArray[np.integer] | int) -> Ints:
    """Attachments of points as rows (segment, pos, off, point, lane)."""
    rows = np.empty((len(snaps), 5), np.int32)
    rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3], rows[:, 4] = (
        snaps.segment,
        snaps.pos_cm,
        snaps.off_cm,
        point,
        lane,
    )
    return rows


def shorter(one: Ints, other: Ints) -> Ints:
    """The shorter of two walks, NO_WALK where there is neither."""
    # as unsigned numbers NO_WALK is the longest walk of all
    return np.minimum(one.view(np.uint32), other.view(np.uint32)).view(np.int32)
