"""Cells of foreign tables as typed columns: words, counts, measures, flags, dates; what cannot be read becomes null."""

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_TRUE = {"t", "true", "y", "yes", "1", "是", "有", "viaduct", "building_passage", "culvert"}
_FALSE = {"f", "false", "n", "no", "0", "否", "无"}
_UNKNOWN = {"", "-", "--", "/", "无", "未知", "暂无", "null", "none", "nan", "n/a"}
_UNIT = re.compile(r"(户|人|套|层|张|班|个|平方米|平米|㎡|m2|m²|,|，|\s)")


def words(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Trimmed text, None where empty; whole floats lose their `.0`."""
    if column.dtype.kind == "f":
        texts = [None if v != v else (str(int(v)) if float(v).is_integer() else str(v)) for v in column.tolist()]
    else:
        texts = [None if v is None or v != v else (str(v).strip() or None) for v in column.tolist()]
    return pd.Series(texts, index=column.index, dtype=object)


def unreadable_names(column: "pd.Series[Any]") -> Mask:
    """Names with runs of question marks: text lost in an earlier conversion."""
    text = column.fillna("").astype(str)
    return np.asarray(text.str.contains(r"[?？�]{2}|^[?？�]$"), dtype=np.bool_)


def numbers(column: "pd.Series[Any]") -> tuple[NDArray[np.float64], Mask]:
    """Floats with NaN where unknown, and which cells held something that is no number."""
    if column.dtype.kind in "fiub":
        return column.to_numpy(dtype=np.float64), np.zeros(len(column), dtype=np.bool_)
    text = [None if v is None or v != v else str(v).strip() for v in column.tolist()]
    plain = [None if v is None or v.lower() in _UNKNOWN else _UNIT.sub("", v) for v in text]
    values = np.array(pd.to_numeric(pd.Series(plain, dtype=object), errors="coerce"), dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    given = np.fromiter((v is not None for v in plain), dtype=np.bool_, count=len(plain))
    return values, given & np.isnan(values)


def absurd(values: NDArray[np.float64], most: int | None) -> Mask:
    """Counts nobody can believe: negative, not whole, or above the bound."""
    with np.errstate(invalid="ignore"):
        wrong = (values < 0) | (np.abs(values - np.round(values)) > 1e-6)
        if most is not None:
            wrong |= values > most
    return np.asarray(wrong & ~np.isnan(values), dtype=np.bool_)


def flags(column: "pd.Series[Any]") -> tuple[NDArray[np.object_], Mask]:
    """True, False or None per cell, and which cells held another word."""
    out = np.empty(len(column), dtype=object)
    other = np.zeros(len(column), dtype=np.bool_)
    codes, uniques = pd.factorize(words(column))
    answers: list[bool | None] = []
    for word in uniques:
        plain = str(word).lower()
        answers.append(True if plain in _TRUE else False if plain in _FALSE else None)
    table = np.array([*answers, None], dtype=object)
    out[:] = table[codes]
    strange = np.array([*(answer is None for answer in answers), False], dtype=np.bool_)
    other[:] = strange[codes]
    return out, other


def dates(column: "pd.Series[Any]") -> tuple["pd.Series[Any]", Mask]:
    """ISO days as text or None, and which cells held something that is no day."""
    text = words(column)
    plain = text.str.replace(r"[年月/.]", "-", regex=True).str.replace("日", "", regex=False).str.slice(0, 10)
    found = pd.to_datetime(plain.where(plain.notna(), None), format="%Y-%m-%d", errors="coerce")
    iso = found.dt.strftime("%Y-%m-%d").astype(object).where(found.notna(), None)
    return iso, np.asarray(text.notna() & found.isna(), dtype=np.bool_)
