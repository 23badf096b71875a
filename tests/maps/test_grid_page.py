"""我的网格 in Chromium: the phone, the desk, the sheet, and the way that leads there."""

from __future__ import annotations

import json
import re

import pytest
import shapely

from tests.maps.browser import Seen
from tests.maps.live import COMMUNITY

pytestmark = pytest.mark.browser
GRID = f"{COMMUNITY}001"
LIGHT_BYTES = 150_000
BUTTON = "button.go[data-category=elderly_daycare]"


def weight(seen: Seen, path: str) -> int:
    """Bytes over the wire for a first view."""
    total: list[float] = []
    wire = seen.context.new_cdp_session(seen.tab)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: total.append(event["encodedDataLength"]))
    seen.open(path)
    return int(sum(total))


def narrow(seen: Seen) -> bool:
    return bool(seen.tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("path", [f"/grids/{GRID}", "/grids/610199001005", f"/p/{GRID}"])
def test_the_phone_page_is_light_narrow_and_quiet(phone: Seen, base: str, path: str) -> None:
    assert weight(phone, base + path) < LIGHT_BYTES
    assert narrow(phone)
    phone.clean(base)
    heights = phone.tab.evaluate(
        "[...document.querySelectorAll('.call,.tabs a,.fullbtn,button.go')].map(e => e.getBoundingClientRect().height)"
        ".filter(height => height > 0)"
    )
    assert heights
    assert min(heights) >= 44


def test_the_way_is_drawn_on_tap_and_goes_back(phone: Seen, base: str) -> None:
    tab = phone.open(f"{base}/grids/{GRID}")
    row = tab.locator(BUTTON)
    told = row.inner_text()
    row.tap()
    phone.until("document.body.dataset.way === 'elderly_daycare'")
    assert row.get_attribute("aria-pressed") == "true"
    metres = re.search(r"([\d,]+) 米", told)
    assert metres
    assert f"{metres[1]} 米" in tab.locator("#way p").inner_text()
    assert tab.locator(".callout").count() == 2
    assert tab.evaluate("document.getElementById('map').getBoundingClientRect().top") < 5
    tab.get_by_role("button", name="回到全图").tap()
    assert row.get_attribute("aria-pressed") == "false"
    assert tab.locator("#way").is_hidden()
    assert tab.locator(".callout").count() == 0
    phone.clean(base)


def test_the_map_opens_wide_and_closes(phone: Seen, base: str) -> None:
    tab = phone.open(f"{base}/grids/{GRID}")
    tab.get_by_role("button", name="放大看").tap()
    assert tab.locator("#map").bounding_box()["height"] == 844  # type: ignore[index]
    tab.keyboard.press("Escape")
    assert tab.locator("#map").bounding_box()["height"] == 282  # type: ignore[index]


def test_on_the_desk_the_keyboard_is_enough(seen: Seen, base: str) -> None:
    tab = seen.open(f"{base}/grids/{GRID}")
    assert tab.evaluate("document.documentElement.scrollHeight") == 900
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "跳到正文"
    tab.locator(BUTTON).focus()
    tab.keyboard.press("Enter")
    seen.until("document.body.dataset.way === 'elderly_daycare'")
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.dataset.category") == "elderly_daycare"
    assert tab.locator("#way").is_hidden()
    seen.clean(base)


def test_the_place_is_drawn_where_it_lies(seen: Seen, base: str) -> None:
    tab = seen.open(f"{base}/grids/{GRID}")
    assert tab.locator(".cl.me").inner_text().split() == ["01", "本网格"]
    named = tab.locator(".cl.by").all_inner_texts()
    assert {"02", "03"} <= set(named)
    assert not {name for name in named if "瑞盛" in name}


def test_without_ground_the_words_stay(phone: Seen, base: str) -> None:
    phone.tab.route("**/map.json*", lambda route: route.abort())
    tab = phone.open(f"{base}/grids/{GRID}")
    assert "没取到地图，下面的内容没有变" in tab.locator("#notes").inner_text()
    assert tab.locator("button.go").count() > 5


def test_a_stranger_sees_no_buttons_of_the_house(phone: Seen, base: str) -> None:
    tab = phone.open(f"{base}/p/{GRID}")
    assert tab.locator("nav").count() == 0
    assert tab.locator("button.go").count() == 0
    assert not [url for url in phone.requests if "/api/" in url or "/grids" in url]


def test_the_sheet_is_one_upright_page_at_a_round_scale(seen: Seen, base: str) -> None:
    tab = seen.open(f"{base}/grids/{GRID}/sheet")
    assert re.fullmatch(r"1:[\d,]+", tab.locator("#ratio").inner_text())
    assert tab.evaluate("document.querySelectorAll('#map canvas').length") == 0  # vector on paper
    box = tab.locator(".qr").bounding_box()
    assert box
    assert abs(box["width"] / 96 * 25.4 - 22) < 0.5
    columns = "[...document.querySelectorAll('.two > *')].map(one => one.scrollWidth - one.clientWidth)"
    assert tab.evaluate(columns) == [0, 0]  # nothing is cut off at the side
    sheet = tab.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    seen.clean(base)
    ratio = int(tab.locator("#ratio").inner_text()[2:].replace(",", ""))
    border = json.loads(tab.locator("#map").get_attribute("data-view") or "")["bounds"]
    wide_m = tab.evaluate(f"L.CRS.EPSG4326.distance(L.latLng({border[0]}), L.latLng({border[0][0]}, {border[1][1]}))")
    spans = tab.evaluate(
        "[...document.querySelectorAll('.leaflet-sel-pane path')].map(p => p.getBoundingClientRect().width)"
    )
    drawn = max(spans) - 7  # the halo's own width
    assert drawn / 96 * 0.0254 * ratio == pytest.approx(wide_m, rel=0.03)


def test_my_position_leads_to_my_grid(phone: Seen, base: str) -> None:
    cells = phone.tab.request.get(f"{base}/grids/{GRID}/map.json").json()["cells"]["features"]
    mine = next(shapely.geometry.shape(c["geometry"]) for c in cells if c["properties"]["code"] == GRID)
    inside = mine.representative_point()
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"longitude": inside.x, "latitude": inside.y})
    tab = phone.open(f"{base}/grids")
    assert narrow(phone)
    tab.get_by_role("button", name="看我在哪个网格").tap()
    tab.wait_for_url(f"**/grids/{GRID}")
    phone.clean(base)


def test_without_a_position_there_is_a_sentence_and_the_search(phone: Seen, base: str) -> None:
    phone.tab.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    tab = phone.open(f"{base}/grids")
    assert tab.get_by_role("button", name="看我在哪个网格").count() == 0
    assert "输入小区名，或扫网格牌上的码" in tab.locator("#where").inner_text()
    tab.locator("#q").fill("瑞盛")
    tab.keyboard.press("Enter")
    tab.locator(f'a[href="/grids/{COMMUNITY}"]').first.tap()
    tab.wait_for_url(f"**/grids/{COMMUNITY}")
    phone.clean(base)
