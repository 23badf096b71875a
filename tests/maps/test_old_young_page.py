"""一老一小: both sides say what the interface says for each group, and the address brings the same page back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.maps.browser import Seen

OLD = ("elderly_center", "elderly_station", "elderly_daycare", "elderly_home", "canteen", "health_station")
YOUNG = ("nursery", "kindergarten", "primary_school", "junior_school")
ROW = re.compile(r"#category=(\w+)(?:&amp;circle_min=(\d+))?&amp;group=(\w+)\">[^<]+</a>.*?</tr>", re.S)


def items(client: TestClient, code: str, group: str) -> dict[tuple[str, str], dict[str, Any]]:
    found = client.get(f"/api/coverage/{code}", params={"group": group}).json()["items"]
    return {(one["category"], str(one["circle_min"] or "")): one for one in found}


@pytest.mark.parametrize("code", ["610199", "610199002", "610199002003"])
def test_both_sides_agree_with_the_interface(town: FastAPI, code: str) -> None:
    with TestClient(town) as client:
        page = client.get("/old-young", params={"area": code}).text
        table = page.split("缺得最多的社区")[0] if code.endswith("002003") else page
        card = {group: items(client, code, group) for group in ("elderly", "elderly_80", "children")}
        seen = set()
        for found in ROW.finditer(table):
            category, circle, group = found[1], found[2] or "", found[3]
            cells = re.findall(r'<td class="r">([\d,—]+)</td>', found[0])
            if not cells:
                continue
            one = card[group][category, circle]
            assert cells[0] == f"{round(one['people'] - one['people_in']):,}", category
            assert f">{int(one['share'] * 100 + 1e-9)}%<" in found[0], category
            if group == "elderly":
                frail = card["elderly_80"][category, circle]
                assert cells[1] == f"{round(frail['people'] - frail['people_in']):,}", category
            seen.add((category, group))
        assert {category for category, group in seen if group == "elderly"} == set(OLD)
        assert {category for category, group in seen if group == "children"} == set(YOUNG)


def test_the_worst_communities_are_named_with_their_figures(town: FastAPI) -> None:
    with TestClient(town) as client:
        page = client.get("/old-young", params={"area": "610199"}).text
        listed = re.findall(
            r"<b>([^<]+)</b>　(\d) 项里 (\d) 项没到达标线；最多：([^<]+)</p>.*?area=(\d{12})", page, re.S
        )
        assert len(listed) == 12
        for number, (name, judged, unmet, words, code) in enumerate(listed):
            wanted, group = (OLD, "elderly") if number < 6 else (YOUNG, "children")
            mine = [one for (category, _), one in items(client, code, group).items() if category in wanted]
            assert int(judged) == sum(one["verdict"] in ("met", "unmet") for one in mine), name
            assert int(unmet) == sum(one["verdict"] == "unmet" for one in mine), name
            most = max((one for one in mine if one["verdict"] == "unmet"), key=lambda o: o["people"] - o["people_in"])
            assert f"{round(most['people'] - most['people_in']):,} 人" in words
            assert most["name"] in words


def test_a_day_without_a_result_and_unknown_areas_say_so(town: FastAPI) -> None:
    with TestClient(town) as client:
        assert client.get("/old-young", params={"area": "610198"}).status_code == 404
        assert client.get("/old-young", params={"area": "61"}).status_code == 422
        assert client.get("/old-young", follow_redirects=False).headers["location"] == "/"
        assert client.get("/old-young", params={"area": "610199", "as_of": "2020-01-01"}).status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("size", ["seen", "phone"])
def test_the_page_leads_to_the_map_and_the_address_brings_it_back(
    size: str, base: str, request: pytest.FixtureRequest
) -> None:
    seen: Seen = request.getfixturevalue(size)
    tab = seen.open(base + "/")
    tab.get_by_role("link", name="看一老一小").click()
    tab.wait_for_url("**/old-young?area=610199")
    seen.until("!!document.body.dataset.ready")
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    tab.locator("#area").select_option("610199002")
    tab.wait_for_url("**/old-young?area=610199002&as_of=*")
    said = unescape(tab.locator("main").inner_text())
    assert "文昌里街道" in said
    tab.reload()
    seen.until("!!document.body.dataset.ready")
    assert unescape(tab.locator("main").inner_text()) == said
    tab.get_by_role("link", name="托育点", exact=True).click()
    tab.wait_for_url("**/maps/coverage/610199*#category=nursery*group=children*")
    seen.until("!!document.body.dataset.ready")
    assert tab.locator('[data-value="children"]').get_attribute("aria-pressed") == "true"
    assert tab.get_by_role("link", name="一老一小").get_attribute("href").startswith("/old-young?area=610199")
    seen.clean(base)
