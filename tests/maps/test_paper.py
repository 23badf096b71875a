"""Every page on paper: nothing to click is printed, the map keeps its frame, who made it and 内部使用 are there."""

from __future__ import annotations

import re

import pytest

from tests.maps.browser import Seen
from tests.maps.live import COMMUNITY

pytestmark = pytest.mark.browser
GRID = f"{COMMUNITY}001"
UPRIGHT, LYING = (210, 297), (297, 210)
PAGES = {
    "/": UPRIGHT,
    "/old-young?area=610199": UPRIGHT,
    "/maps/coverage/610199": LYING,
    "/grids?q=瑞盛": UPRIGHT,
    f"/grids/{GRID}": UPRIGHT,
    f"/grids/{GRID}/sheet": UPRIGHT,
    f"/p/{GRID}": UPRIGHT,
    "/data": LYING,
    "/data/grids": LYING,
    "/sizes": LYING,
    "/plans": UPRIGHT,
    f"/plans/{COMMUNITY}": LYING,
    "/atlas": UPRIGHT,
}
# what is still seen although it can only be clicked
CONTROLS = """() => [...document.querySelectorAll('button,input,select,textarea,nav')]
  .filter(e => e.checkVisibility() && !e.matches('.link,.go,.ph .sel') && !e.closest('.leaflet-control-container'))
  .map(e => e.id || e.className || e.tagName)"""
FLAT = """() => [...document.querySelectorAll('.map')].map(e => e.getBoundingClientRect())
  .filter(box => box.width && box.height < 200)"""
BOX = re.compile(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]")


@pytest.mark.parametrize("path", PAGES)
def test_a_printed_page_has_no_controls_and_the_right_paper(seen: Seen, base: str, path: str) -> None:
    tab = seen.open(base + path)
    tab.wait_for_load_state("networkidle")
    pdf = tab.pdf(prefer_css_page_size=True)
    sizes = {tuple(round(float(side) / 72 * 25.4) for side in found) for found in BOX.findall(pdf)}
    assert sizes == {PAGES[path]}
    tab.emulate_media(media="print")
    tab.evaluate("void window.dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate(CONTROLS) == []
    assert tab.evaluate(FLAT) == []
    text = tab.locator("body").inner_text()
    assert ("内部使用" in text) is not path.startswith("/p/")
    assert "合成示例数据" in text
    seen.clean(base)
