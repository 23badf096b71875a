"""OpenStreetMap extracts: the lines that matter and their tags, parsed from GDAL's `other_tags`."""

import re
from collections.abc import Mapping

import numpy as np

from data.imports.exchange import Column

TAGS = ("bridge", "tunnel", "layer", "access", "foot", "railway", "barrier", "waterway", "name:zh")
WHERE = "highway IS NOT NULL OR waterway IS NOT NULL OR barrier IS NOT NULL OR other_tags LIKE '%\"railway\"=>%'"
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')


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
