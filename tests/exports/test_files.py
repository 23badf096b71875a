"""The files themselves: other programs open them, nothing in them is cut, nothing is taken for a formula."""

import io
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from sqlalchemy import Engine

from data.exports import shapefile, words, workbook
from data.exports.extract import Extract, FileColumn
from data.imports import guard
from data.layers import LAYERS
from gis.errors import BadInputError
from maps.paint import paints, tokens
from tests.exports.files import back, change, out

HOSTILE = ('=HYPERLINK("x")', "+1", "-2", "@SUM(A1)", "\tx", "平常\x07的")


def made(names: tuple[str, ...], layer: str = "gates") -> Extract:
    """An extract with one word a row."""
    points = gpd.points_from_xy(np.full(len(names), 108.9), np.full(len(names), 34.2))
    frame = gpd.GeoDataFrame({"name": list(names)}, geometry=points, crs=4490)
    return Extract(layer, frame, (FileColumn("name", "名称", "word"),), date(2026, 11, 1), 4490, True, False)


@pytest.mark.parametrize("layer", ["communities", "compounds", "service_points", "streets", "barriers", "backdrop"])
def test_gdal_reads_a_geopackage_and_its_names(town: Engine, tmp_path: Path, layer: str) -> None:
    written = out(town, tmp_path, layer)
    assert words.SYNTHETIC in written.file.name
    told = pyogrio.read_info(written.file, layer=layer)
    assert (told["features"], told["crs"]) == (written.rows, "EPSG:4490")
    with closing(sqlite3.connect(written.file)) as file:
        aliases = dict(file.execute("SELECT column_name, name FROM gpkg_data_columns WHERE table_name = ?", (layer,)))
        name, qml, default = file.execute("SELECT f_table_name, styleQML, useAsDefault FROM layer_styles").fetchone()
        title, remark = file.execute(
            "SELECT identifier, description FROM gpkg_contents WHERE table_name = ?", (layer,)
        ).fetchone()
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert set(aliases) == set(told["fields"])
    assert all(re.search("[一-鿿]", alias) for alias in aliases.values()), aliases
    assert (name, default) == (layer, 1)
    assert "合成示例数据" in title
    assert "截至" in remark
    red, green, blue = (int(paints()[layer].colour[at : at + 2], 16) for at in (1, 3, 5))
    assert f"{red},{green},{blue}," in qml


def test_every_layer_has_a_paint_of_the_tokens_and_names_of_its_own() -> None:
    assert set(paints()) >= set(LAYERS)
    colours = {one.upper() for one in tokens().values()}
    for paint in paints().values():
        assert paint.colour.upper() in colours
        assert paint.outline is None or paint.outline.upper() in colours
    for layer, kind in LAYERS.items():
        names = [words.title(layer, column) for column in kind.columns]
        assert len(set(names)) == len(names), layer
        short = [column[: shapefile.NAME_BYTES] for column in kind.columns]
        assert len(set(short)) == len(short), layer


@pytest.mark.parametrize(("encoding", "shown"), [("gbk", "GB18030"), ("utf-8", "UTF-8")])
def test_a_shapefile_comes_back_with_evidence_of_its_encoding(
    town: Engine, tmp_path: Path, encoding: str, shown: str
) -> None:
    written = out(town, tmp_path, "service_points", "shp", encoding=encoding)
    with zipfile.ZipFile(written.file) as archive:
        assert {Path(name).suffix for name in archive.namelist()} >= {".shp", ".shx", ".dbf", ".prj", ".cpg"}
        sheet = archive.read(shapefile.MAP_SHEET).decode("utf-8-sig")
    assert "serves_cod,serves_code,服务社区代码" in sheet
    outcome = back(town, written.file, "service_points")
    assert outcome.parsed.provenance["encoding"] == shown
    assert ".cpg 写明" in outcome.parsed.provenance["encoding_why"]
    assert change(outcome)["unchanged"] == written.rows


def test_what_gbk_cannot_hold_is_said_and_never_replaced(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="用 GBK 写不下"):
        shapefile.write(made(("𬭼社区",)), tmp_path / "x.zip", "gbk", tmp_path)
    with pytest.raises(BadInputError, match="254 字节"):
        shapefile.write(made(("很" * 100,)), tmp_path / "x.zip", "utf-8", tmp_path)
    shapefile.write(made(("𬭼社区",)), tmp_path / "x.zip", "utf-8", tmp_path)
    assert guard.read(tmp_path / "x.zip").columns["name"].tolist() == ["𬭼社区"]


def test_points_and_polygons_of_one_layer_are_two_shapefiles(tmp_path: Path) -> None:
    both = made(("点", "面"), "compounds")
    shapes = [shapely.Point(108.9, 34.2), shapely.box(108.9, 34.2, 108.91, 34.21)]
    mixed = replace(both, frame=both.frame.set_geometry(gpd.GeoSeries(shapes, crs=4490)))
    shapefile.write(mixed, tmp_path / "x.zip", "gbk", tmp_path)
    for layer, name in (("compounds_points", "点"), ("compounds_polygons", "面")):
        assert guard.read(tmp_path / "x.zip", layer).columns["name"].tolist() == [name]


def test_a_workbook_keeps_text_as_text(tmp_path: Path) -> None:
    workbook.write(made(HOSTILE), tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    sheet, about = book.worksheets
    assert sheet.title == "出入口（合成示例数据）"
    assert [cell.value for cell in sheet[1]] == ["名称", "经度", "纬度"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [one.replace("\x07", "") for one in HOSTILE]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells[:-1])
    assert any("截至 2026-11-01" in str(row[1].value) for row in about.iter_rows())
    with zipfile.ZipFile(io.BytesIO((tmp_path / "x.xlsx").read_bytes())) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_workbook_of_points_comes_back_too(town: Engine, tmp_path: Path) -> None:
    written = out(town, tmp_path, "service_points", "xlsx")
    outcome = back(town, written.file, "service_points", datum="cgcs2000")
    assert change(outcome)["unchanged"] == written.rows
