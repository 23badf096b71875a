"""Tables without geometry: CSV and Excel, every cell a word; coordinates are columns and are found later."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from data.imports import encoding
from data.imports.errors import FileTooLargeError, NotGeodataError, UnreadableError
from data.imports.exchange import Column, RawTable
from data.imports.picking import pick_layer

MAX_ROWS = 2_000_000
MAX_COLUMNS = 500
_MAX_CELL = 1_000_000


def read_csv(path: Path) -> RawTable:
    """A CSV whose first row names the columns; comma, semicolon or tab.

    Raises EncodingError, NotGeodataError, FileTooLargeError.
    """
    content = path.read_bytes()
    chosen = encoding.of_text(content)
    text = content.decode(chosen.name, "strict" if chosen.name != "gb18030" else "replace")
    first = text.lstrip().splitlines()[0]
    mark = max(",;\t", key=first.count)
    csv.field_size_limit(_MAX_CELL)
    try:
        columns, ragged = _columns(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise UnreadableError("CSV 读到一半出错，可能有没配对的引号，请检查后重新导出。") from error
    name = "UTF-8" if chosen.name == "utf-8-sig" else chosen.name.upper()
    return RawTable("CSV", None, columns, None, None, "表格没有坐标系。", name, chosen.why, ragged)


def read_workbook(path: Path, layer: str | None) -> RawTable:
    """One sheet of an Excel workbook; its first row that is not empty names the columns.

    Raises LayerNotFoundError, NotGeodataError, UnreadableError, FileTooLargeError.
    """
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        name = pick_layer([(sheet, "") for sheet in book.sheetnames[:1]] if layer is None else _all(book), layer)
        sheet = book[name]
        sheet.reset_dimensions()
        columns, ragged = _columns(_cells(row) for row in sheet.iter_rows(values_only=True))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise UnreadableError("Excel 文件读不完整，可能已损坏，请另存一份再导入。") from error
    why = "Excel 固定用 UTF-8。"
    return RawTable("Excel", name, columns, None, None, "表格没有坐标系。", "UTF-8", why, ragged)


def _all(book: openpyxl.Workbook) -> list[tuple[str, str]]:
    return [(sheet, "") for sheet in book.sheetnames]


def _cells(row: Iterable[object]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in row]


def _columns(rows: Iterator[Sequence[str]]) -> tuple[dict[str, Column], tuple[int, ...]]:
    """Columns by name, empty cells None; and the 1-based rows that have more cells than there are names."""
    header = next((row for row in rows if any(cell.strip() for cell in row)), None)
    if header is None:
        raise NotGeodataError("表格是空的，第一行应是列名。")
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise FileTooLargeError(f"表格有 {len(names)} 列，超过 {MAX_COLUMNS} 列，请只留要导入的列。")
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise NotGeodataError(f"表格有重名的列：{'、'.join(twice)}，请改名后再导入。")
    width = len(names)
    cells: list[list[str | None]] = []
    ragged: list[int] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[width:]):
            ragged.append(len(cells) + 1)
        cells.append([cell.strip() or None for cell in row[:width]] + [None] * (width - len(row)))
        if len(cells) > MAX_ROWS:
            raise FileTooLargeError(f"表格超过 {MAX_ROWS:,} 行，请分块导入。")
    grid = np.empty((len(cells), width), dtype=object)
    if cells:
        grid[:] = cells
    return {name: grid[:, number].copy() for number, name in enumerate(names)}, tuple(ragged)
