"""A client on the site over the sample district."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings


@pytest.fixture(scope="session")
def site_settings(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a site on the sample district."""
    return Settings(database_url=sample_url, files=tmp_path_factory.mktemp("files"), open=True)


@pytest.fixture(scope="session")
def client(site_settings: Settings) -> Iterator[TestClient]:
    """A client that sees a 500 as an answer, as a browser does."""
    with TestClient(create_app(site_settings), raise_server_exceptions=False) as made:
        yield made
