"""The ground an import is limited to: an area of the stored districts and a halo around it."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.errors import NotFoundError

HALO_M = 1_500.0
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Zone:
    """An area by code, and its ground with the halo (EPSG:4490), None for tables without geometry."""

    code: str
    ground: Any


def zone(code: str, districts: gpd.GeoDataFrame | None, halo_m: float) -> Zone:
    """The zone of an area: its own polygon if stored, else those below it, else that of its district.

    `districts`: stored areas (EPSG:4490) with `code`. Raises NotFoundError when none of them fits.
    """
    if districts is None or len(districts) == 0:
        raise NotFoundError(f"还没有 {code} 的边界，请先用 import areas 导入区界，再按 --area 筛选。")
    codes = districts["code"].astype(str)
    for mask in (codes == code, codes.str.startswith(code), codes == code[:6]):
        if mask.any():
            union = shapely.union_all(districts.geometry.to_numpy()[mask.to_numpy()])
            return Zone(code, buffered(union, halo_m))
    raise NotFoundError(f"已有边界里没有 {code}，请先导入它的边界，或核对 --area。")


def buffered(ground: Any, metres: float) -> Any:
    """A geometry in degrees widened by metres, true to about 0.3 % over a city."""
    west, south, east, north = shapely.bounds(ground)
    middle = np.array([(west + east) / 2, (south + north) / 2])
    scale = np.array([_METRES_PER_DEGREE * np.cos(np.radians(middle[1])), _METRES_PER_DEGREE])

    def local(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((xy - middle) * scale)

    def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(xy / scale + middle)

    return shapely.transform(shapely.buffer(shapely.transform(ground, local), metres), back)


def outside(geometry: NDArray[np.object_], area: Zone) -> NDArray[np.bool_]:
    """Rows that share no ground with the zone."""
    shapely.prepare(area.ground)
    return np.asarray(~shapely.intersects(area.ground, geometry))
