"""我的网格: the page of one grid or community, its public notice and its A4 sheet, as a value in and a page out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import segno

from maps.base import MAP_SCRIPTS, Assets, Page
from maps.frame import Mapped, words_page
from maps.nav import GRIDS, navigation

SCRIPTS = (*MAP_SCRIPTS, "place.js")
SHOWN = 12  # services on the page before the rest is folded away
QUIET = 2  # modules of white around a QR code; the sheet and the card around it are white as well


@dataclass(frozen=True)
class Count:
    """One figure of a place; `estimated` = 推算, `about` = rounded because it lies outside the viewer's scope."""

    name: str
    value: int | None
    estimated: bool = False
    about: bool = False


@dataclass(frozen=True)
class Service:
    """The nearest point of one category on foot from the compound that stands for the place.

    `walk` words of the walk in minutes, `metres` whole metres or None, `over` words of what is too much or None,
    `limit` words of the limit or empty, `out` people of the item's group beyond it. `origin_uid` is the compound walked
    from, empty where there is no way to show.
    """

    category: str
    name: str
    circle_min: int | None
    point: str
    more: str
    origin: str
    origin_uid: str
    walk: str
    metres: int | None
    limit: str
    over: str | None
    missing: bool
    out: int | None
    people: int | None
    sample: bool = False
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class NextDoor:
    """A neighbouring grid or community, its side, leader and work phone where recorded; `about` = rounded count."""

    code: str
    side: str
    name: str
    leader: str | None
    phone: str | None
    households: int | None
    about: bool = False


@dataclass(frozen=True)
class Home:
    """A compound of the place."""

    name: str
    households: int | None
    residents: int | None
    estimated: bool


@dataclass(frozen=True)
class Person:
    """Somebody to call about the place: post, name, work phone."""

    role: str
    name: str
    phone: str | None


@dataclass(frozen=True)
class PlaceView(Mapped):
    """All that the page of a place says; the ground of its map is fetched from `base`/map.json.

    `public`: the notice for strangers, without counts. `address`: what the QR code holds. `above`: names of what it
    lies in, smallest first. `bounds`: ((south, west), (north, east)) in degrees. `said`: why there are no walks, or
    None. `unjudged`: names of the items without data.
    """

    code: str
    grid: bool
    title: str
    label: str
    above: tuple[str, ...]
    area_ha: float
    bounds: tuple[tuple[float, float], tuple[float, float]]
    base: str
    address: str
    district: str
    counts: tuple[Count, ...] = ()
    counted_by: str = ""
    services: tuple[Service, ...] = ()
    said: str | None = None
    unjudged: tuple[str, ...] = ()
    next_door: tuple[NextDoor, ...] = ()
    homes: tuple[Home, ...] = ()
    people: tuple[Person, ...] = ()
    synthetic: bool = False
    draft: bool = False
    stale: bool = False
    public: bool = False
    as_of: str = ""
    data_date: str = ""
    standard: str = ""
    unverified: int = 0
    digest: str = ""
    osm: bool = False
    map_number: str = ""
    basemap: str | None = None

    @property
    def missing(self) -> Sequence[Service]:
        """Items too few people reach, most people first."""
        return sorted((one for one in self.services if one.missing), key=lambda one: -(one.out or 0))

    @property
    def first(self) -> Sequence[Service]:
        """What is shown at once: all that is too far, and the first of the others."""
        return self.services[: max(sum(one.over is not None for one in self.services), SHOWN)]

    @property
    def rest(self) -> Sequence[Service]:
        """What is folded away."""
        return self.services[len(self.first) :]

    @property
    def judged(self) -> int:
        """Items with a limit and data."""
        return sum(one.limit != "" and not one.sample for one in self.services)

    @property
    def leader(self) -> Person | None:
        """Who leads the grid."""
        return next((one for one in self.people if one.role == "网格长"), None)

    @property
    def kind(self) -> str:
        """What the place is called."""
        return "网格" if self.grid else "社区"

    @property
    def provisional(self) -> bool:
        """Whether its code will be replaced by an official one."""
        return "P" in self.code


@dataclass(frozen=True)
class Found:
    """One line of the search: its page, name, what it is and what it lies in."""

    code: str
    name: str
    kind: str
    within: str


@dataclass(frozen=True)
class SearchView:
    """The entry to 我的网格: what was asked for and what was found; `places` are offered where nothing was asked."""

    words: str
    found: tuple[Found, ...]
    places: tuple[tuple[str, tuple[Found, ...]], ...]
    as_of: str
    synthetic: bool
    map_number: str = ""


def qr(text: str) -> str:
    """A QR code as SVG in one colour, module by module, without a size of its own."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        border=QUIET,
        xmldecl=False,
        svgns=False,
        omitsize=True,
        nl=False,
        svgclass="qr",
        lineclass=None,
    )
    return out.getvalue().decode()


def place_page(view: PlaceView, assets: Assets | None = None) -> Page:
    """The page of a grid or community, phone first; equal views give equal bytes."""
    values = {"v": view, "nav": navigation(GRIDS, view.district), "qr": qr(view.address)}
    title = f"{view.title} · {'网格公示牌' if view.public else '我的网格'}"
    kind = "flow place open" if view.public else "flow place"  # on paper 内部使用 stands where counts are
    return words_page(title, "place.html", values, (*SCRIPTS, "wrong.js"), ("flow.css", "place.css"), kind, assets)


def sheet_page(view: PlaceView, printed: str, assets: Assets | None = None) -> Page:
    """The A4 sheet of a grid or community, one page upright; `printed` is the day it says it was printed."""
    values = {"v": view, "qr": qr(view.address), "printed": printed}
    return words_page(f"{view.title} · A4", "sheet.html", values, SCRIPTS, ("sheet.css",), "sheet", assets)


def search_page(view: SearchView, assets: Assets | None = None) -> Page:
    """The entry: by position, by name or code."""
    values = {"v": view, "nav": navigation(GRIDS)}
    return words_page("我的网格", "places.html", values, ("places.js",), ("flow.css", "place.css"), "flow", assets)
