"""Something to draw on in millimetres from the upper left corner: a page of a PDF, or a picture for Word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from maps.press.inks import INK

Points = NDArray[np.float64]
Anchor = Literal["left", "middle", "right"]
MM_OF_PT = 25.4 / 72


@dataclass(frozen=True)
class Pen:
    """A line: colour, width in millimetres, and lengths of dashes and gaps in millimetres."""

    colour: str
    width_mm: float
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Ink:
    """How words look: size in points, colour, weight, colour of the halo or none, and where the given point is."""

    size_pt: float
    colour: str = INK
    bold: bool = False
    halo: str | None = None
    anchor: Anchor = "left"


class Canvas(Protocol):
    """What can be drawn; y grows downwards, words stand on their base line."""

    def fill(self, rings: Sequence[Points], colour: str) -> None:
        """Fill rings, those inside others as holes."""

    def stroke(self, lines: Sequence[Points], pen: Pen) -> None:
        """Draw lines."""

    def disc(self, x: float, y: float, radius: float, colour: str, pen: Pen | None = None) -> None:
        """Fill a circle, with an edge where there is a pen."""

    def words(self, x: float, y: float, text: str, ink: Ink, turn: float = 0.0) -> None:
        """Set words; `turn` degrees anticlockwise about the given point."""

    def measure(self, text: str, ink: Ink) -> float:
        """Width of words in millimetres."""

    def clipped(self, x: float, y: float, width: float, height: float) -> AbstractContextManager[None]:
        """Inside the returned scope nothing outside the box is drawn."""


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour written #RRGGBB."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def dashed(line: Points, pattern: Sequence[float]) -> Iterator[Points]:
    """The dashes of a line, for surfaces that know none of their own."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at, on = 0.0, True
    for turn in range(1_000_000):
        if at >= along[-1]:
            return
        end = min(at + pattern[turn % len(pattern)], along[-1])
        if on:
            inner = line[(along > at) & (along < end)]
            yield np.vstack([_at(line, along, at), inner, _at(line, along, end)])
        at, on = end, not on


def _at(line: Points, along: Points, where: float) -> Points:
    return np.array([np.interp(where, along, line[:, 0]), np.interp(where, along, line[:, 1])])
