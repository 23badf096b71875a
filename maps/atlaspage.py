"""网格图册: the page where an atlas is asked for, as a value in and a page out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maps.base import Assets, Page
from maps.frame import words_page
from maps.nav import ATLAS, navigation


@dataclass(frozen=True)
class Offered:
    """An area an atlas can be made of: code, name, level, and how many communities with a border lie in it."""

    code: str
    name: str
    level: str
    communities: int


@dataclass(frozen=True)
class AtlasesView:
    """What the page offers; `sets`: names of grid sets, `closed`: what is missing, empty where it can be made."""

    district: str
    areas: Sequence[Offered]
    sets: Sequence[str]
    closed: str
    synthetic: bool
    map_number: str = ""


def atlases_page(view: AtlasesView, assets: Assets | None = None) -> Page:
    """The page; equal views give equal bytes."""
    values = {"v": view, "nav": navigation(ATLAS, view.district)}
    styles = ("flow.css", "atlas.css")
    return words_page("网格图册", "atlas.html", values, ("atlas.js",), styles, "flow", assets)
