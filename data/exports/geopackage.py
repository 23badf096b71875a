"""A layer as GeoPackage: Chinese names and a style ride along, so that QGIS opens it ready to read."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import shapely
from pyogrio import raw

from data.exports.cells import arrays
from data.exports.extract import Extract

_TYPES = {0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}
_SCHEMA_PAGE = "http://www.geopackage.org/spec131/#extension_schema"
# the tables of the GeoPackage schema extension, and the one where QGIS keeps styles
_TABLES = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE IF NOT EXISTS layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
"""
_STYLES_CONTENT = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
    "VALUES ('layer_styles', 'attributes', 'layer_styles')"
)
_EXTENSION = (
    "INSERT OR IGNORE INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope) "
    f"VALUES (?, NULL, 'gpkg_schema', '{_SCHEMA_PAGE}', 'read-write')"
)
_ALIAS = "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?, ?, ?, ?)"
_STYLE = (
    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, "
    "styleSLD, useAsDefault, description, owner) VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '')"
)


def write(made: Extract, target: Path, qml: str) -> None:
    """Write the rows that have geometry into a new file, the layer under its id, with `qml` as its default style."""
    fields, masks = arrays(made)
    shapes = made.frame.geometry.to_numpy()
    kind = geometry_type(shapes)
    raw.write(
        target,
        shapely.to_wkb(shapes),
        fields,
        [column.name for column in made.columns],
        field_mask=masks,
        layer=made.layer,
        driver="GPKG",
        geometry_type=kind,
        promote_to_multi=kind.startswith("Multi"),
        crs=f"EPSG:{made.epsg}",
        layer_options={"IDENTIFIER": made.title, "DESCRIPTION": made.remark, "GEOMETRY_NAME": "geom"},
    )
    with closing(sqlite3.connect(target)) as file, file:
        file.executescript(_TABLES)
        file.executemany(_EXTENSION, [("gpkg_data_columns",), ("gpkg_data_column_constraints",)])
        file.executemany(_ALIAS, [(made.layer, one.name, one.title, one.title) for one in made.columns])
        file.execute(_STYLES_CONTENT)
        file.execute(_STYLE, (made.layer, made.title, qml, made.remark))


def geometry_type(shapes: Sequence[shapely.Geometry]) -> str:
    """The one type of all geometries; the multi type where both occur; Unknown where points and polygons mix."""
    names = {_TYPES.get(number, "Unknown") for number in np.unique(shapely.get_type_id(shapes)).tolist()}
    single = {one.removeprefix("Multi") for one in names}
    if len(names) == 1:
        return names.pop()
    return f"Multi{single.pop()}" if len(single) == 1 else "Unknown"
