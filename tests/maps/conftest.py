"""One Chromium and one server of canned answers for all page tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from maps.coverage import coverage_page
from tests.maps.browser import PHONE, Seen, chromium
from tests.maps.server import SCRIPT, Canned, serving
from tests.maps.world import answers, view


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def site() -> Iterator[Canned]:
    with serving(coverage_page(view()).build(SCRIPT), answers()) as server:
        yield server


@pytest.fixture
def seen(browser: Browser) -> Iterator[Seen]:
    tab = Seen(browser)
    yield tab
    tab.context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Seen]:
    tab = Seen(browser, PHONE)
    yield tab
    tab.context.close()
