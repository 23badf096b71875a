"""合并, 边界微调 and 划分片区 on the desk, from the form to the day they are in force, on the desk and on the phone."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser

from api.access import today
from api.settings import Settings
from tests.maps.browser import DESK, PHONE, Seen
from tests.maps.desk import FIRST, LONG, another, desk, movable, settings

__all__ = ["desk", "settings"]
pytestmark = pytest.mark.browser
OPEN = "!!window.W?.bench && document.body.dataset.ready >= '1'"
# a community with a neighbour for each walk; what one walk changes no other looks at
PLACES = {
    "desk": {"合并": "610199003001", "边界微调": "610199004001", "划分片区": "610199005001"},
    "phone": {"合并": "610199006001", "边界微调": "610199007001", "划分片区": "610199008001"},
}
SIZES = {"desk": DESK, "phone": PHONE}


@pytest.fixture(params=sorted(SIZES))
def screen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[str, Seen]]:
    """A tab on the desk, and one on the phone."""
    tab = Seen(browser, SIZES[request.param])
    yield request.param, tab
    tab.context.close()


def solve(seen: Seen, address: str, kind: str) -> list[str]:
    """Fill the form in and wait for the plan; returns who is asked for besides."""
    tab = seen.open(address, OPEN)
    tab.select_option("#kind", kind)
    others: list[str] = []
    if kind == "划分片区":
        assert tab.is_hidden("#others")
        tab.fill("#tolerance", "30")
    else:
        assert tab.is_hidden("#parts")
        box = tab.locator("#others input >> nth=0")
        others.append(box.get_attribute("value") or "")
        box.check()
    tab.click("#run")
    seen.until(f"{FIRST}?.kind === '{kind}'", LONG)
    seen.until("document.getElementById('running').hidden")
    return others


def in_force(seen: Seen, settings: Settings, day: str) -> None:
    """Through the course by the page; who approves is another account, in a browser of their own."""
    tab = seen.tab
    tab.click("#course")
    tab.fill("#days", "0")
    tab.click("#dlg >> text=开始征求意见")
    seen.until(f"{FIRST}.state === '征求意见'")
    tab.click("#dlg button:has-text('上报')")
    seen.until(f"{FIRST}.state === '上报'")
    assert seen.tab.evaluate("document.documentElement.scrollWidth") <= (tab.viewport_size or {})["width"]
    seen.context.set_extra_http_headers(another(settings))
    tab.fill("#document_no", "示政函〔2026〕21号")
    tab.fill("#effective", day)
    tab.click("#dlg button:has-text('批准')")
    seen.until(f"{FIRST}.state === '批准'")
    tab.click("#adopt")
    for box in tab.locator("#dlg textarea").all():
        box.fill("已列入今年的建设计划")
    if tab.locator("#recut").count():
        tab.check("#recut")
    tab.click("#dlg [type=submit]:has-text('采用')")
    seen.until(f"{FIRST}.state === '生效'", 30)


def listed(desk: str, code: str, level: str, day: str) -> dict[str, str]:
    """Code and name of what lies in a subdistrict on a day."""
    found = httpx2.get(f"{desk}/api/areas", params={"level": level, "area": code[:9], "as_of": day, "limit": 500})
    assert found.status_code == 200, found.text
    return {one["code"]: one["name"] for one in found.json()["items"]}


@pytest.mark.parametrize("kind", ["合并", "边界微调", "划分片区"])
def test_a_plan_of_every_kind_comes_into_force(
    desk: str, settings: Settings, screen: tuple[str, Seen], kind: str
) -> None:
    where, seen = screen
    code, day = PLACES[where][kind], today().isoformat()
    before = listed(desk, code, "community", day)
    others = solve(seen, f"{desk}/plans/{code}", kind)
    tab = seen.tab
    inside = "W.bench.sides[0].map.getBounds().contains(W.bench.sides[0].shapes.getBounds())"
    assert tab.evaluate(inside), "all the ground of the plan is in sight"
    if kind == "边界微调":
        atom, part = movable(seen)
        tab.locator(f"#unitlist [data-atom='{atom}']").click()
        tab.click(f"#pop [data-part='{part}']")
        seen.until(f"{FIRST}.step === 1")
        assert tab.evaluate(f"{FIRST}.moved_residents") > 0
        tab.click("#pop .x")
    in_force(seen, settings, day)
    after = listed(desk, code, "community", day)
    assert {one: name for one, name in before.items() if one not in others} == {
        one: name for one, name in after.items() if one not in others
    }
    assert (set(before) - set(after)) == (set(others) if kind == "合并" else set())
    parts = tab.evaluate(f"{FIRST}.parts.map(p => p.name)")
    if kind == "划分片区":
        assert sorted(listed(desk, code, "sub_area", day).values()) == sorted(parts)
    seen.clean(desk)
