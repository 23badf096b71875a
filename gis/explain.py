"""Why a compound is not covered: the walk against the straight line, and what lies between."""

from typing import Final

import geopandas as gpd
import shapely

from gis.standards import StandardRow
from gis.walked import minutes_up

NOTHING_NEAR: Final = "附近没有"
DETOUR: Final = "绕行"
TOO_FAR: Final = "有但超时"
COVERED: Final = "已覆盖"
KIND_WORDS: Final = {
    "river": "河",
    "railway": "铁路",
    "expressway": "快速路",
    "motorway": "高速公路",
    "city_wall": "城墙",
    "wall": "围墙",
    "compound_wall": "小区围墙",
    "moat": "护城河",
}
# a walk this much longer than the straight line is a detour, not distance
DETOUR_FROM: Final = 1.6


def barriers_between(barriers: gpd.GeoDataFrame, line: shapely.LineString) -> tuple[str, ...]:
    """Chinese words of the kinds of barrier that a straight line crosses, in order of the line; metric, no repeats."""
    if len(barriers) == 0:
        return ()
    crossed = barriers[shapely.crosses(barriers.geometry.to_numpy(), line)]
    at = shapely.line_locate_point(line, shapely.centroid(shapely.intersection(crossed.geometry.to_numpy(), line)))
    kinds = crossed["kind"].to_numpy()[at.argsort()]
    return tuple(dict.fromkeys(KIND_WORDS.get(kind, "障碍") for kind in kinds))


def cause(limit_cm: int, net_cm: int | None, straight_cm: int | None) -> str:
    """One word of the fixed list for why a walk is over its limit."""
    if net_cm is not None and net_cm <= limit_cm:
        return COVERED
    if straight_cm is None or straight_cm > limit_cm:
        return NOTHING_NEAR
    return DETOUR if net_cm is None or net_cm > DETOUR_FROM * straight_cm else TOO_FAR


def sentence(
    row: StandardRow,
    limit_cm: int,
    net_cm: int | None,
    straight_cm: int | None,
    cm_s: int,
    search_cm: int,
    between: tuple[str, ...],
) -> str:
    """One or two plain sentences: how far, how much over, what stands in the way. Metres, whole minutes rounded up."""
    name = row.category.name
    if straight_cm is None:
        return f"附近没有{name}。先导入，或在现场核对。"
    if net_cm is None:
        minutes = search_cm // (60 * cm_s)
        return f"走到最近的{name}超过 {minutes} 分钟；直线 {straight_cm // 100:,} 米{_blocked(between)}。"
    walk = f"走到最近的{name}要 {minutes_up(net_cm, cm_s)} 分钟（{_metres(net_cm):,} 米）"
    if net_cm <= limit_cm:
        return f"{walk}，在 {limit_cm // 100:,} 米以内。"
    over = f"{walk}，超出 {_metres(net_cm - limit_cm):,} 米"
    if straight_cm > limit_cm:
        return f"{over}。直线也有 {_metres(straight_cm):,} 米，附近没有更近的。"
    return f"{over}。直线只有 {_metres(straight_cm):,} 米{_blocked(between)}。"


def _blocked(between: tuple[str, ...]) -> str:
    return f"，中间隔着{'、'.join(between)}" if between else "，没有直通的路"


def _metres(length_cm: int) -> int:
    return -(-length_cm // 100)
