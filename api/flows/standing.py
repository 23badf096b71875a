"""Where positions lie: answered from borders kept in memory, which follow what is stored within a second."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from threading import Lock
from time import monotonic

import numpy as np
from sqlalchemy import Engine

from api.wire import dumps
from data import grounds
from data.areas import LONGEST_OPEN
from data.quick import Reader
from data.session import transaction
from data.viewers import PLANNER, Viewer
from gis import datum
from gis.errors import BadInputError
from gis.over import Ground

FRESH_S = 1.0
KEPT = 3
MOST_CHAINS = 50_000
NOWHERE = "这个位置不在已导入的区划里。核对坐标系，或先导入这里的边界"


@dataclass(frozen=True)
class Link:
    """One border that may lie over a position; `said` is its JSON."""

    level: str
    code: str
    synthetic: bool
    community: str
    said: str


@dataclass(frozen=True, eq=False)
class Borders:
    """All borders of a date, the index over them, and the state of the store they were read in."""

    stamp: tuple[object, ...]
    ground: Ground
    links: tuple[Link, ...]
    chains: dict[tuple[Viewer, tuple[int, ...]], str] = field(default_factory=dict)

    def answer(self, viewer: Viewer, lon: float, lat: float) -> str:
        """The chain over one position as JSON, from the largest area to the grid."""
        return self._known(viewer, self.ground.at(lon, lat))

    def answers(self, viewer: Viewer, xy: np.ndarray) -> list[str]:
        """The chain over every position, in the order of the positions."""
        position, border = self.ground.over(xy)
        starts = np.searchsorted(position, np.arange(len(xy) + 1)).tolist()
        hits = border.tolist()
        return [self._known(viewer, tuple(hits[start:end])) for start, end in pairwise(starts)]

    def _known(self, viewer: Viewer, over: tuple[int, ...]) -> str:
        """The same borders over another position give the same chain."""
        found = self.chains.get((viewer, over))
        if found is None:
            if len(self.chains) >= MOST_CHAINS:
                self.chains.clear()
            found = self.chains[viewer, over] = self._chain(viewer, [self.links[one] for one in over])
        return found

    def _chain(self, viewer: Viewer, over: Sequence[Link]) -> str:
        """Real areas win over made-up ones, smaller codes over larger ones; the grid is one of the community."""
        seen = [one for one in over if len(one.code) <= LONGEST_OPEN or viewer.meets(one.code)]
        areas = [one for one in seen if one.level != "grid"]
        chosen = [one for one in areas if not one.synthetic] or areas
        chain: dict[str, Link] = {}
        for one in chosen:
            chain.setdefault(one.level, one)
        home = chain.get("community")
        for one in seen:
            if one.level == "grid" and home is not None and one.community == home.code:
                chain.setdefault("grid", one)
        links = ",".join(one.said for one in chain.values())
        synthetic = any(one.synthetic for one in chosen)
        return f'{{"areas":[{links}],"synthetic":{dumps(synthetic)},"detail":{dumps(None if links else NOWHERE)}}}'


class Standing:
    """The borders of the last few dates asked for, read anew when the store has changed."""

    def __init__(self, engine: Engine, reader: Reader) -> None:
        self._engine, self._reader = engine, reader
        self._kept: OrderedDict[date, tuple[float, Borders]] = OrderedDict()
        self._lock = Lock()

    def at_hand(self, as_of: date) -> Borders | None:
        """The borders of a date where they are known to be fresh; never waits."""
        found = self._kept.get(as_of)
        return found[1] if found is not None and monotonic() - found[0] < FRESH_S else None

    def of(self, as_of: date) -> Borders:
        """The borders of a date, read where they are not there or the store has changed."""
        with self._lock:
            borders = self.at_hand(as_of)
            if borders is not None:
                return borders
            checked = monotonic()
            stamp = self._reader.first(PLANNER, grounds.STAMP, {}) or ()
            found = self._kept.get(as_of)
            borders = found[1] if found is not None and found[1].stamp == stamp else self._read(as_of, stamp)
            self._kept[as_of] = (checked, borders)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return borders

    def _read(self, as_of: date, stamp: tuple[object, ...]) -> Borders:
        with transaction(self._engine, PLANNER) as connection:
            rows = grounds.read(connection, as_of)
        links = tuple(
            Link(
                row.level,
                row.code,
                row.synthetic,
                row.community,
                dumps({"code": row.code, "name": row.name, "level": row.level, "status": row.status}),
            )
            for row in rows.drop(columns="geometry").itertuples()
        )
        return Borders(stamp, Ground(rows.geometry.to_numpy()), links)


def located(borders: Borders, viewer: Viewer, positions: Sequence[Sequence[float]], word: str) -> list[str]:
    """The chains over positions (longitude, latitude) in the named datum, as JSON texts in their order."""
    if len(positions) == 1 and word == "wgs84":
        return [borders.answer(viewer, *positions[0])]
    given = np.asarray(positions, dtype=float).reshape(-1, 2)
    return borders.answers(viewer, np.column_stack(datum.convert(given[:, 0], given[:, 1], word, "wgs84")))


def one_position(lon: float | None, lat: float | None) -> tuple[float, float]:
    """Longitude and latitude; BadInputError where one is missing."""
    if lon is None or lat is None:
        raise BadInputError("要给出经度 lon 和纬度 lat，或用 positions 一次给多个位置")
    return lon, lat
