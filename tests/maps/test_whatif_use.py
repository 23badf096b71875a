"""What if, sites and things to take away on the coverage map, in Chromium: canned answers, then the real site."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from api.flows.sample import CODE as TOWN
from tests.maps.browser import Seen
from tests.maps.onmap import fills, middle, pixel
from tests.maps.server import Canned
from tests.maps.world import CODE, communities

pytestmark = pytest.mark.browser
READY = "W.page.plan.edits.length === {n} && !document.body.classList.contains('busy')"


def score(people_in: int) -> dict[str, Any]:
    return {"share": people_in / 10_000, "people": 10_000, "people_in": people_in, "verdict": "unmet"}


def answer(edits: list[dict[str, Any]]) -> dict[str, Any]:
    """What the site would say of edits: the first compound outside comes within."""
    both = {"category": "market", "name": "菜市场", "circle_min": None, "group": "all"}
    item = {**both, "before": score(5_000), "after": score(5_000 + 900 * len(edits))}
    moved = {"uid": "C23", "category": "market", "before_cm": 124_000, "after_cm": 20_000}
    return {
        "code": CODE,
        "name": "示例区",
        "edits": [f"第 {n + 1} 个修改" for n in range(len(edits))],
        "compounds_changed": len(edits),
        "area": [item],
        "communities": [{"code": communities()[11]["code"], "name": "第12社区", "items": [item]}],
        "changes": [{**moved, "within_before": False, "within_after": True}] if edits else [],
    }


def serve(tab: Page) -> list[Any]:
    """Answer what-ifs and scenarios in the browser; returns what was asked."""
    asked: list[Any] = []

    def tried(route: Route) -> None:
        body = route.request.post_data_json
        asked.append(body)
        route.fulfill(json=answer(body["edits"]))

    def kept(route: Route) -> None:
        if route.request.method == "POST":
            asked.append(route.request.post_data_json)
            route.fulfill(json={"id": 1}, status=201)
        else:
            one = {"id": 1, "name": "东边加一处", "edits": asked[-1]["edits"], "stale": True}
            route.fulfill(json={"items": [one | {"people_more": 900, "people_fewer": 0}], "next": None})

    tab.route("**/api/whatif/**", tried)
    tab.route("**/api/scenarios**", kept)
    return asked


def test_edits_by_clicks_show_before_after_and_change_and_travel_in_the_link(seen: Seen, site: Canned) -> None:
    asked = serve(seen.tab)
    tab = seen.open(site.base)
    start, said = fills(tab), tab.locator("#say").inner_text()
    assert not tab.locator("#tools").is_visible()
    tab.get_by_role("button", name="如果这样改").click()
    tab.get_by_role("button", name="新增", exact=True).click()
    assert "在图上点一处" in tab.locator("#tools p").inner_text()
    lon, lat = middle(11)
    tab.mouse.click(*pixel(tab, lon, lat))
    seen.until(READY.format(n=1))
    assert "area=" not in tab.url
    assert asked[0]["edits"][0]["kind"] == "add"
    assert asked[0]["edits"][0]["at"] == pytest.approx([lon, lat], abs=1e-3)
    assert "1 个小区的步行距离有变化" in tab.locator("#plan").inner_text()
    assert "+900 人" in tab.locator("#plan table").inner_text()
    assert "试改后" in tab.locator("#title").inner_text()
    seen.until(f"document.querySelector('#say').textContent !== {json.dumps(said)}")
    after = fills(tab)
    assert after != start
    tab.locator("[data-show=before]").click()
    seen.until(f"document.querySelector('#say').textContent === {json.dumps(said)}")
    assert fills(tab) == start
    tab.locator("[data-show=change]").click()
    seen.until("document.querySelector('#keys').textContent.includes('覆盖率变化')")
    again = seen.context.new_page()
    serve(again)
    again.goto(tab.url)
    again.wait_for_selector("#plan table")
    assert again.evaluate("W.page.plan.edits") == asked[0]["edits"]
    tab.locator("#tools [data-tool=close]").click()
    tab.mouse.click(*pixel(tab, 108.915, 34.2753))
    seen.until(READY.format(n=2))
    assert asked[-1]["edits"][1] == {"kind": "close", "uid": "S3"}
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="撤回一步").click()
    seen.until(READY.format(n=1))
    tab.get_by_role("button", name="收起").click()
    seen.until("document.querySelector('#plan').hidden")
    assert fills(tab) == start
    assert "edits=" not in tab.url
    seen.clean(site.base)


def test_a_scenario_is_kept_listed_and_marked_when_the_data_changed(seen: Seen, site: Canned) -> None:
    asked = serve(seen.tab)
    edits = [{"kind": "close", "uid": "S1"}]
    tab = seen.open(f"{site.base}/#edits={json.dumps(edits)}")
    seen.until(READY.format(n=1))
    tab.get_by_label("情景的名字").fill("东边加一处")
    tab.get_by_role("button", name="存成情景").click()
    seen.until("document.querySelector('#notes').textContent.includes('存成情景')")
    assert asked[-1] == {"code": CODE, "name": "东边加一处", "edits": edits}
    listed = tab.locator("#plan .keep .spots li").first.inner_text()
    assert "东边加一处" in listed
    assert "数据已变化，待重算" in listed
    seen.clean(site.base)


def test_a_refused_edit_leaves_the_others(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    refusal = {"code": "BAD_INPUT", "detail": "200 米内没有能接上的路。把位置挪到路边再试"}
    tab.route("**/api/whatif/**", lambda route: route.fulfill(json=refusal, status=422))
    tab.get_by_role("button", name="如果这样改").click()
    tab.locator("[data-tool=add]").click()
    tab.mouse.click(*pixel(tab, *middle(5)))
    seen.until("document.querySelector('#notes').textContent.includes('把位置挪到路边')")
    assert tab.evaluate("W.page.plan.edits.length") == 0


def test_the_picture_is_a_picture(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    tab.locator(".menu-of summary").click()
    with tab.expect_download() as found:
        tab.get_by_role("button", name="图片 PNG").click()
    content = found.value.path().read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(content) > 20_000
    seen.clean(site.base)


def test_the_tools_fit_a_phone(phone: Seen, site: Canned) -> None:
    tab = phone.open(site.base)
    tab.get_by_role("button", name="如果这样改").click()
    wide = tab.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    heights = tab.evaluate("[...document.querySelectorAll('#tools button')].map(b => b.getBoundingClientRect().height)")
    assert min(heights) >= 44


def test_on_the_real_site_edits_sites_and_files(seen: Seen, base: str) -> None:
    tab = seen.open(f"{base}/maps/coverage/{TOWN}")
    tab.locator("summary", has_text="的数字从哪来").click()
    seen.until("document.querySelector('.facts')", 40)
    assert "全量登记" in tab.locator(".facts").inner_text()
    tab.get_by_role("button", name="再建哪里最好").click()
    tab.locator("#sites").get_by_role("button", name="计算").click()
    seen.until("document.querySelector('#sites table')", 40)
    assert "已证明是最优" in tab.locator("#sites").inner_text()
    tab.get_by_role("button", name="在图上试建这几处").click()
    seen.until("document.querySelector('#plan table')", 40)
    assert tab.locator("#plan .edits li").count() == 3
    promised = tab.locator("#sites table tbody tr").last.locator("td").nth(2).inner_text()
    assert f"+{promised} 人" in tab.locator("#plan table").inner_text()
    for name, ending in (("Excel 这一项", ".xlsx"), ("GeoPackage", ".gpkg")):
        tab.locator(".menu-of summary").click()
        with tab.expect_download() as found:
            tab.locator(".menu-of").get_by_role("button", name=name).click()
        assert found.value.suggested_filename.endswith(ending)
    seen.clean(base)
