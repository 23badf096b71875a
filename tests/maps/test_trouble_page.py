"""What somebody sees whose page could not be shown: words, ways on and a number, never a bare answer for programs."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.main import create_app
from tests.maps.browser import Seen

LOOKING = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing", 404, "没有这个地址"),
        ("/grids/610199999999", 404, "没有找到代码"),
        ("/grids/zz", 422, "代码（例如 610199001001）"),
        ("/?as_of=yesterday", 422, "日期（例如 2026-11-01）"),
        ("/maps/coverage/610199?as_of=2020-01-01", 404, 'href="/maps/coverage/610199">看今天的'),
        ("/audit", 403, "要由管理员来做"),
    ],
)
def test_a_browser_is_answered_with_a_page_and_a_program_with_a_problem(
    town: FastAPI, path: str, status: int, words: str
) -> None:
    with TestClient(town) as client:
        page = client.get(path, headers=LOOKING)
        assert page.status_code == status
        assert words in page.text
        assert page.headers["x-request-id"] in page.text
        assert 'href="/"' in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        told = client.get(path)
        assert (told.status_code, told.json()["status"]) == (status, status)


def test_a_stranger_is_not_sent_where_only_others_may_go(town: FastAPI) -> None:
    with TestClient(town) as client:
        page = client.get("/p/610199999999", headers=LOOKING)
    assert page.status_code == 404
    assert not re.search(r'class="call"', page.text)


def test_an_unexpected_error_says_what_did_not_change(town: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("api.flows.glance.home_view", broken)
    with TestClient(create_app(town.state.settings), raise_server_exceptions=False) as client:
        page = client.get("/", headers=LOOKING)
        assert page.status_code == 500
        assert "数据没有变" in page.text
        assert page.headers["x-request-id"] in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert not re.search(r"Traceback|RuntimeError|fault", page.text)
        assert client.get("/").json()["code"] == "INTERNAL"


def test_without_a_database_the_page_says_so(town: FastAPI) -> None:
    lost = town.state.settings.model_copy(update={"database_url": "postgresql+psycopg://nobody@/none?host=/nowhere"})
    with TestClient(create_app(lost), raise_server_exceptions=False) as client:
        page = client.get("/", headers=LOOKING)
    assert page.status_code == 503
    assert "暂时不可用" in page.text


@pytest.mark.browser
def test_the_page_fits_the_phone_and_leads_home(phone: Seen, base: str) -> None:
    tab = phone.open(base + "/grids/zz", ready="!!document.querySelector('h1')")
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    tab.get_by_role("link", name="回首页").tap()
    tab.wait_for_url(base + "/")
    assert phone.outside(base) == []
