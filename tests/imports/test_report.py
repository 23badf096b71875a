"""The report: equal figures in JSON, in the workbook and in words, and no cell that a spreadsheet would execute."""

import json
from pathlib import Path

import openpyxl
import pytest
import shapely

from data.imports import report
from data.imports.reader import parse
from gis.findings import Parsed
from tests.imports import files
from tests.imports.files import LAT, LON


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Parsed:
    rows = files.frame(
        {"name": ["=1+1", "乙", "丙"], "households": [2_008_042, 900, 800], "备注": ["a", "b", "c"]},
        [shapely.Point(LON, LAT), shapely.Point(LON, LAT + 0.01), None],
    )
    return parse(files.write(tmp_path_factory.mktemp("report") / "小区.gpkg", rows), "compounds")


def test_json_is_plain_and_adds_up(parsed: Parsed) -> None:
    said = json.loads(json.dumps(report.as_json(parsed), ensure_ascii=False))
    assert said["read"] == said["accepted"] + said["refused"] + said["set_aside"] == 3
    assert said["counts"] == {"ABSURD_COUNT": 1, "EMPTY_GEOMETRY": 1}
    assert said["refused_by"] == {"EMPTY_GEOMETRY": 1}
    assert said["unused"] == ["备注"]
    assert len(said["sha256"]) == 64
    assert [one["code"] for one in said["findings"]] == ["EMPTY_GEOMETRY", "ABSURD_COUNT"]
    assert said["encoding_why"]
    assert said["datum_why"]


def test_words_are_chinese_and_short(parsed: Parsed) -> None:
    lines = report.as_lines(parsed)
    assert lines[0] == "小区：小区.gpkg（GeoPackage）读入 3 行，收 2，不收 1"
    assert any("EMPTY_GEOMETRY 1 行（不收），如第 3 行" in line for line in lines)
    assert any("ABSURD_COUNT 1 行（照收）" in line for line in lines)


def test_workbook_marks_refused_rows_and_executes_nothing(parsed: Parsed, tmp_path: Path) -> None:
    report.write_workbook(parsed, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    assert book.sheetnames == ["导入报告", "逐行问题"]
    rows = list(book["逐行问题"].iter_rows(min_row=2))
    assert [[cell.value for cell in row][:4] for row in rows] == [
        [1, "照收", "提醒", "ABSURD_COUNT"],
        [3, "不收", "错误", "EMPTY_GEOMETRY"],
    ]
    assert rows[1][0].fill.fgColor.rgb.endswith("F8D7CF")
    assert rows[0][0].fill.fill_type is None
    figures = {row[0].value: row[1].value for row in book["导入报告"].iter_rows()}
    assert (figures["读入行数"], figures["收"], figures["不收"]) == (3, 2, 1)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_dangerous_text_stays_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"代码,名称\n{text},甲\n", encoding="utf-8")
    parsed = parse(path, "codes")
    report.write_workbook(parsed, tmp_path / "report.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")["逐行问题"]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} <= {"s", "n"}
