"""A small piece of ground for tests: a district of boxes in metres, its communities, and grids inside them."""

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection

from data import batches, storing

CORNER = (320_000, 3_790_000)  # in EPSG:4545, north-west of Xi'an
DISTRICT, SUBDISTRICT = "610104", "610104001"
WEST, EAST = "610104001001", "610104001002"


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box in metres from the corner, stored in degrees."""
    metric = shapely.box(CORNER[0] + west, CORNER[1] + south, CORNER[0] + east, CORNER[1] + north)
    return gpd.GeoSeries([metric], crs=4545).to_crs(4490).iloc[0]


def area(
    code: str, level: str, parent: str | None, border: shapely.Geometry | None, **more: int | str
) -> dict[str, object]:
    """One row of an areas frame."""
    named = {"code": code, "name": f"{code[-3:]}号", "level": level, "parent_code": parent}
    return {**named, "geometry": border, **more}


def whole_district() -> list[dict[str, object]]:
    """A district of two communities of 400 m each, side by side."""
    return [
        area(DISTRICT, "district", None, box(0, 0, 800, 400)),
        area(SUBDISTRICT, "subdistrict", DISTRICT, box(0, 0, 800, 400)),
        area(WEST, "community", SUBDISTRICT, box(0, 0, 400, 400), resident_households=3500),
        area(EAST, "community", SUBDISTRICT, box(400, 0, 800, 400), resident_households=900),
    ]


def store_areas(
    connection: Connection, rows: Sequence[dict[str, object]], day: date, document: str | None = None
) -> None:
    """Write areas as an import of the day would."""
    source = batches.Source("areas", "areas.gpkg", "digest", day, document_no=document)
    batch = batches.open_batch(connection, source, {})
    frame = gpd.GeoDataFrame(pd.DataFrame(list(rows)), geometry="geometry", crs=4490)
    storing.store_areas(connection, frame, storing.Origin(batch, day, False))


def grids(community: str = WEST, west: float = 0, columns: int = 2, rows: int = 2) -> gpd.GeoDataFrame:
    """A lattice of grids over a community of 400 m, numbered row by row."""
    wide, high = 400 / columns, 400 / rows
    cells = [
        box(west + wide * column, high * row, west + wide * (column + 1), high * (row + 1))
        for row in range(rows)
        for column in range(columns)
    ]
    codes = [f"{community}{number:03d}" for number in range(1, len(cells) + 1)]
    return gpd.GeoDataFrame({"code": codes, "name": [f"第{code[-3:]}网格" for code in codes]}, geometry=cells, crs=4490)
