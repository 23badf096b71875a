"""The report of an import as JSON and as lines for the terminal; as a workbook see `sheet`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.imports.sheet import SEVERITIES, sheet
from gis.findings import Finding, Parsed, count_by_code
from gis.records import schema_of

MAX_JSON_FINDINGS = 1_000
_MAX_LINES = 12


def as_json(parsed: Parsed, most: int | None = MAX_JSON_FINDINGS) -> dict[str, Any]:
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
        "findings": [_plain(one) for one in _ranked(parsed.findings)[:most]],
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
    lines += [f"{SEVERITIES[one.severity]}：{one.message}" for one in whole]
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


def write_workbook(parsed: Parsed, path: Path, more: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Write the report as .xlsx, every finding of it; `more` are repairs and difference as the report has them."""
    path.write_bytes(sheet(as_json(parsed, most=None) | dict(more)))


def ranking(findings: Sequence[Finding]) -> list[int]:
    """Positions of the findings, those about the whole file first, then the most serious."""
    order = {"error": 0, "warning": 1, "info": 2}
    keys = [(one.row is not None, order[one.severity], one.row or 0) for one in findings]
    return sorted(range(len(findings)), key=keys.__getitem__)


def _ranked(findings: Sequence[Finding]) -> list[Finding]:
    return [findings[i] for i in ranking(findings)]


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
