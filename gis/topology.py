"""Faults of a set of borders: against each other, the areas above, the compounds inside and the barriers between."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import codes, crossings
from gis.crs import require_metric
from gis.faults import Fault
from gis.findings import Severity

NOISE_M2: Final = 0.05  # a vertex on one side only makes slivers up to 0.012 m2
NOISE_WIDTH_M: Final = 0.01
OUTSIDE_M2: Final = 1.0
SLIVER_WIDTH_M: Final = 2.0
TOP_GRIDS: Final = "grid 1"

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def nothing() -> gpd.GeoDataFrame:
    """No areas."""
    return gpd.GeoDataFrame({"code": [], "name": [], "level": []}, geometry=[])


@dataclass(frozen=True)
class Ground:
    """What a set of borders is held against, all in one metric CRS.

    parents: stored areas of the levels above (code, name, level, geometry); siblings: stored areas of the set's levels
    that stay (same columns); known: codes of all stored areas, also those without a border; outlines: compounds as
    polygons (uid, name); barriers: lines (kind, name); refused: geometries of rows that do not go in.
    """

    parents: gpd.GeoDataFrame = field(default_factory=nothing)
    siblings: gpd.GeoDataFrame = field(default_factory=nothing)
    known: frozenset[str] = frozenset()
    outlines: gpd.GeoDataFrame = field(default_factory=nothing)
    barriers: gpd.GeoDataFrame = field(default_factory=nothing)
    refused: tuple[Any, ...] = ()


def check(frame: gpd.GeoDataFrame, ground: Ground) -> tuple[Fault, ...]:
    """All faults of a set of areas or grids.

    frame: metric, RangeIndex, columns code, name, level, parent_code, source_row, `tier` of grids, and valid Polygon or
    MultiPolygon geometry. Whether grids lie in their community is judged by `gis.parents`. Codes: OVERLAP, GAP, SLIVER,
    OUTSIDE_PARENT, CODE_PARENT_MISMATCH, NO_PARENT, SPLITS_COMPOUND, CROSSES_BARRIER. Raises MissingCrsError,
    NotMetricError.
    """
    require_metric(frame)
    found: list[Fault] = []
    for part, rows in frame.groupby(parts(frame), sort=False):
        mine, level = rows.reset_index(drop=True), rows["level"].iloc[0]
        beside = ground.siblings[parts(ground.siblings) == part]
        above = parents_of(mine, frame, ground)
        found += _overlaps(mine, beside)
        found += _slivers(mine)
        if level == "grid":
            found += _gaps(mine, beside, above, ground.refused) if part == TOP_GRIDS else []
        else:
            found += _gaps(mine, beside, above, ground.refused)
            found += _parentage(mine, above, frozenset(frame["code"]) | ground.known)
        if level in ("community", "sub_area", "grid"):
            found += crossings.split_outlines(mine, beside, ground.outlines)
            found += crossings.crossed_barriers(mine, ground.barriers)
    return tuple(found)


def parts(frame: gpd.GeoDataFrame) -> "pd.Series[str]":
    """Which rows share a coverage: those of one level, of grids those of one tier (`grid 1`)."""
    part: pd.Series[str] = frame["level"].astype(str)
    if "tier" in frame.columns:
        tier = frame["tier"].map(lambda one: f" {one:.0f}", na_action="ignore").fillna("")
        part = part + tier.where(frame["level"] == "grid", "")
    return part


def parents_of(mine: gpd.GeoDataFrame, frame: gpd.GeoDataFrame, ground: Ground) -> gpd.GeoDataFrame:
    """Areas with a border that rows of one level may lie in: the set's own where it has them, else the stored ones.

    Returns code, name, level and geometry, for every code above a row of `mine`.
    """
    wanted: set[str] = set()
    for code in mine["code"]:
        above = codes.parent(code)
        while above is not None and above not in wanted:
            wanted.add(above)
            above = codes.parent(above)
    columns = ["code", "name", "level", "geometry"]
    own = frame.loc[frame["code"].isin(wanted), columns]
    stored = ground.parents.loc[ground.parents["code"].isin(wanted - set(own["code"])), columns]
    rows = [*own.itertuples(index=False), *stored.itertuples(index=False)]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=frame.crs)


def pairs(polygons: Geometries, own: int, limit_m2: float = NOISE_M2) -> tuple[Ints, Ints, Geometries]:
    """Pairs of polygons sharing more than the limit, the first `own` of them against all: positions and shared ground.

    Only polygons with an edge that no coverage may have are laid over the others; of a pair, one may have none.
    """
    suspect = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(polygons)))
    one, other = shapely.STRtree(polygons).query(polygons[suspect], predicate="intersects")
    both = np.sort(np.stack([suspect[one], other]), axis=0)
    left, right = np.unique(both[:, (both[0] < both[1]) & (both[0] < own)], axis=1)
    # where borders also run along each other, the lines are no shared ground
    shared = shapely.buffer(shapely.intersection(polygons[left], polygons[right]), 0)
    real = shapely.area(shared) > limit_m2
    return left[real].astype(np.int64), right[real].astype(np.int64), shared[real]


def hairlines(frame: gpd.GeoDataFrame, ground: Ground, found: Sequence[Fault]) -> tuple[Fault, ...]:
    """Overlaps of a set as it came, over 0.05 m2 but so narrow that they are gone once its borders are matched.

    found: the faults of the set as matched. Nobody has to mend a strip under 1 cm, but it is told.
    """
    known = {frozenset(one.involved) for one in found if one.code == "OVERLAP"}
    told: list[Fault] = []
    for part, rows in frame.groupby(parts(frame), sort=False):
        beside = ground.siblings[parts(ground.siblings) == part]
        told += _overlaps(rows.reset_index(drop=True), beside, "info", "宽不到 1 厘米，已自动对齐。")
    return tuple(one for one in told if frozenset(one.involved) not in known)


def _overlaps(
    mine: gpd.GeoDataFrame, beside: gpd.GeoDataFrame, severity: Severity = "error", then: str = "请改到不重叠。"
) -> list[Fault]:
    polygons = np.concatenate([mine.geometry.to_numpy(), beside.geometry.to_numpy()])
    names = [_label(one) for one in (*mine.itertuples(), *beside.itertuples())]
    area_codes = [*mine["code"], *beside["code"]]
    rows = mine["source_row"].tolist()
    found = []
    for a, b, shape in zip(*pairs(polygons, len(mine)), strict=True):
        m2 = float(shapely.area(shape))
        stored = b >= len(mine)
        whose = f"已有的{names[b]}" if stored else names[b]
        message = f"{names[a]}与{whose}重叠约 {m2:,.1f} 平方米，{then}"
        row = rows[a] if stored else max(rows[a], rows[b])
        found.append(Fault("OVERLAP", severity, message, shape, m2, "m2", row, (area_codes[a], area_codes[b])))
    return found


def _gaps(
    mine: gpd.GeoDataFrame, beside: gpd.GeoDataFrame, above: gpd.GeoDataFrame, refused: Sequence[Any]
) -> list[Fault]:
    """Ground inside a parent, or enclosed where there is none, that no row has; not where a refused row may lie."""
    cover = np.concatenate([mine.geometry.to_numpy(), beside.geometry.to_numpy()])
    area_codes = np.array([*mine["code"], *beside["code"]], dtype=object)
    word = codes.LEVEL_NAMES[mine["level"].iloc[0]]
    tree, hidden = shapely.STRtree(cover), shapely.STRtree(list(refused))
    direct = above[above["code"].isin(set(mine["parent_code"].dropna()))]
    if len(direct):
        empty = [
            (f"“{one.name}”里", _uncovered(one.geometry, cover[tree.query(one.geometry, predicate="intersects")]))
            for one in direct.itertuples(index=False)
        ]
    else:
        empty = [("各区域之间", holes(cover))]
    found = []
    for where, parts in empty:
        for part in parts:
            if len(hidden.query(part, predicate="intersects")):
                continue
            m2, width = float(shapely.area(part)), width_m(part)
            touched = tuple(sorted(area_codes[tree.query(part, predicate="dwithin", distance=NOISE_WIDTH_M)]))
            if width < SLIVER_WIDTH_M:
                text = f"{where}有一条宽约 {width:.2f} 米的窄缝（{m2:,.1f} 平方米），像是同一条边界画了两遍。"
                found.append(Fault("SLIVER", "warning", text, part, m2, "m2", None, touched))
            else:
                text = f"{where}有 {m2:,.0f} 平方米不属于任何{word}，最宽处约 {width:,.1f} 米。"
                found.append(Fault("GAP", "warning", text, part, m2, "m2", None, touched))
    return found


def _uncovered(parent: Any, cover: Geometries) -> Geometries:
    return real_parts(shapely.difference(parent, shapely.union_all(cover)))


def holes(cover: Geometries) -> Geometries:
    """Ground enclosed by the polygons that none of them has."""
    rings, of = shapely.get_rings(shapely.get_parts(shapely.union_all(cover)), return_index=True)
    inner = np.concatenate([[False], of[1:] == of[:-1]])
    return real_parts(shapely.union_all(shapely.polygons(rings[inner])))


def real_parts(ground: Any) -> Geometries:
    """The parts of a piece of ground that are more than rounding."""
    parts = shapely.get_parts(ground)
    parts = parts[shapely.get_dimensions(parts) == 2]
    parts = parts[shapely.area(parts) > NOISE_M2]
    found: Geometries = parts[2 * shapely.area(parts) / shapely.length(parts) > NOISE_WIDTH_M]
    return found


def width_m(polygon: Any) -> float:
    """The widest place of a polygon: the diameter of the largest circle in it."""
    return 2.0 * float(shapely.length(shapely.maximum_inscribed_circle(polygon)))


def _slivers(mine: gpd.GeoDataFrame) -> list[Fault]:
    polygons = mine.geometry.to_numpy()
    thin = np.flatnonzero(2 * shapely.area(polygons) / shapely.length(polygons) < SLIVER_WIDTH_M)
    found = []
    for i in thin.tolist():
        row = mine.iloc[i]
        m2 = float(shapely.area(polygons[i]))
        text = f"“{row['name'] or row['code']}”只是一条 {m2:,.1f} 平方米的窄条，请核对它是不是碎片。"
        code = (row["code"],)
        found.append(Fault("SLIVER", "warning", text, polygons[i], m2, "m2", int(row["source_row"]), code))
    return found


def _parentage(mine: gpd.GeoDataFrame, above: gpd.GeoDataFrame, known: frozenset[str]) -> list[Fault]:
    """Rows whose parent nobody knows, that reach out of it, or that lie in another one than their code says."""
    found = []
    border = {row.code: row for row in above.itertuples(index=False)}
    for code in border:
        shapely.prepare(border[code].geometry)
    for row in mine.itertuples(index=False):
        at, label = int(row.source_row), _label(row)
        parent = row.parent_code
        if parent is not None and parent not in known and row.level != "district":
            text = f"{label}的上级 {parent} 还没有，请先导入它的边界或代码表。"
            m2 = float(shapely.area(row.geometry))
            found.append(Fault("NO_PARENT", "warning", text, row.geometry, m2, "m2", at, (row.code, parent)))
        while parent is not None and parent not in border:
            parent = codes.parent(parent)
        if parent is None or shapely.covers(border[parent].geometry, row.geometry):
            continue
        found += _out(row, border[parent], above, label)
    return found


def _out(row: Any, parent: Any, above: gpd.GeoDataFrame, label: str) -> list[Fault]:
    pieces = real_parts(shapely.difference(row.geometry, parent.geometry))
    m2 = float(shapely.area(pieces).sum())
    if m2 <= OUTSIDE_M2:
        return []
    at, half = int(row.source_row), shapely.area(row.geometry) / 2
    others = above[(above["level"] == parent.level) & (above["code"] != parent.code)]
    shares = shapely.area(shapely.intersection(others.geometry.to_numpy(), row.geometry))
    shape = shapely.union_all(pieces)
    if m2 > half and len(shares) and shares.max() > half:
        other = others.iloc[int(shares.argmax())]
        text = f"{label}的代码说它属于“{parent.name}”，图上却在“{other['name']}”，请核对代码或边界。"
        involved = (row.code, parent.code, other["code"])
        return [Fault("CODE_PARENT_MISMATCH", "error", text, shape, m2, "m2", at, involved)]
    severity: Severity = "error" if m2 > half else "warning"
    text = f"{label}有 {m2:,.0f} 平方米在“{parent.name}”之外，请核对边界。"
    return [Fault("OUTSIDE_PARENT", severity, text, shape, m2, "m2", at, (row.code, parent.code))]


def _label(row: Any) -> str:
    return f"“{row.name or row.code}”"
