"""社区规模: the size watch as a map and a list, by metric and threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maps.base import MAP_SCRIPTS, Assets, Page
from maps.frame import Mapped, words_page
from maps.nav import DATA, navigation

SCRIPTS = (*MAP_SCRIPTS, "sizes.js")


@dataclass(frozen=True)
class Rule:
    """One threshold to choose: what it is called, its metric, side (over, under), value, and how it is founded."""

    title: str
    metric: str
    side: str
    value: int
    note: str


@dataclass(frozen=True)
class SizesView(Mapped):
    """What the page says before anything is fetched.

    `bounds`: ((south, west), (north, east)) in degrees; `districts`: (code, name) of those with a border; `metrics`:
    (id, name, unit); `rules`: the first is the one that counts unless the reader chooses.
    """

    bounds: tuple[tuple[float, float], tuple[float, float]]
    district: str
    name: str
    districts: Sequence[tuple[str, str]]
    metrics: Sequence[tuple[str, str, str]]
    rules: Sequence[Rule]
    as_of: str
    synthetic: bool = False
    osm: bool = False
    basemap: str | None = None
    map_number: str = ""


def sizes_page(view: SizesView, assets: Assets | None = None) -> Page:
    """The page; equal views give equal bytes. Serve `page.build()` under the strict policy."""
    values: dict[str, Any] = {"v": view, "nav": navigation(DATA, view.district)}
    styles = ("manage.css", "gridsets.css")
    return words_page("社区规模", "sizes.html", values, SCRIPTS, styles, "manage gridsets", assets)
