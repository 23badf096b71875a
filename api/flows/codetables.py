"""A code table on its way in, held against the codes of the day: what is gone, renamed, or the same place again."""

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from data import areas
from data.succession import former_codes
from data.viewers import Viewer
from gis import yearly
from gis.findings import Finding, Parsed


def compared(connection: Connection, parsed: Parsed, day: date, viewer: Viewer) -> Parsed:
    """The table with what changed since, as remarks; only subdistricts that the table speaks of are compared."""
    frame = parsed.frame
    said = dict(zip(frame["code"], frame["name"].fillna(""), strict=True))
    above = {code[:9] for code in said if len(code) == len("610104001001")}
    stored = {
        row["code"]: row["name"]
        for district in sorted({code[:6] for code in said})
        for row in areas.list_areas(connection, day, viewer, level="community", prefix=district, after=None, limit=None)
        if row["code"][:9] in above
    }
    if not stored:
        return parsed
    told = {code for text in frame["former_code"] if text for code in former_codes(text)}
    mine = {code: name for code, name in said.items() if code[:9] in above and len(code) == len("610104001001")}
    found = yearly.compare(stored, mine)
    rows = dict(zip(frame["code"], frame["source_row"], strict=True))
    remarks = [
        _remark("CODE_CHANGED", f"“{mine[new]}”原来的代码是 {old}。同一个社区请在“原代码”一列写明。", rows[new])
        for old, new in found.recoded
        if old not in told
    ]
    remarks += [
        _remark("NAME_CHANGED", f"{code} 由“{old}”改名“{new}”。", rows[code]) for code, old, new in found.renamed
    ]
    remarks += [
        _remark("CODE_ENDED", f"{code}“{stored[code]}”不在新表里。新表若是完整名册，加 --inventory 到期停用。", None)
        for code in found.ended
        if code not in told
    ]
    return replace(parsed, findings=(*parsed.findings, *remarks))


def _remark(code: str, text: str, row: int | None) -> Finding:
    return Finding(code, "info", text, row, "code")
