"""Stored layers as text for the doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import Connection, Float, Integer, Text, bindparam

from data import features, layers
from data.areas import Area, area_of, area_query, find_area
from data.quick import Reader, Ready, ready
from data.viewers import Viewer

_SIDES = ("west", "south", "east", "north")
BOX = tuple(bindparam(name, type_=Float) for name in _SIDES)


@dataclass(frozen=True)
class Asked:
    """Which rows of a layer: of an area, in a box west, south, east, north, of a category, grid set or tier."""

    layer: str
    as_of: date
    viewer: Viewer
    code: str | None = None
    bbox: Sequence[float] | None = None
    category: str | None = None
    grid_set: str | None = None
    tier: int | None = None


@dataclass(frozen=True)
class Page:
    """GeoJSON in UTF-8 and the cursor of the next page or None."""

    body: bytes
    next: str | None


def page(reader: Reader, asked: Asked, limit: int | None, cursor: str | None) -> Page:
    """A layer's features; a page of them where there is a limit."""
    area = area_at(reader, asked.code, asked.as_of, asked.viewer)
    chosen = {"category": asked.category, "grid_set": asked.grid_set, "tier": asked.tier}
    words = tuple(name for name, value in chosen.items() if value is not None)
    statement = _statement(
        asked.layer, asked.as_of, asked.viewer, area, asked.bbox is not None, words, limit is not None, bool(cursor)
    )
    values = chosen | box_values(asked.bbox) | {"limit": limit, "after": cursor}
    row = reader.first(asked.viewer, statement, values)
    assert row is not None
    body, last, number = row
    return Page(body, last if limit is not None and number > limit else None)


def whole(connection: Connection, asked: Asked) -> str:
    """All features of a layer as text, in a transaction that is open already."""
    area = find_area(connection, asked.code, asked.as_of, asked.viewer) if asked.code else None
    query = layers.select(
        asked.layer, as_of=asked.as_of, viewer=asked.viewer, area=area, bbox=asked.bbox, category=asked.category
    )
    return features.geojson(connection, query)[0]


def area_at(reader: Reader, code: str | None, as_of: date, viewer: Viewer) -> Area | None:
    """The area of a code, None where none is asked for; NotFoundError where there is no such area."""
    if not code:
        return None
    return area_of(code, reader.first(viewer, _area_statement(as_of, viewer), {"code": code}))


def box_values(bbox: Sequence[float] | None) -> dict[str, float]:
    """The values of `BOX`."""
    return dict(zip(_SIDES, bbox, strict=True)) if bbox is not None else {}


@lru_cache(maxsize=64)
def _area_statement(as_of: date, viewer: Viewer) -> Ready:
    return ready(area_query(bindparam("code", type_=Text), as_of, viewer))


@lru_cache(maxsize=256)
def _statement(
    name: str,
    as_of: date,
    viewer: Viewer,
    area: Area | None,
    boxed: bool,
    words: tuple[str, ...],
    limited: bool,
    continued: bool,
) -> Ready:
    """Built once for all boxes and pages: building it takes as long as running it."""
    chosen = {word: bindparam(word, type_=Integer if word == "tier" else Text) for word in words}
    box = BOX if boxed else None
    query = layers.select(name, as_of=as_of, viewer=viewer, area=area, bbox=box, **chosen)  # type: ignore[arg-type]
    limit = bindparam("limit", type_=Integer) if limited else None
    after = bindparam("after", type_=Text) if continued else None
    return ready(features.collection(query, limit, after))
