"""数据管理 in Chromium: a file is handed in, mended and accepted on the real site, with nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from api.main import create_app
from api.settings import Settings
from data import batches, storing
from data.session import make_engine, transaction
from data.viewers import PLANNER
from gis.crs import to_storage
from maps.manage import ManageView, Past, manage_page
from tests.conftest import MIGRATED, SERIAL, Databases
from tests.gis.borders_cases import cells, frame, square
from tests.maps.browser import Seen
from tests.maps.live import live
from tests.maps.world import EVIL

pytestmark = pytest.mark.browser
SIDE, DAY = 3, date(2025, 1, 1)


def communities() -> gpd.GeoDataFrame:
    rows = frame(cells(SIDE, 1))
    return rows.assign(name=[EVIL, *rows["name"][1:]])


@pytest.fixture
def base(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A site with a district, a subdistrict and nine communities, one of them with a hostile name."""
    name = f"wangge_manage_{next(SERIAL)}"
    databases.make(name, MIGRATED)
    engine = make_engine(databases.url(name))
    parent = square(SIDE).parents.assign(parent_code="610104")
    district = parent.assign(code="610104", name="莲湖区", level="district", parent_code="6101")
    rows = pd.concat([district, parent, communities()], ignore_index=True)
    with transaction(engine, PLANNER) as connection:
        batch = batches.open_batch(connection, batches.Source("areas", "区划", "x", DAY), {"findings": []})
        storing.store_areas(connection, to_storage(gpd.GeoDataFrame(rows)), storing.Origin(batch, DAY, False))
    engine.dispose()
    made = Settings(
        database_url=databases.url(name), files=tmp_path / "files", open=True, requests_per_s=0, upload_mb=1
    )
    with live(create_app(made)) as address:
        yield address


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Nine communities, the middle one three metres too large."""
    rows = communities()
    shapes = list(rows.geometry)
    shapes[4] = shapely.buffer(shapes[4], 3, join_style="mitre")
    path = tmp_path / "社区边界.geojson"
    to_storage(rows.set_geometry(gpd.GeoSeries(shapes, crs=rows.crs)))[["code", "name", "geometry"]].to_file(path)
    return path


def hand_in(seen: Seen, base: str, file: Path) -> None:
    tab = seen.open(f"{base}/data")
    tab.locator("#file").set_input_files(file)
    assert tab.locator("#picked").inner_text() == "社区边界.geojson"
    tab.locator("#date").fill(DAY.isoformat())
    with tab.expect_navigation(url="**/data?import=*", timeout=40_000):
        tab.get_by_role("button", name="先看结果").click()
    seen.until("document.body && !!document.body.dataset.ready", 40)


def test_a_file_is_shown_mended_and_accepted(seen: Seen, base: str, file: Path) -> None:
    hand_in(seen, base, file)
    tab = seen.tab
    assert tab.locator("#say").inner_text() == "还不能收：8 处要先改"
    assert tab.get_by_role("button", name="接受").is_disabled()
    assert tab.locator(".found li").count() == 8
    assert "重叠" in tab.locator(".found li").first.inner_text()
    tab.locator(".found .link").first.click()
    assert tab.locator(".found li.on").count() == 1
    tab.get_by_role("checkbox", name="重叠的地方给代码小的").check()
    seen.until(
        "!document.body.classList.contains('wait') && document.querySelector('#say').textContent.startsWith('可以收')",
        40,
    )
    assert tab.get_by_role("checkbox", name="重叠的地方给代码小的").is_checked()
    assert "改了" in tab.locator("#mend").inner_text()
    with tab.expect_navigation(timeout=40_000):
        tab.get_by_role("button", name="接受").click()
    seen.until("document.querySelector('#say')?.textContent.startsWith('已接受')", 40)
    assert tab.get_by_role("button", name="接受").count() == 0
    seen.until("!!document.body.dataset.ready", 40)
    assert tab.locator("#notes").inner_text() == ""
    assert "已接受" in tab.locator(".past li.on").inner_text()
    assert tab.evaluate("window.__xss") is None
    seen.clean(base)


def test_dropping_it_says_that_nothing_changed(seen: Seen, base: str, file: Path) -> None:
    hand_in(seen, base, file)
    with seen.tab.expect_navigation(timeout=40_000):
        seen.tab.get_by_role("button", name="放弃").click()
    seen.until("document.querySelector('#say')?.textContent.startsWith('已放弃')", 40)
    seen.until("!!document.body.dataset.ready", 40)
    assert "现有数据没有变" in seen.tab.locator("#say").inner_text()
    seen.clean(base)


def test_what_cannot_be_read_and_what_is_too_large_is_said_in_place(seen: Seen, base: str, tmp_path: Path) -> None:
    wrong, large = tmp_path / "照片.jpg", tmp_path / "大.geojson"
    wrong.write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 99)
    large.write_bytes(b"0" * 2**21)
    tab = seen.open(f"{base}/data")
    tab.get_by_role("button", name="先看结果").click()
    assert "还没有选文件" in tab.locator("#notes").inner_text()
    tab.locator("#file").set_input_files(large)
    tab.get_by_role("button", name="先看结果").click()
    assert "超过 1 MB" in tab.locator("#notes").inner_text()
    tab.locator("#file").set_input_files(wrong)
    tab.get_by_role("button", name="先看结果").click()
    seen.until("document.querySelector('#notes').textContent.includes('没有导入，现有数据没有变')", 30)
    assert seen.tab.get_by_role("button", name="先看结果").is_enabled()


def test_on_a_phone_nothing_is_cut_and_targets_are_large(phone: Seen, base: str, file: Path) -> None:
    tab = phone.open(f"{base}/data")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.locator("#more").click()
    assert tab.locator("#area").is_visible()
    small = tab.evaluate(
        "[...document.querySelectorAll('button,input:not(.sr):not([type=checkbox]),select,label.btn')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.id || e.textContent)"
    )
    assert small == []
    hand_in(phone, base, file)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    phone.clean(base)


def test_equal_views_give_equal_pages_and_names_stay_text() -> None:
    past = [
        Past(3, None, "区域边界", EVIL, "2026-11-02", "pending"),
        Past(0, 9, "小区", "小区.csv", "2026-11-01", "accepted"),
    ]
    view = ManageView(((34.2, 108.8), (34.3, 109.0)), "610104", EVIL, [("areas", "区域边界")], "2026-11-02", past=past)
    built = manage_page(view).build()
    assert built == manage_page(view).build()
    assert "<img src=x" not in built.html
    assert "/api/imports/batches/9/report.xlsx" in built.html
    assert "/data?import=3" in built.html
    closed = (
        manage_page(ManageView(((18, 73), (54, 135)), "", "", [], "2026-11-02", closed="要由规划来做")).build().html
    )
    assert "要由规划来做" in closed
    assert 'id="file"' not in closed
