"""推算: households of compounds that have no count, from what else is known of them, forced to published totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

METHODS: Mapping[str, str] = MappingProxyType(
    {
        "residents": "按人数",
        "units": "按楼栋套数",
        "floor_area": "按建筑面积",
        "neighbours": "按附近同类小区",
        "total": "按公布总数均分",
    }
)


@dataclass(frozen=True)
class Estimated:
    """Households of every compound, in the order of the frame.

    `households`: counts, whole where estimated, NaN where nothing could be said; `method`: a word of METHODS where
    estimated, else ''; `exceeded`: codes (and '' for the whole) whose known counts alone pass the published figure, so
    that what is estimated there became 0.
    """

    households: Floats
    method: NDArray[np.object_]
    exceeded: tuple[str, ...]

    @property
    def estimated(self) -> Mask:
        """Which counts are estimated."""
        return np.asarray(self.method != "", dtype=np.bool_)


def building_sums(buildings: pd.DataFrame) -> pd.DataFrame:
    """Units and floor area by compound, empty where one of its buildings does not say.

    `buildings`: compound_uid, units, floor_area_m2.
    """
    named = buildings[buildings["compound_uid"].notna()]
    counts = named[["units", "floor_area_m2"]].apply(pd.to_numeric, errors="coerce")
    grouped = counts.groupby(named["compound_uid"])
    sums: pd.DataFrame = grouped.sum().where(grouped.count().eq(grouped.size(), axis=0))
    return sums


def households(
    compounds: gpd.GeoDataFrame,
    sums: pd.DataFrame,
    published: Mapping[str, int],
    whole: int | None,
    neighbours: int,
    residents_per_household: float,
) -> Estimated:
    """Estimate the households of compounds that have no count; known counts stay as they are.

    `compounds`: uid, kind, community, households, residents, geometry in a metric CRS; `sums` as `building_sums` makes
    them; `published`: figure by community code; `whole`: figure of all compounds together, for those in communities
    without one; `neighbours`: how many nearest compounds of the same kind give the median. The first that applies of:
    residents, units of the buildings, floor area, neighbours. Where a figure is published, estimates are scaled to
    what it leaves by largest remainder, so that totals are exact.
    """
    known_counts = compounds["households"].to_numpy(dtype=float)
    missing = np.isnan(known_counts)
    raw, method = _raw(compounds, sums, neighbours, residents_per_household)
    values = np.where(missing, np.floor(raw + 0.5), known_counts)
    method = np.where(missing, method, "").astype(object)
    exceeded = []
    community = compounds["community"].to_numpy(dtype=object)
    told = np.zeros(len(compounds), dtype=np.bool_)
    for code, total in sorted(published.items()):
        inside = np.asarray(community == code, dtype=np.bool_)
        told |= inside
        if not _force(values, method, raw, inside & missing, total - np.nansum(known_counts[inside])):
            exceeded.append(code)
    if whole is not None:
        open_rows = missing & ~told
        if not _force(values, method, raw, open_rows, whole - np.nansum(values[~open_rows])):
            exceeded.append("")
    return Estimated(values, method, tuple(exceeded))


def largest_remainder(weights: Floats, total: int) -> NDArray[np.int64]:
    """Whole shares of a total in proportion to weights (equal where all are zero), adding up to it exactly.

    What rounding down leaves goes to the largest fractions, the earlier of equal ones first.
    """
    if weights.sum() <= 0:
        weights = np.ones_like(weights)
    quota = weights / weights.sum() * total
    shares: NDArray[np.int64] = np.floor(quota).astype(np.int64)
    left = total - int(shares.sum())
    shares[np.argsort(-(quota - shares), kind="stable")[:left]] += 1
    return shares


def _force(values: Floats, method: NDArray[np.object_], raw: Floats, rows: Mask, rest: float) -> bool:
    """Spread what a figure leaves over the rows, in place; False where it leaves less than nothing."""
    if not rows.any():
        return True
    blank = rows & np.isnan(raw)
    said = raw[rows & ~np.isnan(raw)]
    weights = np.where(np.isnan(raw), np.median(said) if len(said) else 1.0, raw)[rows]
    values[rows] = largest_remainder(weights, max(0, int(rest)))
    method[blank] = "total"
    return rest >= 0


def _raw(
    compounds: gpd.GeoDataFrame, sums: pd.DataFrame, neighbours: int, residents_per_household: float
) -> tuple[Floats, NDArray[np.object_]]:
    """The estimate of every compound before any total, NaN where none applies, and how it was made."""
    count = compounds["households"].to_numpy(dtype=float)
    kind = compounds["kind"].fillna("").to_numpy(dtype=object)
    built = sums.reindex(compounds["uid"])
    guesses = {
        "residents": compounds["residents"].to_numpy(dtype=float) / residents_per_household,
        "units": _by_rate(count, built["units"].to_numpy(dtype=float), kind, default=1.0),
        "floor_area": _by_rate(count, built["floor_area_m2"].to_numpy(dtype=float), kind, default=np.nan),
        "neighbours": _by_neighbours(count, shapely.get_coordinates(compounds.geometry.to_numpy()), kind, neighbours),
    }
    raw = np.full(len(compounds), np.nan)
    method = np.full(len(compounds), "", dtype=object)
    for name, guess in guesses.items():
        takes = np.isnan(raw) & ~np.isnan(guess)
        raw[takes], method[takes] = guess[takes], name
    return raw, method


def _by_rate(count: Floats, size: Floats, kind: NDArray[np.object_], default: float) -> Floats:
    """Size times the median households per size of compounds of the kind, of all kinds where there are none."""
    both = ~np.isnan(count) & (size > 0)
    overall = float(np.median(count[both] / size[both])) if both.any() else default
    guess = size * overall
    for one in np.unique(kind[both]).tolist():
        alike = both & (kind == one)
        guess[kind == one] = size[kind == one] * float(np.median(count[alike] / size[alike]))
    return guess


def _by_neighbours(count: Floats, xy: Floats, kind: NDArray[np.object_], neighbours: int) -> Floats:
    """Median households of the nearest compounds of the kind that have a count; NaN where there are none."""
    known = ~np.isnan(count)
    guess = np.full(len(count), np.nan)
    for one in np.unique(kind[~known]).tolist():
        asked, told = np.flatnonzero(~known & (kind == one)), np.flatnonzero(known & (kind == one))
        if len(told):
            _, near = cKDTree(xy[told]).query(xy[asked], k=list(range(1, min(neighbours, len(told)) + 1)))
            guess[asked] = np.median(count[told[near]], axis=1)
    return guess
