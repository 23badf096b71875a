"""kill -9 in the middle of an acceptance, of the site and of PostgreSQL: all of the version is there, or nothing."""

import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from sqlalchemy import Engine, text

from api.flows import staging
from api.flows.order import Order
from data import cluster
from data.session import make_engine, migrate, transaction
from data.viewers import PLANNER
from gis.errors import MachineError
from tests.api.test_staging import communities, content
from tests.conftest import MIGRATED, SERIAL, Databases
from tests.gis.borders_cases import square
from tests.installation import WANGGE, free_port, wait

DAY = date(2026, 11, 2)
SIDE = 3
STATE = text("""SELECT md5(string_agg(one::text, '|' ORDER BY one.id)) FROM area_version one""")
COUNTS = text("""SELECT (SELECT count(*) FROM import_batch), (SELECT count(*) FROM area_version),
    (SELECT count(*) FROM area_version WHERE upper_inf(recorded)), (SELECT count(*) FROM audit)""")
# the last row that an acceptance closes: whoever comes to it has written the batch and closed others
HOLD = text("SELECT 1 FROM area_version WHERE length(code) = 12 ORDER BY id DESC LIMIT 1 FOR UPDATE")
STUCK = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%area_version%'")


@dataclass
class Store:
    """A database with nine communities and the folder of its files."""

    engine: Engine
    files: Path

    def send(self, rows: gpd.GeoDataFrame, name: str) -> int:
        self.files.mkdir(parents=True, exist_ok=True)
        path = self.files.parent / f"{name}.geojson"
        path.write_bytes(content(rows))
        order = Order("areas", path, date(2025, 1, 1))
        shown = staging.stage(self.engine, order, PLANNER, DAY, self.files)
        assert shown["acceptable"], shown["report"]["findings"]
        return int(shown["id"])

    def accept(self, number: int) -> None:
        assert staging.accept(self.engine, number, PLANNER, DAY, self.files)["state"] == "accepted"

    def filled(self) -> "Store":
        above = square(SIDE).parents
        for name, one in (
            ("district", above.assign(code="610104", name="莲湖区", level="district")),
            ("subdistrict", above),
            ("communities", communities()),
        ):
            self.accept(self.send(one, name))
        return self

    def state(self) -> tuple[object, ...]:
        with transaction(self.engine, PLANNER) as connection:
            return (connection.scalar(STATE), *connection.execute(COUNTS).one())

    def waiting(self, number: int) -> str:
        return staging.find(self.engine, number, PLANNER).state

    def until_stuck(self) -> None:
        """Return when an acceptance that has begun to write waits for its last row."""
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            with transaction(self.engine, PLANNER) as connection:
                if connection.scalar(STUCK):
                    return
            time.sleep(0.05)
        raise AssertionError("nobody came to write")


@pytest.fixture
def store(databases: Databases, tmp_path: Path) -> Iterator[Store]:
    name = f"wangge_crash_{next(SERIAL)}"
    databases.make(name, MIGRATED)
    engine = make_engine(databases.url(name))
    yield Store(engine, tmp_path / "files" / "imports").filled()
    engine.dispose()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[tuple[cluster.Cluster, Store]]:
    """A server of its own that writes to disk as a real one does."""
    own = cluster.locate(f"crash{os.getpid()}")
    try:
        cluster.start(own)
        migrate(own.url(cluster.OWNER))
        engine = make_engine(own.url(cluster.APP))
        yield own, Store(engine, tmp_path / "files" / "imports").filled()
        engine.dispose()
    finally:
        cluster.stop(own)
        shutil.rmtree(own.data, ignore_errors=True)
        shutil.rmtree(own.socket, ignore_errors=True)


def changed() -> gpd.GeoDataFrame:
    rows = communities()
    return rows.assign(name=[f"改{i}" for i in range(len(rows))])


def test_a_site_killed_while_accepting_leaves_nothing_and_can_accept_again(store: Store) -> None:
    number, before = store.send(changed(), "changed"), store.state()
    url = store.engine.url.render_as_string(hide_password=False)
    environment = os.environ | {"WANGGE_DATABASE_URL": url, "WANGGE_FILES": str(store.files.parent)}
    port = free_port()
    base = f"http://127.0.0.1:{port}"

    site = subprocess.Popen([WANGGE, "serve", "--open", "--port", str(port)], env=environment)
    wait(site, f"{base}/health")
    with store.engine.connect() as holder, holder.begin():
        holder.execute(HOLD)
        asked = threading.Thread(target=_post, args=(f"{base}/api/imports/{number}/accept",))
        asked.start()
        store.until_stuck()
        site.kill()
        site.wait(20)
        asked.join(20)
    assert store.state() == before
    assert store.waiting(number) == "pending"
    store.accept(number)
    assert store.waiting(number) == "accepted"
    assert store.state() != before


def test_a_server_killed_while_accepting_leaves_nothing_and_can_accept_again(
    own_server: tuple[cluster.Cluster, Store],
) -> None:
    own, store = own_server
    number, before = store.send(changed(), "changed"), store.state()

    def in_the_middle(start: Callable[[], None]) -> None:
        with store.engine.connect() as holder:
            holder.begin()
            holder.execute(HOLD)
            start()
            store.until_stuck()
            _kill(own)
            holder.invalidate()

    assert _killed(store, number, in_the_middle) == "MachineError"
    cluster.start(own)
    assert store.state() == before
    assert store.waiting(number) == "pending"

    def at_any_moment(start: Callable[[], None]) -> None:
        start()
        _kill(own)

    _killed(store, number, at_any_moment)
    cluster.start(own)
    if store.waiting(number) == "pending":
        assert store.state() == before
        store.accept(number)
    with transaction(store.engine, PLANNER) as connection:
        names = connection.scalars(
            text("SELECT name FROM area_version WHERE upper_inf(recorded) AND length(code) = 12 ORDER BY code")
        ).all()
    assert names == [f"改{i}" for i in range(SIDE * SIDE)]


def _killed(store: Store, number: int, kill: Callable[[Callable[[], None]], None]) -> str:
    """Accept in a thread while the server is killed; how the acceptance ended."""
    ended: list[str] = []

    def run() -> None:
        try:
            store.accept(number)
            ended.append("accepted")
        except MachineError as error:
            ended.append(type(error).__name__)

    thread = threading.Thread(target=run)
    kill(thread.start)
    thread.join(60)
    store.engine.dispose()
    return ended[0]


def _kill(own: cluster.Cluster) -> None:
    """kill -9 of the server; what hangs on it ends by itself, and is waited for."""
    pid = int((own.data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(pid, signal.SIGKILL)
    limit = time.monotonic() + 20
    while time.monotonic() < limit and any(Path(f"/proc/{one}").exists() for one in children):
        time.sleep(0.05)


def _post(address: str) -> int | None:
    """The status of an answer, None where the site is gone."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="POST"), timeout=60) as answer:
            return int(answer.status)
    except (urllib.error.URLError, ConnectionError):
        return None
