"""服务覆盖一张图: the page of one district, as a value in and a page out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from branca.element import MacroElement
from folium.template import Template

from maps.base import Assets, Page, js
from maps.layers import COVERAGE, PageMap, UrlLayer
from maps.nav import COVERAGE as COVERAGE_PAGE
from maps.nav import navigation
from maps.theme import badge

TEMPLATE = Template((Path(__file__).parent / "templates" / "coverage.html").read_text(encoding="utf-8"))
FIRST = "market"  # the errand of every day: shown when nothing else is asked for
SCRIPTS = (
    "takeaway.js",
    "coverage.js",
    "picture.js",
    "grids.js",
    "journey.js",
    "panel.js",
    "legend.js",
    "search.js",
    "whatif.js",
    "whatifmap.js",
    "sites.js",
    "source.js",
)
SWITCHES = (
    (
        "measure",
        "算法",
        (
            ("m", "按标准距离", "沿道路走的米数，只有它用来评价达标"),
            ("min", "按步行时间", "沿道路走的分钟数，按人群的步速，不用来评价"),
            ("radius", "直线半径", "不看道路的直线距离，只作对照"),
        ),
    ),
    ("group", "人群", (("all", "全体", ""), ("elderly", "60 岁以上", ""), ("children", "0–14 岁", ""))),
    ("level", "单元", (("community", "社区", ""), ("subdistrict", "街道", ""))),
)
BASE_LAYERS = (
    ("backdrop", "底图"),
    ("streets", "道路"),
    ("barriers", "阻隔"),
    ("districts", "区界"),
    ("subdistricts", "街道界"),
    ("communities", "社区界"),
)


@dataclass(frozen=True)
class CoverageItem:
    """One row of the standard as the page offers it.

    `limit_m` metres, `limit_min` minutes, `pass_share` 0-1, `group` all | elderly | elderly_80 | children.
    """

    category: str
    name: str
    circle_min: int | None
    limit_m: int | None
    limit_min: int | None
    group: str = "all"
    pass_share: float = 0.9


@dataclass(frozen=True)
class CoverageView:
    """All the page itself says; geometry and figures are fetched by address.

    `bounds`: ((south, west), (north, east)) in degrees. `subdistricts`: (code, name). `draft`: communities drafted and
    communities in the code table, or None where borders are legal. `basemap`: tile address or None. `dates`: layer ->
    state of the data. `unverified`: rows not checked against the original. `source`: the footer's words. `grid_sets`:
    names of the sets with grids. `as_of`: the day asked for, empty for today. `uncounted`: compounds without a count of
    households; `estimate`: whether they are estimated here.
    """

    code: str
    name: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    items: tuple[CoverageItem, ...]
    subdistricts: tuple[tuple[str, str], ...] = ()
    communities: int = 0
    synthetic: bool = False
    draft: tuple[int, int] | None = None
    basemap: str | None = None
    dates: tuple[tuple[str, str], ...] = ()
    standard_id: str = ""
    standard_title: str = ""
    standard_status: str = ""
    unverified: int = 0
    osm: bool = False
    source: str = ""
    map_number: str = ""
    category: str = ""
    grid_sets: tuple[str, ...] = ()
    as_of: str = ""
    uncounted: int = 0
    estimate: bool = False


class CoverageMap(PageMap):
    """The map together with the frame around it."""

    needs = (*PageMap.needs, *SCRIPTS)
    _template = TEMPLATE

    def __init__(self, view: CoverageView) -> None:
        super().__init__(view.bounds, f"{view.name}服务覆盖地图，方向键移动，加减号缩放", view.basemap)
        self.shown, self.nav, self.switches = view, navigation(COVERAGE_PAGE, view.code), SWITCHES


class CoverageStart(MacroElement):
    """Starts the page once the map and its layers exist."""

    _template = Template("""{% macro script(this, kwargs) %}
        W.coverage({{ this.target.get_name() }}, {{ this.view }});
        {% endmacro %}""")

    def __init__(self, target: CoverageMap, view: CoverageView) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self.target, self.view = "CoverageStart", target, js(_facts(view))
        asked = (f"/api/coverage/{view.code}", _item_address(view.code, _first(view)))
        self.addresses = tuple(_estimated(one) for one in asked) if view.estimate else asked


def _estimated(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}estimate=true"


def _first(view: CoverageView) -> CoverageItem | None:
    for category in (view.category, FIRST):
        if found := next((item for item in view.items if item.category == category), None):
            return found
    return next(iter(view.items), None)


def _item_address(code: str, item: CoverageItem | None) -> str:
    if item is None:
        return f"/api/coverage/{code}"
    return f"/api/coverage/{code}/items/{item.category}{_circle(item, '?')}"


def _circle(item: CoverageItem, mark: str) -> str:
    return "" if item.circle_min is None else f"{mark}circle_min={item.circle_min}"


def _facts(view: CoverageView) -> dict[str, object]:
    """What the scripts need of the view, short keys left readable."""
    first = _first(view)
    return {
        "code": view.code,
        "name": view.name,
        "items": [
            [
                item.category,
                item.name,
                item.circle_min,
                item.limit_m,
                item.limit_min,
                item.group,
                item.pass_share,
                *badge(item.category),
            ]
            for item in view.items
        ],
        "subdistricts": view.subdistricts,
        "communities": view.communities,
        "unverified": view.unverified,
        "draft": view.draft,
        "sets": view.grid_sets,
        "estimate": view.estimate,
        "dates": dict(view.dates),
        "first": [first.category, first.circle_min] if first else None,
    }


def coverage_page(view: CoverageView, assets: Assets | None = None) -> Page:
    """The page of a district; equal views give equal bytes.

    Serve `page.build(script_url)` under the strict policy; for one file see `coverage_addresses`.
    """
    page = Page(f"{view.name} · 服务覆盖一张图", assets or Assets())
    area = CoverageMap(view)
    area.add_to(page)
    for role, name in BASE_LAYERS:
        look = COVERAGE if role == "communities" else None
        UrlLayer(f"/layers/{role}.geojson?area={view.code}", name, role, look).add_to(area)
    CoverageStart(area, view).add_to(page)
    return page


def coverage_addresses(view: CoverageView, communities: Iterable[str] = ()) -> list[str]:
    """Every address a one-file page of this view may ask for, walks and life circles of single points left out.

    `communities`: codes of the communities whose scorecard is wanted.
    """
    layers = [f"/layers/{role}.geojson?area={view.code}" for role, _ in BASE_LAYERS]
    areas = [view.code, *(code for code, _ in view.subdistricts), *communities]
    cards = [f"/api/coverage/{code}" for code in areas]
    items = [_item_address(view.code, item) for item in view.items]
    categories = dict.fromkeys(item.category for item in view.items)
    points = [f"/layers/service_points.geojson?area={view.code}&category={category}" for category in categories]
    gaps = [
        f"/layers/gaps.geojson?area={view.code}&category={item.category}{_circle(item, '&')}" for item in view.items
    ]
    return [*layers, *cards, *items, *points, *gaps]
