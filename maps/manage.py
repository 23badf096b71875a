"""数据管理: the page where files come in, as a value in and a page out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maps.base import MAP_SCRIPTS, Assets, Page
from maps.frame import Mapped, words_page
from maps.nav import DATA, navigation

SCRIPTS = (*MAP_SCRIPTS, "manage.js", "jobs.js", "corrections.js")
STATES: Mapping[str, tuple[str, str]] = {
    "pending": ("等着决定", "warn"),
    "accepted": ("已接受", "good"),
    "rejected": ("已放弃", "plain"),
}


@dataclass(frozen=True)
class Past:
    """One import of the list; `number` is that of its preview (0: came by the command line), `batch` of its rows."""

    number: int
    batch: int | None
    title: str
    file: str
    day: str
    state: str
    has_report: bool = True

    @property
    def words(self) -> tuple[str, str]:
        """What became of it, and the look of its tag."""
        return STATES[self.state]


@dataclass(frozen=True)
class ManageView(Mapped):
    """What the page says before anything is fetched.

    `bounds`: ((south, west), (north, east)) in degrees; `district`: its code, empty where none has a border; `kinds`:
    (id, title); `number`: the import shown, 0 for none; `closed`: why nothing can be handed in, empty where it can;
    `decides`: whether the reader decides on corrections.
    """

    bounds: tuple[tuple[float, float], tuple[float, float]]
    district: str
    name: str
    kinds: Sequence[tuple[str, str]]
    today: str
    number: int = 0
    past: Sequence[Past] = ()
    closed: str = ""
    decides: bool = False
    synthetic: bool = False
    osm: bool = False
    basemap: str | None = None
    map_number: str = ""
    most_mb: int = 0
    shown_past: int = 6
    datums: Sequence[tuple[str, str]] = field(
        default=(
            ("", "文件里写明的"),
            ("cgcs2000", "CGCS2000"),
            ("wgs84", "WGS84（GPS）"),
            ("gcj02", "GCJ-02（高德、腾讯）"),
            ("bd09", "BD-09（百度）"),
        )
    )


def manage_page(view: ManageView, assets: Assets | None = None) -> Page:
    """The page; equal views give equal bytes. Serve `page.build()` under the strict policy."""
    values: dict[str, Any] = {"v": view, "nav": navigation(DATA, view.district)}
    return words_page("数据管理", "manage.html", values, SCRIPTS, ("manage.css",), "manage", assets)
