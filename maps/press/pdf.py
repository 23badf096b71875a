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


class Book(FPDF):
    """A PDF in the making; faces are loaded once and embedded as far as they are used."""

    def __init__(self, roles: Sequence[Role], title: str, own_fonts: Path | None = None) -> None:
        super().__init__(unit="mm", format="A4")
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0.0
        self.set_title(title)
        self.set_lang("zh-CN")
        self.set_creator("wangge")
        known = faces(own_fonts)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tables of a face that are no glyphs are left out, as they should be
            for role in roles:
                self.add_font(role, "", known[role].file, collection_font_number=known[role].index)

    def bytes(self) -> bytes:
        """The finished file."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return bytes(self.output())


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
        width = self.book.get_string_width(text)
        x -= {"left": 0.0, "middle": width / 2, "right": width}[ink.anchor] if not turn else 0.0
        if turn:
            with self.book.rotation(turn, x, y):
                self._set(x - {"left": 0.0, "middle": width / 2, "right": width}[ink.anchor], y, text, ink)
        else:
            self._set(x, y, text, ink)

    def measure(self, text: str, ink: Ink) -> float:
        """Width of words in millimetres."""
        self._face(ink)
        return float(self.book.get_string_width(text))

    def clipped(self, x: float, y: float, width: float, height: float) -> AbstractContextManager[None]:
        """Inside the returned scope nothing outside the box is drawn."""
        return self.book.rect_clip(x, y, width, height)

    def _set(self, x: float, y: float, text: str, ink: Ink) -> None:
        if ink.halo is not None:
            thick = ink.size_pt * MM_OF_PT * HALO_SHARE
            with self.book.local_context(text_mode=TextMode.STROKE, draw_color=rgb(ink.halo), line_width=thick):
                self.book._out("1 J 1 j")
                self.book.text(x, y, text)
        self.book.set_text_color(*rgb(ink.colour))
        self.book.text(x, y, text)

    def _face(self, ink: Ink) -> None:
        self.book.set_font(self.roles[ink.bold], size=ink.size_pt)

    def _pen(self, pen: Pen) -> str:
        k = self.book.k
        dashes = " ".join(f"{one * k:.2f}" for one in pen.dashes)
        return f"{_colour(pen.colour)} RG {pen.width_mm * k:.2f} w {0 if pen.dashes else 1} J 1 j [{dashes}] 0 d"

    def _path(self, points: Points, closed: bool) -> str:
        k = self.book.k
        xy = np.column_stack([points[:, 0] * k, (self.book.h - points[:, 1]) * k]).tolist()
        first, *rest = [f"{x:.2f} {y:.2f}" for x, y in xy]
        return f"{first} m {' '.join(f'{one} l' for one in rest)}{' h' if closed else ''}"

    def _at(self, x: float, y: float) -> str:
        return f"{x * self.book.k:.2f} {(self.book.h - y) * self.book.k:.2f}"

    def _out(self, operators: str) -> None:
        self.book._out(f"q {operators} Q")


def _colour(colour: str) -> str:
    return " ".join(f"{part / 255:.3f}" for part in rgb(colour))
