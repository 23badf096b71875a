"""What if: points added or closed, gates opened, ways built or shut, and exactly the walks that change.

A session edits private copies of a frozen state; `undo` restores it bit for bit. Every state it is in equals a full
search of the edited network with the attachments frozen. Adding never lengthens a walk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gis.edit_kernels import homes_at, leaning, lower, walks_of
from gis.errors import BadInputError, NotFoundError
from gis.frozen import ANYBODY, SPARE, Frozen, door_rows, end_seeds, shorter, way_rows
from gis.kernels import BUCKET_BITS, UNREACHED, Ints
from gis.network import Floats
from gis.overlay import Journal, Overlay
from gis.snapping import Snaps
from gis.whatif_own import groups_near

NOBODY: Final = np.empty(0, np.int32)
NO_ROWS: Final = np.empty((0, 5), np.int32)
MOST_POINTS: Final = 256


@dataclass(frozen=True)
class Point:
    """A service point: its lane, the group it serves alone (or ANYBODY), how it is attached."""

    lane: int
    group: int
    snaps: Snaps


@dataclass(frozen=True)
class Changes:
    """What differs from the frozen state, one entry per lane and home: centimetres, NO_WALK where there is none."""

    lane: Ints
    home: Ints
    before_cm: Ints
    after_cm: Ints


class Session:
    """One editable state, of some lanes where `lanes` says which; not for several threads."""

    def __init__(self, frozen: Frozen, lanes: Sequence[int] | None = None) -> None:
        self.frozen = frozen
        self._lanes = range(frozen.n_lanes) if lanes is None else lanes
        self._journal = Journal()
        self._overlay = Overlay(frozen, self._journal)
        self._distance, self._net, self._own = list(frozen.distance), list(frozen.net), list(frozen.own)
        self._points: dict[int, Point | None] = {}
        self._open = np.ones(len(frozen.point_lane) + MOST_POINTS, np.int32)
        # added to the frozen tables: points, their seeds and doors, gates of homes
        self._now: dict[str, Any] = {
            "points": len(frozen.point_lane),
            "seeds": NO_ROWS,
            "doors": NO_ROWS,
            "ways": NO_ROWS[:, :4],
            "shortcuts": False,
        }
        self._nowhere = np.zeros(frozen.network.n_segments + 1, np.int32)
        n = frozen.network.n_nodes + SPARE
        self._bucket = np.empty((frozen.limit_cm >> BUCKET_BITS) + 1, np.int32)
        self._log = np.empty((2 * n + len(frozen.network.neighbour), 4), np.int32)
        self._mark = np.zeros(n, np.int32)
        self._home_mark = np.zeros(frozen.n_homes, np.int32)

    def walks(self, lane: int) -> Ints:
        """The walk of every home to the nearest point of a lane that serves it, now."""
        return shorter(self._net[lane], self._own[lane])

    def changes(self) -> Changes:
        """All that differs from the frozen state."""
        touched = [k for k in self._lanes if self._net[k].flags.writeable or self._own[k].flags.writeable]
        found = [np.empty((4, 0), np.int32), *(self.changes_of(lane, lane) for lane in touched)]
        return Changes(*np.concatenate(found, axis=1))

    def changes_of(self, lane: int, label: int) -> Ints:
        """The changes of one lane as rows label, home, before, after."""
        before, after = self.frozen.walks(lane), self.walks(lane)
        home = np.flatnonzero(before != after)
        rows = np.stack([np.full(len(home), label), home, before[home], after[home]])
        return rows.astype(np.int32)

    def point(self, number: int) -> Point:
        """A point that is open now; NotFoundError where it is closed or never was."""
        frozen = self.frozen
        if number not in self._points and 0 <= number < len(frozen.point_lane):
            lane, group = int(frozen.point_lane[number]), int(frozen.point_group[number])
            self._points[number] = Point(lane, group, frozen.door_of(number))
        found = self._points.get(number)
        if found is None:
            raise NotFoundError("没有这个服务点，或它已经撤掉。换一个再试")
        return found

    def add_point(self, lane: int, snaps: Snaps, group: int = ANYBODY) -> int:
        """Open a point attached by `snaps` (owners ignored) that serves anybody or one group; its number."""
        self._journal.step()
        number = int(self._now["points"])
        if number == len(self._open):
            raise BadInputError(f"一次最多试 {MOST_POINTS} 处新服务点。先撤回几处再试")
        self._points.setdefault(number, None)
        self._journal.put(self._now, "points", number + 1)
        self._journal.put(self._points, number, Point(lane, group, snaps))
        if group != ANYBODY:
            self._search_own(lane, [group])
            return number
        doors, seeds = self._rows_of(snaps, number, lane)
        self._more("seeds", seeds)
        self._more("doors", doors)
        self._look(lane, self._settle(lane, NOBODY), snaps.segment)
        return number

    def close_point(self, number: int) -> None:
        """Close a point; NotFoundError where it is not open."""
        point = self.point(number)
        self._journal.step()
        self._journal.put(self._points, number, None)
        self._journal.put(self._open, number, 0)
        if point.group != ANYBODY:
            self._search_own(point.lane, [point.group])
            return
        _, dead = self._rows_of(point.snaps, number, point.lane)
        self._repair(point.lane, dead, point.snaps.segment, NOBODY)

    def open_gate(self, home: int, snaps: Snaps) -> None:
        """Let a home out through one gate more, attached by `snaps` (inner way included)."""
        self._journal.step()
        rows = way_rows(snaps)
        rows[:, 0] = home
        self._journal.put(self._now, "ways", np.concatenate([self._now["ways"], rows]))
        group = int(self.frozen.home_group[home])
        for lane in self._lanes:
            self._look(lane, NOBODY, NOBODY)
            if group != ANYBODY and self._own_points(lane, group):
                self._search_own(lane, [group])

    def add_way(self, one: Snaps, other: Snaps, between_cm: int) -> None:
        """Build a way of `between_cm` between the first attachments of two places, their straight parts counted too."""
        self._journal.step()
        length = between_cm + int(one.off_cm[0]) + int(other.off_cm[0])
        ends = self._overlay.add(one, other, length)
        segments = np.array([one.segment[0], other.segment[0]], np.int32)
        taps = self._overlay.taps
        taps = taps[np.isin(taps[:, 1], ends)]
        if len(taps):
            added = self._now["doors"]
            here = [self.frozen.places.at(np.unique(segments)), added[np.isin(added[:, 0], segments)]]
            self._more("seeds", _meet(taps, np.concatenate(here)))
        for lane in self._lanes:
            self._look(lane, self._settle(lane, ends), segments)
        pos = np.array([one.pos_cm[0], other.pos_cm[0]], np.int32)
        places = self.frozen.network.point_on(segments, pos)
        if length < float(np.hypot(*(places[1] - places[0]))) * 100:
            # the straight line no longer tells who is too far to be touched
            self._journal.put(self._now, "shortcuts", True)
        self._touch_own(places, length, shut=False)

    def shut_street(self, segments: Ints) -> None:
        """Let nobody walk on these segments; places attached to them lose this way to the street."""
        self._journal.step()
        net = self.frozen.network
        doors = [self.frozen.places.at(segments), self._now["doors"]]
        dead = self._seeds_of(np.concatenate(doors))
        dead = dead[np.isin(dead[:, 3], segments) & (self._open[dead[:, 2]] != 0)]
        cut = self._overlay.block(segments)
        for lane in self._lanes:
            distance = self._distance[lane]
            tight = distance[cut[:, 0]] + cut[:, 2] == distance[cut[:, 1]]
            self._repair(lane, dead[dead[:, 4] == lane], segments, cut[tight, 1])
        places = net.xy[np.concatenate([net.seg_u[segments], net.seg_v[segments]])]
        self._touch_own(places, int(net.seg_cm[segments].max(initial=0)), shut=True)

    def undo(self) -> None:
        """Take back the last edit, bit for bit; BadInputError where there is none."""
        self._journal.undo()

    def _writable(self, arrays: list[Ints], lane: int) -> Ints:
        if not arrays[lane].flags.writeable:
            arrays[lane] = arrays[lane].copy()
        return arrays[lane]

    def _more(self, name: str, rows: Ints) -> None:
        if len(rows):
            self._journal.put(self._now, name, np.concatenate([self._now[name], rows]))

    def _rows_of(self, snaps: Snaps, point: int, lane: int) -> tuple[Ints, Ints]:
        """Doors of attachments, and their seeds at the ends of their segments and at the taps on them."""
        doors = door_rows(snaps, point, lane)
        return doors, self._seeds_of(doors)

    def _seeds_of(self, doors: Ints) -> Ints:
        """All seeds of doors: at the ends of their segments and at the taps on them."""
        return np.concatenate([end_seeds(self.frozen.ends, doors), _meet(self._overlay.taps, doors)])

    def _repair(self, lane: int, dead: Ints, segments: Ints, heads: Ints) -> None:
        """Reset what may rest on seeds and ways that are gone, and fill it again from its rim."""
        distance = self._distance[lane]
        start = np.concatenate([dead[distance[dead[:, 0]] == dead[:, 1], 0], heads])
        nodes = NOBODY
        if len(start):
            nodes = leaning(*self._overlay.graph, start, distance, self._mark)
            self._journal.put(self._writable(self._distance, lane), nodes, UNREACHED)
            self._settle(lane, nodes)
        self._look(lane, nodes, segments)

    def _settle(self, lane: int, pull: Ints) -> Ints:
        """Lower distances from these nodes and all added seeds; the nodes that changed, some of them several times."""
        distance = self._writable(self._distance, lane)
        used = self._lower(lane, pull, self._now["seeds"], distance)
        back = self._log[:used][::-1]
        nodes = back[:, 0].copy()
        self._journal.written(distance, nodes, back[:, 3].copy())
        return nodes

    def _lower(self, lane: int, pull: Ints, added: Ints, distance: Ints) -> int:
        seeds, overlay = self.frozen.seeds, self._overlay
        tables = pull, seeds.pointer, seeds.rows, added, self._open, overlay.shut
        while True:
            limit_cm = self.frozen.limit_cm
            used = int(lower(*overlay.graph, *tables, lane, limit_cm, distance, self._bucket, self._log))
            if used >= 0:
                return used
            self._log = np.empty((2 * len(self._log), 4), np.int32)

    def _look(self, lane: int, nodes: Ints, segments: Ints) -> None:
        """Walk again from the homes at these nodes and segments, and from those with gates added."""
        at_node, at_segment = self.frozen.at_node, self.frozen.at_segment
        tables = at_node.pointer, at_node.home, at_segment.pointer, at_segment.home
        homes = homes_at(nodes, segments, *tables, self._now["ways"], self._home_mark)
        if len(homes):
            places = self.frozen.places
            doors = places.pointer, places.rows, self._now["doors"]
            now = self._walks_of(homes, doors, lane, self._distance[lane])
            differs = now != self._net[lane][homes]
            if differs.any():
                self._journal.put(self._writable(self._net, lane), homes[differs], now[differs])

    def _walks_of(self, homes: Ints, doors: tuple[Ints, Ints, Ints], lane: int, distance: Ints) -> Ints:
        frozen, overlay = self.frozen, self._overlay
        ways = frozen.at_home, frozen.ways, self._now["ways"], frozen.ends, overlay.shut, overlay.taps
        net: Ints = walks_of(homes, *ways, *doors, self._open, lane, distance, frozen.limit_cm)
        return net

    def _own_points(self, lane: int, group: int) -> dict[int, Snaps]:
        """Attachments of the open points that serve a group alone, by number."""
        known = self.frozen.own_points[lane].get(group, ())
        added = range(len(self.frozen.point_lane), int(self._now["points"]))
        points = {n: self.point(n) for n in (*known, *added) if self._points.get(n, True) is not None}
        return {n: point.snaps for n, point in points.items() if (point.lane, point.group) == (lane, group)}

    def _search_own(self, lane: int, groups: Iterable[int]) -> None:
        """Walk again from the homes of groups to the points that serve them alone."""
        for group in sorted(groups):
            homes = np.flatnonzero(self.frozen.home_group == group).astype(np.int32)
            rows = [self._rows_of(snaps, number, lane) for number, snaps in self._own_points(lane, group).items()]
            doors = np.concatenate([NO_ROWS, *(mine for mine, _ in rows)])
            distance = np.full(self.frozen.distance.shape[1], UNREACHED, np.int32)
            self._lower(lane, NOBODY, np.concatenate([NO_ROWS, *(seeds for _, seeds in rows)]), distance)
            now = self._walks_of(homes, (self._nowhere, NO_ROWS, doors), lane, distance)
            self._journal.put(self._writable(self._own, lane), homes, now)

    def _touch_own(self, places: Floats, length_cm: int, shut: bool) -> None:
        """Walk again where an added or shut way can matter to a community's own points."""
        frozen = self.frozen
        known = [self._points.get(n) for n in range(len(frozen.point_lane), int(self._now["points"]))]
        added = [point for point in known if point is not None and point.group != ANYBODY and len(point.snaps)]
        for lane in self._lanes:
            number, group, xy = frozen.own_places(lane)
            there = self._open[number] != 0
            more = [point for point in added if point.lane == lane]
            group = np.concatenate([group[there], [point.group for point in more]]).astype(np.int64)
            xy = np.concatenate([xy[there], *(point.snaps.start_xy[:1] for point in more)])
            if self._now["shortcuts"]:
                near = np.unique(group).tolist()
            else:
                near = groups_near(frozen, xy, group, self._own[lane], places, length_cm, shut)
            self._search_own(lane, near)


def _meet(taps: Ints, doors: Ints) -> Ints:
    """Seeds (node, cm, point, segment, lane) where taps and doors lie on one segment."""
    tap, door = np.nonzero(taps[:, :1] == doors[None, :, 0])
    cm = np.abs(taps[tap, 2] - doors[door, 1]) + doors[door, 2]
    return np.stack([taps[tap, 1], cm, doors[door, 3], taps[tap, 0], doors[door, 4]], axis=1).astype(np.int32)
