"""Still ground in Chromium: it lies where its positions say, whatever the zoom, and goes when taken off."""

from __future__ import annotations

import pytest

from tests.maps.browser import Seen
from tests.maps.server import Canned

pytestmark = pytest.mark.browser
FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
INK = """void (() => { const m = W.page.map, c = m.getCenter(), d = .002;
  window.__at = [[c.lat, c.lng], [c.lat + d, c.lng + d], [c.lat - d, c.lng + d / 2]];
  window.__ink = [
    W.ink([[[c.lat - d, c.lng - d], [c.lat + d, c.lng + d]], [[c.lat, c.lng], [c.lat - d, c.lng + d / 2]]],
      { level: 'border', color: '#ff0000', weight: 5 }),
    W.ink([[[c.lat - 2 * d, c.lng - 3 * d], [c.lat - 2 * d, c.lng - 2 * d], [c.lat - d, c.lng - 2 * d],
      [c.lat - d, c.lng - 3 * d], [c.lat - 2 * d, c.lng - 3 * d]]].map(ring => [ring]),
      zoom => ({ level: 'border', fillColor: zoom < 15.5 ? '#0000ff' : '#00ff00' }))].map(one => one.addTo(m));
})()"""
COLOURS = """(() => { const m = W.page.map, box = m.ground._container, c = box.getContext('2d'), d = .002;
  const k = L.Browser.retina ? 2 : 1;
  const [lat, lng] = window.__at[0], inside = [lat - 1.5 * d, lng - 2.5 * d], off = [lat + d, lng - d / 2];
  return [...window.__at, inside, off].map(at => {
    const p = m.latLngToLayerPoint(at).subtract(L.DomUtil.getPosition(box)).multiplyBy(k).round();
    return [...c.getImageData(p.x, p.y, 1, 1).data].slice(0, 3).join();
  }); })()"""
RED, BLUE, GREEN = "255,0,0", "0,0,255", "0,255,0"


@pytest.mark.parametrize(
    "move",
    [
        "m.setZoom(14.3, { animate: false })",
        "m.setZoom(15.2, { animate: false })",
        "m.setZoom(17, { animate: false })",
        "m.panBy([83, -61], { animate: false })",
        "m.setView([m.getCenter().lat + .003, m.getCenter().lng - .002], 15, { animate: false })",
        "m.getContainer().style.width = '700px', m.invalidateSize({ animate: false })",
    ],
)
def test_lines_and_areas_lie_where_they_are(seen: Seen, site: Canned, move: str) -> None:
    tab = seen.open(site.base)
    tab.evaluate("void W.page.map.setZoom(15, { animate: false })")
    tab.evaluate(INK)
    tab.evaluate(FRAME)
    before = tab.evaluate(COLOURS)
    assert before[:4] == [RED, RED, RED, BLUE]
    assert before[4] not in (RED, BLUE)
    tab.evaluate(f"void (m => {{ {move}; }})(W.page.map)")
    tab.evaluate(FRAME)
    after = tab.evaluate(COLOURS)
    near = tab.evaluate("W.page.map.getZoom()") >= 15.5
    seen_now = tab.evaluate("window.__at.map(at => W.page.map.getBounds().contains(at))")
    assert [one for one, there in zip(after[:3], seen_now, strict=True) if there] == [RED] * sum(seen_now)
    if not near:
        assert after[3] == BLUE
    tab.evaluate("window.__ink.forEach(one => one.remove())")
    tab.evaluate(FRAME)
    assert RED not in tab.evaluate(COLOURS)


def test_a_look_may_change_with_the_zoom(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    tab.evaluate("void W.page.map.setZoom(15, { animate: false })")
    tab.evaluate(INK)
    at = "(([lat, lng]) => [lat - .003, lng - .005])(window.__at[0])"
    tab.evaluate(f"void W.page.map.setView({at}, 16, {{ animate: false }})")
    tab.evaluate(FRAME)
    assert tab.evaluate(COLOURS)[3] == GREEN
