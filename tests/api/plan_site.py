"""A site on a copy of the sample district that may be written to, with plans for one community."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from tests.conftest import SERIAL, Databases

MIXED = "610199006016"


@pytest.fixture(scope="module")
def plan_url(databases: Databases, sample_url: str) -> str:
    """Address of a copy of the sample district."""
    name = f"wangge_plans_{next(SERIAL)}"
    databases.make(name, "wangge_sample")
    assert sample_url
    return databases.url(name)


@pytest.fixture(scope="module")
def plan_site(plan_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Everybody is a planner here."""
    settings = Settings(database_url=plan_url, files=tmp_path_factory.mktemp("plans"), open=True, requests_per_s=0)
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def portfolio(plan_site: TestClient) -> dict[str, Any]:
    """Plans of the community in two parts."""
    asked = plan_site.post("/api/plans", json={"community": MIXED, "parts": 2, "tolerance": 0.1, "seed": 7})
    assert asked.status_code == 201, asked.text
    made: dict[str, Any] = asked.json()
    return made


@pytest.fixture
def draft(plan_site: TestClient, portfolio: dict[str, Any]) -> dict[str, Any]:
    """A fresh copy of the first plan."""
    asked = plan_site.post(f"/api/plans/{portfolio['plans'][0]['id']}/copy", json={})
    assert asked.status_code == 201, asked.text
    made: dict[str, Any] = asked.json()
    return made
