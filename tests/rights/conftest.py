"""The site over the sample district with the door shut, and somebody of every role."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from api import tokens
from api.access import now
from api.main import create_app
from api.settings import Settings
from data import accounts, sessions
from data.session import make_engine, transaction
from data.viewers import Viewer

DISTRICT, SUBDISTRICT, COMMUNITY = "610199", "610199001", "610199001001"
PASSWORD = "long enough to keep"
VIEWERS = {
    "管理员": Viewer("管理员"),
    "规划": Viewer("规划", DISTRICT),
    "街道": Viewer("街道", SUBDISTRICT),
    "社区": Viewer("社区", COMMUNITY),
    "网格长": Viewer("网格长", f"{COMMUNITY}001"),
    "只读": Viewer("只读", SUBDISTRICT),
}


@pytest.fixture(scope="session")
def shut(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a site that everybody has to sign in to, with an account of every role named after it."""
    settings = Settings(database_url=sample_url, files=tmp_path_factory.mktemp("shut"), requests_per_s=0)
    engine = make_engine(sample_url)
    with transaction(engine) as connection:
        for role, viewer in VIEWERS.items():
            accounts.add(connection, role, role, viewer.scope, PASSWORD)
    engine.dispose()
    return settings


@pytest.fixture(scope="session")
def site(shut: Settings) -> Iterator[TestClient]:
    """A visitor without anything."""
    with TestClient(create_app(shut), raise_server_exceptions=False, follow_redirects=False) as made:
        yield made


@pytest.fixture(scope="session")
def bearer(shut: Settings) -> Callable[[Viewer], dict[str, str]]:
    """Headers of a program that holds a token of a viewer."""

    def made(viewer: Viewer) -> dict[str, str]:
        issued = tokens.issue(shut, viewer.role, viewer.scope, now())
        engine = make_engine(shut.database_url or "")
        with transaction(engine) as connection:
            sessions.add_token(connection, issued.number, "测试", viewer.role, viewer.scope, issued.expires_at)
        engine.dispose()
        return {"Authorization": f"Bearer {issued.text}"}

    return made


@pytest.fixture(scope="session")
def of_role(bearer: Callable[[Viewer], dict[str, str]]) -> dict[str, dict[str, str]]:
    """Headers of a program of every role."""
    return {role: bearer(viewer) for role, viewer in VIEWERS.items()}
