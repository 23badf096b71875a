"""The real worker on a database of its own, and a way to wait for what it writes."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from api.flows import jobs as asking
from api.settings import Settings
from api.worker.beside import environment
from data import cluster, jobs
from data.jobs import Job
from data.session import make_engine, transaction
from data.viewers import PLANNER, Viewer
from tests.conftest import MIGRATED, SERIAL, Databases
from tests.jobs.work import TRIED, WORK

CODE = "610199"
LONGEST_S = 60.0


@dataclass(frozen=True)
class Shop:
    """A database with jobs, and what starts a worker on it."""

    settings: Settings
    engine: Engine

    def ask(self, kind: str, viewer: Viewer = PLANNER, code: str = CODE) -> int:
        """Put a job into the queue."""
        return asking.ask(self.engine, TRIED, kind, {"code": code}, viewer)

    def find(self, number: int) -> Job:
        """A job as it stands."""
        with transaction(self.engine) as connection:
            return jobs.find(connection, number)

    def until(self, number: int, holds: Callable[[Job], bool]) -> Job:
        """The job as soon as something holds of it; every change of a job is told, so nothing is asked twice."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as ear:
            ear.execute(text(f"LISTEN {jobs.CHANNEL}"))
            # an open generator would hold the connection for ever
            with closing(ear.connection.driver_connection.notifies(timeout=LONGEST_S)) as heard:
                found = self.find(number)
                while not holds(found):
                    assert next(heard, None) is not None, found
                    found = self.find(number)
                return found

    def ended(self, number: int) -> Job:
        """The job when it has ended."""
        return self.until(number, lambda one: one.state in ("done", "failed", "cancelled"))

    def pid(self, number: int, attempt: int = 1) -> int:
        """The process that does a waiting job."""
        found = self.until(number, lambda one: one.attempt == attempt and one.state == "running" and one.progress > 0)
        assert found.result is not None
        return int(found.result["pid"])

    @contextmanager
    def worker(self) -> "Iterator[subprocess.Popen[bytes]]":
        """A worker for as long as the body runs."""
        process = subprocess.Popen(
            WORK, stdin=subprocess.PIPE, cwd=cluster.CHECKOUT, env=environment(self.settings), start_new_session=True
        )
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(LONGEST_S)
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                raise


@pytest.fixture
def shop(databases: Databases, tmp_path: Path) -> Iterator[Shop]:
    """A database of this test's own, without a worker yet."""
    name = f"wangge_jobs_{next(SERIAL)}"
    databases.make(name, MIGRATED)
    settings = Settings(database_url=databases.url(name), files=tmp_path, open=True)
    engine = make_engine(databases.url(name))
    yield Shop(settings, engine)
    engine.dispose()


@pytest.fixture
def sample_shop(databases: Databases, sample_url: str, tmp_path: Path) -> Iterator[Shop]:
    """The same on a copy of the sample district."""
    assert sample_url
    name = f"wangge_jobs_{next(SERIAL)}"
    databases.make(name, "wangge_sample")
    engine = make_engine(databases.url(name))
    yield Shop(Settings(database_url=databases.url(name), files=tmp_path, open=True), engine)
    engine.dispose()
