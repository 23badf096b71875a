"""Geometry of foreign rows: the right family, not empty, closed, not crossing itself; one row, one finding."""

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.findings import Finding
from gis.records import Family

Geometries: TypeAlias = NDArray[np.object_]
Mask: TypeAlias = NDArray[np.bool_]

_WORDS = {"point": "点", "line": "线", "polygon": "面"}
_DIMENSION = {"point": 0, "line": 1, "polygon": 2}
_AT = re.compile(r"\[(-?[\d.eE+]+) (-?[\d.eE+]+)\]")
_METRES_PER_DEGREE = 111_320.0
MOST_POINTS, MOST_PARTS = 100_000, 10_000
SPLIT = "请简化或拆成几行再导入。"


@dataclass(frozen=True)
class Checked:
    """Geometries of one family, which rows stand, and why the others do not."""

    geometry: Geometries
    good: Mask
    findings: tuple[Finding, ...]


def check(geometry: Geometries, unclosed: Mask, family: Family, rows: NDArray[np.int64]) -> Checked:
    """Check geometries (EPSG:4490) of one family; `unclosed` marks rows whose rings were not closed in the file.

    A single-part multi-geometry becomes its part; a polygon where a point is wanted becomes a point inside it; a
    polygon where a line is wanted becomes its border. `rows` are the source rows.
    """
    large: Mask = (shapely.get_num_coordinates(geometry) >= MOST_POINTS) | (
        shapely.get_num_geometries(geometry) >= MOST_PARTS
    )
    broken = _broken(geometry) & ~large
    # neither is looked at any further: judging them takes longer than any answer may
    kept = geometry.copy()
    kept[large | broken] = None
    geometry = _family(_single(kept), family)
    missing: Mask = (shapely.is_missing(geometry) | shapely.is_empty(geometry)) & ~large & ~broken
    box = shapely.bounds(geometry)
    standing = ~missing & ~large & ~broken
    lost = broken | standing & ~(np.isfinite(box).all(axis=1) & (np.abs(box[:, [0, 2]]) <= 180).all(axis=1))
    missing_or_large = missing | large
    wrong = ~missing_or_large & ~lost & (shapely.get_dimensions(geometry) != _DIMENSION[family])
    zero = ~missing_or_large & ~lost & ~wrong & (family == "line") & (shapely.length(geometry) == 0)
    left = ~(missing_or_large | lost | wrong | zero)
    open_rings = unclosed & left
    crossing = left & ~open_rings & ~shapely.is_valid(geometry)
    findings = [
        *_all(
            large, rows, "GEOMETRY_TOO_LARGE", f"图形的点到了 {MOST_POINTS:,} 个或分成 {MOST_PARTS:,} 块，不收；{SPLIT}"
        ),
        *_all(missing, rows, "EMPTY_GEOMETRY", "没有图形，不收；请补画。"),
        *_all(lost, rows, "COORDINATE_INVALID", "坐标不是有效的经纬度，不收；请核对。"),
        *_all(wrong, rows, "WRONG_GEOMETRY", f"图形不是{_WORDS[family]}，不收；请换成{_WORDS[family]}。"),
        *_all(zero, rows, "EMPTY_GEOMETRY", "线的长度是零，不收；请重画。"),
        *_all(open_rings, rows, "NOT_CLOSED", "边界没有闭合，不收；请把起点和终点接上。", geometry),
        *_crossings(geometry, crossing, rows),
    ]
    return Checked(geometry, left & ~open_rings & ~crossing, tuple(findings))


def _broken(geometry: Geometries) -> Mask:
    """Rows with a coordinate that is no number."""
    xy, row = shapely.get_coordinates(geometry, return_index=True)
    broken: Mask = np.zeros(len(geometry), dtype=np.bool_)
    broken[row[~np.isfinite(xy).all(axis=1)]] = True
    return broken


def multipart(geometry: Geometries, rows: NDArray[np.int64]) -> tuple[Finding, ...]:
    """Warnings for polygons in several pieces."""
    parts = shapely.get_num_geometries(geometry)
    return tuple(
        Finding(
            "MULTIPART",
            "warning",
            f"由 {parts[i]} 块组成，请确认是否真有飞地。",
            int(rows[i]),
            "geometry",
            *_xy(geometry[i]),
        )
        for i in np.flatnonzero(parts > 1).tolist()
    )


def overlaps(geometry: Geometries, rows: NDArray[np.int64], labels: list[str], limit_m2: float) -> tuple[Finding, ...]:
    """Errors for pairs of polygons (EPSG:4490) sharing more ground than the limit."""
    tree = shapely.STRtree(geometry)
    left, right = tree.query(geometry, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shared = shapely.intersection(geometry[left], geometry[right])
    area = shapely.area(shared) * _METRES_PER_DEGREE**2 * np.cos(np.radians(shapely.bounds(geometry[left])[:, 1]))
    return tuple(
        Finding(
            "OVERLAP",
            "error",
            f"“{labels[left[i]]}”与“{labels[right[i]]}”重叠约 {area[i]:,.1f} 平方米，请改到不重叠。",
            int(rows[right[i]]),
            "geometry",
            *_xy(shared[i]),
            refuses=True,
        )
        for i in np.flatnonzero(area > limit_m2).tolist()
    )


def outlines(geometry: Geometries | None, n: int) -> Geometries:
    """The valid polygons among n geometries, None elsewhere."""
    out = np.full(n, None, dtype=object)
    if geometry is not None:
        ground = (shapely.get_dimensions(geometry) == 2) & shapely.is_valid(geometry)
        out[ground] = geometry[ground]
    return out


def _single(geometry: Geometries) -> Geometries:
    out = geometry.copy()
    single = (shapely.get_type_id(geometry) >= 4) & (shapely.get_num_geometries(geometry) == 1)
    out[single] = shapely.get_geometry(geometry[single], 0)
    return out


def _family(geometry: Geometries, family: Family) -> Geometries:
    out = geometry.copy()
    dimension = shapely.get_dimensions(geometry)
    if family == "point":
        ground = (dimension == 2) & shapely.is_valid(geometry)
        out[ground] = shapely.point_on_surface(geometry[ground])
        many = shapely.get_type_id(out) == 4
        out[many] = shapely.get_geometry(out[many], 0)
    elif family == "line":
        out[dimension == 2] = shapely.boundary(geometry[dimension == 2])
    return out


def _all(
    mask: Mask, rows: NDArray[np.int64], code: str, message: str, geometry: Geometries | None = None
) -> list[Finding]:
    found = []
    for i in np.flatnonzero(mask).tolist():
        lon, lat = (None, None) if geometry is None else _xy(geometry[i])
        found.append(Finding(code, "error", message, int(rows[i]), "geometry", lon, lat, refuses=True))
    return found


def _crossings(geometry: Geometries, crossing: Mask, rows: NDArray[np.int64]) -> list[Finding]:
    found = []
    where = np.flatnonzero(crossing)
    for i, reason in zip(where.tolist(), shapely.is_valid_reason(geometry[where]).tolist(), strict=True):
        at = _AT.search(str(reason))
        lon, lat = (float(at[1]), float(at[2])) if at else _xy(geometry[i])
        text = "边界自相交，不收；请在标出的位置改正。"
        found.append(Finding("SELF_CROSSING", "error", text, int(rows[i]), "geometry", lon, lat, refuses=True))
    return found


def _xy(geometry: Any) -> tuple[float | None, float | None]:
    box = shapely.bounds(geometry)
    if not np.isfinite(box).all():
        return None, None
    return round(float(box[0] + box[2]) / 2, 7), round(float(box[1] + box[3]) / 2, 7)
