"""The coverage page in Chromium: what a planner clicks, types and walks through by keyboard."""

from __future__ import annotations

import pytest

from tests.maps.browser import Seen
from tests.maps.onmap import fills, middle, pixel
from tests.maps.server import Canned
from tests.maps.world import communities

pytestmark = pytest.mark.browser


def test_a_click_lands_on_the_right_community_and_moves_nothing(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    view_of = "[W.page.map.getZoom(), W.page.map.getCenter().lat, W.page.map.getCenter().lng].join()"
    before = tab.evaluate(view_of)
    for n in (0, 5, 11):
        tab.mouse.click(*pixel(tab, *middle(n)))
        seen.until(f"document.querySelector('#area h2 span').textContent === '{communities()[n]['name']}'")
        assert f"area={communities()[n]['code']}" in tab.url
    assert tab.evaluate(view_of) == before
    tab.get_by_role("button", name="看全区").click()
    seen.until("!location.hash.includes('area=')")


def test_category_measure_group_and_level_repaint_and_stay_in_the_address(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    start, words = fills(tab), tab.locator("#say").inner_text()
    tab.get_by_role("button", name="直线半径").click()
    seen.until("document.querySelector('#title').textContent.includes('直线')")
    assert fills(tab) != start
    assert "对照" in tab.locator("#title").inner_text()
    tab.get_by_role("button", name="按步行时间").click()
    seen.until("document.querySelector('#title').textContent.includes('步行 8 分钟')")
    assert "不用于评价" in tab.locator("#lead").inner_text()
    tab.get_by_role("button", name="60 岁以上").click()
    seen.until("document.querySelector('#say').textContent.includes('60 岁以上')")
    assert "0.90 米/秒" in tab.locator("#lead").inner_text()
    tab.locator("#category").select_option(label="公园（5 分钟圈，300 米）")
    seen.until("document.querySelector('#title').textContent.includes('公园')")
    tab.get_by_role("button", name="街道", exact=True).click()
    seen.until("W.page.map.roles.subdistricts.shape")
    assert len(fills(tab, "subdistricts")) == 2
    assert tab.locator("#say").inner_text() != words
    address = tab.url
    assert all(
        part in address
        for part in ("category=park", "circle_min=5", "measure=min", "group=elderly", "level=subdistrict")
    )
    said = tab.locator("#say").inner_text()
    again = seen.context.new_page()
    again.goto(address)
    again.wait_for_selector("body[data-ready]")
    assert again.locator("#say").inner_text() == said
    seen.clean(site.base)


def test_a_compound_tells_its_walk_and_the_way_back_restores_the_view(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    before = tab.evaluate("W.page.map.getBounds().toBBoxString()")
    first = tab.locator("#gaplist .gap button").first
    assert "第12小区" in first.inner_text()
    tab.locator("#gaplist .gap button", has_text="第11小区甲").click()
    seen.until("W.page.journey && W.page.journey.kind === 'why'")
    seen.until("!document.querySelector('#why').hidden")
    text = tab.locator("#why").inner_text()
    assert "为什么没覆盖：第11小区甲" in text.replace("\n", "")
    assert "绕行" in text
    assert "1,240 米" in text
    assert "620 米" in text
    assert "第11小区甲：走到菜市场 1,240 米" in tab.locator("#title").inner_text()
    assert "步行路线" in tab.locator("#keys").inner_text()
    assert tab.locator(".callout").count() == 3
    assert "why=C21" in tab.url
    tab.keyboard.press("Escape")
    seen.until("!W.page.journey && document.querySelector('#why').hidden")
    assert tab.evaluate("W.page.map.getBounds().toBBoxString()") == before
    seen.clean(site.base)


def test_a_service_point_shows_its_life_circle(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    tab.mouse.click(*pixel(tab, 108.915, 34.2753))
    seen.until("W.page.journey && W.page.journey.kind === 'life'")
    seen.until("document.querySelector('#title').textContent.includes('第三市场')")
    assert "5 分钟以内" in tab.locator("#keys").inner_text()
    assert "06:00-20:00" in tab.locator("#why").inner_text()
    tab.get_by_role("button", name="返回覆盖图").click()
    seen.until("!W.page.journey")
    tab.locator("#points button", has_text="第一市场").click()
    seen.until("W.page.journey && W.page.journey.point.properties.uid === 'S1'")
    seen.clean(site.base)


def test_the_gap_ground_is_drawn_on_request_only(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    assert not any("gaps.geojson" in url for url in seen.requests)
    tab.get_by_label("缺口范围").check()
    seen.until("location.hash.includes('gaps=1')")
    tab.wait_for_timeout(200)
    assert sum("gaps.geojson" in url for url in seen.requests) == 1
    seen.clean(site.base)


def test_the_keyboard_alone_reaches_every_gap(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    order = []
    for _ in range(40):
        tab.keyboard.press("Tab")
        order.append(
            tab.evaluate("document.activeElement.id || document.activeElement.textContent.trim().slice(0, 12)")
        )
        if "第12小区" in order[-1]:
            break
    assert "第12小区" in order[-1], order
    assert [order.index(name) for name in ("find", "category", "按标准距离", "copy")] == sorted(
        order.index(name) for name in ("find", "category", "按标准距离", "copy")
    )
    ring = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"
    tab.keyboard.press("Enter")
    seen.until("W.page.journey && W.page.journey.kind === 'why'")


def test_search_by_name_code_and_position(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    box = tab.locator("#find")
    box.fill("第5社区")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    seen.until(f"location.hash.includes('area={communities()[4]['code']}')")
    box.fill("610199002003")
    tab.keyboard.press("Enter")
    seen.until("location.hash.includes('area=610199002003')")
    lon, lat = middle(9)
    box.fill(f"{lon:.5f}, {lat:.5f}")
    assert "第10社区" in tab.locator("#found").inner_text()
    seen.tab.route("**/api/locate", lambda route: route.fulfill(json={"areas": [{"code": "610199002004"}]}))
    tab.locator("#found li", has_text="高德").click()
    seen.until("location.hash.includes('area=610199002004')")
    box.fill("没有的地方")
    assert "没找到“没有的地方”" in tab.locator("#found").inner_text()
    box.fill("第2小区甲")
    tab.locator("#found li").first.click()
    seen.until("location.hash.includes('why=C03')")
    seen.clean(site.base)


def test_the_areas_below_are_a_list_too(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    tab.locator("#area summary", has_text="下一级 2 个").click()
    tab.get_by_role("button", name="西坊街道").click()
    seen.until("document.querySelector('#area h2 span').textContent === '西坊街道'")
    assert "level=subdistrict" in tab.url
