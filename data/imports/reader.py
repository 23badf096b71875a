"""Reading and judging a foreign file: guarded read, columns, datum, rows, offset; nothing is written."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.imports import guard, osm
from data.imports.exchange import RawTable
from data.imports.guard import Limits
from data.imports.sniff import Kind
from gis import comparing, placing, values, zones
from gis.categories import CategoryMap
from gis.errors import BadInputError
from gis.findings import Finding, Parsed
from gis.intake import Context, Rows, intake
from gis.placing import Geometries, Placing
from gis.records import Columns, Schema, match, schema_of

_FILE_SPAN = 2**20


class NoRowsError(BadInputError):
    """A file that reads well and holds nothing."""

    code = "NO_ROWS"


class NoGeometryError(BadInputError):
    """A kind that needs geometry, from a table that has none."""

    code = "NO_GEOMETRY"


def parse(
    path: Path,
    kind: str,
    *,
    layer: str | None = None,
    datum: str | None = None,
    mapping: Mapping[str, str] | None = None,
    area: str | None = None,
    districts: gpd.GeoDataFrame | None = None,
    current: gpd.GeoDataFrame | None = None,
    categories: CategoryMap | None = None,
    halo_m: float = zones.HALO_M,
    limits: Limits | None = None,
    settle: bool = True,
) -> Parsed:
    """Read a foreign file as rows of a kind.

    `mapping`: target column to source column; `area`: code the import is limited to, with `halo_m` around it;
    `districts`: stored areas (EPSG:4490; code, name) to find the zone and the parents in; `current`: stored rows of
    the layer (EPSG:4490; code, uid or name) to find an offset from; `categories`: for service points; `settle`: whether
    borders are judged against each other here, see `intake.Context`.
    Raises BadInputError subclasses for the file as a whole and NotFoundError for an area without a border; everything
    about single rows is a finding.
    """
    schema = schema_of(kind)
    table = guard.read(path, layer, limits)
    if table.format == Kind.OSM_PBF.value:
        table = osm.rows_of(kind, table)
    if len(table) == 0:
        raise NoRowsError(f"{path.name} 里没有数据行，请核对文件或图层。")
    columns = match(schema, tuple(table.columns), mapping or {}, table.wkb is not None)
    raw = pd.DataFrame(dict(table.columns), index=pd.RangeIndex(len(table)))
    geometry, unclosed, placed = _place(schema, table, columns, datum)
    coded = any(field.name == "code" for field in schema.fields)
    context = Context(
        zone=None if area is None else _zone(area, districts, halo_m, coded),
        districts=frozenset() if districts is None else frozenset(districts["code"].astype(str).str.slice(0, 6)),
        categories=categories,
        settle=settle,
    )
    provenance = _provenance(path, table, columns, placed, datum, area, halo_m)
    rows = Rows(raw, columns.source, geometry, unclosed, table.ragged)
    parsed = intake(schema, rows, context, provenance)
    return _noticed(parsed, schema, columns, placed, districts, current)


def _zone(area: str, districts: gpd.GeoDataFrame | None, halo_m: float, coded: bool) -> zones.Zone:
    return zones.Zone(area, None) if coded else zones.zone(area, districts, halo_m)


def _place(
    schema: Schema, table: RawTable, columns: Columns, datum: str | None
) -> tuple[Geometries | None, np.ndarray[Any, np.dtype[np.bool_]], Placing | None]:
    """Geometry in EPSG:4490, which rings were not closed, and how it was placed."""
    none = np.zeros(len(table), dtype=np.bool_)
    if schema.family == "none":
        return None, none, None
    if table.wkb is not None:
        with np.errstate(invalid="ignore"):  # coordinates that are no numbers are refused later, row by row
            geometry = shapely.from_wkb(table.wkb, on_invalid="ignore")
        given = np.fromiter((one is not None for one in table.wkb), dtype=np.bool_, count=len(table))
        unclosed = given & shapely.is_missing(geometry)
        geometry[unclosed] = shapely.from_wkb(table.wkb[unclosed], on_invalid="fix")
        if bool(shapely.is_missing(geometry).all()) and not given.any() and columns.lon is None:
            raise NoGeometryError(f"这个图层没有图形，{schema.title}需要图形，请换一个图层或文件。")
        names = None
    else:
        lon, lat = (values.numbers(pd.Series(table.columns[str(name)]))[0] for name in (columns.lon, columns.lat))
        geometry = shapely.points(lon, lat)
        geometry[np.isnan(lon) | np.isnan(lat)] = None
        unclosed, names = none, (str(columns.lon), str(columns.lat))
    placed = placing.declare(table.crs, table.crs_why, datum)
    return placing.place(geometry, placed, names), unclosed, placed


def _provenance(
    path: Path,
    table: RawTable,
    columns: Columns,
    placed: Placing | None,
    datum: str | None,
    area: str | None,
    halo_m: float,
) -> dict[str, Any]:
    return {
        "file": path.name,
        "sha256": digest(path),
        "format": table.format,
        "layer": table.layer,
        "encoding": table.encoding,
        "encoding_why": table.encoding_why,
        "datum": None if placed is None else placed.word,
        "datum_why": "这种数据没有坐标。" if placed is None else placed.why,
        "datum_flag": datum,
        "source_crs": table.crs,
        "converted_by": "wangge",
        "area": area,
        "halo_m": halo_m if area is not None and placed is not None else None,
        "columns": dict(columns.source),
        "unused": list(columns.unused),
        "osm": table.format == "OSM PBF" or "osm_id" in columns.source.values(),
        "offset": None,
    }


def digest(path: Path) -> str:
    """sha256 of a file, read in pieces."""
    hasher = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_FILE_SPAN):
            hasher.update(piece)
    return hasher.hexdigest()


def _noticed(
    parsed: Parsed,
    schema: Schema,
    columns: Columns,
    placed: Placing | None,
    districts: gpd.GeoDataFrame | None,
    current: gpd.GeoDataFrame | None,
) -> Parsed:
    """The parsed file with what concerns it as a whole: datum, offset, personal columns."""
    found: list[Finding] = [] if placed is None else list(placed.findings)
    if columns.personal:
        text = f"列 {'、'.join(columns.personal)} 像是个人信息，没有导入；请在源文件里删去。"
        found.append(Finding("PERSONAL_DATA", "warning", text))
    provenance = dict(parsed.provenance)
    refused = False
    if placed is not None and not parsed.blocked:
        moved = comparing.shift(parsed.frame, current)
        if moved is not None:
            provenance["offset"] = {
                "east_m": moved.east_m,
                "north_m": moved.north_m,
                "distance_m": round(moved.distance_m, 1),
                "pairs": moved.pairs,
                "datum": moved.datum,
            }
            if moved.suspect:
                refused = schema.tessellated and moved.datum is not None and not placed.declared
                text = moved.sentence(schema.title)
                found.append(Finding("DATUM_OFFSET", "error" if refused else "warning", text, refuses=refused))
        elif districts is not None and schema.family == "point" and "district" in parsed.frame.columns:
            wrong = comparing.misplaced(parsed.frame, parsed.frame["district"], districts)
            found += [] if wrong is None else [wrong]
    parsed = replace(parsed, findings=(*found, *parsed.findings), provenance=provenance)
    if not refused:
        return parsed
    return replace(parsed, frame=parsed.frame.iloc[:0], accepted=0, refused=parsed.refused + parsed.accepted)
