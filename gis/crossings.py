"""Borders that cut what belongs together: a compound's outline divided, or ground on both sides of a barrier."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.faults import Fault

SPLIT_SHARE: Final = 0.05
SPLIT_M2: Final = 100.0
BESIDE_M: Final = 30.0
CROSSED_M: Final = 100.0
WORDS: Final = {
    "river": "河流",
    "moat": "护城河",
    "railway": "铁路",
    "expressway": "快速路",
    "wall": "围墙",
    "city_wall": "城墙",
}


def split_outlines(mine: gpd.GeoDataFrame, beside: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame) -> list[Fault]:
    """Compounds that lie in several areas of one level: more than 5 % and 100 m2 in a second one.

    mine, beside: new and stored areas (code, name, source_row of mine); outlines: Polygons (uid, name). All metric.
    Returns SPLITS_COMPOUND at the smaller row, measured in m2 cut off.
    """
    areas = np.concatenate([mine.geometry.to_numpy(), beside.geometry.to_numpy()])
    shapes = outlines.geometry.to_numpy()
    if len(shapes) == 0:
        return []
    tree = shapely.STRtree(areas)
    whole = np.unique(tree.query(shapes, predicate="covered_by")[0])
    cut = np.setdiff1d(np.arange(len(shapes)), whole)
    at, area = tree.query(shapes[cut], predicate="intersects")
    ground = shapely.intersection(shapes[cut[at]], areas[area])
    rows = pd.DataFrame({"outline": cut[at], "area": area, "m2": shapely.area(ground), "ground": ground})
    enough = np.maximum(SPLIT_M2, SPLIT_SHARE * shapely.area(shapes[rows["outline"]]))
    rows = rows[rows["m2"] > enough].sort_values(["outline", "m2", "area"], ascending=[True, False, True])
    names = [*mine["name"].fillna(mine["code"]), *beside["name"].fillna(beside["code"])]
    area_codes = [*mine["code"], *beside["code"]]
    found: list[Fault] = []
    for outline, parts in rows.groupby("outline"):
        of = parts["area"].tolist()
        own = [one for one in of if one < len(mine)]
        if len(of) < 2 or not own:
            continue
        smaller = parts.iloc[1]
        said = "和".join(f"“{names[one]}”" for one in of)
        text = f"小区“{outlines['name'].iloc[int(outline)]}”被边界切开，分在{said}，请让边界绕开小区。"
        row = int(mine["source_row"].iloc[own[-1]])
        involved = tuple(area_codes[one] for one in of)
        m2 = float(smaller["m2"])
        found.append(Fault("SPLITS_COMPOUND", "warning", text, smaller["ground"], m2, "m2", row, involved))
    return found


def crossed_barriers(mine: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> list[Fault]:
    """Areas with more than 100 m of one barrier inside, not counting what runs within 30 m of their border.

    barriers: lines (kind, name), walls of single compounds left out. Returns CROSSES_BARRIER per area and barrier,
    measured in metres inside.
    """
    kept = barriers[barriers["kind"].isin(WORDS)] if len(barriers) else barriers
    if len(kept) == 0:
        return []
    lines = kept.geometry.to_numpy()
    inner = shapely.buffer(mine.geometry.to_numpy(), -BESIDE_M)
    area, line = shapely.STRtree(lines).query(inner, predicate="intersects")
    inside = shapely.intersection(inner[area], lines[line])
    kinds, names = kept["kind"].to_numpy(object)[line], kept["name"].fillna("").to_numpy(object)[line]
    rows = pd.DataFrame({"area": area, "kind": kinds, "name": names, "m": shapely.length(inside), "ground": inside})
    found: list[Fault] = []
    for (_, kind, name), parts in rows.groupby(["area", "kind", "name"]):
        metres = float(parts["m"].sum())
        if metres <= CROSSED_M:
            continue
        row = mine.iloc[int(parts["area"].iloc[0])]
        called = f"{WORDS[str(kind)]}“{name}”" if name else WORDS[str(kind)]
        text = f"“{row['name'] or row['code']}”跨过{called}，里面有 {metres:,.0f} 米，请确认两边是否该分开。"
        shape = shapely.union_all(parts["ground"].to_numpy(object))
        at, code = int(row["source_row"]), (row["code"],)
        found.append(Fault("CROSSES_BARRIER", "warning", text, shape, metres, "m", at, code))
    return found
