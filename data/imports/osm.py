"""OpenStreetMap extracts: the lines that matter and their tags, parsed from GDAL's `other_tags`."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from data.imports.errors import NotGeodataError
from data.imports.exchange import Column, RawTable

TAGS = ("bridge", "tunnel", "layer", "access", "foot", "railway", "barrier", "waterway", "name:zh")
_KEYS = ("highway", "waterway", "barrier", "railway")
_KIND_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"streets": ("highway",), "barriers": ("waterway", "barrier", "railway")}
)
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')


def where(fields: Collection[str]) -> str:
    """The filter for lines that matter; a key GDAL has no column for is looked up in `other_tags`."""
    return " OR ".join(f"{key} IS NOT NULL" if key in fields else f"other_tags LIKE '%\"{key}\"=>%'" for key in _KEYS)


def rows_of(kind: str, table: RawTable) -> RawTable:
    """The rows of an extract that are of the kind; raises NotGeodataError for kinds an extract is not read for."""
    if kind not in _KIND_KEYS:
        raise NotGeodataError("OSM 数据目前只用来导入道路（streets）和阻隔（barriers），其他请用别的格式。")
    keep = np.zeros(len(table), dtype=np.bool_)
    for key in _KIND_KEYS[kind]:
        if key in table.columns:
            keep |= np.array([value is not None for value in table.columns[key].tolist()], dtype=np.bool_)
    columns = {name: values[keep] for name, values in table.columns.items()}
    return replace(table, columns=columns, wkb=None if table.wkb is None else table.wkb[keep])


def tags_of(text: str | None) -> dict[str, str]:
    """The pairs of one hstore text."""
    if not text:
        return {}
    return {_unescape(key): _unescape(value) for key, value in _PAIR.findall(text)}


def with_tags(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The columns of the `lines` layer with the tags of `TAGS` as columns of their own; `other_tags` is left out."""
    parsed = [tags_of(text) for text in columns["other_tags"].tolist()] if "other_tags" in columns else []
    out = {name: values for name, values in columns.items() if name != "other_tags"}
    for tag in TAGS:
        if tag in out or not parsed:
            continue
        values = np.empty(len(parsed), dtype=object)
        values[:] = [row.get(tag) for row in parsed]
        out[tag] = values
    return out


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
