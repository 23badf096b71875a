"""The site over the sample district with the door shut, and somebody of every role."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api import tokens
from api.access import now
from api.flows import gridding
from api.flows.sample import CODE, DATA_DATE
from api.main import create_app
from api.settings import Settings
from data import accounts, batches, layers, sessions, storing
from data.session import make_engine, transaction
from data.viewers import PLANNER, Viewer
from tests.conftest import Databases

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
LATER = DATA_DATE + timedelta(days=365)  # from this day on a part of the district is another
METRIC = "registered_households"
# what no answer may show: statements, drivers, traces, files of the machine
INSIDE = re.compile(r"SELECT |psycopg|Traceback|sqlalche|\.py\b|/tmp/|/var/|/usr/|/etc/|root:|wangge-(?:upload|read)")


@pytest.fixture(scope="session")
def rights_url(databases: Databases, sample_url: str) -> str:
    """Address of the district with the grids of one subdistrict, and with changes that begin on a later day."""
    assert sample_url
    databases.make("wangge_rights", "wangge_sample")
    engine = make_engine(databases.url("wangge_rights"))
    gridding.run(engine, gridding.Order(SUBDISTRICT, DATA_DATE), PLANNER, lambda *_: None)
    with transaction(engine) as connection:
        source = batches.Source("sample", "later", "later", LATER, synthetic=True, area_code=CODE)
        origin = storing.Origin(batches.open_batch(connection, source, {}), LATER, synthetic=True)
        seen = {"as_of": DATA_DATE, "viewer": PLANNER}
        homes = layers.frame(connection, layers.select("compounds", **seen)).drop(columns=["id", "batch_id"])
        moved = homes.iloc[::5].assign(households=3)
        storing.STORES["compounds"](connection, moved.set_geometry(moved.translate(0.004, 0.002)), origin)
        towns = layers.frame(connection, layers.select("communities", **seen)).drop(columns=["id", "batch_id"])
        towns = towns.iloc[::2].assign(level="community", **{METRIC: lambda one: one[METRIC] + 8})
        storing.store_areas(connection, towns.drop(columns="uid"), origin)
    engine.dispose()
    return databases.url("wangge_rights")


@pytest.fixture(scope="session")
def shut(rights_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a site that everybody has to sign in to, with an account of every role named after it."""
    settings = Settings(database_url=rights_url, files=tmp_path_factory.mktemp("shut"), requests_per_s=0)
    engine = make_engine(rights_url)
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
def walled(rights_url: str) -> Iterator[Engine]:
    """The engine of a site: nothing is seen but what a transaction says."""
    made = make_engine(rights_url, serving=True)
    yield made
    made.dispose()


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
