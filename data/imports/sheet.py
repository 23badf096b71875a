"""The report of an import as a workbook: figures, findings with refused rows marked, repairs and the difference."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from data.exports.textcell import text_cell
from gis.records import schema_of

SEVERITIES = {"error": "错误", "warning": "提醒", "info": "说明"}
STEPS = {"added": "新增", "closed": "停用", "renamed": "改名", "moved": "边界变动", "recounted": "数字变动"}
UNITS = {"m2": "平方米", "m": "米"}
_FILLS = {"error": "F8D7CF", "warning": "FBEBC8", "info": "E8EEF2"}
_HEADER = ("行号", "结果", "级别", "问题", "项目", "说明", "经度", "纬度", "数值", "单位", "涉及代码")
_WIDTHS = (8, 8, 8, 24, 20, 70, 14, 14, 12, 8, 40)


def sheet(said: Mapping[str, Any]) -> bytes:
    """A report as `report.as_json` gives it (repairs and difference beside it where there are some) as .xlsx bytes."""
    book = Workbook(write_only=True)
    summary = book.create_sheet("导入报告")
    summary.column_dimensions["A"].width = 18
    summary.column_dimensions["B"].width = 90
    for name, value in _figures(said):
        summary.append([text_cell(summary, name, bold=True), text_cell(summary, value)])
    rows = sorted(said["findings"], key=lambda one: (one["row"] or 0, one["code"]))
    _table(book, "逐行问题", _HEADER, _WIDTHS, [(_row(one), _fill(one)) for one in rows])
    if said.get("repairs") or said.get("offers"):
        header, widths = (
            ("修复", "做法", "用了没有", "改动区域", "去掉行", "平方米", "小区", "户数"),
            (18, 40, *[12] * 6),
        )
        both = [(one, "用了") for one in said["repairs"]] + [(one, "可用") for one in said["offers"]]
        _table(book, "修复", header, widths, [(_effect(one, used), None) for one, used in both])
    if said.get("difference"):
        header, widths = ("不同", "代码", "名称", "原名", "增加平方米", "减少平方米"), (12, 18, 24, 24, 14, 14)
        steps = said["difference"]["steps"]
        _table(book, "与现有数据的不同", header, widths, [(_step(one), None) for one in steps])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _table(
    book: Any,
    title: str,
    header: Sequence[str],
    widths: Sequence[int],
    rows: Sequence[tuple[Sequence[object], str | None]],
) -> None:
    page = book.create_sheet(title)
    page.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKLM", widths, strict=False):
        page.column_dimensions[letter].width = width
    page.append([text_cell(page, word, bold=True) for word in header])
    for values, fill in rows:
        page.append([text_cell(page, value, fill=fill) for value in values])


def _figures(said: Mapping[str, Any]) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [
        ("文件", said["file"]),
        ("文件指纹 sha256", said["sha256"]),
        ("数据种类", schema_of(said["kind"]).title),
        ("格式与图层", f"{said['format']} {said['layer'] or ''}".strip()),
        ("文字编码", f"{said['encoding']}：{said['encoding_why']}"),
        ("坐标系", f"{said['datum'] or '无'}：{said['datum_why']}"),
        ("读入行数", said["read"]),
        ("收", said["accepted"]),
        ("不收", said["refused"]),
        ("未归类", said["set_aside"]),
        ("没有用到的列", "、".join(said["unused"]) or "无"),
    ]
    if said["offset"]:
        rows.append(("与已有数据的偏移", f"{said['offset']['distance_m']} 米，比对 {said['offset']['pairs']} 处"))
    rows += [(f"问题 {code}", number) for code, number in said["counts"].items()]
    rows += [(f"未归类 {tag}", number) for tag, number in said["unmapped"].items()]
    found = sum(said["counts"].values())
    if found > len(said["findings"]):
        rows.append(("逐行问题", f"共 {found:,} 条，这里列出最要紧的 {len(said['findings']):,} 条"))
    return rows


def _row(one: Mapping[str, Any]) -> Sequence[object]:
    row = "整个文件" if one["row"] is None else one["row"]
    result = "不收" if one["refused"] else "照收"
    place = (one["lon"], one["lat"], one.get("measure"), UNITS.get(one.get("unit") or ""))
    words = (row, result, SEVERITIES[one["severity"]], one["code"], one["field"], one["message"])
    return (*words, *place, "、".join(one.get("involved") or ()) or None)


def _fill(one: Mapping[str, Any]) -> str | None:
    return _FILLS[one["severity"]] if one["refused"] else None


def _effect(one: Mapping[str, Any], used: str) -> Sequence[object]:
    people = one["people"]
    figures = (one["rows"], one["dropped"], one["m2"], people["compounds"], people["households"])
    return (one["repair"], one["title"], used, *figures)


def _step(one: Mapping[str, Any]) -> Sequence[object]:
    return (STEPS[one["what"]], one["code"], one["name"], one["was"], one["won_m2"], one["lost_m2"])
