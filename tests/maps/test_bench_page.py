"""社区调整工作台 in Chromium on the real site, with the real worker: from candidates to papers, by mouse and by key."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Route

from api.access import today
from api.settings import Settings
from tests.maps.browser import Seen
from tests.maps.desk import FIRST, LONG, another, desk, movable, settings, version
from tests.maps.live import COMMUNITY

__all__ = ["desk", "settings"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def plans(desk: str) -> list[int]:
    """Numbers of the plans of one community, the best first."""
    asked = {"community": COMMUNITY, "parts": 3, "tolerance": 0.15}
    made = httpx2.post(f"{desk}/api/plans", json=asked, timeout=LONG)
    assert made.status_code == 201, made.text
    return [one["id"] for one in made.json()["plans"]]


def click_unit(seen: Seen, atom: int) -> None:
    """Click the middle of a unit on the left map."""
    spot = seen.tab.evaluate(
        """atom => { const side = W.bench.sides[0], [x, y] = side.middles[atom];
        const p = side.map.latLngToContainerPoint([y, x]), box = side.map.getContainer().getBoundingClientRect();
        return [p.x + box.x, p.y + box.y]; }""",
        atom,
    )
    seen.tab.mouse.click(*spot)


def test_from_the_candidates_to_two_plans(desk: str, seen: Seen) -> None:
    tab = seen.open(f"{desk}/plans")
    assert "个社区超过 3,000 户" in tab.inner_text("h1")
    assert tab.locator(".cand li").count() > 20
    tab.click(".cand a >> nth=0")
    seen.until("!!window.W && !!W.bench && document.body.dataset.ready >= '1'")
    assert "还没有方案" in tab.inner_text("#nothing0")
    tab.goto(f"{desk}/plans/610199002004")
    seen.until("!!window.W && !!W.bench && document.body.dataset.ready >= '1'")
    tab.fill("#parts", "2")
    tab.fill("#tolerance", "20")
    tab.click(".musts summary")
    assert "7 条必须" in tab.inner_text("#rulecount")
    tab.uncheck("[name=hard][value=centres]")
    road = tab.get_attribute("[name=never] >> nth=0", "value")
    tab.check(f"[name=never][value='{road}']")
    assert "6 条必须，不跨 1 条" in tab.inner_text("#rulecount")
    tab.uncheck("[name=hard][value=barriers]")
    tab.click("#run")
    seen.until("!document.getElementById('running').hidden")
    seen.until(f"!!{FIRST}", LONG)
    assert tab.evaluate(f"{FIRST}.settings.tolerance") == 0.2
    assert tab.evaluate(f"{FIRST}.settings.never_across") == [road]
    assert tab.evaluate(f"{FIRST}.settings.hard") == ["contiguous", "core", "households", "parts", "together"]
    assert f"：{road}" in tab.inner_text("#rules li:has-text('不跨指定的边界')")
    assert tab.locator("#parts0 > div").count() == 2
    assert tab.inner_text("#proof0") in ("已证明最短", "未证完")
    assert tab.locator("#cmp tbody tr").count() >= 8
    assert "提出调整方案" in httpx2.get(f"{desk}/api/jobs").text
    seen.clean(desk)


def test_all_candidates_are_asked_for_and_let_go_and_any_community_has_a_desk(desk: str, seen: Seen) -> None:
    tab = seen.open(f"{desk}/plans")
    tab.click("#all")
    seen.until("!document.getElementById('allstop').hidden")
    assert tab.is_disabled("#all")
    with tab.expect_navigation(timeout=LONG * 1000):
        tab.click("#allstop")
    seen.until("!!document.body.dataset.ready")
    assert tab.is_enabled("#all")
    jobs = httpx2.get(f"{desk}/api/jobs").json()["items"]
    assert next(one["state"] for one in jobs if one["kind"] == "split_all") == "cancelled"
    tab.select_option("#place", COMMUNITY)
    tab.click("#goto button")
    seen.until(f"location.pathname === '/plans/{COMMUNITY}' && !!window.W?.bench")
    seen.clean(desk)


def test_units_move_by_mouse_and_by_key(desk: str, plans: list[int], seen: Seen) -> None:
    tab = seen.open(f"{desk}/plans/{COMMUNITY}#a={plans[0]}&b={plans[1]}")
    atom, part = movable(seen)
    before = tab.evaluate(f"{FIRST}.parts.map(p => p.households)")
    click_unit(seen, atom)
    assert tab.inner_text("#pop h3").split("\n")[1] == tab.evaluate(f"W.bench.sides[0].units[{atom}].name")
    promised = tab.evaluate(f"W.parts.tried(W.bench.sides[0], {atom}, {part}).sum")
    tab.hover(f"#pop [data-part='{part}']")
    assert "连成一片" in tab.inner_text("#pop .verdict")
    tab.click(f"#pop [data-part='{part}']")
    seen.until(f"{FIRST}.step === 1")
    assert tab.evaluate(f"{FIRST}.parts.map(p => p.households)") == promised != before
    seen.until("document.getElementById('hint').textContent.startsWith('分界')")
    # only what changed bears what it was, on the side that was changed
    assert tab.locator("#parts0 b.changed").count() == 2
    assert tab.locator("#parts1 .changed").count() == 0
    assert f"原 {before[part]:,} 户" in tab.inner_text("#parts0")
    length = tab.locator("#cmp tr:has-text('新分界总长') td >> nth=0")
    assert "→" in length.inner_text()
    assert tab.locator("#cmp tr:has-text('片内跨过的阻隔') ins").count() == 0
    tab.keyboard.press("z")
    seen.until(f"{FIRST}.step === 0")
    assert tab.evaluate(f"{FIRST}.parts.map(p => p.households)") == before
    tab.click("#redo")
    seen.until(f"{FIRST}.step === 1")
    tab.click("#undo")
    seen.until(f"{FIRST}.step === 0")
    tab.keyboard.press("Escape")
    assert tab.is_hidden("#pop")
    tab.focus("#unitlist")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    assert tab.locator("#unitlist [aria-selected=true]").count() == 1
    chosen = tab.get_attribute("#unitlist [aria-selected=true]", "data-atom")
    tab.focus("#map0")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        tab.keyboard.press(key)
    assert tab.get_attribute("#unitlist [aria-selected=true]", "data-atom") != chosen or not tab.is_hidden("#pop")
    tab.keyboard.press("Escape")
    click_unit(seen, atom)
    letter = tab.evaluate(f"W.bench.sides[0].letters.of[{part}] + 1")
    tab.keyboard.press(str(letter))
    seen.until(f"{FIRST}.step === 1 && {FIRST}.assignment[{atom}] === {part}")
    tab.click("#lockone")
    seen.until(f"{FIRST}.locked_atoms.includes({atom})")
    tab.click("#diff")
    seen.until("document.getElementById('diff').getAttribute('aria-pressed') === 'true'")
    assert "归属不同" in tab.inner_text("#hint")
    assert tab.evaluate("W.bench.sides.map(s => s.apart.getLayers().length > 0)") == [True, True]
    centres = tab.evaluate("W.bench.sides.map(s => s.map.getCenter().lat.toFixed(6))")
    assert centres[0] == centres[1]
    seen.clean(desk)


def test_the_best_so_far_is_looked_at_and_stays_when_the_search_is_let_go(
    desk: str, plans: list[int], seen: Seen
) -> None:
    tab = seen.open(f"{desk}/plans/{COMMUNITY}#a={plans[0]}&b={plans[1]}")
    job = {
        "state": "running",
        "progress": 0.5,
        "words": "已有 1 个方案，接着算",
        "result": {"plans": [{"id": plans[-1]}]},
    }

    def answer(route: Route) -> None:
        if route.request.url.endswith("/cancel"):
            job.update(state="cancelled")
        route.fulfill(json={"id": 1, "cancel_asked": False, "error": None} | job)

    tab.route(re.compile(r"/api/jobs(/1(/cancel)?)?$"), answer)
    tab.click("#run")
    seen.until("!document.getElementById('sofar').hidden")
    assert tab.inner_text("#runsaid") == "已有 1 个方案，接着算"
    tab.click("#sofar")
    seen.until(f"{FIRST}.id === {plans[-1]}")
    tab.click("#stop")
    seen.until("document.getElementById('running').hidden")
    assert "留下的是到那时最好的方案" in tab.inner_text("#notes")
    assert tab.evaluate(f"{FIRST}.id") == plans[-1]
    seen.clean(desk)


def test_what_is_compared_is_printed_and_the_screen_comes_back(
    desk: str, plans: list[int], seen: Seen, tmp_path: Path
) -> None:
    tab = seen.open(f"{desk}/plans/{COMMUNITY}#a={plans[0]}&b={plans[1]}")
    assert tab.is_enabled("#print")
    ground = tab.evaluate("W.bench.sides.map(s => [s.map.getZoom(), s.map.getSize().x])")
    tab.pdf(path=tmp_path / "compared.pdf", prefer_css_page_size=True, print_background=True)
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "compared.pdf").read_bytes())
    assert len(pages) == 2, "the maps, and the table whole"
    assert today().isoformat() in (tab.text_content("#papersaid") or "")
    seen.until("!document.body.classList.contains('paper')")
    assert tab.evaluate("W.bench.sides.map(s => [s.map.getZoom(), s.map.getSize().x])") == ground
    seen.clean(desk)


def test_what_is_torn_is_repaired_and_what_is_locked_stays(desk: str, plans: list[int], seen: Seen) -> None:
    made = httpx2.post(f"{desk}/api/plans/{plans[0]}/copy", json={"name": "断开再修"}).json()
    tab = seen.open(f"{desk}/plans/{COMMUNITY}#a={made['id']}&b={plans[1]}")
    assert tab.is_disabled("#repair")
    atom, part = tab.evaluate(
        """() => { const side = W.bench.sides[0], plan = side.plan;
        for (const [atom, unit] of side.units.entries()) for (const part of plan.parts) {
          const apart = part.no !== plan.assignment[atom] && W.parts.tried(side, atom, part.no).apart;
          if (apart && !unit.centre) return [atom, part.no];
        } }"""
    )
    tab.locator(f"#unitlist [data-atom='{atom}']").click()
    tab.hover(f"#pop [data-part='{part}']")
    assert "不相邻" in tab.inner_text("#pop .verdict")
    tab.click(f"#pop [data-part='{part}']")
    seen.until(f"{FIRST}.broken.some(b => b.rule === 'contiguous')")
    assert "没守住" in tab.inner_text("#rules li:has-text('连成一片')")
    seen.until("!document.getElementById('repair').disabled")
    tab.click("#repair")
    seen.until(f"!{FIRST}.broken.some(b => b.rule === 'contiguous')")
    tab.click("#pop .x")
    tab.click("#parts0 button >> nth=0")
    seen.until("document.querySelector('#parts0 button').getAttribute('aria-pressed') === 'true'")
    held = tab.evaluate(f"{FIRST}.assignment.indexOf({FIRST}.locked_parts[0])")
    tab.locator(f"#unitlist [data-atom='{held}']").click()
    assert tab.is_disabled("#pop .mv button >> nth=0")
    assert "先解锁再移" in tab.inner_text("#pop")
    seen.clean(desk)


def test_two_people_change_one_plan(desk: str, plans: list[int], seen: Seen) -> None:
    tab = seen.open(f"{desk}/plans/{COMMUNITY}#a={plans[1]}")
    atom, part = movable(seen)
    other = httpx2.post(f"{desk}/api/plans/{plans[1]}/rename", json={"version": version(seen), "name": "别人改的名"})
    assert other.status_code == 200
    click_unit(seen, atom)
    tab.click(f"#pop [data-part='{part}']")
    seen.until("document.getElementById('notes').textContent.includes('别人先改了')")
    assert tab.evaluate(f"{FIRST}.step") == 0
    tab.click("#reload")
    seen.until(f"{FIRST}.name === '别人改的名'")
    assert tab.is_visible("#pop"), "what was chosen is still chosen"
    tab.click(f"#pop [data-part='{part}']")
    seen.until(f"{FIRST}.step === 1")
    # the browser itself notes every answer that is a refusal
    assert all("409" in said for said in seen.errors)
    assert seen.outside(desk) == []


def test_remarks_names_copies_and_papers(desk: str, plans: list[int], seen: Seen) -> None:
    tab = seen.open(f"{desk}/plans/{COMMUNITY}#a={plans[-1]}")
    tab.click("#course")
    tab.fill("#text", "居民代表要求沿明德路分界")
    tab.click("#dlg >> text=记下")
    seen.until("document.getElementById('comments').textContent.includes('沿明德路分界')")
    for link in tab.locator(".papers a:not([href$=pdf])").all():
        paper = httpx2.get(desk + (link.get_attribute("href") or ""), timeout=LONG)
        assert paper.status_code == 200, paper.text
        assert len(paper.content) > 2000
    tab.click("#dlg header button")
    tab.click("#rename")
    tab.fill("#name", "沿路方案")
    tab.click("#dlg >> text=保存")
    seen.until(f"{FIRST}.name === '沿路方案'")
    tab.click("#saveas")
    tab.fill("#dlg #name", "沿路方案二")
    tab.click("#dlg [type=submit] >> nth=-1")
    seen.until(f"{FIRST}.name === '沿路方案二'")
    assert "沿路方案二" in tab.inner_text("#pick0")
    seen.clean(desk)


def test_a_plan_goes_its_course_and_is_adopted(desk: str, settings: Settings, seen: Seen) -> None:
    asked = {"community": "610199002005", "parts": 2, "tolerance": 0.3}
    made = httpx2.post(f"{desk}/api/plans", json=asked, timeout=LONG)
    assert made.status_code == 201, made.text
    number = made.json()["plans"][0]["id"]
    tab = seen.open(f"{desk}/plans/610199002005#a={number}")
    tab.click("#course")
    tab.fill("#days", "0")
    tab.click("#dlg >> text=开始征求意见")
    seen.until(f"{FIRST}.state === '征求意见'")
    tab.click("#dlg button:has-text('上报')")
    seen.until(f"{FIRST}.state === '上报'")
    effective = (today() + timedelta(days=40)).isoformat()
    said = {"version": version(seen), "to": "批准", "document_no": "示政函〔2026〕8号", "effective": effective}
    refused = httpx2.post(f"{desk}/api/plans/{number}/state", json=said)
    assert refused.status_code == 403, "who files it does not approve it"
    approved = httpx2.post(f"{desk}/api/plans/{number}/state", json=said, headers=another(settings))
    assert approved.status_code == 200, approved.text
    tab.reload()
    seen.until(f"!!window.W?.bench?.sides[0].plan && {FIRST}.state === '批准'")
    assert tab.inner_text("#steps [aria-current]").endswith("批准")
    assert tab.is_disabled("#undo")
    tab.click("#course")
    tab.click("#adopt")
    assert tab.input_value("#document_no") == "示政函〔2026〕8号"
    assert tab.input_value("#effective") == effective
    for box in tab.locator("#dlg textarea").all():
        box.fill("已列入明年的建设计划")
    tab.click("#dlg [type=submit]:has-text('采用')")
    seen.until(f"{FIRST}.state === '生效'", 30)
    seen.until("!!document.getElementById('comments')")
    seen.until(f"document.getElementById('dlg').innerText.includes('{effective}')")
    later = httpx2.get(f"{desk}/api/areas?level=community&area=610199002&as_of={effective}").json()["items"]
    before = httpx2.get(f"{desk}/api/areas?level=community&area=610199002").json()["items"]
    assert len(later) == len(before) + 1
    revoke(seen, "示政函〔2026〕9号", effective)
    undone = httpx2.get(f"{desk}/api/areas?level=community&area=610199002&as_of={effective}").json()["items"]
    assert {one["code"] for one in undone} == {one["code"] for one in before}
    seen.clean(desk)


def revoke(seen: Seen, document: str, day: str) -> None:
    """Take an adoption back: it is asked once more, and can still be left alone."""
    tab = seen.tab
    for answer in ("返回，不撤销", "确认撤销"):
        tab.fill("#effective", day)
        tab.fill("#document_no", document)
        tab.click("#dlg >> text=撤销这次调整…")
        assert document in tab.inner_text("#dlg")
        assert "恢复调整前的边界" in tab.inner_text("#dlg")
        assert tab.evaluate(f"{FIRST}.state") == "生效"
        tab.click(f"#dlg >> text={answer}")
    seen.until(f"{FIRST}.state === '撤销'", 30)


def test_on_the_phone_a_plan_is_read_and_moved_from_the_list(
    desk: str, plans: list[int], phone: Seen, tmp_path: Path
) -> None:
    tab = phone.open(f"{desk}/plans/{COMMUNITY}#a={plans[0]}&b={plans[1]}")
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    tab.tap("[data-go='1']")
    assert tab.is_visible("#map1")
    assert tab.is_hidden("#map0")
    tab.tap("[data-go='0']")
    tab.locator("#unitlist li").nth(5).tap()
    assert tab.is_visible("#pop")
    small = tab.evaluate(
        """[...document.querySelectorAll('#pop .mv .btn, #bar .btn')]
        .filter(b => b.offsetHeight && b.offsetHeight < 44).map(b => b.id)"""
    )
    assert small == []
    # the map that is not shown has nothing to print
    tab.pdf(path=tmp_path / "phone.pdf", prefer_css_page_size=True)
    phone.until("!document.body.classList.contains('paper')")
    tab.goto(f"{desk}/plans")
    phone.until("!!document.body.dataset.ready")
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    phone.clean(desk)


def test_a_wrong_community_is_not_found(desk: str) -> None:
    assert httpx2.get(f"{desk}/plans/610199999999").status_code == 404
    assert httpx2.get(f"{desk}/plans/610199").status_code == 422
