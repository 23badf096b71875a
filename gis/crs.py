"""Which metric zone a city works in, and the way between it and the storage CRS.

Storage is EPSG:4490 (CGCS2000, lon/lat); metric work happens in a 3-degree Gauss-Kruger zone. Coordinates are always
in the order east, north (lon, lat), whatever the axis order a CRS declares.
"""

from functools import lru_cache
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from gis.errors import BadInputError

STORAGE: Final = 4490
STORAGE_DECIMALS: Final = 9

# One zone per city, fixed: Taiyuan straddles the border of two (domain.md section 5).
CITY_ZONE: Final = {"6101": 4545, "6103": 4545, "1401": 4547, "6209": 4542}

# EPSG:4534 has its central meridian at 75 E, EPSG:4554 at 135 E, one every three degrees.
_FIRST_ZONE, _LAST_ZONE, _FIRST_MERIDIAN = 4534, 4554, 75


class MissingCrsError(BadInputError):
    """A frame does not say which coordinates it holds."""

    code = "MISSING_CRS"


class NotMetricError(BadInputError):
    """A frame in degrees or Web Mercator was handed to metric work."""

    code = "NOT_METRIC"


def zone_of(code: str | None, lon: float) -> int:
    """Return the EPSG code of the 3-degree CGCS2000 zone to measure in.

    `code`: an area code of any level (its first four digits are the city) or None; `lon`: degrees east.
    Cities outside the table use the zone of `lon`. Raises BadInputError outside 73.5..136.5 degrees east.
    """
    fixed = CITY_ZONE.get((code or "")[:4])
    if fixed is not None:
        return fixed
    if not np.isfinite(lon):
        raise BadInputError("经度不是有效数字，无法确定投影分带；请检查坐标。")
    epsg = _FIRST_ZONE + int(np.floor((lon - _FIRST_MERIDIAN) / 3 + 0.5))
    if not _FIRST_ZONE <= epsg <= _LAST_ZONE:
        raise BadInputError(f"经度 {lon:.4f} 不在中国范围内，无法确定投影分带；请检查坐标次序和坐标系。")
    return epsg


def is_zone(epsg: int) -> bool:
    """Whether the EPSG code is one of the 3-degree CGCS2000 zones named by their central meridian."""
    return _FIRST_ZONE <= epsg <= _LAST_ZONE


def to_zone(frame: gpd.GeoDataFrame, epsg: int) -> gpd.GeoDataFrame:
    """Return the frame in metres (east, north) of the zone `epsg`; raises MissingCrsError."""
    if frame.crs is None:
        raise MissingCrsError("数据没有坐标系说明；请在导入时用 --datum 指定。")
    return frame.to_crs(epsg)


@lru_cache
def _into(epsg: int) -> Transformer:
    return Transformer.from_crs(STORAGE, epsg, always_xy=True)


def xy_of(lonlat: NDArray[np.float64], epsg: int) -> NDArray[np.float64]:
    """Positions (n, 2) in EPSG:4490 as metres (east, north) of the zone `epsg`, as `to_zone` gives them."""
    east, north = _into(epsg).transform(lonlat[:, 0], lonlat[:, 1])
    return np.stack([east, north], axis=1)


def lonlat_of(xy: NDArray[np.float64], epsg: int) -> NDArray[np.float64]:
    """Places (n, 2) in metres of the zone `epsg` as positions (lon, lat) in EPSG:4490, rounded as they are stored."""
    lon, lat = _into(epsg).transform(xy[:, 0], xy[:, 1], direction="INVERSE")
    return np.round(np.stack([lon, lat], axis=1), STORAGE_DECIMALS)


def to_storage(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame in EPSG:4490, every vertex rounded to 1e-9 degrees; raises MissingCrsError."""
    moved = to_zone(frame, STORAGE)
    rounded = shapely.transform(moved.geometry.to_numpy(), lambda xy: np.round(xy, STORAGE_DECIMALS))
    return moved.set_geometry(gpd.GeoSeries(rounded, index=moved.index, crs=STORAGE))


def require_metric(frame: gpd.GeoDataFrame) -> None:
    """Raise MissingCrsError or NotMetricError unless the frame is in a true-to-scale projected CRS."""
    if frame.crs is None:
        raise MissingCrsError("数据没有坐标系说明；请先转换到城市所在的 3 度带。")
    if not frame.crs.is_projected or frame.crs.to_epsg() == 3857:
        raise NotMetricError("距离不能在经纬度或网络墨卡托坐标里量算；请先转换到城市所在的 3 度带。")
