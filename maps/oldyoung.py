"""一老一小: what the old and the young of an area reach on foot, side by side, as a value in and a page out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maps.base import Assets, Page
from maps.frame import words_page
from maps.nav import navigation


@dataclass(frozen=True)
class ReachLine:
    """One item for one group: share within the limit, people beyond it; `frail_out` of these 80 and older, if asked.

    `share` and the counts are None without data; `link` is the part of the map's address that shows the item.
    """

    category: str
    name: str
    limit: str
    share: float | None
    pass_share: float
    out: int | None
    frail_out: int | None
    link: str


@dataclass(frozen=True)
class PoorLine:
    """A community that lacks most, said in a sentence."""

    code: str
    name: str
    sentence: str
    link: str


@dataclass(frozen=True)
class Side:
    """The old or the young: title, who is counted, how many live here, the first sentence, items, worst communities."""

    title: str
    who: str
    people: int | None
    frail: int | None
    lead: str
    items: Sequence[ReachLine]
    worst: Sequence[PoorLine]

    @property
    def has_frail(self) -> bool:
        """Whether those of 80 and older are counted beside."""
        return any(one.frail_out is not None for one in self.items)


@dataclass(frozen=True)
class OldYoungView:
    """All that the page says; `areas` (code, name) to choose from, `empty` why there is nothing, or None."""

    code: str
    name: str
    district: str
    as_of: str
    chosen: bool
    areas: Sequence[tuple[str, str]]
    sides: Sequence[Side] = ()
    communities: int = 0
    empty: str | None = None
    stale: bool = False
    about: bool = False
    synthetic: bool = False
    dates: str = ""
    standard: str = ""
    unverified: int = 0
    source: str = ""
    proof: str = ""
    osm: bool = False
    map_number: str = ""

    @property
    def day(self) -> str:
        """The as-of date as the query of an address, empty for today."""
        return f"?as_of={self.as_of}" if self.chosen else ""


def old_young_page(view: OldYoungView, assets: Assets | None = None) -> Page:
    """The page; equal views give equal bytes."""
    values = {"v": view, "nav": navigation("", view.district)}
    styles = ("flow.css", "home.css", "oldyoung.css")
    return words_page(f"{view.name} · 一老一小", "oldyoung.html", values, ("home.js",), styles, "flow", assets)
