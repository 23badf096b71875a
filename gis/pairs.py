"""Who can walk where: every pair of home and place within a distance, with its walk."""

from dataclasses import dataclass

import numpy as np

from gis.edit_kernels import NO_WALK, homes_at, lower, walks_of
from gis.frozen import Frozen, door_rows, end_seeds
from gis.kernels import BUCKET_BITS, UNREACHED, Ints
from gis.snapping import Snaps


@dataclass(frozen=True)
class Pairs:
    """Parallel arrays, sorted by place: row of the home, row of the place, walk in whole centimetres."""

    home: Ints
    place: Ints
    cm: Ints

    def within(self, limit_cm: int) -> "Pairs":
        """The pairs up to a limit."""
        near = self.cm <= limit_cm
        return Pairs(self.home[near], self.place[near], self.cm[near])


def pairs(frozen: Frozen, places: Snaps, n_places: int, limit_cm: int) -> Pairs:
    """Walk from every home of a frozen state to each of the places (`places.owner`) within a limit.

    Costs what is reached, not what there is.
    """
    network = frozen.network
    doors = door_rows(places, places.owner, 0)
    first = np.searchsorted(doors[:, 3], np.arange(n_places + 1))
    seeds = end_seeds(frozen.ends, doors).reshape(2, -1, 5)
    open_ = np.ones(n_places, np.int32)
    streets = np.zeros(network.n_segments, np.int32)
    nowhere = np.zeros(network.n_segments + 1, np.int32)
    none = np.empty((0, 5), np.int32)
    head = np.full(frozen.distance.shape[1], -1, np.int32)
    distance = np.full(frozen.distance.shape[1], UNREACHED, np.int32)
    bucket = np.empty((limit_cm >> BUCKET_BITS) + 1, np.int32)
    log = np.empty((4 * len(distance) + len(network.neighbour), 4), np.int32)
    mark = np.zeros(frozen.n_homes, np.int32)
    at_node, at_segment = frozen.at_node, frozen.at_segment
    ways = frozen.at_home, frozen.ways, none, frozen.ends, streets, none
    found = [np.empty((3, 0), np.int32)]
    for place in range(n_places):
        mine = slice(first[place], first[place + 1])
        graph = frozen.indptr, network.link, head, none
        start = np.ascontiguousarray(seeds[:, mine].reshape(-1, 5))
        used = lower(*graph, none[:, 0], nowhere[:1], none, start, open_, streets, 0, limit_cm, distance, bucket, log)
        nodes = log[:used, 0].copy()
        tables = at_node.pointer, at_node.home, at_segment.pointer, at_segment.home
        homes = homes_at(nodes, doors[mine, 0].copy(), *tables, none, mark)
        cm = walks_of(homes, *ways, nowhere, none, doors[mine], open_, 0, distance, limit_cm)
        distance[nodes] = UNREACHED
        near = cm != NO_WALK
        order = np.argsort(homes[near])
        found.append(np.stack([homes[near][order], np.full(near.sum(), place, np.int32), cm[near][order]]))
    return Pairs(*np.concatenate(found, axis=1))
