"""Why a compound is not covered: the walk against the straight line, and what lies between."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.standards import StandardRow
from gis.walked import minutes_up

NOTHING_NEAR: Final = "附近没有"
DETOUR: Final = "绕行"
TOO_FAR: Final = "有但超时"
COVERED: Final = "已覆盖"
NO_GATE: Final = "无出入口"
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
WALLS: Final = frozenset({"围墙", "小区围墙"})
# a walk this much longer than the straight line is a detour, not distance
DETOUR_FROM: Final = 1.6


def barriers_between(barriers: gpd.GeoDataFrame, line: shapely.LineString) -> tuple[str, ...]:
    """Chinese words of the kinds of barrier that a straight line crosses, in order of the line; metric, no repeats."""
    return kinds_between(barriers["kind"].to_numpy(object), barriers.geometry.to_numpy(), line)


def kinds_between(kinds: NDArray[np.object_], lines: NDArray[np.object_], line: shapely.LineString) -> tuple[str, ...]:
    """The same of parallel arrays of kinds and barrier lines."""
    if len(lines) == 0:
        return ()
    crossed = np.flatnonzero(shapely.crosses(lines, line))
    at = shapely.line_locate_point(line, shapely.centroid(shapely.intersection(lines[crossed], line)))
    return tuple(dict.fromkeys(KIND_WORDS.get(kinds[one], "障碍") for one in crossed[at.argsort()].tolist()))


def cause(
    limit_cm: int, net_cm: int | None, straight_cm: int | None, between: tuple[str, ...] = (), gate: bool = False
) -> str:
    """Words of the fixed list for why a walk is over its limit.

    `gate`: one gate more would bring it within, so the detour is for want of a gate; else what lies `between` names it.
    """
    if net_cm is not None and net_cm <= limit_cm:
        return COVERED
    if straight_cm is None or straight_cm > limit_cm:
        return NOTHING_NEAR
    if gate:
        return f"{DETOUR}（{NO_GATE}）"
    if net_cm is not None and net_cm <= DETOUR_FROM * straight_cm:
        return TOO_FAR
    # every home stands behind some wall; what makes it walk round is the larger thing
    ranked = sorted(between, key=lambda word: word in WALLS)
    return f"{DETOUR}（{ranked[0]}）" if ranked else DETOUR


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
