"""Grids on the coverage map in Chromium, on the real site."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from data.grids import DEFAULT_SET
from tests.maps.browser import PHONE, Seen
from tests.maps.live import COMMUNITY
from tests.maps.onmap import pixel

pytestmark = pytest.mark.browser
# north-west, north-east, south-west, south-east: where the four quarters of the community meet, and a step into each
MIDDLE = (
    "(f => { const b = L.geoJSON(f).getBounds(); return [(b.getWest() + b.getEast()) / 2, "
    "(b.getSouth() + b.getNorth()) / 2]; })(W.page.feature(W.page.state.area))"
)
STEP = 0.0004


def test_a_click_chooses_the_grid_and_the_address_keeps_it(seen: Seen, base: str) -> None:
    tab = seen.open(f"{base}/maps/coverage/610199#area={COMMUNITY}")
    tab.locator("label:has(#grids-on)").click()
    seen.until("location.hash.includes('grids=')")
    seen.until("document.querySelector('#grids-on')?.checked")
    lon, lat = tab.evaluate(MIDDLE)
    tab.evaluate(f"void W.page.map.setView([{lat}, {lon}], 17, {{ animate: false }})")
    for number, (x, y) in enumerate(((-1, 1), (1, 1), (-1, -1), (1, -1)), start=1):
        code = f"{COMMUNITY}{number:03d}"
        tab.mouse.click(*pixel(tab, lon + x * STEP, lat + y * STEP))
        seen.until(f"document.querySelector('#grid').textContent.includes('{code}')")
        assert f"grid={code}" in tab.url
    assert tab.get_by_role("link", name="打开这一格").get_attribute("href") == f"/grids/{COMMUNITY}004"
    said = tab.locator("#grid").inner_text()
    again = seen.context.new_page()
    again.goto(tab.url)
    again.wait_for_selector("body[data-ready]")
    assert again.locator("#grid").inner_text() == said
    tab.locator("label:has(#grids-on)").click()
    seen.until("!location.hash.includes('grid') && document.querySelector('#grid').hidden")
    seen.clean(base)


def test_the_phone_shows_the_grid_without_scrolling_sideways(browser: Browser, base: str) -> None:
    seen = Seen(browser, PHONE)
    tab = seen.open(f"{base}/maps/coverage/610199#area={COMMUNITY}&grids={DEFAULT_SET}&grid={COMMUNITY}001")
    assert f"代码 {COMMUNITY}001" in tab.locator("#grid").inner_text()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen.clean(base)
    seen.context.close()


def test_a_page_of_another_day_asks_for_everything_as_of_that_day(seen: Seen, base: str) -> None:
    tab = seen.open(f"{base}/maps/coverage/610199?as_of=2027-03-01")
    assert "按 2027-03-01 的数据" in tab.locator(".title-block").inner_text()
    asked = [url for url in seen.requests if "/api/" in url or "/layers/" in url or "/maps/" in url]
    assert len(asked) > 5
    assert all("as_of=2027-03-01" in url for url in asked)
    seen.clean(base)
