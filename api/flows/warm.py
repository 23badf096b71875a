"""The last few districts kept ready in memory, so that a click does not build the network again."""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection

from api.flows import district as reading
from api.flows.coverage import category_facts
from api.flows.district import District, Rules
from data.areas import Area
from data.viewers import Viewer
from gis import crs, network, snapping, walking
from gis.frozen import ANYBODY, Frozen, freeze
from gis.kernels import Ints
from gis.network import Floats, Network
from gis.snapping import Snaps
from gis.verdicts import CategoryFacts

KEPT = 3


@dataclass(frozen=True, eq=False)
class Warm:
    """A district read, its network built, its compounds and points attached; `areas`: those asked for before."""

    rows: District
    graph: Network
    homes: Snaps
    doors: Snaps

    noted: dict[Hashable, Any] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)

    def straight(self, category: str) -> Ints:
        """Straight centimetres from every compound to the nearest point of a category, worked out once."""
        if category not in self.noted:
            self.noted[category] = self.straight_with(category, [], np.empty((0, 2)))
        lengths: Ints = self.noted[category]
        return lengths

    def straight_with(self, category: str, closed: Collection[str], added: Floats) -> Ints:
        """The same with some points closed (uids) and some added (n, 2 metres)."""
        uid, xy = self.places[category]
        kept = xy[~np.isin(uid, list(closed))] if closed else xy
        return walking.straight_lengths(self.home_xy, np.concatenate([kept, added]))

    @cached_property
    def compounds(self) -> pd.DataFrame:
        """The compounds without their geometry: a plain frame is read many times faster."""
        return pd.DataFrame(self.rows.frames["compounds"].drop(columns="geometry"))

    @cached_property
    def told(self) -> Mapping[str, Any]:
        """What lists say of a compound, a plain array per column, None where it is not known."""
        names = ("uid", "name", "community", "subdistrict", "residents")
        columns = {name: self.compounds[name].to_numpy(object, copy=True) for name in names}
        for column in columns.values():
            column[pd.isna(column)] = None
        return columns

    @cached_property
    def home_xy(self) -> Floats:
        """Places of the compounds (m, 2) in metres."""
        xy: Floats = shapely.get_coordinates(self.rows.frames["compounds"].geometry.to_numpy())
        return xy

    @cached_property
    def places(self) -> Mapping[str, tuple[Any, Floats]]:
        """Uids and places of the points of every category."""
        points = self.rows.frames["service_points"]
        xy, uid, kind = (
            shapely.get_coordinates(points.geometry.to_numpy()),
            points["uid"].to_numpy(),
            points["category"],
        )
        chosen = {name: np.flatnonzero(kind == name) for name in self.lanes}
        return {name: (uid[rows], xy[rows]) for name, rows in chosen.items()}

    def facts(self, as_of: date) -> Mapping[str, CategoryFacts]:
        """What is known of every category, worked out once a day."""
        if as_of not in self.noted:
            recorded = [name for lane, name in enumerate(self.lanes) if self.frozen.own_points[lane]]
            self.noted[as_of] = category_facts(self.rows, self.lanes, recorded, as_of)
        known: Mapping[str, CategoryFacts] = self.noted[as_of]
        return known

    @cached_property
    def rows_by_uid(self) -> Mapping[str, Mapping[str, int]]:
        """Row of every uid in its layer."""
        layers = ("compounds", "service_points")
        return {name: {uid: row for row, uid in enumerate(self.rows.frames[name]["uid"])} for name in layers}

    @cached_property
    def barriers(self) -> shapely.STRtree:
        """Index of the barriers by row."""
        return shapely.STRtree(self.rows.frames["barriers"].geometry.to_numpy())

    def lonlat(self, xy: Sequence[float]) -> list[float]:
        """A place in metres as lon, lat to the centimetre."""
        place = crs.lonlat_of(np.array([xy], np.float64), self.rows.zone)[0]
        return [round(float(one), 7) for one in place]

    @cached_property
    def walls(self) -> shapely.STRtree | None:
        """Index of the barriers, as snapping wants it."""
        return snapping.wall_tree(self.rows.frames["barriers"])

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """The categories in the order of the frozen state's lanes."""
        return tuple(self.rows.rules.categories)

    @cached_property
    def groups(self) -> Mapping[str, int]:
        """Numbers of the communities that service points say they serve, or that have compounds."""
        frames = self.rows.frames
        named = pd.concat([frames["compounds"]["community_uid"], frames["service_points"]["serves_uid"]]).dropna()
        return {uid: number for number, uid in enumerate(dict.fromkeys(named))}

    @cached_property
    def frozen(self) -> Frozen:
        """Where every what-if starts."""
        rules, compounds, points = self.rows.rules, self.rows.frames["compounds"], self.rows.frames["service_points"]
        lane = points["category"].map({name: number for number, name in enumerate(self.lanes)}).fillna(-1)
        own = points["category"].map({name: rules.categories[name].catchment == "own" for name in self.lanes})
        serves = points["serves_uid"].where(own.eq(True)).map(self.groups).fillna(ANYBODY)
        home = compounds["community_uid"].map(self.groups).fillna(ANYBODY)
        return freeze(
            self.graph,
            self.homes,
            home.to_numpy(np.int64),
            self.doors,
            lane.to_numpy(np.int64),
            serves.to_numpy(np.int64),
            len(self.lanes),
            int(rules.halo_m * 100),
        )

    def snap(self, lonlat: Sequence[tuple[float, float]]) -> Snaps:
        """Attach positions (EPSG:4490) to the streets."""
        xy = crs.xy_of(np.array(lonlat, np.float64).reshape(-1, 2), self.rows.zone)
        return snapping.snap(self.graph, xy, self.walls, self.rows.rules.snap_limits)

    def stored(self, shape: shapely.Geometry) -> shapely.Geometry:
        """A metric shape in EPSG:4490."""
        return crs.to_storage(gpd.GeoDataFrame(geometry=[shape], crs=self.rows.zone)).geometry.iloc[0]


class Shelf:
    """Warm districts by digest, the longest unused dropped first; one per application."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Warm] = OrderedDict()
        self._lock = Lock()

    def held(self, digest: str) -> Warm | None:
        """The district of a digest if it is still on the shelf: as it was, whatever has changed since."""
        with self._lock:
            return self._kept.get(digest)

    def take(self, connection: Connection, area: Area, as_of: date, viewer: Viewer, rules: Rules) -> Warm:
        """The district as it is now, built when it is not on the shelf."""
        key = reading.digest_of(connection, area, as_of, viewer, rules)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = _build(reading.read(connection, area, as_of, viewer, rules))
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]


def _build(rows: District) -> Warm:
    frames = rows.frames
    graph = network.build(frames["streets"])
    homes = snapping.snap_compounds(
        graph, frames["compounds"], frames["gates"], frames["barriers"], rows.rules.snap_limits
    )
    points = shapely.get_coordinates(frames["service_points"].geometry.to_numpy())
    return Warm(rows, graph, homes, snapping.snap(graph, points, frames["barriers"], rows.rules.snap_limits))
