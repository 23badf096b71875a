"""What a division could not meet, said grid by grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd

from gis.findings import Finding, Severity
from gis.grids.partition import Sizes

UNNAMED: Final = "未命名小区"


@dataclass(frozen=True)
class Cut:
    """A division to be remarked on.

    grids: [code, name, kind, households, geometry], EPSG:4490; compounds: [uid, name, households]; holding: [compound,
    grid (rows), share]; grouped: uids cut into groups of buildings; over: pairs of grids' rows joined over a barrier.
    """

    grids: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    holding: pd.DataFrame
    grouped: tuple[str, ...]
    over: Sequence[tuple[int, int]]
    sizes: Sizes


def remarks(cut: Cut) -> tuple[Finding, ...]:
    """Households out of range, barriers inside a grid, compounds cut into groups of buildings or without a count."""
    return (*_sizes(cut), *_barriers(cut), *_compounds(cut))


def _sizes(cut: Cut) -> list[Finding]:
    sizes, found = cut.sizes, []
    giants = _giants(cut)
    for row in range(len(cut.grids)):
        households = cut.grids["households"].iloc[row]
        name = _name(cut, row)
        if cut.grids["kind"].iloc[row] != "基础" or pd.isna(households):
            continue
        if households < sizes.low:
            text = f"{name}只有 {households:,.0f} 户，少于 {sizes.low:,.0f} 户；可以并入相邻网格，或保留。"
            found.append(_at(cut, row, "HOUSEHOLDS_BELOW", "warning", text))
        elif households > sizes.high:
            why = f"，其中{giants[row]}不能再分" if row in giants else ""
            text = f"{name}有 {households:,.0f} 户{why}，多于 {sizes.high:,.0f} 户；请确认是否配两名网格员。"
            found.append(_at(cut, row, "HOUSEHOLDS_ABOVE", "warning", text))
    return found


def _giants(cut: Cut) -> dict[int, str]:
    """Names of the compounds over the range that lie in one grid whole, by grid."""
    large = (cut.compounds["households"] > cut.sizes.high) & ~cut.compounds["uid"].isin(cut.grouped)
    names: dict[int, list[str]] = {}
    for compound, grid in zip(cut.holding["compound"].tolist(), cut.holding["grid"].tolist(), strict=True):
        if large.iloc[compound]:
            names.setdefault(grid, []).append(f"“{cut.compounds['name'].iloc[compound] or UNNAMED}”")
    return {grid: "、".join(listed) for grid, listed in names.items()}


def _barriers(cut: Cut) -> list[Finding]:
    text = "{}里有河流、铁路或城墙穿过：对面的地块住户太少，不能单独成格；请确认往来是否方便。"
    joined = sorted({a for a, b in cut.over if a == b})
    return [_at(cut, row, "CROSSES_BARRIER", "warning", text.format(_name(cut, row))) for row in joined]


def _compounds(cut: Cut) -> list[Finding]:
    found = []
    for uid in cut.grouped:
        row = int(cut.compounds.index[cut.compounds["uid"] == uid][0])
        held = cut.holding.loc[cut.holding["compound"] == row, "grid"]
        name, households = cut.compounds["name"].iloc[row] or UNNAMED, cut.compounds["households"].iloc[row]
        text = f"“{name}”有 {households:,.0f} 户，按楼栋分在 {held.nunique()} 个网格里。"
        found.append(_at(cut, int(held.min()), "BUILDING_GROUPS", "info", text))
    unknown = int(cut.compounds["households"].isna().sum())
    if unknown:
        text = f"{unknown} 个小区没有户数，划分时按 0 户算；补上户数后请重新划分。"
        found.append(Finding("HOUSEHOLDS_MISSING", "warning", text))
    return found


def _name(cut: Cut, row: int) -> str:
    return f"{cut.grids['code'].iloc[row]} {cut.grids['name'].iloc[row]}"


def _at(cut: Cut, row: int, code: str, severity: Severity, text: str) -> Finding:
    inner = cut.grids.geometry.iloc[row].representative_point()
    return Finding(code, severity, text, None, "geometry", round(inner.x, 7), round(inner.y, 7))
