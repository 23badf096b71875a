"""A site that may be written to, with a worker beside: what the tests of 社区调整工作台 stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from api import tokens
from api.access import now
from api.main import create_app
from api.settings import Settings
from api.worker.beside import worker_beside
from data import sessions
from data.session import make_engine, transaction
from tests.conftest import SERIAL, Databases
from tests.maps.browser import Seen
from tests.maps.live import live

LONG = 90
FIRST = "W.bench.sides[0].plan"


@pytest.fixture(scope="module")
def settings(databases: Databases, sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A site of its own on a copy of the sample district, to be written to."""
    name = f"wangge_bench_{next(SERIAL)}"
    databases.make(name, make_url(sample_url).database or "")
    return Settings(
        database_url=databases.url(name), files=tmp_path_factory.mktemp("bench"), open=True, requests_per_s=0
    )


@pytest.fixture(scope="module")
def desk(settings: Settings) -> Iterator[str]:
    """Where it is served, with a worker beside."""
    with worker_beside(settings), live(create_app(settings)) as address:
        yield address


def another(settings: Settings) -> dict[str, str]:
    """Headers of a second planner."""
    issued = tokens.issue(settings, "规划", "", now())
    engine = make_engine(settings.database_url or "")
    with transaction(engine) as connection:
        sessions.add_token(connection, issued.number, f"审核{issued.number[:6]}", "规划", "", issued.expires_at)
    engine.dispose()
    return {"Authorization": f"Bearer {issued.text}"}


def movable(seen: Seen) -> tuple[int, int]:
    """A unit and a part next to it that it can go to, with both parts in one piece afterwards."""
    found = seen.tab.evaluate(
        """() => { const side = W.bench.sides[0], plan = side.plan;
        for (const [atom, unit] of side.units.entries()) for (const part of plan.parts) {
          if (part.no === plan.assignment[atom] || !unit.households || unit.centre) continue;
          const said = W.parts.tried(side, atom, part.no);
          const even = !W.parts.alike(plan) || said.worst < plan.settings.tolerance;
          if (!said.torn && !said.apart && even) return [atom, part.no];
        } }"""
    )
    assert found, "there is a unit that may move"
    return found[0], found[1]


def version(seen: Seen) -> int:
    """The version of the plan on the left."""
    return int(seen.tab.evaluate(f"{FIRST}.version"))
