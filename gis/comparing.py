"""New rows beside what is stored: pairs of the same thing, and whether points lie where they say they do."""

from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import datum as datums
from gis.findings import Finding
from gis.offset import Offset, offset

Floats: TypeAlias = NDArray[np.float64]

_FALSE_DATUMS = ("gcj02", "bd09")
_ENOUGH = 20
_CLEARLY = 3.0  # standard deviations of a Poisson count


def shift(frame: gpd.GeoDataFrame, current: gpd.GeoDataFrame | None) -> Offset | None:
    """Offset of the rows from stored ones with the same code, uid or (once on each side) name; None without pairs.

    Both frames in EPSG:4490. Areas and lines are compared by their centroids.
    """
    if current is None or len(current) == 0 or len(frame) == 0:
        return None
    for key in ("code", "uid", "name"):
        if key not in frame.columns or key not in current.columns:
            continue
        ours, theirs = _once(frame[key]), _once(current[key])
        both = ours.index.intersection(theirs.index)
        if len(both):
            return offset(_xy(frame, ours[both].to_numpy()), _xy(current, theirs[both].to_numpy()))
    return None


def misplaced(frame: gpd.GeoDataFrame, claims: "pd.Series[str]", districts: gpd.GeoDataFrame) -> Finding | None:
    """A finding when the points would lie in the districts they claim far more often under another datum.

    claims: per row the name or code of a district, or None; districts: stored, EPSG:4490, columns code and name.
    """
    names = {str(district["name"]): i for i, district in districts.reset_index(drop=True).iterrows()}
    names |= {str(district["code"]): i for i, district in districts.reset_index(drop=True).iterrows()}
    claimed = claims.map(names)
    known = claimed.notna().to_numpy()
    if known.sum() < _ENOUGH:
        return None
    xy = _xy(frame, np.flatnonzero(known))
    home = districts.geometry.to_numpy()[claimed[known].astype(int).to_numpy()]
    shapely.prepare(home)
    misses = {"": _missing(home, xy)}
    for name in _FALSE_DATUMS:
        misses[name] = _missing(home, np.column_stack(datums.convert(xy[:, 0], xy[:, 1], name, "cgcs2000")))
    best = min(misses, key=lambda name: misses[name])
    if best == "" or misses[""] - misses[best] <= _CLEARLY * np.sqrt(misses[""] + misses[best] + 1):
        return None
    text = (
        f"有 {misses['']:,} 个点不在自己写明的区县里，按{datums.NAMES[best]}换算后只剩 {misses[best]:,} 个；"
        f"若确是，请加 --datum {best} 重新导入。"
    )
    return Finding("DATUM_OFFSET", "warning", text)


def _missing(home: NDArray[np.object_], xy: Floats) -> int:
    return int((~shapely.intersects_xy(home, xy[:, 0], xy[:, 1])).sum())


def _once(keys: "pd.Series[str]") -> "pd.Series[int]":
    """Row positions by key, keys that occur once."""
    positions = pd.Series(np.arange(len(keys)), index=keys.astype(object).to_numpy())
    positions = positions[positions.index.notna()]
    return positions[~positions.index.duplicated(keep=False)]


def _xy(frame: gpd.GeoDataFrame, rows: NDArray[np.integer[Any]]) -> Floats:
    return np.asarray(shapely.get_coordinates(shapely.centroid(frame.geometry.to_numpy()[rows])), dtype=np.float64)
