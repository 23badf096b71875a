"""Whole walks on the real site: what is seen is taken away, a fault told reaches the community, an atlas is made."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, Page
from sqlalchemy import make_url

from api.main import create_app
from api.settings import Settings
from api.worker.beside import worker_beside
from data import accounts
from data.session import make_engine, transaction
from tests.conftest import Databases
from tests.maps.browser import DESK, PHONE, Seen
from tests.maps.live import COMMUNITY, live, store_quarters
from tests.papers.pdfs import inside

pytestmark = pytest.mark.browser
GRID, SUBDISTRICT, PASSWORD = f"{COMMUNITY}001", "610199002", "long enough to keep"
VIEW = "(m => [m.getZoom().toFixed(2), m.getCenter().lat.toFixed(4), m.getCenter().lng.toFixed(4)].join())(W.page.map)"

ENLARGE = """side => Object.assign(document.querySelector('.sign svg.qr').style,
  { position: 'fixed', left: 0, top: 0, width: side + 'px', height: side + 'px', zIndex: 9999, background: '#fff' })"""


@dataclass(frozen=True)
class Own:
    """A site of this module's own, which may be written to: its address with the door shut, its settings."""

    base: str
    settings: Settings


@pytest.fixture(scope="module")
def own(databases: Databases, sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    databases.make("wangge_walks", make_url(sample_url).database or "")
    url = databases.url("wangge_walks")
    engine = make_engine(url)
    store_quarters(engine)
    with transaction(engine) as connection:
        accounts.add(connection, "社", "社区", COMMUNITY, PASSWORD)
        accounts.add(connection, "规", "规划", "", PASSWORD)
    engine.dispose()
    settings = Settings(database_url=url, files=tmp_path_factory.mktemp("walks"), open=False, requests_per_s=0)
    with live(create_app(settings)) as base:
        yield Own(base, settings)


def signed_in(browser: Browser, own: Own, name: str) -> Seen:
    seen = Seen(browser, DESK)
    done = seen.context.request.post(
        f"{own.base}/login", form={"name": name, "password": PASSWORD}, headers={"Origin": own.base}
    )
    assert done.ok
    return seen


def taken(tab: Page, word: str, path: Path) -> Path:
    """The file that the menu 带走 hands out under a word."""
    tab.locator("#acts summary").click()
    with tab.expect_download() as found:
        tab.locator("#acts .menu-of").get_by_role("button", name=word, exact=True).click()
    found.value.save_as(path)
    return path


def test_a_link_brings_back_the_very_same_view(seen: Seen, base: str) -> None:
    tab = seen.open(f"{base}/maps/coverage/610199")
    tab.locator("#find").fill(COMMUNITY)
    tab.keyboard.press("Enter")
    seen.until(f"location.hash.includes('area={COMMUNITY}')")
    tab.locator("#category").select_option(label="幼儿园（300 米）")
    seen.until("location.hash.includes('kindergarten')")
    tab.get_by_role("button", name="0–14 岁").click()
    seen.until("location.hash.includes('group=children')")
    tab.locator(".map").focus()
    tab.keyboard.press("ArrowRight")
    seen.until("location.hash.includes('at=')")
    tab.wait_for_timeout(500)
    said, view = tab.locator("#panel").inner_text(), tab.evaluate(VIEW)
    other = Seen(seen.context.browser)  # somebody else's browser
    again = other.open(tab.url)
    assert again.locator("#panel").inner_text() == said
    assert again.evaluate(VIEW) == view
    assert again.locator("#title").inner_text() == tab.locator("#title").inner_text()
    other.clean(base)
    other.context.close()


def test_search_on_real_data_by_name_code_and_position(seen: Seen, base: str) -> None:
    tab = seen.open(f"{base}/maps/coverage/610199")
    box = tab.locator("#find")
    box.fill("瑞盛社区")
    tab.keyboard.press("Enter")
    seen.until(f"location.hash.includes('area={COMMUNITY}')")
    middle = tab.evaluate(f"(b => b.getCenter())(L.geoJSON(W.page.feature('{COMMUNITY}')).getBounds())")
    box.fill("610199007")
    tab.locator("#found li").first.click()
    seen.until("location.hash.includes('area=610199007')")
    box.fill(f"{middle['lng']:.5f} {middle['lat']:.5f}")
    tab.locator("#found li", has_text="天地图").click()
    seen.until(f"location.hash.includes('area={COMMUNITY}')")
    tab.get_by_role("button", name="看全区").click()
    seen.until("!location.hash.includes('area=')")
    box.fill(f"{middle['lng'] + 0.0047:.5f}, {middle['lat'] - 0.0015:.5f}")  # as a map in GCJ-02 would say it
    tab.locator("#found li", has_text="高德").click()
    seen.until(f"location.hash.includes('area={COMMUNITY}')")
    seen.clean(base)


def test_what_is_seen_is_taken_away_with_its_figures(seen: Seen, base: str, tmp_path: Path) -> None:
    tab = seen.open(f"{base}/maps/coverage/610199#category=market&circle_min=10")
    said = tab.locator("#say").inner_text()
    with Image.open(taken(tab, "图片 PNG", tmp_path / "seen.png")) as image:
        assert image.width >= 1500
        assert len(image.convert("RGB").resize((90, 60)).getcolors(6000) or []) > 100
    book = openpyxl.load_workbook(taken(tab, "Excel 这一项", tmp_path / "item.xlsx"))
    words = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "合成示例数据" in str(words)
    assert not [sheet.title for sheet in book if re.search("[a-z]", sheet.title)]
    assert not [head for sheet in book for head in next(sheet.iter_rows(values_only=True)) if re.search("[a-z]", head)]
    frame = gpd.read_file(taken(tab, "GeoPackage", tmp_path / "item.gpkg"), layer="compounds")
    assert len(frame) == tab.evaluate("W.page.data.compounds.length")
    out = frame.loc[frame["state"] == "out", "people"].sum()
    assert f"{out / 1e4:.1f}" in said.replace("\u00a0", " ")
    pdf = tab.pdf(prefer_css_page_size=True)
    assert b"/MediaBox" in pdf
    assert pdf.count(b"/Type /Page\n") >= 2
    seen.clean(base)


def test_the_code_on_the_sheet_leads_to_the_notice(seen: Seen, base: str) -> None:
    tab = seen.open(f"{base}/grids/{GRID}/sheet")
    svg = tab.locator(".sign svg.qr")
    size = int((svg.get_attribute("viewBox") or "").split()[2])
    tab.evaluate(ENLARGE, size * 8)
    picture = Image.open(io.BytesIO(svg.screenshot())).convert("L")
    drawn = [
        [
            picture.getpixel((int((x + 0.5) * picture.width / size), int((y + 0.5) * picture.height / size))) < 128
            for x in range(size)
        ]
        for y in range(size)
    ]
    wanted = segno.make(f"{base}/p/{GRID}", error="m", micro=False)
    assert drawn == [[bool(one) for one in row] for row in wanted.matrix_iter(border=2)]
    notice = seen.open(f"{base}/p/{GRID}")
    assert "第" in notice.locator("h1").inner_text()
    assert not re.search(r"\d 户|\d 人", notice.locator(".cards").inner_text())
    seen.clean(base)


def test_a_fault_told_on_the_phone_reaches_the_community(browser: Browser, own: Own) -> None:
    phone = Seen(browser, PHONE)
    tab = phone.open(f"{own.base}/p/{GRID}")
    tab.get_by_label("一句话，可不填").fill("文昌街菜市场已关门")
    tab.get_by_role("button", name="关门", exact=True).tap()
    phone.until("document.querySelector('#wrongsaid').textContent.startsWith('已告诉社区')")
    phone.clean(own.base)
    phone.context.close()
    desk = signed_in(browser, own, "社")
    tab = desk.open(f"{own.base}/data", "document.querySelectorAll('#wronglist li').length === 1")
    assert "文昌街菜市场已关门" in tab.locator("#wronglist").inner_text()
    tab.locator("#wronglist").get_by_role("button", name="采纳", exact=False).first.focus()
    tab.keyboard.press("Enter")
    desk.until("document.querySelectorAll('#wronglist li').length === 0")
    tab.get_by_role("button", name="看处理过的").click()
    desk.until("document.querySelectorAll('#wronglist [data-state=accepted]').length === 1")
    desk.clean(own.base)
    desk.context.close()


def test_an_atlas_is_ordered_cancelled_and_ordered_again(browser: Browser, own: Own, tmp_path: Path) -> None:
    seen = signed_in(browser, own, "规")
    tab = seen.open(f"{own.base}/atlas?area=610199")
    tab.get_by_role("button", name="做图册").click()
    seen.until("document.body.dataset.job === 'queued'")
    assert "前面的做完就开始" in tab.locator("#said").inner_text()
    tab.get_by_role("button", name="取消").click()
    seen.until("document.body.dataset.job === 'cancelled'")
    assert not tab.locator("#cancel").is_visible()
    with worker_beside(own.settings):
        tab.locator("#code").select_option(SUBDISTRICT)
        tab.get_by_role("button", name="做图册").click()
        seen.until("Number(document.querySelector('#bar').getAttribute('aria-valuenow')) > 0", seconds=60)
        seen.until("document.body.dataset.job === 'done'", seconds=60)
        with tab.expect_download() as found:
            tab.locator("#said a").click()
        found.value.save_as(tmp_path / "atlas.pdf")
    read = inside((tmp_path / "atlas.pdf").read_bytes())
    assert read.pages == 8 + 3  # cover, contents, wall map, and a page for each community of the subdistrict
    assert any("瑞盛社区" in words for words in read.words)
    seen.clean(own.base)
    seen.context.close()
