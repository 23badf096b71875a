"""A layer as Shapefile in a zip, in GBK or UTF-8, with a sheet that says which short name means what."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely
from pyogrio import raw

from data.exports.cells import arrays, plain
from data.exports.extract import Extract
from data.exports.geopackage import geometry_type
from gis.errors import BadInputError

ENCODINGS = {"gbk": "GBK", "utf-8": "UTF-8"}
NAME_BYTES, CELL_BYTES = 10, 254
MAP_SHEET = "字段对照.csv"
_SUFFIXES = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_FAMILIES = ((0, "points"), (1, "lines"), (2, "polygons"))
_STAMP = (1980, 1, 1, 0, 0, 0)  # equal rows, equal bytes


class EncodingUnfitError(BadInputError):
    """A word that the chosen encoding or field width cannot hold."""

    code = "ENCODING_UNFIT"


def write(made: Extract, target: Path, encoding: str, folder: Path) -> None:
    """Write a zip of one Shapefile, or of one per kind where points, lines and polygons mix.

    `encoding`: gbk | utf-8. Words are never cut or replaced: EncodingUnfitError. `folder` holds the parts meanwhile.
    """
    if encoding not in ENCODINGS:
        raise BadInputError("文字编码只能是 gbk 或 utf-8。改正后再试")
    _check(made, encoding)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for stem, part in _parts(made):
            _write_one(part, folder / f"{stem}.shp", ENCODINGS[encoding])
            for suffix in _SUFFIXES:
                _add(archive, f"{stem}{suffix}", (folder / f"{stem}{suffix}").read_bytes())
        _add(archive, MAP_SHEET, _map_sheet(made))


def _write_one(part: Extract, path: Path, codec: str) -> None:
    fields, masks = arrays(part, flags_as_numbers=True)
    shapes = part.frame.geometry.to_numpy()
    raw.write(
        path,
        shapely.to_wkb(shapes),
        fields,
        [column.name[:NAME_BYTES] for column in part.columns],
        field_mask=masks,
        driver="ESRI Shapefile",
        geometry_type=geometry_type(shapes),
        promote_to_multi=False,
        crs=f"EPSG:{part.epsg}",
        encoding=codec,
    )
    path.with_suffix(".cpg").write_text(codec, encoding="ascii")


def _parts(made: Extract) -> Iterator[tuple[str, Extract]]:
    """The extract by family of geometry, since a Shapefile holds one; the layer's own name where there is one only."""
    dimension = shapely.get_dimensions(made.frame.geometry.to_numpy())
    present = [(number, word) for number, word in _FAMILIES if (dimension == number).any()]
    for number, word in present:
        where = np.flatnonzero(dimension == number)
        stem = made.layer if len(present) == 1 else f"{made.layer}_{word}"
        yield stem, replace(made, frame=made.frame.iloc[where].reset_index(drop=True))


def _check(made: Extract, encoding: str) -> None:
    for column, values in zip(made.columns, plain(made), strict=True):
        if column.kind not in ("word", "json"):
            continue
        for value in dict.fromkeys(values):
            if value is None:
                continue
            try:
                size = len(value.encode(encoding))
            except UnicodeEncodeError as error:
                lost = value[error.start : error.end]
                said = f"“{value[:20]}”里的“{lost}”用 GBK 写不下。改用 --encoding utf-8，或导出 GeoPackage"
                raise EncodingUnfitError(said) from error
            if size > CELL_BYTES:
                said = f"“{value[:20]}…”超过 Shapefile 一格的 {CELL_BYTES} 字节。请导出 GeoPackage"
                raise EncodingUnfitError(said)


def _map_sheet(made: Extract) -> bytes:
    sheet = io.StringIO()
    rows = csv.writer(sheet, lineterminator="\r\n")
    rows.writerow(["文件里的列名", "完整列名", "中文名"])
    rows.writerows([one.name[:NAME_BYTES], one.name, one.title] for one in made.columns)
    rows.writerow([])
    rows.writerow(["说明", made.title, made.remark])
    return b"\xef\xbb\xbf" + sheet.getvalue().encode()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
