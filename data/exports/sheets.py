"""Plain tables as an Excel workbook: a sheet each, text always text, and a last sheet that says what this is."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from data.exports.textcell import text_cell
from gis.errors import MachineError

SHEET_NAME = 31  # characters, by Excel
NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "·"))


@dataclass(frozen=True)
class Sheet:
    """A table: heads with the width of each column in characters, and rows."""

    title: str
    heads: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[object]]


def write_sheets(target: Path | BytesIO, sheets: Sequence[Sheet], about: Sequence[tuple[str, object]]) -> int:
    """Write the sheets and `about` as the last one; returns the rows of all. MachineError where it cannot be saved."""
    book = Workbook(write_only=True)
    for one in [*sheets, Sheet("说明", (("项", 18), ("内容", 90)), about)]:
        page = book.create_sheet(one.title.translate(NOT_IN_NAMES)[:SHEET_NAME])
        page.freeze_panes = "A2"
        for number, (_, width) in enumerate(one.heads, start=1):
            page.column_dimensions[get_column_letter(number)].width = width
        page.append([text_cell(page, head, bold=True) for head, _ in one.heads])
        for row in one.rows:
            page.append([text_cell(page, value) for value in row])
    try:
        book.save(target)
    except OSError as error:
        raise MachineError(f"没有写成 {target}（{error.strerror or error}）。换一个可写的位置再试") from error
    return sum(len(one.rows) for one in sheets)
