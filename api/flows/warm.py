"""The last few districts kept ready in memory, so that a click does not build the network again."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from threading import Lock

import geopandas as gpd
import shapely
from sqlalchemy import Connection

from api.flows import district as reading
from api.flows.district import District, Rules
from data.areas import Area
from data.viewers import Viewer
from gis import crs, network, snapping
from gis.network import Network
from gis.snapping import Snaps

KEPT = 3


@dataclass(frozen=True, eq=False)
class Warm:
    """A district read, its network built, its compounds and points attached."""

    rows: District
    graph: Network
    homes: Snaps
    doors: Snaps

    def stored(self, shape: shapely.Geometry) -> shapely.Geometry:
        """A metric shape in EPSG:4490."""
        return crs.to_storage(gpd.GeoDataFrame(geometry=[shape], crs=self.rows.zone)).geometry.iloc[0]


class Shelf:
    """Warm districts by digest, the longest unused dropped first; one per application."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Warm] = OrderedDict()
        self._lock = Lock()

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
