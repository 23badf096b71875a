"""Borders of all areas and grids as of a date, in the order in which they answer for a position."""

from datetime import date

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, Select, func, literal, select

from data import tables as t
from data.areas import current
from data.grids import DEFAULT_SET
from data.quick import ready

# grows with every write that is done, and with no other: numbers are given before a write is done
STAMP = ready(select(func.count(), func.coalesce(func.max(t.import_batch.c.id), 0)).select_from(t.import_batch))
COLUMNS = ("level", "code", "name", "status", "synthetic", "community")


def read(connection: Connection, as_of: date) -> gpd.GeoDataFrame:
    """Areas and grids with a border (columns of `COLUMNS`, `level` grid for grids; EPSG:4490).

    Areas come largest first and by code; grids of the usual set first, the smallest tier, then by code. Of two that
    cover a position and could both be meant, the earlier one is.
    """
    rows = [row for query in (_areas(as_of), _grids(as_of)) for row in connection.execute(query)]
    table = pd.DataFrame.from_records(rows, columns=[*COLUMNS, "geometry"])
    shapes = shapely.from_wkb([bytes(wkb) for wkb in table.pop("geometry")])
    return gpd.GeoDataFrame(table, geometry=shapes, crs=t.STORAGE_SRID)


def _areas(as_of: date) -> Select[tuple[object, ...]]:
    v, i = t.area_version, t.area
    return (
        select(i.c.level, v.c.code, v.c.name, v.c.status, i.c.synthetic, literal("").label("community"))
        .add_columns(func.ST_AsBinary(v.c.geom).label("geometry"))
        .join(i, i.c.uid == v.c.uid)
        .where(current(v, as_of), v.c.geom.isnot(None))
        .order_by(func.length(v.c.code), v.c.code)
    )


def _grids(as_of: date) -> Select[tuple[object, ...]]:
    v, s, c = t.grid_version, t.grid_set, t.area_version
    return (
        select(literal("grid").label("level"), v.c.code, func.coalesce(v.c.name, v.c.code).label("name"), v.c.status)
        .add_columns(s.c.synthetic, c.c.code.label("community"), func.ST_AsBinary(v.c.geom).label("geometry"))
        .join(s, s.c.id == v.c.set_id)
        .join(c, c.c.uid == v.c.community_uid)
        .where(current(v, as_of), current(c, as_of))
        .order_by(s.c.name != DEFAULT_SET, s.c.name, v.c.tier.desc(), v.c.code)
    )
