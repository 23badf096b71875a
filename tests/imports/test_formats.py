"""Every format and encoding gives the same rows; what was decided, and why, is told."""

from pathlib import Path

import pytest
import shapely

from data.imports.errors import EncodingError, NotGeodataError
from data.imports.reader import NoRowsError, parse
from tests.imports import files

NAMES = ["青年路", "莲湖路", "北大街"]
LINES = [shapely.LineString([(108.93 + i / 100, 34.27), (108.94 + i / 100, 34.28)]) for i in range(3)]


def streets() -> object:
    return files.frame({"osm_id": [1, 2, 3], "name": NAMES, "fclass": ["primary", "footway", "steps"]}, LINES)


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp"])
def test_vector_formats(tmp_path: Path, name: str) -> None:
    parsed = parse(files.write(tmp_path / name, streets()), "streets")
    assert parsed.frame["name"].tolist() == NAMES
    assert parsed.frame["uid"].tolist() == ["1", "2", "3"]
    assert parsed.frame["class"].tolist() == ["primary", "footway", "steps"]
    assert (parsed.read, parsed.accepted, parsed.refused) == (3, 3, 0)
    assert parsed.frame.crs.to_epsg() == 4490
    assert shapely.equals_exact(parsed.frame.geometry.to_numpy(), LINES, 1e-9).all()


@pytest.mark.parametrize(
    ("encoding", "cpg", "shown", "why"),
    [
        ("gbk", False, "GB18030", "没有 .cpg；按 UTF-8 解不开，按 GBK/GB18030 能严格解开。"),
        ("utf-8", False, "UTF-8", "没有 .cpg；全部文字都能按 UTF-8 严格解开。"),
        ("gbk", True, "GB18030", ".cpg 写明 GBK，全部文字也解得开。"),
        ("utf-8", True, "UTF-8", ".cpg 写明 UTF-8，全部文字也解得开。"),
    ],
)
def test_encoding_of_zipped_shapefiles_is_decided_with_evidence(
    tmp_path: Path, encoding: str, cpg: bool, shown: str, why: str
) -> None:
    path = files.shapefile_zip(tmp_path / "shp", streets(), encoding, cpg)
    parsed = parse(path, "streets")
    assert parsed.frame["name"].tolist() == NAMES
    assert parsed.provenance["encoding"] == shown
    assert parsed.provenance["encoding_why"] == why


def test_a_cpg_that_lies_is_found_out(tmp_path: Path) -> None:
    shp = files.write(tmp_path / "a.shp", streets(), encoding="gbk")
    shp.with_suffix(".cpg").write_text("UTF-8")
    parsed = parse(shp, "streets")
    assert parsed.frame["name"].tolist() == NAMES
    assert "UTF-8 解不开文字，不予采用" in parsed.provenance["encoding_why"]


def test_the_language_byte_of_the_table_is_evidence(tmp_path: Path) -> None:
    shp = files.write(tmp_path / "a.shp", streets(), encoding="gbk")
    shp.with_suffix(".cpg").unlink()
    table = bytearray(shp.with_suffix(".dbf").read_bytes())
    table[29] = 0x4D
    shp.with_suffix(".dbf").write_bytes(table)
    parsed = parse(shp, "streets")
    assert parsed.frame["name"].tolist() == NAMES
    assert "语言标记是 0x4D" in parsed.provenance["encoding_why"]


def test_names_cut_off_inside_a_character_do_not_spoil_the_verdict(tmp_path: Path) -> None:
    shp = files.write(tmp_path / "a.shp", files.frame({"fclass": ["primary"], "name": ["x" * 100]}, [LINES[0]]))
    shp.with_suffix(".cpg").unlink()
    table = shp.with_suffix(".dbf").read_bytes()
    shp.with_suffix(".dbf").write_bytes(table.replace(b"x" * 100, ("莲湖" * 20).encode()[:100]))
    parsed = parse(shp, "streets")
    assert parsed.provenance["encoding"] == "UTF-8"
    assert parsed.frame["name"][0].startswith("莲湖" * 15)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_csv_encodings(tmp_path: Path, encoding: str) -> None:
    text = "名称,户数,经度,纬度\n青年小区,1200,108.93,34.27\n莲湖小区,,108.94,34.28\n"
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    parsed = parse(path, "compounds", datum="wgs84")
    assert parsed.frame["name"].tolist() == ["青年小区", "莲湖小区"]
    assert parsed.frame["households"].fillna(-1).tolist() == [1200, -1]
    assert parsed.frame.geometry.x.tolist() == [108.93, 108.94]
    assert parsed.provenance["datum_why"] == "由 --datum 指定。"


def test_text_in_no_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"name,lon,lat\n\xff\xff\x80,1,2\n")
    with pytest.raises(EncodingError, match="UTF-8"):
        parse(tmp_path / "a.csv", "compounds", datum="wgs84")


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators(tmp_path: Path, mark: str) -> None:
    text = "名称,经度,纬度\n甲,108.93,34.27\n".replace(",", mark)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert parse(tmp_path / "a.csv", "compounds", datum="wgs84").accepted == 1


def test_excel_with_leading_rows_and_named_sheet(tmp_path: Path) -> None:
    rows = [
        [None],
        ["小区名称", "总户数", "经度", "纬度"],
        ["甲", "1,200户", 108.93, 34.27],
        ["乙", 300, 108.94, 34.28],
    ]
    path = files.workbook(tmp_path / "a.xlsx", rows)
    for layer in (None, "小区"):
        parsed = parse(path, "compounds", datum="cgcs2000", layer=layer)
        assert parsed.frame["households"].tolist() == [1200, 300]
        assert parsed.provenance["format"] == "Excel"


def test_tables_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,名称,经度,纬度\n甲,乙,108.93,34.27\n", encoding="utf-8")
    with pytest.raises(NotGeodataError, match="重名"):
        parse(path, "compounds", datum="wgs84")
    path.write_text("名称,经度,纬度\n", encoding="utf-8")
    with pytest.raises(NoRowsError, match="没有数据行"):
        parse(path, "compounds", datum="wgs84")
    path.write_text(" , ,\n", encoding="utf-8")
    with pytest.raises(NotGeodataError, match="表格是空的"):
        parse(path, "compounds", datum="wgs84")


def test_rows_with_too_many_cells_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,经度,纬度\n甲,108.93,34.27,乱\n乙,108.93,34.28\n", encoding="utf-8")
    parsed = parse(path, "compounds", datum="wgs84")
    assert parsed.frame["name"].tolist() == ["乙"]
    assert [(one.code, one.row) for one in parsed.findings] == [("ROW_RAGGED", 1)]


def test_openstreetmap_extract(tmp_path: Path) -> None:
    path = files.osm_pbf(
        tmp_path / "a.osm.pbf",
        [
            (
                11,
                [(108.9, 34.2), (108.91, 34.2)],
                {"highway": "residential", "name": "青年路", "bridge": "viaduct", "layer": "1"},
            ),
            (12, [(108.91, 34.2), (108.92, 34.21)], {"highway": "service", "access": "private", "foot": "yes"}),
            (13, [(108.9, 34.2), (108.93, 34.25)], {"waterway": "river", "name": '皂"河=>'}),
            (14, [(108.9, 34.2), (108.93, 34.26)], {"railway": "rail", "tunnel": "yes"}),
            (15, [(108.9, 34.3), (108.93, 34.3)], {"power": "line"}),
        ],
    )
    roads = parse(path, "streets")
    assert roads.frame["uid"].tolist() == ["11", "12"]
    assert roads.frame["bridge"].tolist() == [True, False]
    assert roads.frame["layer"].tolist() == [1, 0]
    assert roads.frame["access"].tolist() == [None, "yes"]
    assert roads.provenance["osm"] is True
    walls = parse(path, "barriers")
    assert walls.frame[["kind", "name"]].values.tolist() == [["river", '皂"河=>'], ["railway", None]]
    with pytest.raises(NotGeodataError, match="道路"):
        parse(path, "compounds")
