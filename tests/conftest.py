"""Fixtures: a private cluster of the tests' own, a migrated database per use, the sample district loaded once."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, make_url, text

from data import cluster, session
from data.sample.district import make_district

SHARED = Path(os.environ.get("WANGGE_SHARED", cluster.CHECKOUT.parent / "shared"))
# how long an example takes says something of the machine, nothing of the code
settings.register_profile("wangge", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wangge")
MIGRATED = "wangge_migrated"
SERIAL = count()


class Databases:
    """Databases on the tests' server, each a copy of another."""

    def __init__(self) -> None:
        outside = os.environ.get("WANGGE_DATABASE_URL")
        if outside:
            self.base = make_url(outside.replace("postgresql://", "postgresql+psycopg://", 1))
            self.admin = self.base
        else:
            own = cluster.locate("test")
            cluster.start(own, durable=False)
            self.base = make_url(own.url(cluster.APP))
            self.admin = make_url(own.url(cluster.ADMIN))
            self.owner = cluster.OWNER
        self.own_cluster = not outside

        self.suffix = f"_{os.getpid()}"
        self.made: set[str] = set()

    def named(self, name: str) -> str:
        """The name on the server: two test runs at once never meet."""
        given = (cluster.DATABASE, "template1")
        return name if name in given or name.endswith(self.suffix) else name + self.suffix

    def url(self, name: str, owner: bool = False) -> str:
        base = self.base.set(username=cluster.OWNER) if owner and self.own_cluster else self.base
        return base.set(database=self.named(name)).render_as_string(hide_password=False)

    def make(self, name: str, template: str) -> None:
        name, template = self.named(name), self.named(template)
        self.made.add(name)
        engine = create_engine(self.admin.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            # idle connections of other fixtures keep a database from being copied; theirs are made anew on use
            others = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
            connection.execute(others, {"name": template})
            owner = f" OWNER {self.owner}" if self.own_cluster else ""
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{owner}'))
        engine.dispose()

    def drop_all(self) -> None:
        """Leave nothing of this run on the server."""
        engine = create_engine(self.admin.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for name in self.made:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        engine.dispose()


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """The tests' server with one migrated, empty database to copy from."""
    made = Databases()
    made.make(MIGRATED, cluster.DATABASE if made.own_cluster else "template1")
    session.migrate(made.url(MIGRATED, owner=True))
    yield made
    made.drop_all()


@pytest.fixture
def database_url(databases: Databases) -> str:
    """Address of a migrated, empty database of this test's own."""
    name = f"wangge_test_{next(SERIAL)}"
    databases.make(name, MIGRATED)
    return databases.url(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated, empty database of this test's own."""
    made = session.make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def sample() -> dict[str, gpd.GeoDataFrame]:
    """The layers of the synthetic district."""
    return make_district(7)


@pytest.fixture(scope="session")
def sample_url(databases: Databases, sample: dict[str, gpd.GeoDataFrame]) -> str:
    """Address of a database with the synthetic district and its coverage; read it, do not write to it."""
    from api.access import now, today
    from api.flows import coverage
    from api.flows.sample import CODE, store_district
    from data.viewers import PLANNER

    databases.make("wangge_sample", MIGRATED)
    url = databases.url("wangge_sample")
    made = session.make_engine(url)
    with session.transaction(made) as connection:
        store_district(connection, sample, 7)
    coverage.ensure(made, coverage.Asked(CODE, today(), PLANNER), now())
    made.dispose()
    return url


@pytest.fixture
def sample_engine(sample_url: str) -> Iterator[Engine]:
    """An engine on the database with the synthetic district."""
    made = session.make_engine(sample_url)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; tests that need it skip where it is missing."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"real data is not beside the checkout ({SHARED})")
    return SHARED / "data"
