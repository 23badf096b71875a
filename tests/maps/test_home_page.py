"""首页: sentences that agree with the scorecard, ways on, other days and districts."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from maps.home import HomeView, ItemLine, SizeLine, Task, WorstLine, home_page
from tests.maps.browser import Seen
from tests.maps.world import EVIL

VIEW = HomeView("610199", "东区", "2026-11-01", False, (("610199", "东区"),))


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_what_it_says_agrees_with_the_scorecards(town: FastAPI) -> None:
    with TestClient(town) as client:
        page = text_of(client.get("/").text)
        card = client.get("/api/coverage/610199").json()
        judged = [item for item in card["items"] if item["verdict"] in ("met", "unmet")]
        worst = max((i for i in judged if i["verdict"] == "unmet"), key=lambda i: i["people"] - i["people_in"])
        assert f"评价 {card['required']} 项，达标 {card['met']} 项" in page
        assert re.search(rf"全区 [\d.]+ 万人走 {worst['limit_m']:,} 米到不了{worst['name']}", page)
        for item in judged:
            assert f"{item['people'] - item['people_in']:,}" in page, item["name"]
            assert f"{int(item['share'] * 100 + 1e-9)}%" in page
        for one in re.findall(r'class="say">(澄安区 [^<]+)</p>', client.get("/old-young?area=610199").text):
            assert one in page
        over = client.get("/api/candidates", params={"area": "610199"}).json()["candidates"]
        assert f"{len(over)} 个社区常住户数超过 3,000" in page
        assert over[0]["name"] in page
        listed = re.findall(r"<b>([^<]+)</b>　评价 (\d+) 项，未达标 (\d+) 项", client.get("/").text)
        assert [int(one[2]) for one in listed] == sorted((int(one[2]) for one in listed), reverse=True)
        codes = dict(re.findall(r"<b>([^<]+)</b>　评价.*?&amp;area=(\d{12})", client.get("/").text, re.S))
        for name, required, unmet in listed[:2]:
            mine = client.get(f"/api/coverage/{codes[name]}").json()
            assert (mine["name"], mine["required"], mine["required"] - mine["met"]) == (name, int(required), int(unmet))


def test_a_day_before_the_data_says_what_is_missing(town: FastAPI) -> None:
    with TestClient(town) as client:
        page = client.get("/", params={"as_of": "2020-01-01"})
        assert page.status_code == 200
        assert "还没有区划" in page.text
        assert client.get("/", params={"area": "999999"}).status_code == 404


def test_several_districts_are_a_choice() -> None:
    view = HomeView("", "", "2026-11-01", True, (("610198", "西区"), ("610199", "东区")))
    page = home_page(view).build().html
    assert "这里有 2 个区" in page
    assert 'href="/?area=610198&amp;as_of=2026-11-01"' in page
    assert page.count("<option") == 3


def test_nothing_computed_and_stale_are_said() -> None:
    empty = home_page(HomeView(**(vars(VIEW) | {"empty": "还没有算过覆盖。"}))).build().html
    assert "还没有算过覆盖。" in empty
    assert 'href="/maps/coverage/610199"' in empty
    stale = home_page(HomeView(**(vars(VIEW) | {"waiting": "还是昨天算的。", "lead": "全区都够得着"}))).build().html
    assert "数据已变化，待重算" in stale
    assert "lead-card stale" in stale


def test_hostile_names_stay_text() -> None:
    view = HomeView(
        "610199",
        EVIL,
        "2026-11-01",
        False,
        (("610199", EVIL),),
        lead=EVIL,
        items=(ItemLine("market", EVIL, 10, "500 米", 0.5, 0.9, 1, False),),
        worst=(WorstLine("610199001001", EVIL, EVIL, "category=market"),),
        sizes=(SizeLine("610199001001", EVIL, 9000, 3),),
        tasks=(Task(EVIL, EVIL, "#sizes", EVIL),),
        unjudged=(EVIL,),
        waiting=EVIL,
        proof=EVIL,
    )
    html = home_page(view).build().html
    assert "<img" not in html
    assert text_of(html).count("onerror=window.__xss=1") >= 10


@pytest.mark.browser
@pytest.mark.parametrize("size", ["seen", "phone"])
def test_the_page_is_quiet_and_fits(size: str, base: str, request: pytest.FixtureRequest) -> None:
    seen: Seen = request.getfixturevalue(size)
    tab = seen.open(base + "/")
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    seen.clean(base)
    if size == "phone":
        tab.get_by_role("button", name="菜单").tap()
        assert tab.get_by_role("link", name="我的网格", exact=True).is_visible()


@pytest.mark.browser
def test_an_item_opens_the_map_with_that_item(seen: Seen, base: str) -> None:
    tab = seen.open(base + "/")
    tab.get_by_role("link", name="菜市场", exact=True).focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/maps/coverage/610199#category=market*")
    seen.until("!!document.body.dataset.ready")
    assert "菜市场" in tab.locator("#title").inner_text()
    seen.clean(base)


@pytest.mark.browser
def test_another_day_applies_at_once(seen: Seen, base: str) -> None:
    tab = seen.open(base + "/")
    tab.locator("#day").fill("2020-01-01")
    tab.wait_for_url("**/?area=610199&as_of=2020-01-01")
