"""A picture as a canvas, for Word, which takes no vectors that every version of it can read."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from maps.press.canvas import MM_OF_PT, Ink, Pen, Points, dashed
from maps.press.fonts import Face, faces
from maps.press.pdf import HALO_SHARE

DPI: Final = 220
FINER: Final = 2  # drawn so many times larger, then made smaller, so that edges are smooth


class Picture:
    """A white picture of so many millimetres."""

    def __init__(self, width_mm: float, height_mm: float, own_fonts: Path | None = None) -> None:
        self.k = DPI * FINER / 25.4
        self.image = Image.new("RGB", (round(width_mm * self.k), round(height_mm * self.k)), "#FFFFFF")
        self.pen = ImageDraw.Draw(self.image)
        known = faces(own_fonts)
        self.faces = (known["sans"], known["sans_bold"])

    def png(self) -> bytes:
        """The finished picture."""
        out = io.BytesIO()
        width, height = self.image.size
        small = self.image.resize((width // FINER, height // FINER), Image.Resampling.LANCZOS)
        small.save(out, "png", dpi=(DPI, DPI))
        return out.getvalue()

    def fill(self, rings: Sequence[Points], colour: str) -> None:
        """Fill rings by the even-odd rule."""
        if len(rings) == 1:
            self.pen.polygon(self._points(rings[0]), fill=colour)
            return
        mask = Image.new("1", self.image.size, 0)
        for ring in rings:
            one = Image.new("1", self.image.size, 0)
            ImageDraw.Draw(one).polygon(self._points(ring), fill=1)
            mask = Image.fromarray(np.asarray(mask) ^ np.asarray(one))
        self.image.paste(Image.new("RGB", self.image.size, colour), mask=mask)

    def stroke(self, lines: Sequence[Points], pen: Pen) -> None:
        """Draw lines with round ends and joints."""
        width = max(round(pen.width_mm * self.k), 1)
        for line in lines:
            for piece in dashed(line, pen.dashes) if pen.dashes else (line,):
                points = self._points(piece)
                self.pen.line(points, fill=pen.colour, width=width, joint="curve")
                if width > FINER * 2 and not pen.dashes:
                    for x, y in (points[0], points[-1]):
                        r = width / 2
                        self.pen.ellipse((x - r, y - r, x + r, y + r), fill=pen.colour)

    def disc(self, x: float, y: float, radius: float, colour: str, pen: Pen | None = None) -> None:
        """Fill a circle, with an edge where there is a pen."""
        box = tuple(part * self.k for part in (x - radius, y - radius, x + radius, y + radius))
        edge = None if pen is None else pen.colour
        self.pen.ellipse(box, fill=colour, outline=edge, width=0 if pen is None else round(pen.width_mm * self.k))

    def words(self, x: float, y: float, text: str, ink: Ink, turn: float = 0.0) -> None:
        """Set words, the halo with them."""
        anchor = {"left": "ls", "middle": "ms", "right": "rs"}[ink.anchor]
        thick = 0 if ink.halo is None else round(ink.size_pt * MM_OF_PT * HALO_SHARE * self.k / 2)
        style: dict[str, Any] = {
            "font": self._font(ink),
            "fill": ink.colour,
            "stroke_width": thick,
            "stroke_fill": ink.halo,
        }
        at = (x * self.k, y * self.k)
        if not turn:
            self.pen.text(at, text, anchor=anchor, **style)
            return
        half = round(self.measure(text, ink) * self.k) + 40
        tile = Image.new("RGBA", (2 * half, 2 * half), (255, 255, 255, 0))
        ImageDraw.Draw(tile).text((half, half), text, anchor=anchor, **style)
        turned = tile.rotate(turn, Image.Resampling.BICUBIC)
        self.image.paste(turned, (round(at[0]) - half, round(at[1]) - half), turned)

    def measure(self, text: str, ink: Ink) -> float:
        """Width of words in millimetres."""
        return float(self._font(ink).getlength(text)) / self.k

    @contextmanager
    def _inside(self, box: tuple[int, int, int, int]) -> Iterator[None]:
        whole = self.image
        self.image = whole.copy()
        self.pen = ImageDraw.Draw(self.image)
        yield
        whole.paste(self.image.crop(box), box[:2])
        self.image, self.pen = whole, ImageDraw.Draw(whole)

    def clipped(self, x: float, y: float, width: float, height: float) -> AbstractContextManager[None]:
        """Inside the returned scope nothing outside the box is drawn."""
        left, top, right, bottom = (round(part * self.k) for part in (x, y, x + width, y + height))
        return self._inside((left, top, right, bottom))

    def _points(self, line: Points) -> list[tuple[float, float]]:
        return [(x, y) for x, y in (line * self.k).tolist()]

    def _font(self, ink: Ink) -> ImageFont.FreeTypeFont:
        return _font(self.faces[ink.bold], round(ink.size_pt * MM_OF_PT * self.k))


@lru_cache(maxsize=64)
def _font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(face.file, size, index=face.index)
