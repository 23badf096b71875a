"""A new installation without any data: every page opens and says what to do first."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings

SAID = {
    "/": "先导入区界",
    "/grids": "先导入社区界",
    "/data": "先导入区界",
    "/data/grids": "先",
    "/sizes": "先在",
    "/plans": "还没有方案",
    "/atlas": "先导入",
    "/accounts": "来访者都当作规划",
}


def test_every_page_opens_and_says_what_comes_first(database_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=database_url, files=tmp_path, open=True)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        told = {path: client.get(path) for path in SAID}
    assert {path: answer.status_code for path, answer in told.items()} == dict.fromkeys(SAID, 200)
    assert {path for path, words in SAID.items() if words not in told[path].text} == set()


@pytest.mark.parametrize("path", ["/maps/coverage/610199", "/old-young?area=610199", "/grids/610199002003"])
def test_a_page_of_what_is_not_there_is_a_page_too(database_url: str, tmp_path: Path, path: str) -> None:
    settings = Settings(database_url=database_url, files=tmp_path, open=True)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "回首页" in answer.text
