"""Which page everything is on, known before the first one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from maps.atlas.view import AtlasView

ROWS: Final[Mapping[str, tuple[int, int]]] = {"A4": (2, 44), "A3": (4, 44)}  # columns, rows in each
LEAST_ROWS: Final = 20  # a short list stays in one column


@dataclass(frozen=True)
class Paging:
    """Page numbers from 1: of contents, of the wall map of each subdistrict, and of each entry by code.

    `rows` of a column of the contents.
    """

    contents: tuple[int, ...]
    walls: Mapping[str, int]
    entries: Mapping[str, int]
    total: int
    rows: int


def paging(view: AtlasView) -> Paging:
    """Cover, contents, then subdistrict by subdistrict its wall map and its pages."""
    columns, rows = ROWS[view.size]
    lines = len(view.entries) + len(view.subdistricts)
    contents = tuple(range(2, 2 + max(-(-lines // (columns * rows)), 1)))
    even = min(rows, max(-(-lines // columns), LEAST_ROWS))
    number = contents[-1]
    walls, entries = {}, {}
    for code in view.subdistricts:
        number += 1
        walls[code] = number
        for one in view.of(code):
            number += 1
            entries[one.code] = number
    return Paging(contents, walls, entries, number, even)
