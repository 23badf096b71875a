"""Which areas there are, and which of them lie over a position."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import Connection

from data import areas as registry
from data import places
from data.viewers import Viewer
from gis import datum
from gis.errors import BadInputError


@dataclass(frozen=True)
class AreaItem:
    """One area as the lists show it."""

    code: str
    name: str
    level: str
    parent_code: str | None
    status: str
    synthetic: bool
    has_border: bool


@dataclass(frozen=True)
class Page:
    """A page of a list; `next` is the cursor of the following page."""

    items: list[AreaItem]
    next: str | None


@dataclass(frozen=True)
class ChainLink:
    """One area of a chain."""

    code: str
    name: str
    level: str
    status: str


@dataclass(frozen=True)
class Chain:
    """The areas over a position, largest first, and the grid where there is one; empty outside every area."""

    areas: list[ChainLink]
    synthetic: bool
    detail: str | None


@dataclass(frozen=True)
class Chains:
    """Answers in the order of the positions."""

    items: list[Chain]


def areas(
    connection: Connection,
    viewer: Viewer,
    as_of: date,
    level: str | None,
    prefix: str,
    limit: int | None,
    cursor: str | None,
) -> Page:
    """The areas of a level (all levels if None) under a code prefix, in order of code."""
    found = registry.list_areas(connection, as_of, viewer, level=level, prefix=prefix, after=cursor, limit=limit)
    shown = found[:limit] if limit is not None else found
    items: list[AreaItem] = [AreaItem(**row) for row in shown]
    return Page(items=items, next=items[-1].code if len(found) > len(shown) else None)


def locate_one(
    connection: Connection, viewer: Viewer, as_of: date, lon: float | None, lat: float | None, name: str
) -> Chain:
    """The chain of areas over one position in the named datum."""
    if lon is None or lat is None:
        raise BadInputError("要给出经度 lon 和纬度 lat，或用 positions 一次给多个位置")
    return locate_many(connection, viewer, as_of, [(lon, lat)], name).items[0]


def locate_many(
    connection: Connection, viewer: Viewer, as_of: date, positions: Sequence[tuple[float, float]], name: str
) -> Chains:
    """The chains over many positions in the named datum, in their order."""
    given = np.asarray(positions, float).reshape(-1, 2)
    lon, lat = datum.convert(given[:, 0], given[:, 1], name, "wgs84")
    return Chains(items=[_chain(connection, viewer, as_of, x, y) for x, y in zip(lon, lat, strict=True)])


def _chain(connection: Connection, viewer: Viewer, as_of: date, lon: float, lat: float) -> Chain:
    found = registry.locate(connection, lon, lat, as_of, viewer)
    links = [ChainLink(code=one.code, name=one.name, level=one.level, status=one.status) for one in found]
    home = next((one for one in found if one.level == "community"), None)
    grid = home and places.grid_over(connection, lon, lat, home.code, as_of, viewer)
    if grid:
        links.append(ChainLink(code=grid.code, name=grid.name, level="grid", status=grid.status))
    nothing = None if links else "这个位置不在已导入的区划里。核对坐标系，或先导入这里的边界"
    return Chain(areas=links, synthetic=any(one.synthetic for one in found), detail=nothing)
