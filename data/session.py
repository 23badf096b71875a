"""The way to the database: engine, migrations, and the one border where driver errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, exc

from data import cluster
from data.refusals import refusal
from gis.errors import ConflictError, MachineError

BUSY = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.LockNotAvailable)
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def make_engine(url: str, application: str = "wangge") -> Engine:
    """An engine on the given SQLAlchemy address, in UTC and without server-side surprises."""
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(
        address,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=16,
        connect_args={"application_name": application, "options": "-c timezone=UTC", "connect_timeout": 5},
    )


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
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction; driver errors leave as ours, and nothing half-written remains."""
    with translated(), engine.begin() as connection:
        yield connection


@contextmanager
def translated() -> Iterator[None]:
    """Driver errors as errors of the product."""
    try:
        yield
    except exc.OperationalError as error:
        if isinstance(error.orig, BUSY):
            raise ConflictError("有人同时在写同一个图层，这次没有写入，现有数据没有变。请再试一次") from error
        if isinstance(error.orig, psycopg.errors.DiskFull):
            raise MachineError("磁盘已满，没有写入任何内容。先腾出空间再试") from error
        raise MachineError("数据库连不上。检查 PostgreSQL 是否在运行，或 WANGGE_DATABASE_URL 是否正确") from error
    except exc.IntegrityError as error:
        raise refusal(error) from error
