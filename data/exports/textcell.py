"""The one way a cell of an Excel workbook is made: text stays text, whatever a spreadsheet would make of it."""

from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.styles import Font, PatternFill

RISKY = ("=", "+", "-", "@", "\t", "\r")


def text_cell(
    sheet: Any, value: object, bold: bool = False, fill: str | None = None, number_format: str | None = None
) -> WriteOnlyCell:
    """A cell of a write-only sheet; `fill` is a colour, RRGGBB. A number that is none leaves the cell empty."""
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(RISKY)
    else:
        cell = WriteOnlyCell(sheet, value=None if value != value else value)
    if bold:
        cell.font = Font(bold=True)
    if fill is not None:
        cell.fill = PatternFill("solid", fgColor=fill)
    if number_format is not None:
        cell.number_format = number_format
    return cell


def plain_text(value: object) -> object:
    """A value of a CSV file: text that a spreadsheet would work out as a formula is kept as text by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value
