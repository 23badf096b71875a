"""Pages of a PDF as a canvas: vectors and real text, with the used glyphs of each face inside the file."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from fpdf import FPDF
from fpdf.enums import TextMode

from maps.press.canvas import MM_OF_PT, Ink, Pen, Points, rgb
from maps.press.fonts import Role, faces

ROUND: Final = 0.5523  # control points of a quarter circle
HALO_SHARE: Final = 0.16  # of the size, on each side


class Book:
    """A PDF in the making; a face is loaded when it is first used and embedded as far as it is used."""

    def __init__(self, title: str, own_fonts: Path | None = None) -> None:
        self.known = faces(own_fonts)
        self.pdf = FPDF(unit="mm", format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0.0
        self.pdf.set_title(title)
        self.pdf.set_lang("zh-CN")
        self.pdf.set_creator("wangge")

    @property
    def page(self) -> int:
        """Number of the present page."""
        return int(self.pdf.page)

    def add_page(self, size_mm: tuple[float, float] = (210, 297)) -> None:
        """Begin a page of so many millimetres."""
        self.pdf.add_page(format=size_mm)

    def mark(self, name: str, level: int) -> None:
        """A bookmark to the present page."""
        self.pdf.start_section(name, level=level)

    def link(self, number: int, x: float, y: float, width: float, height: float, page: int) -> None:
        """Make a box of page `number` lead to another page."""
        self.pdf.page = number
        self.pdf.link(x, y, width, height, self.pdf.add_link(page=page))

    def face(self, role: Role, size_pt: float) -> None:
        """Set what follows in a role; roles of one file share it."""
        chosen = self.known[role]
        family = f"{chosen.file.stem}-{chosen.index}".lower()
        if family not in self.pdf.fonts:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # tables of a face that are no glyphs are left out, as they should be
                self.pdf.add_font(family, "", chosen.file, collection_font_number=chosen.index)
        self.pdf.set_font(family, size=size_pt)

    def width(self, text: str) -> float:
        """Width of words in the present face, in millimetres."""
        return float(self.pdf.get_string_width(text))

    def say(self, x: float, y: float, text: str, colour: str = "#000000") -> None:
        """Words in the present face, on their base line."""
        self.pdf.set_text_color(*rgb(colour))
        self.pdf.text(x, y, text)

    def bytes(self) -> bytes:
        """The finished file."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return bytes(self.pdf.output())


class PdfCanvas:
    """The current page of a book as a canvas; words are set in two roles, regular and bold."""

    def __init__(self, book: Book, regular: Role = "sans", bold: Role = "sans_bold") -> None:
        self.book = book
        self.roles: tuple[Role, Role] = (regular, bold)

    def fill(self, rings: Sequence[Points], colour: str) -> None:
        """Fill rings by the even-odd rule."""
        if rings:
            self._out(f"{_colour(colour)} rg {' '.join(self._path(ring, True) for ring in rings)} f*")

    def stroke(self, lines: Sequence[Points], pen: Pen) -> None:
        """Draw lines with round ends and joints."""
        if lines:
            paths = " ".join(self._path(line, False) for line in lines)
            self._out(f"{self._pen(pen)} {paths} S")

    def disc(self, x: float, y: float, radius: float, colour: str, pen: Pen | None = None) -> None:
        """Fill a circle, with an edge where there is a pen."""
        k = radius * ROUND
        turns = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0)]
        parts = [f"{self._at(x + radius, y)} m"]
        for (ax, ay), (bx, by) in pairwise(turns):
            first = self._at(x + ax * radius + bx * k, y + ay * radius + by * k)
            second = self._at(x + bx * radius + ax * k, y + by * radius + ay * k)
            parts.append(f"{first} {second} {self._at(x + bx * radius, y + by * radius)} c")
        edge = "" if pen is None else self._pen(pen)
        self._out(f"{_colour(colour)} rg {edge} {' '.join(parts)} h {'f' if pen is None else 'B'}")

    def words(self, x: float, y: float, text: str, ink: Ink, turn: float = 0.0) -> None:
        """Set words, the halo first."""
        self._face(ink)
        width = self.book.width(text)
        x -= {"left": 0.0, "middle": width / 2, "right": width}[ink.anchor] if not turn else 0.0
        if turn:
            with self.book.pdf.rotation(turn, x, y):
                self._set(x - {"left": 0.0, "middle": width / 2, "right": width}[ink.anchor], y, text, ink)
        else:
            self._set(x, y, text, ink)

    def measure(self, text: str, ink: Ink) -> float:
        """Width of words in millimetres."""
        self._face(ink)
        return self.book.width(text)

    def clipped(self, x: float, y: float, width: float, height: float) -> AbstractContextManager[None]:
        """Inside the returned scope nothing outside the box is drawn."""
        scope: AbstractContextManager[None] = self.book.pdf.rect_clip(x, y, width, height)
        return scope

    def _set(self, x: float, y: float, text: str, ink: Ink) -> None:
        if ink.halo is not None:
            thick = ink.size_pt * MM_OF_PT * HALO_SHARE
            with self.book.pdf.local_context(text_mode=TextMode.STROKE, draw_color=rgb(ink.halo), line_width=thick):
                self.book.pdf._out("1 J 1 j")
                self.book.pdf.text(x, y, text)
        self.book.say(x, y, text, ink.colour)

    def _face(self, ink: Ink) -> None:
        self.book.face(self.roles[ink.bold], ink.size_pt)

    def _pen(self, pen: Pen) -> str:
        k = self.book.pdf.k
        dashes = " ".join(f"{one * k:.2f}" for one in pen.dashes)
        return f"{_colour(pen.colour)} RG {pen.width_mm * k:.2f} w {0 if pen.dashes else 1} J 1 j [{dashes}] 0 d"

    def _path(self, points: Points, closed: bool) -> str:
        k = self.book.pdf.k
        xy = np.column_stack([points[:, 0] * k, (self.book.pdf.h - points[:, 1]) * k]).tolist()
        first, *rest = [f"{x:.2f} {y:.2f}" for x, y in xy]
        return f"{first} m {' '.join(f'{one} l' for one in rest)}{' h' if closed else ''}"

    def _at(self, x: float, y: float) -> str:
        return f"{x * self.book.pdf.k:.2f} {(self.book.pdf.h - y) * self.book.pdf.k:.2f}"

    def _out(self, operators: str) -> None:
        self.book.pdf._out(f"q {operators} Q")


def _colour(colour: str) -> str:
    return " ".join(f"{part / 255:.3f}" for part in rgb(colour))
