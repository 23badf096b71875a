"""社区调整工作台: the list of candidates and plans, and the desk of one community, as values in and pages out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maps.base import MAP_SCRIPTS, Assets, Page, js
from maps.frame import words_page
from maps.nav import BENCH, navigation

SCRIPTS = (
    *MAP_SCRIPTS,
    "bench_parts.js",
    "bench_map.js",
    "bench_compare.js",
    "bench.js",
    "bench_solve.js",
    "course.js",
)
PROOFS: Mapping[str, tuple[str, str]] = {
    "optimal": ("proven", "已证明最短"),
    "pairwise": ("pair", "两两已证最优"),
    "open": ("open", "未证完"),
    "none": ("none", "无证明"),
}
STATES: Mapping[str, str] = {"草案": "plain", "生效": "good", "撤销": "plain"}
LINES: Mapping[str, str] = {
    "river": "河",
    "railway": "铁路",
    "expressway": "快速路",
    "city_wall": "城墙",
    "moat": "护城河",
    "arterial": "主干路",
    "street": "街道",
}
# rules a team may make hard or soft, with what they usually are: alone, and where several communities are adjusted
RULES: Sequence[tuple[str, str, bool, bool]] = (
    ("households", "户数在容差内", True, False),
    ("together", "不拆小区", True, True),
    ("barriers", "不跨指定的边界", True, True),
    ("centres", "每片有服务中心", True, False),
    ("core", "原社区留住核心", True, False),
    ("grids", "网格不拆开", False, False),
)
COURSE = ("草案", "征求意见", "上报", "批准", "生效")


@dataclass(frozen=True)
class Candidate:
    """A community past the bound, with how many parts it is suggested to have and how many plans there are."""

    code: str
    name: str
    value: int
    parts: int
    plans: int = 0
    state: str = ""


@dataclass(frozen=True)
class PlanRow:
    """A stored plan in the list."""

    id: int
    code: str
    community: str
    name: str
    kind: str
    state: str
    proof: str
    border_m: float
    deviation: float
    moved: int
    author: str
    day: str

    @property
    def badge(self) -> tuple[str, str]:
        """Look and words of its proof."""
        return PROOFS[self.proof]

    @property
    def tag(self) -> str:
        """Look of its state."""
        return STATES.get(self.state, "warn")


@dataclass(frozen=True)
class Watched:
    """What was looked for: candidates past `bound` of a metric, from which rule, among how many."""

    metric: str
    bound: int
    rule: str
    judged: int
    without: int
    candidates: Sequence[Candidate]

    @property
    def longest(self) -> int:
        """The largest value, for the bars."""
        return max((one.value for one in self.candidates), default=1)


@dataclass(frozen=True)
class PlansView:
    """The page `/plans`: who is too large, the plans there are, and every community by subdistrict (code, name)."""

    district: str
    name: str
    watched: Watched
    plans: Sequence[PlanRow]
    places: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    more: bool = False
    closed: str = ""
    synthetic: bool = False
    map_number: str = ""


@dataclass(frozen=True)
class Line:
    """A named river, railway or road in the community, and how many metres of it lie inside."""

    name: str
    kind: str
    length_m: float

    @property
    def word(self) -> str:
        """What it is."""
        return LINES.get(self.kind, "阻隔")


@dataclass(frozen=True)
class BenchView:
    """The page `/plans/CODE`: `bounds` ((south, west), (north, east)); `closed`: why nothing can be changed here;
    `neighbours`: code and name of the communities of the same subdistrict that share a border."""

    code: str
    name: str
    district: str
    district_name: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    value: int | None
    parts: int
    watched: Watched
    around: str
    account: str = ""
    lines: Sequence[Line] = ()
    neighbours: Sequence[tuple[str, str]] = ()
    closed: str = ""
    draft: bool = False
    synthetic: bool = False
    basemap: str | None = None
    map_number: str = ""

    @property
    def over(self) -> bool:
        """Whether the community is past the bound."""
        return self.value is not None and self.value > self.watched.bound

    @property
    def facts(self) -> str:
        """What the scripts start with, as JSON."""
        return js(
            {
                "code": self.code,
                "name": self.name,
                "district": self.district,
                "bounds": self.bounds,
                "basemap": self.basemap,
                "around": self.around,
                "bound": self.watched.bound,
                "account": self.account,
                "closed": self.closed,
                "course": COURSE,
            }
        )


def plans_page(view: PlansView, assets: Assets | None = None) -> Page:
    """The list; equal views give equal bytes."""
    values: dict[str, Any] = {"v": view, "nav": navigation(BENCH, view.district)}
    return words_page(
        "社区调整工作台", "plans.html", values, ("plans.js",), ("flow.css", "bench.css"), "flow plans", assets
    )


def bench_page(view: BenchView, assets: Assets | None = None) -> Page:
    """The desk of one community. Serve `page.build()` under the strict policy; plans are fetched by address."""
    values: dict[str, Any] = {"v": view, "nav": navigation(BENCH, view.district), "course": COURSE, "rules": RULES}
    return words_page(f"{view.name} · 社区调整工作台", "bench.html", values, SCRIPTS, ("bench.css",), "desk", assets)
