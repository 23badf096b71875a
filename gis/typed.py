"""The columns of one kind as typed values, with a finding for every cell that says something nobody can use."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from gis import values
from gis.findings import Finding
from gis.records import Field, Schema

_TITLES = {
    "households": "户数",
    "registered_households": "户籍户数",
    "resident_households": "常住户数",
    "dwelling_units": "住房套数",
    "undelivered_units": "未交付套数",
    "residents": "人口",
    "population": "人口",
    "elderly": "60 岁以上人数",
    "elderly_80": "80 岁以上人数",
    "children": "0-14 岁人数",
    "capacity": "容量",
    "floors": "层数",
    "units": "套数",
}


def typed(schema: Schema, raw: pd.DataFrame, source: Mapping[str, str]) -> tuple[pd.DataFrame, list[Finding]]:
    """The frame of a kind from raw columns; `source` gives the raw column of each target, the others are empty.

    Words and dates are text or None, counts and numbers floats with NaN for unknown, flags True, False or None.
    An absurd count becomes unknown and is flagged; the row stays, its `quality` says so: {"households": "absurd"}.
    """
    columns: dict[str, Any] = {}
    findings: list[Finding] = []
    absurd = np.empty(len(raw), dtype=object)
    absurd[:] = [()] * len(raw)
    for field in schema.fields:
        column = raw[source[field.name]] if field.name in source else pd.Series([None] * len(raw), dtype=object)
        columns[field.name] = _typed(field, column, findings, absurd)
    for part, whole in schema.parts:
        with np.errstate(invalid="ignore"):
            more = columns[part] > columns[whole]
        for i in np.flatnonzero(more).tolist():
            text = (
                f"{_TITLES[part]} {columns[part][i]:,.0f} 大于{_TITLES[whole]} {columns[whole][i]:,.0f}，按未知处理。"
            )
            findings.append(Finding("ABSURD_COUNT", "warning", text, i + 1, part))
            absurd[i] = (*absurd[i], part)
        columns[part] = np.where(more, np.nan, columns[part])
    quality = pd.Series([dict.fromkeys(names, "absurd") for names in absurd], dtype=object)
    return pd.DataFrame({**columns, "quality": quality}, index=pd.RangeIndex(len(raw))), findings


def _typed(field: Field, column: "pd.Series[Any]", findings: list[Finding], absurd: np.ndarray[Any, Any]) -> Any:
    if field.type == "word":
        return values.words(column)
    if field.type == "flag":
        flags, other = values.flags(column)
        if field.name in ("bridge", "tunnel"):
            flags[other] = True  # OSM: any word but no says how it is one
        else:
            findings += _odd(field, column, other, "不是“是/否”，按未知处理。")
        return flags
    if field.type == "date":
        days, other = values.dates(column)
        findings += _odd(field, column, other, "不是日期（如 2026-06-30），按未知处理。")
        return days
    numbers, other = values.numbers(column)
    findings += _odd(field, column, other, "不是数字，按未知处理。")
    if field.type == "count":
        wrong = values.absurd(numbers, field.most)
        for i in np.flatnonzero(wrong).tolist():
            findings.append(Finding("ABSURD_COUNT", "warning", _absurd(field, float(numbers[i])), i + 1, field.name))
            absurd[i] = (*absurd[i], field.name)
        return np.where(wrong, np.nan, numbers)
    return numbers


def _absurd(field: Field, value: float) -> str:
    title = _TITLES.get(field.name, field.name)
    if field.most is not None and value > field.most:
        return f"{title} {value:,.0f} 超过可信上限 {field.most:,}，按未知处理，行保留；请核实。"
    return f"{title} {value:,g} 不是可信的计数，按未知处理，行保留；请核实。"


def _odd(field: Field, column: "pd.Series[Any]", other: values.Mask, why: str) -> list[Finding]:
    where = np.flatnonzero(other).tolist()
    return [
        Finding("VALUE_UNREADABLE", "warning", f"“{str(column.iloc[i])[:40]}”{why}", i + 1, field.name) for i in where
    ]
