"""Shared support for tests in Debian's Chromium: how it starts, and a tab that notes every error and request."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
HOOK = (
    "window.__refused = []; document.addEventListener('securitypolicyviolation', "
    "e => window.__refused.push(e.violatedDirective + ' ' + e.blockedURI))"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium; without one the tests skip with a sentence, and fail where CI=true."""
    if not CHROMIUM.is_file():
        words = f"没有 Chromium（{CHROMIUM}），浏览器测试没有运行。用 apt-get install chromium 安装"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


class Seen:
    """A tab of its own context."""

    def __init__(self, browser: Browser, size: dict[str, int] | None = None) -> None:
        self.context = browser.new_context(
            viewport=size or DESK, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=size == PHONE
        )
        self.tab: Page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.tab.add_init_script(HOOK)
        self.tab.on("pageerror", lambda e: self.errors.append(str(e)))
        self.tab.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        self.tab.on("request", lambda r: self.requests.append(r.url))

    def open(self, url: str, ready: str = "document.body && !!document.body.dataset.ready") -> Page:
        """Go there and wait until the page says it has drawn."""
        self.tab.goto(url)
        return self.until(ready)

    def until(self, ready: str, seconds: float = 15) -> Page:
        """Poll an expression; Playwright's own wait evaluates a string, which the policy refuses."""
        limit = time.monotonic() + seconds
        while not self.tab.evaluate(ready):
            assert time.monotonic() < limit, (ready, self.errors)
            self.tab.wait_for_timeout(30)
        return self.tab

    def act(self, action: str) -> Page:
        """Run an expression that changes the page and wait for the next drawing."""
        before = self.tab.evaluate("document.body.dataset.ready")
        self.tab.evaluate(f"void ({action})")
        return self.until(f"document.body.dataset.ready !== {before!r}")

    def outside(self, base: str) -> list[str]:
        """Requests to anywhere but the given server."""
        return [url for url in self.requests if not url.startswith((base, "data:", "blob:"))]

    def clean(self, base: str) -> None:
        """No console error, no outside request, nothing refused by the policy."""
        assert self.errors == []
        assert self.outside(base) == []
        assert self.tab.evaluate("window.__refused") == []
