"""What stands on every map: the scale bar with its ratio, north, a legend, and the letter or badge of a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from maps.press.canvas import Canvas, Ink, Pen
from maps.press.chart import Box, Frame
from maps.press.inks import INK, PAPER

BARS_M: Final = (20, 50, 100, 200, 500, 1000, 2000, 5000)


def plate(canvas: Canvas, x: float, y: float, width: float, height: float) -> Box:
    """A white plate with a hairline; returns its box."""
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]])
    canvas.fill([corners], PAPER)
    canvas.stroke([corners], Pen(INK, 0.18))
    return x, y, x + width, y + height


def plate_line(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    """The hairline of a plate alone."""
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]
    canvas.stroke([np.array(corners)], Pen(INK, 0.18))


def frame_line(canvas: Canvas, frame: Frame) -> None:
    """The edge of a map."""
    x, y, w, h = frame.x, frame.y, frame.width, frame.height
    canvas.stroke([np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]])], Pen(INK, 0.3))


def scale_box(frame: Frame) -> Box:
    """Where scale and north stand: the lower right corner."""
    return frame.x + frame.width - 46, frame.y + frame.height - 15, frame.x + frame.width - 2, _foot(frame)


def draw_scale(canvas: Canvas, frame: Frame) -> None:
    """A bar of four cells at a round length, the ratio, and north."""
    left, top, right, bottom = scale_box(frame)
    plate(canvas, left, top, right - left, bottom - top)
    metres = max((one for one in BARS_M if one * 1000 / frame.scale <= 26), default=BARS_M[0])
    long = metres * 1000 / frame.scale
    x, y = left + 4, top + 6.4
    for cell in range(4):
        a, b = x + long * cell / 4, x + long * (cell + 1) / 4
        canvas.fill([np.array([[a, y], [b, y], [b, y + 1.1], [a, y + 1.1]])], INK if cell % 2 == 0 else PAPER)
    canvas.stroke([np.array([[x, y], [x + long, y], [x + long, y + 1.1], [x, y + 1.1], [x, y]])], Pen(INK, 0.18))
    said = f"{metres} 米" if metres < 1000 else f"{metres // 1000} 公里"
    canvas.words(x, y - 1.2, "0", Ink(7))
    canvas.words(x + long, y - 1.2, said, Ink(7, anchor="middle"))
    canvas.words(x + long / 2, y + 4.6, f"1:{frame.scale:,}", Ink(7.5, anchor="middle"))
    _draw_north(canvas, right - 5.5, top + 1.6)


def _draw_north(canvas: Canvas, x: float, y: float) -> None:
    canvas.words(x, y + 2.6, "北", Ink(8, bold=True, anchor="middle"))
    canvas.fill([np.array([[x, y + 3.2], [x + 2, y + 10.2], [x, y + 8.6]])], INK)
    canvas.fill([np.array([[x, y + 3.2], [x - 2, y + 10.2], [x, y + 8.6]])], PAPER)
    canvas.stroke([np.array([[x, y + 3.2], [x - 2, y + 10.2], [x, y + 8.6], [x, y + 3.2]])], Pen(INK, 0.18))


def legend_box(frame: Frame, rows: int, width: float) -> Box:
    """Where the legend stands: the lower left corner."""
    return frame.x + 2, _foot(frame) - rows * 4.6 - 2.4, frame.x + 2 + width, _foot(frame)


def draw_legend(canvas: Canvas, frame: Frame, rows: Sequence[tuple[Sequence[Pen], str]], width: float) -> None:
    """Lines with what they mean."""
    left, top, right, bottom = legend_box(frame, len(rows), width)
    plate(canvas, left, top, right - left, bottom - top)
    for number, (pens, said) in enumerate(rows):
        y = top + 3.6 + number * 4.6
        for pen in pens:
            canvas.stroke([np.array([[left + 2, y], [left + 10, y]])], pen)
        canvas.words(left + 12, y + 1.05, said, Ink(8))


def draw_badge(canvas: Canvas, x: float, y: float, letter: str, colour: str, size: float = 3.6) -> None:
    """A coloured square with one white letter, on white."""
    for half, tone in ((size / 2 + 0.3, PAPER), (size / 2, colour)):
        square = [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]]
        canvas.fill([np.array(square)], tone)
    canvas.words(x, y + size * 0.28, letter, Ink(size * 2.1, PAPER, bold=True, anchor="middle"))


def _foot(frame: Frame) -> float:
    return frame.y + frame.height - 2
