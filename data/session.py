"""The way to the database: engine, migrations, and the one border where driver errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, exc, make_url, text

from data import cluster
from data.refusals import refusal
from data.viewers import Viewer
from gis.errors import BadInputError, ConflictError, MachineError, SlowError

BUSY = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.LockNotAvailable)
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
LONGEST_S = 30
LATE = "要的内容太多，没有按时算完，已经停下，数据没有变。缩小范围再试"
SET = text("SELECT set_config('wangge.actor', :actor, true), set_config('wangge.request', :request, true)")
SHOW = text("SELECT set_config('wangge.scope', :scope, true)")
LIMIT = text("SELECT set_config('statement_timeout', :limit, true)")
EVERYTHING = text(f"SELECT set_config('role', '{cluster.APP}', true)")


def make_engine(url: str, application: str = "wangge", *, serving: bool = False) -> Engine:
    """An engine on the given SQLAlchemy address, in UTC and without server-side surprises.

    Commands of this machine's operator see every row. A site (`serving`) on the private cluster sees none until a
    transaction says for whom, and no statement of it runs longer than `LONGEST_S`.
    """
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    options = "-c timezone=UTC"
    if serving:
        options += f" -c statement_timeout={LONGEST_S * 1000}"
        if _walled(make_url(address)):
            options += f" -c role={cluster.VIEWER}"
    return create_engine(
        address,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=16,
        connect_args={"application_name": application, "options": options, "connect_timeout": 15},
    )


def _walled(url: URL) -> bool:
    """Whether the roles of the private cluster are there, so that row-level security is the second wall."""
    return url.username == cluster.APP


def addresses(database_url: str | None, cluster_name: str) -> tuple[str, str]:
    """Owner and app address: of the given database, or of the private cluster, which is started."""
    if database_url:
        return database_url, database_url
    own = cluster.locate(cluster_name)
    cluster.start(own, durable=cluster_name != "test")
    return own.url(cluster.OWNER), own.url(cluster.APP)


def migrate(owner_url: str) -> bool:
    """Bring the tables to the newest revision; returns whether there was anything to do."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = make_engine(owner_url, "wangge-migrate")
    try:
        with translated(), engine.begin() as connection:
            newest = ScriptDirectory.from_config(config).get_current_head()
            if MigrationContext.configure(connection).get_current_revision() == newest:
                return False
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return True
    finally:
        engine.dispose()


@contextmanager
def transaction(engine: Engine, viewer: Viewer | None = None) -> Iterator[Connection]:
    """One transaction; driver errors leave as ours, and nothing half-written remains.

    With a viewer the database itself shows the rows of the viewer's scope only, until the transaction ends; what is
    written is put down to the viewer, and only one without a scope may write. Where the viewer waits until a moment, no
    statement runs past it, and none is begun after it: SlowError.
    """
    with translated(), engine.begin() as connection:
        if viewer is not None:
            connection.execute(SET, {"actor": viewer.account or viewer.role, "request": viewer.request})
            if viewer.scope:
                connection.execute(SHOW, {"scope": viewer.scope})
            elif _walled(engine.url):
                connection.execute(EVERYTHING)
            if viewer.until is not None:
                connection.execute(LIMIT, {"limit": f"{_left_ms(viewer.until)}ms"})
        yield connection


def _left_ms(until: float) -> int:
    """How long a statement may still run; SlowError where the time is over."""
    left_s = until - monotonic()
    if left_s <= 0:
        raise SlowError(LATE)
    return max(1, round(min(left_s, LONGEST_S) * 1000))


@contextmanager
def translated() -> Iterator[None]:
    """Driver errors as errors of the product."""
    try:
        yield
    except exc.OperationalError as error:
        if isinstance(error.orig, BUSY):
            raise ConflictError("有人同时在写同一个图层，这次没有写入，现有数据没有变。请再试一次") from error
        if isinstance(error.orig, psycopg.errors.QueryCanceled):
            raise SlowError(LATE) from error
        if isinstance(error.orig, psycopg.errors.DiskFull):
            raise MachineError("磁盘已满，没有写入任何内容。先腾出空间再试") from error
        raise MachineError("数据库连不上。检查 PostgreSQL 是否在运行，或 WANGGE_DATABASE_URL 是否正确") from error
    except exc.IntegrityError as error:
        raise refusal(error) from error
    except exc.DataError as error:
        raise BadInputError("有一个取值数据库不认识，没有写入。改正后再试") from error
