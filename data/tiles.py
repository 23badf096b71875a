"""Vector tiles built by the database: whole, in EPSG:3857, from rows that the spatial index finds."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Float, Integer, Select, bindparam, func, literal_column
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import JSONB

from data import tables as t
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
_BOX, _FRAME = ("west", "south", "east", "north"), ("left", "bottom", "right", "top")
BOX, FRAME = (tuple(bindparam(name, type_=Float) for name in names) for names in (_BOX, _FRAME))
PLACE = tuple(bindparam(name, type_=Integer) for name in ("z", "x", "y"))
STRAIGHT_FROM = 12  # zoom
_MARGIN = 1 / 64  # of a tile, so that outlines meet across tiles
_EXTENTS = ((14, 4096), (11, 2048), (0, 1024))  # from this zoom on, the steps along a tile's side


def check(z: int, x: int, y: int) -> None:
    """NotFoundError unless there is such a tile."""
    if not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFoundError("没有这一块瓦片。核对 z、x、y")


def bounds(z: int, x: int, y: int, margin: float = _MARGIN) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of a tile with a margin in tiles."""
    west, east = ((x - margin) / 2**z * 360 - 180, (x + 1 + margin) / 2**z * 360 - 180)
    return max(west, -180.0), _latitude(y + 1 + margin, z), min(east, 180.0), _latitude(y - margin, z)


def _latitude(y: float, z: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**z))))


def extent(z: int) -> int:
    """Steps along the side of a tile: fewer where the whole is seen, so that fine bends fall together.

    Every border is rounded to the same steps, so that what two areas share stays shared.
    """
    return next(steps for least, steps in _EXTENTS if z >= least)


def values(z: int, x: int, y: int) -> dict[str, float]:
    """The values of `BOX`, `FRAME` and `PLACE` for a tile."""
    box = zip(_BOX, bounds(z, x, y), strict=True)
    return {**dict(box), **dict(zip(_FRAME, bounds(z, x, y, 0.0), strict=True)), "z": z, "x": x, "y": y}


def statement(query: Query, layer: str, z: int) -> Select[tuple[bytes]]:
    """The query's rows as a tile of a zoom; the query is to be limited to `BOX`.

    Where tiles are small, degrees are laid on the tile as they are: Mercator bends by less than a third of a step over
    a tile and not at all along its edges, and projecting every vertex would cost more than all the rest. Where they
    are large, degrees of EPSG:4490 are relabelled as WGS84 and projected.
    """
    rows = query.subquery()
    steps = extent(z)
    margin = round(steps * _MARGIN)
    if z >= STRAIGHT_FROM:
        frame = func.ST_MakeEnvelope(*FRAME, t.STORAGE_SRID)
        shown = func.ST_AsMVTGeom(rows.c.geom, frame, steps, margin, True)
    else:
        web = func.ST_Transform(func.ST_SetSRID(rows.c.geom, 4326), 3857)
        shown = func.ST_AsMVTGeom(web, func.ST_TileEnvelope(*PLACE), steps, margin, True)
    said = [
        column.op("::")(literal_column("text")).label(column.name) if isinstance(column.type, JSONB) else column
        for column in rows.c
        if column.name not in HIDDEN
    ]
    drawn = sql_select(*said, shown.label("geom")).subquery("drawn")
    kept = sql_select(drawn).where(drawn.c.geom.isnot(None)).subquery("kept")
    return sql_select(func.ST_AsMVT(literal_column("kept.*"), layer, steps, "geom")).select_from(kept)
