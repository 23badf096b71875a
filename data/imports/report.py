"""The report of an import, in three dresses: JSON, a workbook with the bad rows marked, and lines for the terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import WriteOnlyCell as OpenCell
from openpyxl.styles import Font, PatternFill

from gis.findings import Finding, Parsed, count_by_code
from gis.records import schema_of

MAX_JSON_FINDINGS = 1_000
_MAX_LINES = 12
_SEVERITIES = {"error": "错误", "warning": "提醒", "info": "说明"}
_FILLS = {"error": "F8D7CF", "warning": "FBEBC8", "info": "E8EEF2"}
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_HEADER = ("行号", "结果", "级别", "问题", "项目", "说明", "经度", "纬度")


def as_json(parsed: Parsed) -> dict[str, Any]:
    """The report as plain JSON; of the findings the first thousand, the most serious first, and all counts."""
    return {
        "kind": parsed.kind,
        **dict(parsed.provenance),
        "read": parsed.read,
        "accepted": parsed.accepted,
        "refused": parsed.refused,
        "set_aside": parsed.set_aside,
        "stored_rows": len(parsed.frame),
        "blocked": parsed.blocked,
        "counts": dict(parsed.counts),
        "refused_by": count_by_code(one for one in parsed.findings if one.refuses),
        "unmapped": dict(parsed.unmapped),
        "findings": [_plain(one) for one in _ranked(parsed.findings)[:MAX_JSON_FINDINGS]],
    }


def as_lines(parsed: Parsed) -> list[str]:
    """The report in short Chinese lines."""
    made = parsed.provenance
    lines = [
        f"{schema_of(parsed.kind).title}：{made['file']}（{made['format']}）读入 {parsed.read:,} 行，"
        f"收 {parsed.accepted:,}，不收 {parsed.refused:,}"
        + (f"，未归类 {parsed.set_aside:,}" if parsed.set_aside else ""),
        f"文字编码 {made['encoding']}：{made['encoding_why']}",
    ]
    if made["datum"]:
        lines.append(f"坐标系 {made['datum']}：{made['datum_why']}")
    offset = made["offset"]
    if offset:
        lines.append(f"与已有数据比对 {offset['pairs']:,} 处，整体相差 {offset['distance_m']:,.1f} 米")
    whole = [one for one in parsed.findings if one.row is None]
    lines += [f"{_SEVERITIES[one.severity]}：{one.message}" for one in whole]
    by_row = [one for one in _ranked(parsed.findings) if one.row is not None]
    groups: dict[tuple[str, bool], list[Finding]] = {}
    for one in by_row:
        groups.setdefault((one.code, one.refuses), []).append(one)
    for (code, refuses), found in list(groups.items())[:_MAX_LINES]:
        first = found[0]
        what = "不收" if refuses else "照收"
        lines.append(f"{code} {len(found):,} 行（{what}），如第 {first.row} 行：{first.message}")
    if parsed.unmapped:
        most = "、".join(f"{tag} {number:,}" for tag, number in list(parsed.unmapped.items())[:5])
        lines.append(f"未归类最多的是：{most}")
    return lines


def write_workbook(parsed: Parsed, path: Path) -> None:
    """Write the report as .xlsx: a sheet of figures, and one of all findings with refused rows marked."""
    book = Workbook(write_only=True)
    summary = book.create_sheet("导入报告")
    summary.column_dimensions["A"].width = 18
    summary.column_dimensions["B"].width = 90
    for name, value in _figures(parsed):
        summary.append([_cell(summary, name, bold=True), _cell(summary, value)])
    sheet = book.create_sheet("逐行问题")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGH", (8, 8, 8, 24, 20, 70, 14, 14), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([_cell(sheet, word, bold=True) for word in _HEADER])
    for one in sorted(parsed.findings, key=lambda found: (found.row or 0, found.code)):
        fill = _FILLS[one.severity]
        sheet.append([_cell(sheet, value, fill=fill if one.refuses else None) for value in _row(one)])
    book.save(path)


def _cell(sheet: Any, value: object, bold: bool = False, fill: str | None = None) -> Cell:
    """A styled cell; text stays text, also where a spreadsheet could take it for a formula."""
    cell = OpenCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_RISKY)
    if bold:
        cell.font = Font(bold=True)
    if fill is not None:
        cell.fill = PatternFill("solid", fgColor=fill)
    return cell


def _figures(parsed: Parsed) -> list[tuple[str, object]]:
    made = parsed.provenance
    rows: list[tuple[str, object]] = [
        ("文件", made["file"]),
        ("文件指纹 sha256", made["sha256"]),
        ("数据种类", schema_of(parsed.kind).title),
        ("格式与图层", f"{made['format']} {made['layer'] or ''}".strip()),
        ("文字编码", f"{made['encoding']}：{made['encoding_why']}"),
        ("坐标系", f"{made['datum'] or '无'}：{made['datum_why']}"),
        ("读入行数", parsed.read),
        ("收", parsed.accepted),
        ("不收", parsed.refused),
        ("未归类", parsed.set_aside),
        ("没有用到的列", "、".join(made["unused"]) or "无"),
    ]
    if made["offset"]:
        rows.append(("与已有数据的偏移", f"{made['offset']['distance_m']} 米，比对 {made['offset']['pairs']} 处"))
    rows += [(f"问题 {code}", number) for code, number in parsed.counts.items()]
    rows += [(f"未归类 {tag}", number) for tag, number in parsed.unmapped.items()]
    return rows


def _row(one: Finding) -> Sequence[object]:
    row = "整个文件" if one.row is None else one.row
    result = "不收" if one.refuses else "照收"
    return (row, result, _SEVERITIES[one.severity], one.code, one.field or "", one.message, one.lon, one.lat)


def _ranked(findings: Sequence[Finding]) -> list[Finding]:
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(findings, key=lambda one: (one.row is not None, order[one.severity], one.row or 0))


def _plain(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": one.severity,
        "row": one.row,
        "field": one.field,
        "message": one.message,
        "lon": one.lon,
        "lat": one.lat,
        "refused": one.refuses,
        "measure": one.measure,
        "unit": one.unit,
        "involved": list(one.involved),
    }
