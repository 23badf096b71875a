"""Named repairs of a set of borders; whatever was repaired is a vertex-matched coverage."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import codes, faces, snapborders
from gis.errors import BadInputError
from gis.topology import Ground, parents_of, parts

Name = Literal["duplicates", "snap", "overlap", "gap"]
Rule = Literal["smaller", "larger", "first"]
ORDER: Final[tuple[Name, ...]] = ("duplicates", "snap", "overlap", "gap")
MOST_M: Final = MappingProxyType({"snap": 20.0, "gap": 50.0})
RULES: Final = MappingProxyType({"smaller": "给代码小的", "larger": "给面积大的", "first": "给排在前面的"})


class RepairError(BadInputError):
    """A repair that does not exist, or a value it does not take."""

    code = "REPAIR_UNKNOWN"


@dataclass(frozen=True)
class Repair:
    """One named repair: `width_m` of snap and gap, `rule` of overlap."""

    name: Name
    width_m: float = 0.0
    rule: Rule = "smaller"

    @property
    def text(self) -> str:
        """The repair as it is asked for: duplicates, snap=0.5, overlap=smaller, gap=2."""
        value = {"duplicates": "", "overlap": f"={self.rule}"}.get(self.name, f"={self.width_m:g}")
        return self.name + value

    @property
    def title(self) -> str:
        """The repair in words."""
        return {
            "duplicates": "去掉重复的行，留前面的",
            "snap": f"把相距 {self.width_m:g} 米以内的边界对齐",
            "overlap": f"重叠的地方{RULES[self.rule]}",
            "gap": f"合并宽度不到 {self.width_m:g} 米的缝",
        }[self.name]


@dataclass(frozen=True)
class Mended:
    """A repaired frame: the same columns, fewer rows where some were dropped (`dropped`: their source rows)."""

    frame: gpd.GeoDataFrame
    dropped: tuple[int, ...]


def parse(texts: Sequence[str]) -> tuple[Repair, ...]:
    """Repairs from their texts, in the order they are applied; raises RepairError."""
    found = {one.name: one for one in map(_parse, texts)}
    if len(found) < len(texts):
        raise RepairError("同一种修复只能选一次")
    return tuple(found[name] for name in ORDER if name in found)


def mend(frame: gpd.GeoDataFrame, ground: Ground, repairs: Sequence[Repair]) -> Mended:
    """Apply repairs in the order duplicates, snap, overlap, gap, whatever the order asked; upper levels first.

    frame as in `topology.check`. Stored neighbours and parents never move: what overlaps a neighbour goes to it. After
    any repair but duplicates the rows of a level and their parents' borders (with a vertex every 50 m) are noded on a
    0.1 mm grid, and noise under 0.05 m2 is settled. Rows left without ground are dropped.
    """
    chosen = {one.name: one for one in repairs}
    kept = frame
    if "duplicates" in chosen:
        same = pd.DataFrame({"part": parts(frame), "shape": shapely.to_wkb(shapely.normalize(frame.geometry))})
        kept = frame[~same.duplicated().to_numpy()].reset_index(drop=True)
    if set(chosen) - {"duplicates"}:
        for part in _from_the_top(kept):
            kept = _mend_part(kept, part, ground, chosen)
    gone = set(frame["source_row"]) - set(kept["source_row"])
    return Mended(kept, tuple(sorted(int(row) for row in gone)))


def matched(frame: gpd.GeoDataFrame, ground: Ground) -> gpd.GeoDataFrame:
    """The frame with a vertex on both sides wherever borders meet; no ground moves but noise under 0.05 m2.

    Levels that are vertex-matched already stay as they are, to the last digit.
    """
    for part in _from_the_top(frame):
        if not shapely.coverage_is_valid(frame.loc[parts(frame) == part].geometry.to_numpy()):
            frame = _mend_part(frame, part, ground, {})
    return frame


def _from_the_top(frame: gpd.GeoDataFrame) -> list[str]:
    """The parts of a frame, upper levels first, so that parents are settled before what lies in them."""
    order = {level: rank for rank, level in enumerate((*codes.LEVELS, "grid"))}
    return sorted(parts(frame).unique(), key=lambda part: (order[part.split()[0]], part))


def _mend_part(frame: gpd.GeoDataFrame, part: str, ground: Ground, chosen: dict[Name, Repair]) -> gpd.GeoDataFrame:
    own = np.flatnonzero(parts(frame) == part)
    mine = frame.iloc[own]
    polygons = mine.geometry.to_numpy().copy()
    fixed = ground.siblings.loc[parts(ground.siblings) == part].geometry.to_numpy()
    above = parents_of(mine, frame, ground)
    parents = above.loc[above["code"].isin(set(mine["parent_code"].dropna()))].geometry.to_numpy()
    if "snap" in chosen:
        polygons = snapborders.snapped(polygons, np.concatenate([fixed, parents]), chosen["snap"].width_m)
    rule = chosen["overlap"].rule if "overlap" in chosen else None
    narrow_m = chosen["gap"].width_m if "gap" in chosen else 0.0
    made = faces.settled(polygons, fixed, parents, _priority(mine, rule), rule is not None, narrow_m)
    shapes = frame.geometry.to_numpy().copy()
    shapes[own] = made
    whole = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return whole[~shapely.is_empty(shapes)].reset_index(drop=True)


def _priority(mine: gpd.GeoDataFrame, rule: Rule | None) -> NDArray[np.int64]:
    """Rank of every row, the smallest keeps what several have."""
    codes_rank = mine["code"].rank(method="first").to_numpy()
    if rule == "larger":
        order = np.lexsort((codes_rank, -shapely.area(mine.geometry.to_numpy())))
    elif rule == "first":
        order = np.argsort(mine["source_row"].to_numpy(), kind="stable")
    else:
        order = np.argsort(codes_rank, kind="stable")
    rank = np.empty(len(mine), dtype=np.int64)
    rank[order] = np.arange(len(mine))
    return rank


def _parse(text: str) -> Repair:
    name, _, value = text.partition("=")
    if name == "duplicates" and not value:
        return Repair("duplicates")
    if name == "overlap" and value in RULES:
        return Repair("overlap", rule=value)  # type: ignore[arg-type]
    if name in MOST_M:
        try:
            width = float(value)
        except ValueError:
            width = np.nan
        if 0 < width <= MOST_M[name]:
            return Repair(name, width)  # type: ignore[arg-type]
        raise RepairError(f"{name} 要写成 {name}=米数，大于 0、不超过 {MOST_M[name]:g}，例如 {name}=0.5")
    raise RepairError(f"没有“{text}”这种修复。可用：snap=米数 gap=米数 overlap=smaller|larger|first duplicates")
