"""Scorecards as tables for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from api.cli.output import table

VERDICTS = {"met": "达标", "unmet": "未达标", "no_data": "无数据", None: "不评价"}
GROUPS = {"all": "全体", "elderly": "60岁以上", "elderly_80": "80岁以上", "children": "0–14岁"}


def coverage_table(card: Mapping[str, Any]) -> Table:
    """The scorecard of an area, a row per item, by distance with the straight radius beside it."""
    rows = [
        (
            item["name"],
            "—" if item["circle_min"] is None else f"{item['circle_min']} 分",
            _limit(item),
            GROUPS[item["group"]],
            _share(item["share"]),
            f"{round(item['people'] - item['people_in']):,}" if item["share"] is not None else "—",
            _share(item["share_time"]),
            _share(item["share_radius"]),
            VERDICTS[item["verdict"]] + (f"（{item['note']}）" if item["note"] else ""),
        )
        for item in card["items"]
    ]
    columns = [("服务设施", False), ("圈", True), ("限", True), ("人群", False), ("按距离", True)]
    columns += [("未覆盖", True), ("按时间", True), ("直线", True), ("结论", False)]
    marks = ["合成示例数据"] * card["synthetic"] + ["草拟边界，非法定"] * card["draft_borders"]
    marks += ["数据已变化，待重算"] * card["stale"]
    head = (
        f"{card['name']}（{card['code']}）评价 {card['required']} 项，达标 {card['met']} 项；{card['no_data']} 项无数据"
    )
    standard = card["standard"]
    note = f"标准：{standard['title']}（{standard['unchecked']} 项原文未核对） · 结果摘要 {card['digest']}"
    return table(columns, rows, "\n".join([" · ".join([head, *marks]), note]))


def _limit(item: Mapping[str, Any]) -> str:
    if item["limit_m"] is not None:
        return f"{item['limit_m']:,} 米"
    return "—" if item["limit_min"] is None else f"{item['limit_min']} 分钟"


def _share(share: float | None) -> str:
    # cut, not rounded: 89.96 % must not be printed as the 90 % it misses
    return "—" if share is None else f"{int(share * 1000) / 10:.1f}%"
