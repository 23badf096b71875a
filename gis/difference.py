"""A set of borders against the current version: what is new, closed, renamed or moved, and whom that concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import require_metric

MOVED_M2: Final = 0.5
RIM_M: Final = 2e-4  # rounding to 1e-9 degrees moves a border by this much at most

What = Literal["added", "closed", "renamed", "moved", "recounted"]
Codes = NDArray[np.object_]


@dataclass(frozen=True)
class Step:
    """One area that differs: `won_m2` and `lost_m2` of ground, `was` its former name."""

    what: What
    code: str
    name: str
    was: str = ""
    won_m2: float = 0.0
    lost_m2: float = 0.0


@dataclass(frozen=True)
class People:
    """Compounds that come under another area, and their households (of those whose number is known)."""

    compounds: int
    households: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """All steps in order of code, with the people concerned."""

    steps: tuple[Step, ...]
    people: People

    @property
    def counts(self) -> Mapping[str, int]:
        """Steps per kind."""
        return {what: sum(one.what == what for one in self.steps) for what in What.__args__}  # type: ignore[attr-defined]


def difference(
    new: gpd.GeoDataFrame, old: gpd.GeoDataFrame, kept: Sequence[str], compounds: gpd.GeoDataFrame
) -> Difference:
    """Compare areas by code.

    new, old: metric, columns code, name, geometry (old may lack a border) and any shared counts; kept: codes of `old`
    that stay although `new` lacks them; compounds: Points with uid, name, households. Areas of one code are moved where
    their borders differ by more than 0.5 m2 and more than rounding.
    """
    require_metric(new)
    mine, theirs = new.set_index("code"), old.set_index("code")
    stay = set(kept)
    steps = [Step("added", code, _name(mine, code)) for code in mine.index.difference(theirs.index)]
    gone = [code for code in theirs.index.difference(mine.index) if code not in stay]
    steps += [Step("closed", code, _name(theirs, code)) for code in gone]
    both = mine.index.intersection(theirs.index)
    steps += [
        Step("renamed", code, _name(mine, code), _name(theirs, code))
        for code in both
        if _name(mine, code) not in ("", _name(theirs, code))
    ]
    steps += _moved(mine, theirs, both)
    steps += _recounted(mine, theirs, both)
    standing = old["code"].isin(stay - set(mine.index))
    after = pd.concat([new[["code", "geometry"]], old.loc[standing, ["code", "geometry"]]])
    return Difference(tuple(sorted(steps, key=lambda one: (one.code, one.what))), moved_people(old, after, compounds))


def moved_people(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> People:
    """Compounds (Points) that lie in another area (column code) than before, most households first."""
    inner = compounds.geometry.to_numpy()
    differs = owners(before, inner) != owners(after, inner)
    rows = compounds[differs].sort_values("households", ascending=False, na_position="last")
    return People(
        len(rows), int(np.nansum(rows["households"].to_numpy(float))), tuple(rows["name"].fillna("").astype(str))
    )


def owners(areas: gpd.GeoDataFrame, points: NDArray[np.object_]) -> Codes:
    """Code of the area that each point lies in, the smallest where a border runs through it; empty for none."""
    found: Codes = np.full(len(points), "", dtype=object)
    drawn = areas[areas.geometry.notna()].sort_values("code", ascending=False)
    if len(drawn) and len(points):
        tree = shapely.STRtree(points)
        area, point = tree.query(drawn.geometry.to_numpy(), predicate="intersects")
        order = np.argsort(area, kind="stable")
        found[point[order]] = drawn["code"].to_numpy(object)[area[order]]
    return found


def ground_moved(before: NDArray[np.object_], after: NDArray[np.object_]) -> tuple[NDArray[np.float64], ...]:
    """Square metres won and lost from polygons to polygons (aligned); differences of rounding count as none."""
    same = shapely.equals_identical(before, after)
    won, lost = np.zeros(len(before)), np.zeros(len(before))
    differ = np.flatnonzero(~same)
    won[differ] = shapely.area(shapely.difference(after[differ], before[differ]))
    lost[differ] = shapely.area(shapely.difference(before[differ], after[differ]))
    noise = won + lost <= np.maximum(MOVED_M2, RIM_M * shapely.length(before))
    won[noise] = lost[noise] = 0.0
    return won, lost


def _moved(mine: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame, both: "pd.Index[str]") -> list[Step]:
    was = theirs.geometry.loc[both].to_numpy()
    now = mine.geometry.loc[both].to_numpy()
    drawn = ~shapely.is_missing(was) & ~shapely.is_missing(now)
    steps = [
        Step("moved", code, _name(mine, code), "", float(shapely.area(one)), 0.0)
        for code, one in zip(both[shapely.is_missing(was)], now[shapely.is_missing(was)], strict=True)
        if one is not None
    ]
    won, lost = ground_moved(was[drawn], now[drawn])
    for code, more, less in zip(both[drawn], won.tolist(), lost.tolist(), strict=True):
        if more or less:
            steps.append(Step("moved", code, _name(mine, code), "", more, less))
    return steps


def _recounted(mine: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame, both: "pd.Index[str]") -> list[Step]:
    """Areas of which a count is given and differs from the stored one."""
    shared = [name for name in mine.columns if name in theirs.columns and mine[name].dtype.kind in "fi"]
    shared = [name for name in shared if name != "source_row"]
    if not shared or not len(both):
        return []
    now = mine.loc[both, shared].to_numpy(dtype=float)
    was = pd.DataFrame(theirs.loc[both, shared]).apply(pd.to_numeric).to_numpy(dtype=float)
    differs = (~np.isnan(now) & (now != was)).any(axis=1)
    return [Step("recounted", code, _name(mine, code)) for code in both[differs]]


def _name(rows: gpd.GeoDataFrame, code: str) -> str:
    name = rows.at[code, "name"]
    return "" if name is None or name != name else str(name)
