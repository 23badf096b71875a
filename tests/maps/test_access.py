"""Every page held against axe at both sizes: nobody is kept out by a serious fault. axe is no part of the product."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext

from api.main import create_app
from api.rules import RULES
from data import accounts
from data.session import make_engine, transaction
from maps import assets
from tests.maps.browser import DESK, PHONE, Seen
from tests.maps.live import COMMUNITY, live

pytestmark = pytest.mark.browser
AXE = assets.Package(
    "axe-core",
    "4.14.1",
    "",
    (
        ("axe.min.js", "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"),
        ("LICENSE", "af175b9d96ee93c21a036152e1b905b0b95304d4ae8c2c921c7609100ba8df7e"),
    ),
    assets.BUILD.parent / "tests",
)
GRID, DISTRICT, PASSWORD = f"{COMMUNITY}001", "610199", "long enough to keep"
# every page of the rules by an address of its own; none may be missing
PAGES = {
    "/": f"/?area={DISTRICT}",
    "/login": "/login",
    "/old-young": f"/old-young?area={DISTRICT}",
    "/maps/coverage/{code}": f"/maps/coverage/{DISTRICT}",
    "/grids": "/grids?q=文昌",
    "/grids/{code}": f"/grids/{GRID}",
    "/grids/{code}/sheet": f"/grids/{GRID}/sheet",
    "/p/{code}": f"/p/{GRID}",
    "/data": "/data",
    "/data/grids": "/data/grids",
    "/sizes": f"/sizes?area={DISTRICT}",
    "/plans": "/plans",
    "/plans/{code}": f"/plans/{COMMUNITY}",
    "/atlas": f"/atlas?area={DISTRICT}",
    "/accounts": "/accounts",
    "/audit": "/audit",
}
NO_PAGES = ("/api/", "/layers/", "/tiles/", "/static", "/basemap", "/health", "/openapi", "/logout", "/ogc")
NO_ENDINGS = (".js", ".json", ".pdf", ".csv", ".geojson", ".zip", ".png")
SERIOUS = {"serious", "critical"}
RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"


@pytest.fixture(scope="module")
def axe() -> Path:
    try:
        assets.fetch((AXE,))
    except assets.AssetError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(error.detail)
        pytest.skip(f"没有取到 axe-core：{error.detail}")
    return AXE.home / AXE.name / "axe.min.js"


@pytest.fixture(scope="module")
def shut_base(town: FastAPI) -> Iterator[str]:
    """The town with the door shut and one administrator."""
    settings = town.state.settings.model_copy(update={"open": False, "requests_per_s": 0})
    engine = make_engine(settings.database_url)
    with transaction(engine) as connection:
        accounts.add(connection, "审", "管理员", "", PASSWORD)
    engine.dispose()
    with live(create_app(settings)) as address:
        yield address


def signed_in(context: BrowserContext, base: str) -> None:
    done = context.request.post(f"{base}/login", form={"name": "审", "password": PASSWORD}, headers={"Origin": base})
    assert done.ok


def faults(found: list[dict[str, Any]]) -> list[str]:
    """What is serious, with the first places of each."""
    return [
        f"{one['impact']} {one['id']} {len(one['nodes'])}: {'; '.join(node['html'][:160] for node in one['nodes'][:3])}"
        for one in found
        if one["impact"] in SERIOUS
    ]


def test_every_page_is_held_against_it() -> None:
    shown = {path for method, path in RULES if method == "GET" and not path.startswith(NO_PAGES)}
    assert {path for path in shown if not path.endswith(NO_ENDINGS)} == set(PAGES)


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_no_page_has_a_serious_fault(browser: Browser, shut_base: str, axe: Path, size: str) -> None:
    told: dict[str, list[str]] = {}
    seen = Seen(browser, {"desk": DESK, "phone": PHONE}[size])
    seen.tab.add_init_script(path=axe)
    for page, address in PAGES.items():
        if page == "/login":
            seen.context.clear_cookies()
        else:
            signed_in(seen.context, shut_base)
        seen.tab.goto(shut_base + address)
        seen.tab.wait_for_load_state("networkidle")
        if found := faults(seen.tab.evaluate(RUN)):
            told[address] = found
    seen.context.close()
    assert told == {}
