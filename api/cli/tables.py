"""Scorecards as tables for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table

from api.cli.output import table

VERDICTS = {"met": "达标", "unmet": "未达标", "no_data": "无数据", None: "不评价"}
GROUPS = {"all": "全体", "elderly": "60岁以上", "elderly_80": "80岁以上", "children": "0–14岁"}


def coverage_table(card: Mapping[str, Any]) -> Group:
    """The scorecard of an area, a row per item, by distance with the straight radius beside it."""
    rows = [
        (
            item["name"],
            "—" if item["circle_min"] is None else f"{item['circle_min']} 分",
            _limit(item),
            GROUPS[item["group"]],
            share_words(item["share"]),
            f"{round(item['people'] - item['people_in']):,}" if item["share"] is not None else "—",
            share_words(item["share_time"]),
            share_words(item["share_radius"]),
            VERDICTS[item["verdict"]] + (f"（{item['note']}）" if item["note"] else ""),
        )
        for item in card["items"]
    ]
    columns = [("服务设施", False), ("圈", True), ("限", True), ("人群", False), ("按距离", True)]
    columns += [("未覆盖", True), ("按时间", True), ("直线", True), ("结论", False)]
    marks = ["合成示例数据"] * card["synthetic"] + ["草拟边界，非法定"] * card["draft_borders"]
    marks += ["数据已变化，待重算"] * card["stale"]
    head = f"{card['name']}（{card['code']}）{card['headline']}"
    standard = card["standard"]
    note = f"标准：{standard['title']}（{standard['unchecked']} 项原文未核对） · 结果摘要 {card['digest']}"
    words = [" · ".join([head, *marks]), note, *_guessed(card.get("estimated"))]
    if "trend" in card:
        columns.append((f"比 {card['trend']['since']}", True))
        rows = [(*row, _change(one)) for row, one in zip(rows, card["trend"]["items"], strict=True)]
    parts = [table(columns, rows)]
    if "grouping" in card:
        parts.append(_by_group(card["grouping"]))
    return Group("\n".join(words), *parts)


def _change(one: Mapping[str, Any]) -> str:
    return one["note"] or ("—" if one["change"] is None else f"{one['change'] * 100:+.1f} 点")


def _by_group(view: Mapping[str, Any]) -> Table:
    rows = [
        (
            one["name"],
            VERDICTS[one["verdict"]],
            f"{one['met']}/{one['required']}",
            one["note"] or "；".join(item["name"] for item in one["items"] if item["verdict"] == "unmet") or "—",
        )
        for one in view["groups"]
    ]
    return table([(view["title"], False), ("结论", False), ("达标", True), ("未达标的项", False)], rows)


def _guessed(said: Mapping[str, Any] | None) -> list[str]:
    """How the households of compounds without a count were estimated."""
    if said is None:
        return []
    ways = "，".join(f"{way} {number}" for way, number in said["methods"].items())
    lines = [f"推算：全区 {said['compounds']} 个小区、{said['households']:,} 户（{ways or '没有缺户数的小区'}）"]
    if said["exceeded"]:
        lines.append(f"已知户数超过公布数，推算为 0：{'、'.join(said['exceeded'])}")
    return lines


def _limit(item: Mapping[str, Any]) -> str:
    if item["limit_m"] is not None:
        return f"{item['limit_m']:,} 米"
    return "—" if item["limit_min"] is None else f"{item['limit_min']} 分钟"


def share_words(share: float | None) -> str:
    """A share as printed, nothing as a dash."""
    # cut, not rounded: 89.96 % must not be printed as the 90 % it misses
    return "—" if share is None else f"{int(share * 1000) / 10:.1f}%"


def refresh_table(found: Mapping[str, Any]) -> Table:
    """What was computed again."""
    rows = [
        (
            one["code"],
            one["standard"],
            f"{one['stale']:,} / {one['numbers']:,}",
            "、".join(one["categories"]) or ("不影响数字" if one["refreshed"] else "与数据一致"),
            f"{one['seconds']:.1f} 秒",
        )
        for one in found["results"]
    ]
    columns = [("区", False), ("标准", False), ("待重算的数字", True), ("重算了哪些类别", False), ("用时", True)]
    title = "没有算过的覆盖" if not rows else f"重算了 {found['refreshed']} 个结果"
    if "life_circles" in found:
        title += f"；新画生活圈 {found['life_circles']['drawn']:,} 组"
    return table(columns, rows, title)
