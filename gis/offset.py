"""A systematic offset of new data from what is stored, and which datum would explain it; found, never mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis import datum as datums

Floats: TypeAlias = NDArray[np.float64]

SUSPECT_M = 30.0
_EXPLAINED = 0.5
_METRES_PER_DEGREE = 111_320.0
_COMPASS = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")
_FALSE_DATUMS = ("gcj02", "bd09")
_SHORT: Mapping[str, str] = MappingProxyType({"gcj02": "火星坐标（GCJ-02）", "bd09": "百度坐标（BD-09）"})


@dataclass(frozen=True, slots=True)
class Offset:
    """Median displacement of new points from their stored counterparts.

    `datum` is the one whose shift explains it (gcj02, bd09) or None; `undone`: it was taken off once too often.
    """

    east_m: float
    north_m: float
    pairs: int
    datum: str | None
    undone: bool = False

    @property
    def distance_m(self) -> float:
        """Length of the displacement."""
        return float(np.hypot(self.east_m, self.north_m))

    @property
    def direction(self) -> str:
        """Compass word in Chinese."""
        return _COMPASS[round(float(np.degrees(np.arctan2(self.north_m, self.east_m))) / 45.0) % 8]

    @property
    def suspect(self) -> bool:
        """Whether it is more than the noise between two good sources."""
        return self.distance_m > SUSPECT_M

    def sentence(self, what: str) -> str:
        """The finding in Chinese."""
        size = (
            f"这份{what}比已有数据整体偏{self.direction}约 {round(self.distance_m, -1):.0f} 米（比对 {self.pairs} 处）"
        )
        if self.datum is None:
            return f"{size}，请核对坐标系。"
        if self.undone:
            return f"{size}，像是本来不是{_SHORT[self.datum]}却按它换算了；请换一个 --datum 重新导入。"
        return f"{size}，像是{_SHORT[self.datum]}；若确是，请加 --datum {self.datum} 重新导入。"


def _metres(points: Floats, reference: Floats) -> Floats:
    east = (points[:, 0] - reference[:, 0]) * _METRES_PER_DEGREE * np.cos(np.radians(reference[:, 1]))
    return np.column_stack([east, (points[:, 1] - reference[:, 1]) * _METRES_PER_DEGREE])


def offset(points: Floats, reference: Floats) -> Offset:
    """Displacement between paired positions, both (n, 2) lon, lat in EPSG:4490, n >= 1."""
    apart = _metres(points, reference)
    east, north = np.median(apart, axis=0)
    plain = float(np.median(np.hypot(apart[:, 0], apart[:, 1])))
    best, datum, undone = plain * _EXPLAINED, None, False
    for name in _FALSE_DATUMS:
        for source, target in ((name, "cgcs2000"), ("cgcs2000", name)):
            lon, lat = datums.convert(points[:, 0], points[:, 1], source, target)
            rest = _metres(np.column_stack([lon, lat]), reference)
            left = float(np.median(np.hypot(rest[:, 0], rest[:, 1])))
            if left < best:
                best, datum, undone = left, name, source == "cgcs2000"
    return Offset(round(float(east), 1), round(float(north), 1), len(points), datum, undone)
