"""Ways added to and taken from a frozen network, each change kept in a journal so that it can be taken back."""

from typing import Any, Final

import numpy as np

from gis.edit_kernels import BLOCKED
from gis.errors import BadInputError
from gis.frozen import SPARE, Frozen
from gis.kernels import Ints
from gis.snapping import Snaps

MOST_WAYS: Final = 4096


class Journal:
    """What every step overwrote: containers with the keys and values they held."""

    def __init__(self) -> None:
        self._steps: list[list[tuple[Any, Any, Any]]] = []

    def step(self) -> None:
        """Begin what one `undo` takes back."""
        self._steps.append([])

    def put(self, container: Any, key: Any, value: Any) -> None:
        """Write into an array, list or dict."""
        self._steps[-1].append((container, key, container[key]))
        container[key] = value

    def written(self, container: Any, key: Any, old: Any) -> None:
        """Note what a kernel has overwritten; of a key standing there twice the last value is restored."""
        self._steps[-1].append((container, key, old))

    def undo(self) -> None:
        """Take back the last step, bit for bit; BadInputError where there is none."""
        if not self._steps:
            raise BadInputError("没有可以撤回的修改")
        for container, key, old in reversed(self._steps.pop()):
            container[key] = old


class Overlay:
    """The edited graph: `link` with shut ways BLOCKED, added ways in `head` and `extra`.

    `shut` (segments): 1 where nobody walks; `taps` (t, 3): segment, node, pos of where added ways meet streets.
    """

    def __init__(self, frozen: Frozen, journal: Journal) -> None:
        self._frozen = frozen
        self._journal = journal
        self.link = frozen.network.link
        self.head = np.full(frozen.network.n_nodes + SPARE, -1, np.int32)
        # rows: neighbour, length, next row, own node, segment it runs along or -1
        self.extra = np.empty((MOST_WAYS, 5), np.int32)
        self.shut = np.zeros(frozen.network.n_segments, np.int32)
        self._now: dict[str, Any] = {
            "ways": 0,
            "nodes": frozen.network.n_nodes,
            "taps": np.empty((0, 3), np.int32),
        }

    @property
    def graph(self) -> tuple[Ints, Ints, Ints, Ints]:
        """What the kernels read."""
        return self._frozen.indptr, self.link, self.head, self.extra

    @property
    def taps(self) -> Ints:
        """Places where added ways meet a street."""
        taps: Ints = self._now["taps"]
        return taps

    def usable(self, snaps: Snaps) -> Snaps:
        """Attachments to streets that are not shut."""
        return snaps.take(np.flatnonzero(self.shut[snaps.segment] == 0))

    def add(self, one: Snaps, other: Snaps, length_cm: int) -> Ints:
        """Join the first attachments of two places by a way of this length; returns its two nodes."""
        ends = [self._tap(int(end.segment[0]), int(end.pos_cm[0])) for end in (one, other)]
        self._join(ends[0], ends[1], length_cm, -1)
        return np.array(ends, np.int32)

    def block(self, segments: Ints) -> Ints:
        """Shut segments; returns the ways that this cut as rows from, to, cm."""
        net = self._frozen.network
        self._journal.put(self.shut, segments, 1)
        if self.link is net.link:
            self.link = net.link.copy()
        slots = []
        for ends in (net.seg_u, net.seg_v):
            for segment, node in zip(segments.tolist(), ends[segments].tolist(), strict=True):
                here = np.arange(net.indptr[node], net.indptr[node + 1])
                slots.append((node, int(here[net.slot_segment[here] == segment][0])))
        rows = np.array([(node, *self.link[slot]) for node, slot in slots], np.int32).reshape(-1, 3)
        self._journal.put(self.link, (np.array([slot for _, slot in slots], np.int64), 1), BLOCKED)
        added = self.extra[: self._now["ways"]]
        along = np.flatnonzero(np.isin(added[:, 4], segments))
        rows = np.concatenate([rows, added[along][:, [3, 0, 1]]])
        self._journal.put(self.extra, (along, 1), BLOCKED)
        return rows[rows[:, 2] < BLOCKED]

    def _tap(self, segment: int, pos_cm: int) -> int:
        """The node at a place on a segment; a spare one where the street has none there."""
        u, v, length = self._frozen.ends[segment].tolist()
        if pos_cm in (0, length):
            return int(u if pos_cm == 0 else v)
        node = int(self._now["nodes"])
        if node == len(self.head):
            raise BadInputError(f"一次最多试 {SPARE // 2} 条新通道。先撤回几条再试")
        self._journal.put(self._now, "nodes", node + 1)
        if self.shut[segment] == 0:
            self._join(node, u, pos_cm, segment)
            self._join(node, v, length - pos_cm, segment)
            for _, other, at in self.taps[self.taps[:, 0] == segment].tolist():
                self._join(node, other, abs(at - pos_cm), segment)
        row = np.array([[segment, node, pos_cm]], np.int32)
        self._journal.put(self._now, "taps", np.concatenate([self.taps, row]))
        return node

    def _join(self, one: int, other: int, cm: int, segment: int) -> None:
        count = int(self._now["ways"])
        if count + 2 > len(self.extra):
            raise BadInputError("新通道太多。先撤回几条再试")
        for here, there in ((one, other), (other, one)):
            self.extra[count] = there, cm, self.head[here], here, segment
            self._journal.put(self.head, here, count)
            count += 1
        self._journal.put(self._now, "ways", count)
