"""每周清单: the gap list as a workbook, a sheet or a file per subdistrict."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from data.exports.sheets import Sheet, write_sheets

HEADS = (
    ("设施", 16),
    ("标准距离（米）", 10),
    ("小区", 22),
    ("社区代码", 15),
    ("人数", 9),
    ("最近服务点", 24),
    ("步行（米）", 10),
    ("步行（分钟）", 10),
    ("直线（米）", 10),
    ("隔着", 14),
    ("原因", 18),
    ("怎么补", 46),
    ("补后步行（米）", 12),
)
ELSEWHERE = "街道不明"


def write(found: Mapping[str, Any], target: Path, today: date) -> int:
    """Write the list, most people first; one file per subdistrict where the target is a folder. Returns the rows."""
    sheets, about = _sheets(found), _about(found, today)
    if target.suffix.lower() == ".xlsx":
        return write_sheets(target, sheets, about)
    target.mkdir(parents=True, exist_ok=True)
    return sum(write_sheets(target / f"每周清单-{one.title}.xlsx", [one], about) for one in sheets)


def as_bytes(found: Mapping[str, Any], today: date) -> bytes:
    """The list as one workbook, a sheet per subdistrict."""
    box = BytesIO()
    write_sheets(box, _sheets(found), _about(found, today))
    return box.getvalue()


def _sheets(found: Mapping[str, Any]) -> list[Sheet]:
    lines: dict[str, list[tuple[float, list[object]]]] = {}
    for item in found["items"]:
        for one in item["compounds"]:
            lines.setdefault(one["subdistrict"] or ELSEWHERE, []).append((one["people"] or 0, _row(item, one)))
    names = found["subdistricts"]
    return [
        Sheet(names.get(code, code), HEADS, [row for _, row in sorted(rows, key=lambda pair: -pair[0])])
        for code, rows in sorted(lines.items())
    ]


def _about(found: Mapping[str, Any], today: date) -> list[tuple[str, object]]:
    return [
        ("清单", f"{found['name']}（{found['code']}）每周清单"),
        ("写成日期", today.isoformat()),
        ("标准", f"{found['standard']['title']}（{found['standard']['status']}）"),
        ("数据状态", found["base"]),
        ("数据", "合成示例数据" if found["synthetic"] else "真实数据"),
        ("怎么补", "按现有道路和出入口试算：先试开门，再试架桥过街，再看候选地块；落地前要到现场核对"),
        ("分钟", "按该项人群的步速，向上取整；空白是查找范围内走不到"),
    ]


def _row(item: Mapping[str, Any], one: Mapping[str, Any]) -> list[object]:
    circle = "" if item["circle_min"] is None else f"（{item['circle_min']}分钟圈）"
    return [
        item["name"] + circle,
        item["limit_m"],
        one["name"],
        one["community"],
        one["people"],
        one["service"],
        one["net_m"],
        one["minutes"],
        one["straight_m"],
        "、".join(one["between"]),
        one["cause"],
        one["fix"]["words"],
        one["fix"].get("after_m"),
    ]
