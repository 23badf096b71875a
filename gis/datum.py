"""Coordinates of the four Chinese datums: WGS 84 / CGCS2000, GCJ-02 and BD-09.

The official GCJ-02 text is secret; the constants and formulas are the widely published ones. WGS 84 and CGCS2000
differ by centimetres and are taken as one. All coordinates are degrees, longitude first.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis.errors import BadInputError

Degrees: TypeAlias = NDArray[np.float64]
Pair: TypeAlias = tuple[Degrees, Degrees]

_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BD_SWIRL = np.pi * 3000.0 / 180.0
_ITERATIONS = 5

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "wgs84": "WGS84",
        "cgcs2000": "国家大地坐标系（CGCS2000）",
        "gcj02": "火星坐标（GCJ-02）",
        "bd09": "百度坐标（BD-09）",
    }
)


class UnknownDatumError(BadInputError):
    """A datum word that is none of the four and no EPSG number."""

    code = "UNKNOWN_DATUM"


def _shift(lon: Degrees, lat: Degrees) -> Pair:
    """Degrees that GCJ-02 adds to WGS 84 at a place; zero outside its box around China."""
    x, y = lon - 105.0, lat - 35.0
    short = 20.0 * (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + short
    north += 20.0 * (np.sin(np.pi * y) + 2 * np.sin(np.pi * y / 3)) * 2.0 / 3.0
    north += 160.0 * (np.sin(np.pi * y / 12) + 2 * np.sin(np.pi * y / 30)) * 2.0 / 3.0
    east = 300.0 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + short
    east += 20.0 * (np.sin(np.pi * x) + 2 * np.sin(np.pi * x / 3)) * 2.0 / 3.0
    east += 150.0 * (np.sin(np.pi * x / 12) + 2 * np.sin(np.pi * x / 30)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    metres_north = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / (magic * np.sqrt(magic))
    metres_east = _SEMI_MAJOR_M / np.sqrt(magic) * np.cos(phi)
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return (
        np.where(inside, np.degrees(east / metres_east), 0.0),
        np.where(inside, np.degrees(north / metres_north), 0.0),
    )


def wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> Pair:
    """Shift WGS 84 degrees to GCJ-02."""
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def gcj02_to_bd09(lon: Degrees, lat: Degrees) -> Pair:
    """Shift GCJ-02 degrees to BD-09."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_SWIRL)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_SWIRL)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _invert(forward: Callable[[Degrees, Degrees], Pair], lon: Degrees, lat: Degrees, start: Pair) -> Pair:
    """Fixed-point inverse: three rounds are good to 0.05 mm, five to nanometres."""
    x, y = start
    for _ in range(_ITERATIONS):
        ahead_x, ahead_y = forward(x, y)
        x, y = x + (lon - ahead_x), y + (lat - ahead_y)
    return x, y


def gcj02_to_wgs84(lon: Degrees, lat: Degrees) -> Pair:
    """Invert the GCJ-02 shift."""
    return _invert(wgs84_to_gcj02, lon, lat, (lon, lat))


def bd09_to_gcj02(lon: Degrees, lat: Degrees) -> Pair:
    """Invert the BD-09 shift: the closed form (0.15 m), then the fixed point."""
    x, y = lon - 0.0065, lat - 0.006
    radius = np.hypot(x, y) - 0.00002 * np.sin(y * _BD_SWIRL)
    angle = np.arctan2(y, x) - 0.000003 * np.cos(x * _BD_SWIRL)
    return _invert(gcj02_to_bd09, lon, lat, (radius * np.cos(angle), radius * np.sin(angle)))


def _same(lon: Degrees, lat: Degrees) -> Pair:
    return lon, lat


_TO_WGS84: Mapping[str, Callable[[Degrees, Degrees], Pair]] = MappingProxyType(
    {
        "wgs84": _same,
        "cgcs2000": _same,
        "gcj02": gcj02_to_wgs84,
        "bd09": lambda lon, lat: gcj02_to_wgs84(*bd09_to_gcj02(lon, lat)),
    }
)
_FROM_WGS84: Mapping[str, Callable[[Degrees, Degrees], Pair]] = MappingProxyType(
    {
        "wgs84": _same,
        "cgcs2000": _same,
        "gcj02": wgs84_to_gcj02,
        "bd09": lambda lon, lat: gcj02_to_bd09(*wgs84_to_gcj02(lon, lat)),
    }
)


def convert(lon: Degrees, lat: Degrees, source: str, target: str) -> Pair:
    """Degrees of one datum in another; the words are the keys of `NAMES`.

    Raises UnknownDatumError.
    """
    for word in (source, target):
        if word not in NAMES:
            raise UnknownDatumError(f"不认识坐标系“{word}”，请用 wgs84、cgcs2000、gcj02 或 bd09。")
    if source == target:
        return lon, lat
    return _FROM_WGS84[target](*_TO_WGS84[source](lon, lat))


def parse(word: str) -> str | int:
    """A datum as the user writes it: a key of `NAMES`, or the number of EPSG:n.

    Raises UnknownDatumError.
    """
    text = word.strip().lower().replace("-", "").replace("_", "")
    if text in NAMES:
        return text
    prefix, _, number = text.partition(":")
    if prefix == "epsg" and number.isdigit():
        return int(number)
    raise UnknownDatumError(f"不认识坐标系“{word}”，请用 wgs84、cgcs2000、gcj02、bd09 或 EPSG:编号。")
