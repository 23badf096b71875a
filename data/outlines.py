"""The outlines of compounds: polygons, where the source had them."""

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, func
from sqlalchemy import select as sql_select

from data import tables as t
from data.layers import Query


def outlines(connection: Connection, compounds: Query) -> gpd.GeoDataFrame:
    """Outlines (EPSG:4490; uid, name) of the compounds that a query of `layers.select` reads."""
    rows, v = compounds.subquery(), t.compound_version
    query = (
        sql_select(rows.c.uid, rows.c.name, func.ST_AsBinary(v.c.outline).label("geometry"))
        .join(v, v.c.id == rows.c.id)
        .where(v.c.outline.isnot(None))
        .order_by(rows.c.uid)
    )
    table = pd.DataFrame.from_records(connection.execute(query).all(), columns=["uid", "name", "geometry"])
    shapes = shapely.from_wkb([bytes(wkb) for wkb in table.pop("geometry")])
    return gpd.GeoDataFrame(table, geometry=shapes, crs=t.STORAGE_SRID)
