"""One Chromium and one server of canned answers for all page tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser
from sqlalchemy import make_url

from api.main import create_app
from api.settings import Settings
from data.session import make_engine
from maps.coverage import coverage_page
from tests.conftest import Databases
from tests.maps.browser import PHONE, Seen, chromium
from tests.maps.live import live, store_quarters
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


@pytest.fixture(scope="session")
def town(databases: Databases, sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The site on a copy of the sample district with grids in one community; read it, do not write to it."""
    databases.make("wangge_town", make_url(sample_url).database or "")
    engine = make_engine(databases.url("wangge_town"))
    store_quarters(engine)
    engine.dispose()
    settings = {"database_url": databases.url("wangge_town"), "files": tmp_path_factory.mktemp("town"), "open": True}
    return create_app(Settings(**settings))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def base(town: FastAPI) -> Iterator[str]:
    """Where the town is served."""
    with live(town) as address:
        yield address
