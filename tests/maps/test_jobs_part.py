"""任务 on 数据管理 in a real browser, with the real worker: progress moves, the log opens, cancel ends it."""

from __future__ import annotations

import pytest

from api.main import create_app
from tests.jobs.conftest import Shop, shop
from tests.maps.browser import Seen
from tests.maps.live import live

__all__ = ["shop"]
pytestmark = pytest.mark.browser


def test_a_job_is_seen_running_and_cancelled(shop: Shop, seen: Seen) -> None:
    number = shop.ask("wait")
    with live(create_app(shop.settings)) as base:
        tab = seen.open(f"{base}/data", "document.querySelectorAll('#joblist li[data-id]').length === 1")
        assert "前面的算完就开始" in tab.inner_text("#joblist")
        with shop.worker():
            shop.pid(number)
            seen.until("document.querySelector('#joblist [data-state=running] [aria-valuenow=\"50\"]') !== null")
            tab.click("#joblist [aria-controls]")
            seen.until(f"!!document.querySelector('#log-{number} li')")
            assert "一半" in tab.inner_text(f"#log-{number}")
            assert tab.evaluate("document.activeElement.textContent") == "经过", "focus stays where it was"
            tab.click("#joblist button:has-text('取消')")
            seen.until("document.querySelector('#joblist [data-state=cancelled]') !== null")
            assert shop.ended(number).state == "cancelled"
        assert tab.evaluate("document.documentElement.scrollWidth") <= 1440
        seen.clean(base)
