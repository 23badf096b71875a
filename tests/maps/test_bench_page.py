"""社区调整工作台 in Chromium on the real site, with the real worker: from candidates to papers, by mouse and by key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import make_url

from api import tokens
from api.access import now, today
from api.main import create_app
from api.settings import Settings
from api.worker.beside import worker_beside
from data import sessions
from data.session import make_engine, transaction
from tests.conftest import SERIAL, Databases
from tests.maps.browser import Seen
from tests.maps.live import COMMUNITY, live

pytestmark = pytest.mark.browser
LONG = 90
FIRST = "W.bench.sides[0].plan"


@pytest.fixture(scope="module")
def settings(databases: Databases, sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A site of its own on a copy of the sample district, to be written to."""
    name = f"wangge_bench_{next(SERIAL)}"
    databases.make(name, make_url(sample_url).database or "")
    return Settings(
        database_url=databases.url(name), files=tmp_path_factory.mktemp("bench"), open=True, requests_per_s=0
    )


@pytest.fixture(scope="module")
def desk(settings: Settings) -> Iterator[str]:
    """Where it is served, with a worker beside."""
    with worker_beside(settings), live(create_app(settings)) as address:
        yield address


@pytest.fixture(scope="module")
def plans(desk: str) -> list[int]:
    """Numbers of the plans of one community, the best first."""
    asked = {"community": COMMUNITY, "parts": 3, "tolerance": 0.15}
    made = httpx2.post(f"{desk}/api/plans", json=asked, timeout=LONG)
    assert made.status_code == 201, made.text
    return [one["id"] for one in made.json()["plans"]]


def movable(seen: Seen) -> tuple[int, int]:
    """A unit and a part next to it that it can go to, with both parts in one piece afterwards."""
    found = seen.tab.evaluate(
        """() => { const side = W.bench.sides[0], plan = side.plan;
        for (const [atom, unit] of side.units.entries()) for (const part of plan.parts) {
          if (part.no === plan.assignment[atom] || !unit.households) continue;
          const said = W.parts.tried(side, atom, part.no);
          if (!said.torn && !said.apart && said.worst < plan.settings.tolerance) return [atom, part.no];
        } }"""
    )
    assert found, "there is a unit that may move"
    return found[0], found[1]


def click_unit(seen: Seen, atom: int) -> None:
    """Click the middle of a unit on the left map."""
    spot = seen.tab.evaluate(
        """atom => { const side = W.bench.sides[0], [x, y] = side.middles[atom];
        const p = side.map.latLngToContainerPoint([y, x]), box = side.map.getContainer().getBoundingClientRect();
        return [p.x + box.x, p.y + box.y]; }""",
        atom,
    )
    seen.tab.mouse.click(*spot)


def version(seen: Seen) -> int:
    return int(seen.tab.evaluate(f"{FIRST}.version"))


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
    tab.click("#run")
    seen.until("!document.getElementById('running').hidden")
    seen.until(f"!!{FIRST}", LONG)
    assert tab.evaluate(f"{FIRST}.settings.tolerance") == 0.2
    assert tab.locator("#parts0 > div").count() == 2
    assert tab.inner_text("#proof0") in ("已证明最短", "未证完")
    assert tab.locator("#cmp tbody tr").count() >= 8
    assert "提出调整方案" in httpx2.get(f"{desk}/api/jobs").text
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
    centres = tab.evaluate("W.bench.sides.map(s => s.map.getCenter().lat.toFixed(6))")
    assert centres[0] == centres[1]
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
    seen.clean(desk)


def another(settings: Settings) -> dict[str, str]:
    """Headers of a second planner."""
    issued = tokens.issue(settings, "规划", "", now())
    engine = make_engine(settings.database_url or "")
    with transaction(engine) as connection:
        sessions.add_token(connection, issued.number, "审核", "规划", "", issued.expires_at)
    engine.dispose()
    return {"Authorization": f"Bearer {issued.text}"}


def test_on_the_phone_a_plan_is_read_and_moved_from_the_list(desk: str, plans: list[int], phone: Seen) -> None:
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
    tab.goto(f"{desk}/plans")
    phone.until("!!document.body.dataset.ready")
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    phone.clean(desk)


def test_a_wrong_community_is_not_found(desk: str) -> None:
    assert httpx2.get(f"{desk}/plans/610199999999").status_code == 404
    assert httpx2.get(f"{desk}/plans/610199").status_code == 422
