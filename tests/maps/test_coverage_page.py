"""The coverage page in Chromium: what a planner sees, clicks and types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from maps.coverage import CoverageView, coverage_addresses, coverage_page
from tests.maps.browser import Seen
from tests.maps.server import SCRIPT, Canned, serving
from tests.maps.world import CODE, EVIL, SOUTH, STEP, WEST, answers, communities, item_answer, view
from tests.maps.world import ITEMS as ROWS

pytestmark = pytest.mark.browser
MARKET = f"/api/coverage/{CODE}/items/market?circle_min=10"


def middle(n: int) -> tuple[float, float]:
    """Longitude and latitude of a community's middle, away from its compounds."""
    row = communities()[n]
    return float(str(row["west"])) + STEP / 2, float(str(row["south"])) + STEP * 0.6


def pixel(tab: Page, lon: float, lat: float) -> tuple[float, float]:
    box = tab.locator(".map").bounding_box()
    assert box
    x, y = tab.evaluate(
        f"(() => {{ const p = W.page.map.latLngToContainerPoint([{lat}, {lon}]); return [p.x, p.y]; }})()"
    )
    return box["x"] + x, box["y"] + y


def fills(tab: Page, role: str = "communities") -> dict[str, str]:
    """Colour of every area of a layer as it is painted; a pattern counts as 'hatch'."""
    found: dict[str, str] = tab.evaluate(
        f"Object.fromEntries(W.page.map.roles.{role}.shape.getLayers().map(l => [l.feature.properties.code, "
        "typeof l.options.fillColor === 'string' ? l.options.fillColor : 'hatch']))"
    )
    return found


def settled(seen: Seen, action: str) -> Page:
    return seen.act(action)


@contextmanager
def another(changes: dict[str, str], shown: CoverageView | None = None) -> Iterator[Canned]:
    with serving(coverage_page(shown or view()).build(SCRIPT), answers() | changes) as server:
        yield server


def test_the_page_calls_nobody_and_the_policy_is_in_force(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    assert tab.evaluate("document.querySelectorAll('script:not([src]),style,[style*=\"javascript\"]').length") == 0
    tab.mouse.move(500, 400)
    tab.mouse.wheel(0, -300)
    tab.wait_for_timeout(300)
    seen.clean(site.base)
    tab.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.__ran = 1'}))"
    )
    tab.evaluate("document.querySelector('main').setAttribute('style', 'color:red')")
    refused = tab.evaluate("[window.__ran, window.__refused.map(t => t.split(' ')[0]).sort().join()]")
    assert refused == [None, "script-src-elem,style-src-attr"]


def test_the_answer_stands_first_in_a_sentence_and_agrees_with_the_figures(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    sums = item_answer(ROWS[0])["areas"]["communities"]  # type: ignore[index]
    people, inside = (sum(row[key]["all"] for row in sums) for key in ("people", "in_m"))
    words = f"全区 {people - inside:,} 人走 500 米到不了菜市场，占 {100 * (people - inside) / people:.1f}%。"
    assert tab.locator("#say").inner_text().replace("\u00a0", " ") == words
    assert "菜市场 500 米步行覆盖率" in tab.locator("#title").inner_text()
    assert "数据日期 2026-11-01" in tab.locator("#lead").inner_text()
    assert (
        tab.evaluate("document.querySelector('#say').compareDocumentPosition(document.querySelector('.meter')) & 4")
        == 4
    )
    assert "按标准距离评价 4 项，达标 0 项；另有 1 项无数据，不评价" in tab.locator("#area").inner_text()


def test_colours_are_the_fixed_classes_and_the_legend_counts_them(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    painted = fills(tab)
    share = {r["code"]: r["in_m"]["all"] / r["people"]["all"] for r in item_answer(ROWS[0])["areas"]["communities"]}  # type: ignore[index]
    token = tab.evaluate("['cov-5','cov-4','cov-3','cov-2','cov-1'].map(W.token)")
    for code, value in share.items():
        assert painted[code] == token[next(i for i, low in enumerate((0.95, 0.8, 0.65, 0.5, 0)) if value >= low)]
    counts = [int(t) for t in re.findall(r"(\d+) 个\b", tab.locator("#keys").inner_text())]
    assert counts == [*(sum(c == t for c in painted.values()) for t in token), 0]


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


def test_a_rows_own_limit_decides_what_can_be_chosen(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base + "/#category=community_retail&measure=radius")
    seen.until("W.page.state.measure === 'm'")
    assert "没有规定走多远" in tab.locator("#say").inner_text()
    assert set(fills(tab).values()) == {"hatch"}
    assert tab.get_by_role("button", name="按步行时间").is_disabled()
    assert tab.locator(".score .cell").count() == 5


def test_a_category_without_points_says_what_to_do_next(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base + "/#category=canteen")
    assert tab.locator("#say").inner_text() == "本区还没有社区食堂数据，先导入或在现场核对。"
    assert tab.locator("#gaplist").inner_text() == ""


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


def test_beyond_the_search_distance_and_undecided_are_said(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    assert "超过 22 分钟" in tab.locator("#gaplist").inner_text()
    assert "1 个小区离道路太远，无法判定，未计入" in tab.locator("#say2").inner_text()
    assert "第11小区乙" not in tab.locator("#gaplist").inner_text()


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
    box.fill("没有的地方")
    assert "没找到“没有的地方”" in tab.locator("#found").inner_text()
    box.fill("第2小区甲")
    tab.locator("#found li").first.click()
    seen.until("location.hash.includes('why=C03')")
    seen.clean(site.base)


def test_hostile_names_stay_text(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    x, y = pixel(tab, *middle(6))
    tab.mouse.move(x - 4, y)
    tab.mouse.move(x, y)
    tab.mouse.click(x, y)
    seen.until("W.page.card && document.querySelector('#area h2').textContent.includes('onerror')")
    assert EVIL in tab.locator(".leaflet-tooltip").last.inner_text()
    settled(seen, "W.page.go({life: 'S2'})")
    settled(seen, "W.page.go({life: null, why: 'C14'})")
    tab.locator("#find").fill("onerror")
    assert tab.locator("#found li").count() >= 2
    assert tab.evaluate("[window.__xss, document.querySelectorAll('img[src=\"x\"]').length]") == [None, 0]
    seen.clean(site.base)


def test_a_second_visit_asks_with_the_tag_and_gets_no_body(seen: Seen, site: Canned) -> None:
    seen.open(site.base)
    site.hits.clear()
    seen.tab.reload()
    seen.until("!!document.body.dataset.ready")
    path = f"/layers/communities.geojson?area={CODE}"
    assert site.hits[f"304 {path}"] == 1
    assert site.hits[f"200 {path}"] == 0


def test_what_did_not_arrive_is_said_and_the_rest_stays(seen: Seen, site: Canned) -> None:
    seen.tab.route("**/layers/streets*", lambda route: route.abort())
    tab = seen.open(site.base)
    seen.until("!!document.querySelector('.banner.bad')")
    assert "没取到“道路”图层，其余内容没有变" in tab.locator("#notes").inner_text()
    tab.route("**/items/kindergarten*", lambda route: route.abort())
    said = tab.locator("#say").inner_text()
    settled(seen, "W.page.go({item: W.page.items[1]})")
    assert "没取到“幼儿园”的结果，图上还是上一次的内容" in tab.locator("#notes").inner_text()
    assert tab.locator("#say").inner_text() == said


def test_stale_draft_and_missing_ages_are_said(seen: Seen) -> None:
    district, item = json.loads(answers()[f"/api/coverage/{CODE}"]), json.loads(answers()[MARKET])
    for compound in item["compounds"]:
        compound["people"]["elderly"] = None
    changes = {f"/api/coverage/{CODE}": json.dumps(district | {"stale": True}), MARKET: json.dumps(item)}
    with another(changes, replace(view(), draft=(12, 30))) as site:
        tab = seen.open(site.base)
        notes = tab.locator("#notes").inner_text()
        assert "数据已变化，待重算" in notes
        assert f"wangge coverage {CODE}" in notes
        assert "草拟边界，非法定" in notes
        assert "12/30" in notes
        assert "数据已变化，待重算" in tab.locator("#proof").inner_text()
        settled(seen, "W.page.go({group: 'elderly'})")
        assert "无分年龄数据" in tab.locator("#say").inner_text()
        seen.clean(site.base)


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
    drawn = "e.getContext('2d').getImageData(0, 0, e.width, e.height).data.some(v => v > 0)"
    assert sum(tab.locator("canvas.copy").evaluate_all(f"found => found.map(e => {drawn})")) >= 6
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
    settled(seen, "W.page.go({item: W.page.items[1], group: 'children', area: '610199001005'})")
    assert "第5社区" in tab.locator("#area").inner_text()
    settled(seen, "W.page.go({life: 'S1'})")
    assert "单文件页面不带这个服务点的生活圈" in tab.locator("#notes").inner_text()
    assert tab.evaluate("document.querySelectorAll('.nav a[href]').length") == 0
    assert [url for url in seen.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert seen.errors == []
    assert tab.evaluate("window.__refused") == []
    assert "default-src 'none'" in text
    assert "unsafe" not in text.split("</head>")[0]


def test_what_is_not_judged_is_folded_and_counted_by_reason(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    assert "1 项无数据，1 项标准没有限值，不评价" in tab.locator("#area").inner_text()
    assert tab.locator(".score tbody tr:visible").count() == 4
    assert "2026-11-02 09:14 计算" in tab.locator("#proof").inner_text()


def test_the_areas_below_are_a_list_too(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    tab.locator("#area summary", has_text="下一级 2 个").click()
    tab.get_by_role("button", name="西坊街道").click()
    seen.until("document.querySelector('#area h2 span').textContent === '西坊街道'")
    assert "level=subdistrict" in tab.url


def test_a_row_in_minutes_only_is_judged_and_titled_by_minutes(seen: Seen) -> None:
    row = replace(ROWS[0], limit_m=None)
    answer = item_answer(ROWS[0]) | {"limit_m": None}
    with another({MARKET: json.dumps(answer)}, replace(view(), items=(row, *ROWS[1:]))) as site:
        tab = seen.open(site.base)
        assert "菜市场步行 8 分钟覆盖率" in tab.locator("#title").inner_text()
        assert "hatch" not in fills(tab).values()
        assert tab.get_by_role("button", name="直线半径").is_disabled()
        seen.clean(site.base)
