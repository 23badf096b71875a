"""Grids held against what they are part of: their communities and the grids of the tier above."""

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import crs
from gis.findings import Finding, Parsed

# borders drawn twice differ by a hand's breadth; beyond a share of the grid they speak of other ground
OUTSIDE_NOISE_M2 = 1.0
OUTSIDE_MOST_SHARE = 0.01


def judge(parsed: Parsed, communities: gpd.GeoDataFrame, tiers: Mapping[str, int]) -> Parsed:
    """Hold parsed grids (EPSG:4490) against their communities and parent grids.

    `communities`: code, name, geometry in EPSG:4490 (may be missing); `tiers`: tier of the grids already there, by
    code. Ground outside the community up to 1 m2 is noise, up to 1 % of the grid a warning, beyond that an error; so
    are a community or a parent grid that is not there, and a parent that is not of a tier above. One error keeps all
    grids out. Findings: NO_PARENT, OUTSIDE_PARENT, CODE_PARENT_MISMATCH.
    """
    frame = parsed.frame
    if len(frame) == 0:
        return parsed
    found = [*_communities(frame, communities), *_parts(frame, tiers)]
    if not found:
        return parsed
    faulty = len({one.row for one in found if one.refuses})
    if faulty == 0:
        return replace(parsed, findings=(*parsed.findings, *found))
    text = f"网格要全部合格才能入库：有 {faulty} 行不合格，这次一行也没有收。"
    whole = Finding("ALL_OR_NOTHING", "error", text, refuses=True)
    return replace(
        parsed,
        frame=frame.iloc[:0],
        findings=(whole, *parsed.findings, *found),
        accepted=0,
        refused=parsed.refused + parsed.accepted,
    )


def _communities(frame: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> list[Finding]:
    """Each grid against the community its code names."""
    place = pd.Index(communities["code"]).get_indexer(frame["parent_code"])
    found = [
        _finding("NO_PARENT", f"社区 {frame['parent_code'].iloc[i]} 还没有导入。先导入社区再导入网格。", frame, i)
        for i in np.flatnonzero(place < 0).tolist()
    ]
    known = np.flatnonzero(place >= 0)
    drawn = known[communities.geometry.notna().to_numpy()[place[known]]]
    if len(drawn) == 0:
        return found
    outside_m2, area_m2 = _outside(frame.iloc[drawn], communities.iloc[place[drawn]])
    names = communities["name"].to_numpy()[place]
    for i, out, whole in zip(drawn.tolist(), outside_m2.tolist(), area_m2.tolist(), strict=True):
        if out <= OUTSIDE_NOISE_M2:
            continue
        much = out > OUTSIDE_MOST_SHARE * whole
        ending = "网格只能在一个社区里，请改正。" if much else "照收，请核对两边的边界。"
        text = f"有 {out:,.0f} 平方米（{out / whole:.1%}）在{names[i]}之外；{ending}"
        found.append(_finding("OUTSIDE_PARENT", text, frame, i, refuses=much))
    return found


def _outside(grids: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> tuple[NDArray[np.float64], ...]:
    """Square metres of each grid outside the community beside it, and of the whole grid."""
    zone = crs.zone_of(str(grids["code"].iloc[0]), float(grids.total_bounds[0]))
    inner = crs.to_zone(grids, zone).geometry.to_numpy()
    outer = crs.to_zone(communities, zone).geometry.to_numpy()
    return shapely.area(shapely.difference(inner, outer)), shapely.area(inner)


def _parts(frame: gpd.GeoDataFrame, tiers: Mapping[str, int]) -> list[Finding]:
    """Each grid against the grid it says it is part of."""
    known = dict(tiers) | dict(zip(frame["code"], frame["tier"], strict=True))
    found = []
    for i in np.flatnonzero(frame["parent_grid"].notna()).tolist():
        above, tier = str(frame["parent_grid"].iloc[i]), int(frame["tier"].iloc[i])
        if above not in known:
            text = f"上级网格 {above} 不在文件里，也还没有导入。"
            found.append(_finding("NO_PARENT", text, frame, i))
        elif known[above] >= tier:
            text = f"上级网格 {above} 是 {known[above]} 级，不在这个 {tier} 级网格之上，请核对级别。"
            found.append(_finding("CODE_PARENT_MISMATCH", text, frame, i))
    return found


def _finding(code: str, text: str, frame: gpd.GeoDataFrame, i: int, refuses: bool = True) -> Finding:
    """A finding about row i, at a point inside its grid."""
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(frame.geometry.iloc[i]))[0].tolist()
    row = int(frame["source_row"].iloc[i])
    return Finding(
        code,
        "error" if refuses else "warning",
        text,
        row,
        "geometry" if code == "OUTSIDE_PARENT" else "parent_code",
        round(lon, 7),
        round(lat, 7),
        refuses,
    )
