"""A layer as an Excel workbook: Chinese heads, a position per row, and a second sheet that says what this is."""

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from data import tables as t
from data.exports.cells import plain
from data.exports.extract import Extract
from data.exports.textcell import text_cell
from data.standards import categories
from gis.errors import BadInputError

MOST_ROWS = 1_048_575
_DEGREES, _METRES = ("经度", "纬度"), ("东坐标", "北坐标")
_SHEET_NAME = 31  # characters, by Excel


def write(made: Extract, target: Path) -> None:
    """Write all rows, also those without geometry; borders and lines are given by one point on them."""
    if len(made.frame) > MOST_ROWS:
        raise BadInputError(f"Excel 一张表最多 {MOST_ROWS:,} 行，这里有 {len(made.frame):,} 行。请导出 GeoPackage")
    book = Workbook(write_only=True)
    sheet = book.create_sheet(made.title[:_SHEET_NAME])
    sheet.freeze_panes = "A2"
    degrees = made.epsg == t.STORAGE_SRID
    heads = [column.title for column in made.columns] + list(_DEGREES if degrees else _METRES)
    for number, head in enumerate(heads, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(10, min(30, 3 * len(head)))
    sheet.append([text_cell(sheet, head, bold=True) for head in heads])
    for row in zip(*_columns(made), *_positions(made, 9 if degrees else 4), strict=True):
        sheet.append([text_cell(sheet, value) for value in row])
    _about(book, made)
    book.save(target)


def _columns(made: Extract) -> list[list[Any]]:
    names = {one.id: one.name for one in categories().values()}
    columns = plain(made)
    for place, column in enumerate(made.columns):
        if column.kind == "flag":
            columns[place] = [None if value is None else "是" if value else "否" for value in columns[place]]
        elif column.kind == "date":
            columns[place] = [None if value is None else value.isoformat() for value in columns[place]]
        elif column.name == "category":
            columns[place] = [names.get(value, value) for value in columns[place]]
    return columns


def _positions(made: Extract, digits: int) -> list[list[float | None]]:
    points = shapely.point_on_surface(made.frame.geometry.to_numpy())
    axes = (np.round(shapely.get_x(points), digits), np.round(shapely.get_y(points), digits))
    return [[None if value != value else value for value in axis.tolist()] for axis in axes]


def _about(book: Workbook, made: Extract) -> None:
    sheet = book.create_sheet("说明")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 80
    lines = [("图层", made.title), ("行数", len(made.frame)), ("说明", made.remark)]
    lines.append(("位置", "边界和线只给其中一个点；要完整图形请导出 GeoPackage"))
    lines += [(f"列 {column.title}", column.name) for column in made.columns]
    for name, value in lines:
        sheet.append([text_cell(sheet, name, bold=True), text_cell(sheet, value)])
