"""The ground of the last few runs kept ready in memory: a move is judged without reading its units again."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from data import plans
from data.plans import Run, Stored
from gis.adjacency import segments
from gis.split.atoms import Atoms, Ints
from gis.split.plan import Plan
from gis.split.rules import Rules
from gis.split.services import Services
from gis.split.services import from_plain as from_services
from gis.split.stored import from_plain

KEPT = 12
WEB_GRID = 1e-7


@dataclass(frozen=True, eq=False)
class Bench:
    """A run with its atoms (ground in EPSG:4490) and the rules its plans are held against."""

    run: Run
    atoms: Atoms
    rules: Rules

    def plan(self, stored: Stored) -> Plan:
        """The plan as it stands."""
        return Plan(stored.assignment, self.run.parts)

    @cached_property
    def origin(self) -> Ints:
        """The community (position in the run) of every atom: who is elsewhere in a plan changes."""
        return np.array(self.run.facts["origin"], dtype=np.int64)

    @cached_property
    def ground(self) -> NDArray[np.object_]:
        """Polygons of the atoms, EPSG:4490."""
        assert self.atoms.ground is not None
        return self.atoms.ground

    @cached_property
    def kinds(self) -> NDArray[np.str_]:
        """What runs along every border between atoms."""
        return self.atoms.edges.plain

    @cached_property
    def shapes(self) -> tuple[str, ...]:
        """Geometry of every atom as GeoJSON text, 1 cm."""
        return tuple(shapely.to_geojson(shapely.set_precision(self.ground, WEB_GRID, mode="pointwise")).tolist())

    @cached_property
    def lines(self) -> Mapping[tuple[int, int], str]:
        """The line between every two adjacent atoms as GeoJSON text."""
        found = segments(self.ground)
        shared = found.second >= 0
        pairs = np.sort(np.column_stack([found.first[shared], found.second[shared]]), axis=1)
        ways = shapely.linestrings(np.stack([found.start[shared], found.end[shared]], axis=1))
        keys, row = np.unique(pairs, axis=0, return_inverse=True)
        joined = shapely.line_merge(
            np.array([shapely.multilinestrings(ways[row.ravel() == one]) for one in range(len(keys))])
        )
        texts = shapely.to_geojson(shapely.set_precision(joined, WEB_GRID, mode="pointwise"))
        return {(int(a), int(b)): text for (a, b), text in zip(keys, texts.tolist(), strict=True)}

    @cached_property
    def services(self) -> Services | None:
        """Walks of the homes, None where there were none to keep."""
        kept = self.run.facts.get("services")
        return None if kept is None else from_services(kept, self.run.homes)

    @cached_property
    def estates(self) -> tuple[tuple[str, ...], ...]:
        """Names of the compounds on every atom."""
        found: list[list[str]] = [[] for _ in range(len(self.atoms))]
        for home in self.run.homes:
            found[home["atom"]].append(home["name"] or "未命名小区")
        return tuple(tuple(names) for names in found)


class Benches:
    """Runs by number, the longest unused dropped first; what a run holds never changes. One per application."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Bench] = OrderedDict()
        self._lock = Lock()

    def take(self, connection: Connection, number: int) -> Bench:
        """The bench of a run, read when it is not kept."""
        with self._lock:
            if number not in self._kept:
                self._kept[number] = bench_of(connection, number)
            self._kept.move_to_end(number)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[number]


def bench_of(connection: Connection, number: int) -> Bench:
    """A run read from the database."""
    run, ground = plans.run_of(connection, number)
    return Bench(run, from_plain(run.atoms, ground), rules_of(run.settings))


def rules_of(settings: Mapping[str, Any]) -> Rules:
    """The rules that the settings of a run name."""
    never, hard = frozenset(settings["never_across"]), frozenset(settings["hard"])
    return Rules(settings["parts"], settings["tolerance"], never, hard)
