"""The coverage page in Chromium: phone, widths, paper, one file, tile base map."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from maps.coverage import coverage_addresses, coverage_page
from tests.maps.browser import Seen
from tests.maps.onmap import another, pixel
from tests.maps.server import Canned
from tests.maps.world import SOUTH, STEP, WEST, answers, communities, view

pytestmark = pytest.mark.browser
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

DRAWN = """found => found.filter(e => e.getContext('2d').getImageData(0, 0, e.width, e.height).data.some(v => v > 0))
    .map(e => e.parentNode.className.split(' ').pop())"""


def test_the_phone_has_one_column_and_big_targets(phone: Seen, site: Canned) -> None:
    tab = phone.open(site.base)
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    order = [".top", "#title", ".map", "#say", "#area", "#gaplist"]
    tops = [box["y"] for box in (tab.locator(name).bounding_box() for name in order) if box]
    assert tops == sorted(tops)
    assert tops[2] < 300
    tab.get_by_role("button", name="图例").tap()
    assert tab.locator("#keys").is_visible()
    tab.get_by_role("button", name="图例").tap()
    tab.get_by_role("button", name="筛选").tap()
    tab.get_by_role("button", name="0–14 岁").tap()
    phone.until("document.querySelector('#say').textContent.includes('0–14 岁')")
    small = tab.evaluate(
        "[...document.querySelectorAll('button,select,summary,#find')].filter(e => e.offsetParent && "
        "(e.id === 'find' ? e.parentNode : e).getBoundingClientRect().height < 40).map(e => e.id || e.textContent)"
    )
    assert small == []
    tab.get_by_role("button", name="菜单").tap()
    assert tab.locator("#nav").is_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    phone.clean(site.base)


@pytest.mark.parametrize("width", [1440, 1280, 1024, 768, 390])
def test_no_width_scrolls_sideways(browser: Browser, site: Canned, width: int) -> None:
    seen = Seen(browser, {"width": width, "height": 900})
    tab = seen.open(site.base)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    frames = tab.locator(".panel,.filter,.top").evaluate_all("found => found.map(e => e.scrollWidth - e.clientWidth)")
    assert max(frames) <= 1
    seen.context.close()


def test_no_furniture_lies_on_the_district_at_first_view(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    (west, north), (east, south) = pixel(tab, WEST, SOUTH + 3 * STEP), pixel(tab, WEST + 4 * STEP, SOUTH)
    for name in (".title-block", ".legend", ".scale", ".leaflet-control-zoom"):
        box = tab.locator(name).bounding_box()
        assert box
        beside = box["x"] + box["width"] <= west or box["x"] >= east
        assert beside or box["y"] + box["height"] <= north or box["y"] >= south, name


def test_print_keeps_the_map_the_legend_and_the_footer(phone: Seen, site: Canned) -> None:
    tab = phone.open(site.base)
    before = tab.evaluate("W.page.map.getBounds().toBBoxString()")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert not tab.locator(".top").is_visible()
    assert tab.locator("#keys").is_visible()
    assert "内部使用" in tab.locator(".foot").inner_text()
    assert "合成示例数据" in tab.locator(".foot").inner_text()
    assert tab.evaluate("W.page.map.getSize().x") > 900
    assert set(tab.locator("canvas.copy").evaluate_all(DRAWN)) == {"leaflet-fill-pane", "leaflet-ground-pane"}
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.locator(".top").is_visible()
    assert tab.locator("canvas.copy").count() == 0
    assert tab.evaluate("W.page.map.getBounds().toBBoxString()") == before


def test_the_one_file_page_opens_without_any_network(seen: Seen, tmp_path: Path) -> None:
    given = answers()
    listed = coverage_addresses(view(), [str(c["code"]) for c in communities()])
    text = coverage_page(view()).one_file({address: given[address] for address in listed})
    file = tmp_path / "示例区.html"
    file.write_text(text, encoding="utf-8")
    seen.context.set_offline(True)
    tab = seen.open(file.as_uri())
    assert "到不了菜市场" in tab.locator("#say").inner_text()
    seen.act("W.page.go({item: W.page.items[1], group: 'children', area: '610199001005'})")
    assert "第5社区" in tab.locator("#area").inner_text()
    seen.act("W.page.go({life: 'S1'})")
    assert "单文件页面不带这个服务点的生活圈" in tab.locator("#notes").inner_text()
    assert tab.evaluate("document.querySelectorAll('.nav a[href]').length") == 0
    assert [url for url in seen.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert seen.errors == []
    assert tab.evaluate("window.__refused") == []
    assert "default-src 'none'" in text
    assert "unsafe" not in text.split("</head>")[0]


def test_a_tile_base_map_replaces_the_own_streets(seen: Seen) -> None:
    pixel_png = base64.b64decode(PIXEL)
    seen.tab.route("**/tiles/**", lambda route: route.fulfill(body=pixel_png, content_type="image/png"))
    with another({}, view(basemap="/tiles/{z}/{x}/{y}.png")) as site:
        tab = seen.open(site.base)
        seen.until("document.querySelectorAll('.leaflet-tile-loaded').length > 0")
        assert tab.evaluate("W.page.map.roles.streets.getLayers().length") == 0
        assert tab.evaluate("W.page.map.roles.communities.shape.getLayers()[0].options.fillOpacity") == 0.7
        seen.clean(site.base)
