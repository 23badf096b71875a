"""首页: a district at a glance in words, as a value in and a page out."""

from __future__ import annotations

from dataclasses import dataclass

from maps.base import Assets, Page
from maps.frame import words_page
from maps.nav import HOME, navigation


@dataclass(frozen=True)
class ItemLine:
    """One judged item of the district: share within the limit, people beyond it, and the verdict met | unmet."""

    category: str
    name: str
    circle_min: int | None
    limit: str
    share: float
    pass_share: float
    out: int
    met: bool
    reference: bool = False

    @property
    def link(self) -> str:
        """What of the map's address shows this item."""
        circle = "" if self.circle_min is None else f"&circle_min={self.circle_min}"
        return f"category={self.category}{circle}"


@dataclass(frozen=True)
class WorstLine:
    """A community with many unmet items, said in a sentence; `link` is the part of the map's address that shows it."""

    code: str
    name: str
    sentence: str
    link: str


@dataclass(frozen=True)
class SizeLine:
    """A community past the size bound; `about` = rounded because it lies outside the viewer's scope."""

    code: str
    name: str
    value: int
    parts: int
    about: bool = False


@dataclass(frozen=True)
class Task:
    """Something that waits for a decision: what it is, what to do, and where."""

    what: str
    todo: str
    link: str | None = None
    word: str = ""


@dataclass(frozen=True)
class HomeView:
    """All that the home page of a district says.

    `lead` the most urgent thing first, `old_young` the same for the old and for the young; `districts` (code, name) to
    choose from; `size_rule` words of the bound; `waiting` why numbers wait for a recomputation, or None; `empty` what
    is not there yet, or None; `about` where the district lies outside the viewer's scope and its counts are rounded.
    """

    code: str
    name: str
    as_of: str
    chosen: bool
    districts: tuple[tuple[str, str], ...]
    lead: str = ""
    said: str = ""
    old_young: tuple[str, ...] = ()
    items: tuple[ItemLine, ...] = ()
    unjudged: tuple[str, ...] = ()
    worst: tuple[WorstLine, ...] = ()
    communities: int = 0
    sizes: tuple[SizeLine, ...] = ()
    size_rule: str = ""
    tasks: tuple[Task, ...] = ()
    waiting: str | None = None
    empty: str | None = None
    synthetic: bool = False
    about: bool = False
    draft: bool = False
    dates: str = ""
    standard: str = ""
    unverified: int = 0
    proof: str = ""
    osm: bool = False
    map_number: str = ""

    @property
    def day(self) -> str:
        """The as-of date as a part of an address, empty for today."""
        return f"as_of={self.as_of}" if self.chosen else ""


def home_page(view: HomeView, assets: Assets | None = None) -> Page:
    """The home page of a district, or the choice among several; equal views give equal bytes."""
    values = {"v": view, "nav": navigation(HOME, view.code)}
    title = f"{view.name} · 首页" if view.name else "首页"
    return words_page(title, "home.html", values, ("home.js",), ("flow.css", "home.css"), "flow", assets)
