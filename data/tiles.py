"""Vector tiles built by the database: whole, in EPSG:3857, from rows that the spatial index finds."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, func, literal_column
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import JSONB

from data.layers import HIDDEN, Query
from gis.errors import NotFoundError

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
DEEPEST = 22
MOST_DETAIL = 16  # from here on clients enlarge what they have
# a layer is shown from the zoom on at which a screen of it can be read and a tile of it stays small
MIN_ZOOM: Mapping[str, int] = MappingProxyType(
    {
        "districts": 5,
        "subdistricts": 8,
        "communities": 10,
        "sub_areas": 11,
        "grids": 12,
        "backdrop": 11,
        "streets": 12,
        "barriers": 13,
        "service_points": 12,
        "candidate_sites": 12,
        "compounds": 12,
        "gates": 15,
        "buildings": 14,
    }
)
_MARGIN = 1 / 64  # of a tile, so that outlines meet across tiles
_EXTENTS = ((14, 4096), (11, 2048), (0, 1024))  # from this zoom on, the steps along a tile's side


def check(z: int, x: int, y: int) -> None:
    """NotFoundError unless there is such a tile."""
    if not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFoundError("没有这一块瓦片。核对 z、x、y")


def bounds(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of a tile with its margin."""
    west, east = ((x - _MARGIN) / 2**z * 360 - 180, (x + 1 + _MARGIN) / 2**z * 360 - 180)
    return max(west, -180.0), _latitude(y + 1 + _MARGIN, z), min(east, 180.0), _latitude(y - _MARGIN, z)


def _latitude(y: float, z: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**z))))


def extent(z: int) -> int:
    """Steps along the side of a tile: fewer where the whole is seen, so that fine bends fall together.

    Every border is rounded to the same steps, so that what two areas share stays shared.
    """
    return next(steps for least, steps in _EXTENTS if z >= least)


def statement(query: Query, layer: str, steps: int, place: Sequence[Any]) -> Select[tuple[bytes]]:
    """The query's rows as one tile with so many steps along its side; `place` is z, x, y, values or parameters.

    Degrees of EPSG:4490 are relabelled as WGS84, which moves nothing.
    """
    rows = query.subquery()
    web = func.ST_Transform(func.ST_SetSRID(rows.c.geom, 4326), 3857)
    shown = func.ST_AsMVTGeom(web, func.ST_TileEnvelope(*place), steps, round(steps * _MARGIN), True)
    said = [
        column.op("::")(literal_column("text")).label(column.name) if isinstance(column.type, JSONB) else column
        for column in rows.c
        if column.name not in HIDDEN
    ]
    drawn = sql_select(*said, shown.label("geom")).order_by(rows.c.id).subquery("drawn")
    kept = sql_select(drawn).where(drawn.c.geom.isnot(None)).subquery("kept")
    return sql_select(func.ST_AsMVT(literal_column("kept.*"), layer, steps, "geom")).select_from(kept)

