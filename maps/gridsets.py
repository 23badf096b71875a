"""划分网格、比较网格: the page where communities are cut into grids and sets are held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maps.base import MAP_SCRIPTS, Assets, Page
from maps.frame import Mapped, words_page
from maps.nav import DATA, navigation

SCRIPTS = (*MAP_SCRIPTS, "gridsets.js")


@dataclass(frozen=True)
class Place:
    """A subdistrict with its communities (code, name); `whole`: whether it has a border of its own."""

    code: str
    name: str
    whole: bool
    communities: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class GridSetsView(Mapped):
    """What the page says before anything is asked.

    `bounds`: ((south, west), (north, east)) in degrees; `sets`: names of the sets that have grids; `mode`: divide or
    overlay; `closed`: why nothing can be done, empty where it can.
    """

    bounds: tuple[tuple[float, float], tuple[float, float]]
    district: str
    name: str
    places: Sequence[Place]
    sets: Sequence[str]
    mode: str = "divide"
    closed: str = ""
    synthetic: bool = False
    osm: bool = False
    basemap: str | None = None
    map_number: str = ""


def gridsets_page(view: GridSetsView, assets: Assets | None = None) -> Page:
    """The page; equal views give equal bytes. Serve `page.build()` under the strict policy."""
    values: dict[str, Any] = {"v": view, "nav": navigation(DATA, view.district)}
    styles = ("manage.css", "gridsets.css")
    return words_page("划分网格", "gridsets.html", values, SCRIPTS, styles, "manage gridsets", assets)
