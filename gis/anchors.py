"""Anchors: one trusted point per community, taken from scattered matches of its name."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

STAY_M = 400.0
LONELY_M = 2000.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Anchors:
    """Which communities of a list can be placed on the ground, and why the others cannot.

    accepted: GeoDataFrame [code, name, parent_code, matches, kept, geometry Point], by code, CRS of the matches.
    refused: DataFrame [code, name, reason]: there were matches, but they cannot be trusted.
    without: DataFrame [code, name, reason]: no match at all (无锚点).
    """

    accepted: gpd.GeoDataFrame
    refused: pd.DataFrame
    without: pd.DataFrame


def accept(matches: gpd.GeoDataFrame, codes: pd.DataFrame) -> Anchors:
    """Accept the medoid of the matches of a code where they agree, refuse the code where they do not.

    matches: [code (12 digits), geometry Point], metric CRS, several rows a code.
    codes: [code, name, parent_code], one row a community; parent_code is its subdistrict.
    Matches over 400 m from the medoid are dropped; a code of which fewer than half stay is refused. Where one match
    is left it is refused when the next anchor of its subdistrict is over 2,000 m away (a subdistrict without any
    other anchor offers nothing to check against: refused as well). A match of a code outside the list is refused.
    """
    medoids, refused = _medoids(matches)
    listed = codes.set_index("code")
    for code in [c for c in medoids if c not in listed.index]:
        del medoids[code]
        refused[code] = "代码不在社区名单中，请核对代码表"
    refused |= _lonely(medoids, {code: str(listed.at[code, "parent_code"]) for code in medoids})
    kept = [code for code in sorted(medoids) if code not in refused]
    frame = {
        "code": kept,
        "name": [listed.at[code, "name"] for code in kept],
        "parent_code": [listed.at[code, "parent_code"] for code in kept],
        "matches": np.array([medoids[code][1] for code in kept], dtype=np.int64),
        "kept": np.array([medoids[code][2] for code in kept], dtype=np.int64),
    }
    xy = np.array([medoids[code][0] for code in kept]).reshape(-1, 2)
    accepted = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=matches.crs)
    without = sorted(set(codes["code"]) - set(kept) - set(refused))
    return Anchors(
        accepted,
        _listed(sorted(refused), listed, [refused[code] for code in sorted(refused)]),
        _listed(without, listed, ["无锚点"] * len(without)),
    )


def _listed(codes: list[str], listed: pd.DataFrame, reasons: list[str]) -> pd.DataFrame:
    names = [listed.at[code, "name"] if code in listed.index else None for code in codes]
    return pd.DataFrame({"code": codes, "name": names, "reason": reasons}, dtype=object)


def _medoids(matches: gpd.GeoDataFrame) -> tuple[dict[str, tuple[Floats, int, int]], dict[str, str]]:
    """Code -> (medoid, matches, matches that stay); and the codes whose matches scatter, with the reason."""
    medoids, refused = {}, {}
    xy = np.column_stack([matches.geometry.x, matches.geometry.y])
    for code, rows in sorted(matches.groupby("code").indices.items()):
        # sorted, so that equal sums are broken by position and not by the order of the file
        points = xy[rows][np.lexsort(xy[rows].T)]
        away = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
        medoid = int(away.sum(axis=1).argmin())
        stay = int((away[medoid] <= STAY_M).sum())
        if 2 * stay < len(points):
            refused[code] = f"{len(points)} 个匹配点中只有 {stay} 个相距不超过 {STAY_M:.0f} 米，请人工指定锚点"
        else:
            medoids[code] = (points[medoid], len(points), stay)
    return medoids, refused


def _lonely(medoids: dict[str, tuple[Floats, int, int]], parent: dict[str, str]) -> dict[str, str]:
    """Codes left with one match and no anchor of their subdistrict near enough to vouch for it.

    Repeated until nothing changes, because a refused anchor must not vouch for another one.
    """
    refused: dict[str, str] = {}
    while True:
        standing = [code for code in medoids if code not in refused]
        found = {}
        for code in standing:
            point, _, stay = medoids[code]
            others = [medoids[o][0] for o in standing if o != code and parent[o] == parent[code]]
            if stay > 1:
                continue
            if not others:
                found[code] = "只有 1 个匹配点，所在街道没有其他锚点可核对，请人工指定锚点"
            elif (gap := min(float(np.hypot(*(point - other))) for other in others)) > LONELY_M:
                found[code] = f"只有 1 个匹配点，距本街道最近的锚点 {gap:.0f} 米，请人工指定锚点"
        if not found:
            return refused
        refused |= found
