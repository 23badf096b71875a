"""Faults of borders: what is wrong, where on the ground, by how much, and whom it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import to_storage
from gis.findings import Finding, Severity, Unit

Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Fault:
    """One fault of a set of borders: `shape` is where (metric CRS), `measure` how much, `involved` the codes."""

    code: str
    severity: Severity
    message: str
    shape: Any
    measure: float
    unit: Unit
    row: int | None = None
    involved: tuple[str, ...] = ()

    @property
    def refuses(self) -> bool:
        """Whether the set cannot go in with this fault."""
        return self.severity == "error"


def as_findings(faults: Sequence[Fault], crs: Any) -> tuple[tuple[Finding, ...], Geometries]:
    """The faults as findings with a place in EPSG:4490, and their shapes in EPSG:4490; `crs` is the metric one."""
    if not faults:
        return (), np.array([], dtype=object)
    shapes = to_storage(gpd.GeoDataFrame(geometry=[one.shape for one in faults], crs=crs)).geometry.to_numpy()
    at = np.round(shapely.get_coordinates(shapely.point_on_surface(shapes)), 7).tolist()
    return tuple(_finding(one, *place) for one, place in zip(faults, at, strict=True)), shapes


def _finding(one: Fault, lon: float, lat: float) -> Finding:
    return Finding(
        one.code,
        one.severity,
        one.message,
        one.row,
        "geometry",
        lon,
        lat,
        one.refuses,
        round(one.measure, 2),
        one.unit,
        one.involved,
    )
