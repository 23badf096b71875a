"""Columns of an extract as arrays that GDAL writes: typed, with what is unknown marked and never invented."""

import json
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.exports.extract import Extract, FileColumn

Values: TypeAlias = NDArray[Any]


def arrays(made: Extract, flags_as_numbers: bool = False) -> tuple[list[Values], list[Values | None]]:
    """Field values and masks of unknown cells, in order of the columns; words and numbers carry their own unknowns."""
    pairs = [_array(made.frame[column.name], column, flags_as_numbers) for column in made.columns]
    return [values for values, _ in pairs], [mask for _, mask in pairs]


def plain(made: Extract) -> list[list[Any]]:
    """The columns as lists of plain Python values, None where unknown."""
    return [_plain(made.frame[column.name], column) for column in made.columns]


def _array(column: "pd.Series[Any]", of: FileColumn, flags_as_numbers: bool) -> tuple[Values, Values | None]:
    unknown = np.asarray(column.isna(), dtype=np.bool_)
    if of.kind == "integer":
        return np.asarray(column.where(~unknown, 0), dtype=np.int64), unknown
    if of.kind == "number":
        return np.asarray(pd.to_numeric(column), dtype=np.float64), None
    if of.kind == "flag":
        return np.asarray(column.where(~unknown, False), dtype=np.int16 if flags_as_numbers else np.bool_), unknown
    if of.kind == "date":
        return np.asarray(pd.to_datetime(column), dtype="datetime64[D]"), None
    return np.array(_plain(column, of), dtype=object), None


def _plain(column: "pd.Series[Any]", of: FileColumn) -> list[Any]:
    values = [None if given else value for value, given in zip(column.tolist(), column.isna().tolist(), strict=True)]
    if of.kind == "json":
        return [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
    if of.kind == "integer":
        return [None if value is None else int(value) for value in values]
    if of.kind == "word":
        return [None if value is None else str(value) for value in values]
    return values
