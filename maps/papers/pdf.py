"""Papers as PDF by GB/T 9704-2012: A4, 37 mm above, 28 mm at the binding, 22 lines on 156 by 225 mm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from maps.papers import chart
from maps.papers.blocks import (
    Address,
    Block,
    Exhibit,
    Head,
    Heading,
    Map,
    Paper,
    Paragraph,
    Signature,
    Table,
    Title,
    closing,
)
from maps.papers.view import PapersView
from maps.press import inks
from maps.press.canvas import MM_OF_PT as PT_MM
from maps.press.canvas import Canvas, Ink, Pen
from maps.press.fonts import Role, faces, substituted
from maps.press.pdf import Book, PdfCanvas
from maps.press.typeset import broken

LEFT, TOP, WIDTH, HEIGHT = 28.0, 37.0, 156.0, 225.0
STEP = HEIGHT / 22
BODY, BIG, SMALL, CELL = 16.0, 22.0, 10.5, 10.5  # 三号, 二号, 五号
SIGNED = 3  # lines of a signature, with room for the seal
RED = "#C8102E"
BASE = 0.72  # of a line, from its top to the base of the letters


class Setter:
    """Sets blocks one below the other, page after page."""

    def __init__(self, view: PapersView, paper: Paper, own_fonts: Path | None) -> None:
        self.view, self.paper = view, paper
        self.book = Book(paper.name, own_fonts)
        self.instead = substituted(faces(own_fonts), ("body", "title", "kai"))
        self.canvas: Canvas = PdfCanvas(self.book)
        self.y = TOP
        self.page()

    def page(self) -> None:
        """Begin a page, with what every page says of itself and its number: right on odd pages, left on even ones."""
        self.book.add_page()
        self.y = TOP
        if self.paper.marks:
            ink = Ink(9, inks.WARN, bold=True, anchor="right")
            self.canvas.words(LEFT + WIDTH, TOP - 12, "　".join(self.paper.marks), ink)
        number = self.book.page
        self.face("song", 14)
        said, inset = f"— {number} —", 14 * PT_MM
        right = LEFT + WIDTH - inset - self.book.width(said)
        self.book.say(LEFT + inset if number % 2 == 0 else right, TOP + HEIGHT + 11, said)

    def room(self, height: float) -> None:
        """Begin a page where the block would not fit."""
        if self.y + height > TOP + HEIGHT + 0.1:
            self.page()

    def line(self, text: str, role: Role, size: float, step: float, x: float = LEFT, anchor: str = "left") -> None:
        """One line of words."""
        self.room(step)
        self.face(role, size)
        width = self.book.width(text)
        at = {"left": x, "middle": LEFT + (WIDTH - width) / 2, "right": LEFT + WIDTH - width - x}[anchor]
        self.book.say(at, self.y + step * BASE, text)
        self.y += step

    def text(self, text: str, role: Role, size: float, step: float, indent: int = 2) -> None:
        """A paragraph, its first line set in."""
        self.face(role, size)
        letter = size * PT_MM
        for row, said in enumerate(broken(text, WIDTH, self.book.width, indent * letter)):
            self.line(said, role, size, step, LEFT + (indent * letter if row == 0 else 0))

    def lines(self, blocks: Sequence[Block]) -> int:
        """How many lines paragraphs take, with the signature below them."""
        self.face("body", BODY)
        told = [one.text for one in blocks if isinstance(one, Paragraph)]
        return SIGNED + sum(len(broken(text, WIDTH, self.book.width, 2 * BODY * PT_MM)) for text in told)

    def face(self, role: Role, size: float) -> None:
        """Choose a face; the size is in points."""
        self.book.face(role, size)


def write(view: PapersView, paper: Paper, own_fonts: Path | None = None) -> bytes:
    """A paper as a PDF file; NoFontError where this machine has no Chinese face."""
    setter = Setter(view, paper, own_fonts)
    kept = closing(paper.blocks)
    for place, block in enumerate(paper.blocks):
        if place in kept and place - 1 not in kept:
            setter.room(setter.lines([one for n, one in enumerate(paper.blocks) if n in kept and n >= place]) * STEP)
        SET[type(block)](setter, block)
    if setter.instead:
        said = f"本机没有{'、'.join(setter.instead)}字体，以思源宋体代替；正式印发用 Word 文件套排。"
        setter.face("song", 8.5)
        setter.book.say(LEFT, TOP + HEIGHT + 20, said)
    return setter.book.bytes()


def _head(setter: Setter, block: Head) -> None:
    setter.face("title", 34)
    size = min(34.0, 34 * WIDTH / setter.book.width(block.office))
    setter.face("title", size)
    width = setter.book.width(block.office)
    setter.book.say(LEFT + (WIDTH - width) / 2, TOP + 16, block.office, RED)
    setter.y = TOP + 30
    setter.face("body", BODY)
    setter.book.say(LEFT + 5.6, setter.y, block.number)
    setter.book.say(LEFT + WIDTH - 5.6 - setter.book.width(block.signer), setter.y, block.signer)
    rule = np.array([[LEFT, setter.y + 4], [LEFT + WIDTH, setter.y + 4]])
    setter.canvas.stroke([rule], Pen(RED, 0.7))
    setter.y += 4 + STEP


def _title(setter: Setter, block: Title) -> None:
    for said in block.lines:
        setter.face("title", BIG)
        for row in broken(said, WIDTH - 10, setter.book.width):
            setter.line(row, "title", BIG, STEP * 1.2, anchor="middle")
    setter.y += STEP * 0.6


def _address(setter: Setter, block: Address) -> None:
    setter.text(block.text, "body", BODY, STEP, indent=0)


def _heading(setter: Setter, block: Heading) -> None:
    setter.room(2 * STEP)
    setter.text(block.text, "heading" if block.level == 1 else "kai", BODY, STEP)


def _paragraph(setter: Setter, block: Paragraph) -> None:
    if block.small:
        setter.y += 2
        setter.text(block.text, "song", SMALL, 5.6, indent=0)
    else:
        setter.text(block.text, "body", BODY, STEP)


def _exhibit(setter: Setter, block: Exhibit) -> None:
    setter.page()
    setter.line(f"附件{block.number or ''}", "heading", BODY, STEP)
    setter.line(block.title, "title", BIG - 4, STEP * 1.2, anchor="middle")
    setter.y += 3


def _map(setter: Setter, block: Map) -> None:
    high = TOP + HEIGHT - setter.y - 10
    chart.draw(setter.canvas, setter.view, block.which, (LEFT, setter.y, WIDTH, high))
    setter.y += high + 1
    setter.line(setter.paper.footer, "song", 8.5, 5)


def _signature(setter: Setter, block: Signature) -> None:
    setter.room(2 * STEP)
    setter.y += min(STEP * 1.5, max(TOP + HEIGHT - setter.y - 2 * STEP, 0.0))
    right = 4 * BODY * PT_MM
    setter.line(block.office, "body", BODY, STEP, right, "right")
    setter.line(block.day, "body", BODY, STEP, right, "right")


def _table(setter: Setter, block: Table) -> None:
    widths = [share * WIDTH for _, share in block.heads]
    _row(setter, [name for name, _ in block.heads], widths, "heading", block, head=True)
    for row in block.rows:
        _row(setter, row, widths, "song", block)


def _row(
    setter: Setter, cells: Sequence[str], widths: Sequence[float], role: Role, table: Table, head: bool = False
) -> None:
    setter.face(role, CELL)
    told = [broken(cell, width - 3, setter.book.width) for cell, width in zip(cells, widths, strict=True)]
    high = max(len(one) for one in told) * 5.4 + 2.2
    if setter.y + high > TOP + HEIGHT:
        setter.page()
        if not head:
            _row(setter, [name for name, _ in table.heads], widths, "heading", table, head=True)
    setter.face(role, CELL)
    x, top = LEFT, setter.y
    for place, (rows, width) in enumerate(zip(told, widths, strict=True)):
        box = [[x, top], [x + width, top], [x + width, top + high], [x, top + high], [x, top]]
        setter.canvas.stroke([np.array(box)], Pen("#000000", 0.2))
        setter.face(role, CELL)
        start = top + (high - len(rows) * 5.4) / 2
        for turn, said in enumerate(rows):
            long = setter.book.width(said)
            at = x + width - 1.5 - long if place in table.right and not head else x + 1.5
            setter.book.say(x + (width - long) / 2 if head else at, start + turn * 5.4 + 4, said)
        x += width
    setter.y = top + high


SET: Final[Mapping[type[Block], Callable[[Setter, Any], None]]] = {
    Head: _head,
    Title: _title,
    Address: _address,
    Heading: _heading,
    Paragraph: _paragraph,
    Exhibit: _exhibit,
    Map: _map,
    Signature: _signature,
    Table: _table,
}
