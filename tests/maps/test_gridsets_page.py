"""划分网格 and 比较网格 in Chromium: seen first, written when wanted, told with words and a map."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from api.main import create_app
from api.settings import Settings
from maps.gridsets import GridSetsView, Place, gridsets_page
from tests.conftest import Databases
from tests.maps.browser import Seen
from tests.maps.live import live
from tests.maps.world import EVIL

pytestmark = pytest.mark.browser
COMMUNITY = "610199001001"


@pytest.fixture(scope="module")
def settings(databases: Databases, sample_url: str) -> Settings:
    databases.make("wangge_gridsets", make_url(sample_url).database or "")
    return Settings(database_url=databases.url("wangge_gridsets"), open=True, requests_per_s=0)


@pytest.fixture(scope="module")
def own(settings: Settings) -> Iterator[str]:
    with live(create_app(settings)) as address:
        yield address


def done(seen: Seen) -> None:
    seen.until("!document.querySelector('#decide').hidden && document.querySelector('#progress').hidden", 60)


def test_a_community_is_divided_looked_at_and_written_and_sets_are_compared(seen: Seen, own: str) -> None:
    tab = seen.open(f"{own}/data/grids")
    assert tab.locator("#place").input_value() == COMMUNITY
    for name, low, target, high in (("甲网", 300, 400, 700), ("乙网", 500, 700, 1200)):
        for box, value in (("#low", low), ("[name=high]", high), ("#target", target), ("#set", name)):
            tab.locator(box).fill(str(value))
        tab.get_by_role("button", name="先看结果").click()
        done(seen)
        assert "现在还没有写入" in tab.locator("#decide").inner_text()
        assert tab.locator(".steps tbody tr").count() > 1
        tab.get_by_role("button", name="写成草拟网格").click()
        seen.until("document.querySelector('#decide').textContent.startsWith('已写入')", 60)
        assert f"“{name}”：新增" in tab.locator("#decide").inner_text()
    assert "没有切开小区，都连成一片" in tab.locator("#what").inner_text()
    tab.locator("#low").fill("900")
    tab.get_by_role("button", name="先看结果").click()
    seen.until("document.querySelector('#notes').textContent.includes('目标户数要在下限和上限之间')", 30)
    tab = seen.open(f"{own}/data/grids?mode=overlay")
    for box in tab.locator("[name=sets]").all():
        box.set_checked(box.input_value() in ("甲网", "乙网"))
    tab.locator("#set").fill("合一")
    tab.get_by_role("button", name="先看结果").click()
    done(seen)
    assert "户划得不一样" in tab.locator("#say").inner_text()
    tab.get_by_role("button", name="写成草拟网格").click()
    seen.until("document.querySelector('#decide').textContent.includes('“合一”：新增')", 60)
    assert [one for one in seen.errors if "422" not in one] == []


def test_no_more_than_a_subdistrict_at_once(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        for path, more in (("divide", {}), ("overlay", {"sets": ["甲", "乙"]})):
            answer = client.post(f"/api/grids/{path}", json={"code": "610199", **more})
            assert (answer.status_code, answer.json()["code"]) == (422, "BAD_INPUT")
        history = client.get("/api/grids/610199001001001/history")
        assert history.status_code == 404 or history.json()["items"][0]["parent_code"] == COMMUNITY


def test_on_a_phone_nothing_is_cut_and_targets_are_large(phone: Seen, own: str) -> None:
    tab = phone.open(f"{own}/data/grids")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    small = tab.evaluate(
        "[...document.querySelectorAll('button,input:not([type=checkbox]),select,.ways a')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.id || e.textContent)"
    )
    assert small == []


def test_equal_views_give_equal_pages_and_names_stay_text() -> None:
    places = [Place("610199001", EVIL, True, (("610199001001", EVIL),))]
    view = GridSetsView(((34.0, 108.0), (34.1, 108.1)), "610199", EVIL, places, [EVIL], mode="overlay")
    built = gridsets_page(view).build()
    assert built.html == gridsets_page(view).build().html
    assert EVIL not in built.html
