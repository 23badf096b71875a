"""Quick reads: a statement prepared once, run in one round trip, one row of bytes and numbers back.

For the few addresses that maps ask again and again; everything else goes through `data.session.transaction`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, Select, create_engine, exc, make_url
from sqlalchemy.dialects.postgresql.psycopg import dialect

from data import cluster
from data.session import LONGEST_S, translated
from data.viewers import Viewer

_DIALECT = dialect()
_SHOW = "SELECT set_config('wangge.scope', %(scope)s, true)"


@dataclass(frozen=True)
class Ready:
    """A statement as the driver takes it; `bindparam(name)` without a value is named at each run."""

    text: str


def ready(statement: Select[Any]) -> Ready:
    """Compile once; what is fixed stands in the text, so that the planner knows it."""
    compiled = statement.compile(dialect=_DIALECT)
    text = str(compiled)
    for name, value in compiled.params.items():
        if value is not None:
            text = text.replace(f"%({name})s", sql.Literal(value).as_string(None).replace("%", "%%"))
    return Ready(text)


class Reader:
    """Connections for quick reads: one kind sees everything, the other what a scope shows.

    Plans are made once per statement, whatever the box: a plan costs more than the read itself.
    """

    def __init__(self, url: str) -> None:
        address = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
        self._open = _engine(address)
        walled = address.username == cluster.APP
        self._walled = _engine(address, f" -c role={cluster.VIEWER}") if walled else self._open

    def first(self, viewer: Viewer, statement: Ready, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row of a statement as the viewer may see it, None where there is none.

        Raises SlowError and MachineError.
        """
        with translated():
            try:
                return self._first(viewer, statement, values)
            except psycopg.OperationalError as error:
                if isinstance(error, psycopg.errors.QueryCanceled):
                    raise exc.OperationalError("", {}, error) from error
            try:  # the server may have been restarted since the connection was made
                return self._first(viewer, statement, values)
            except psycopg.OperationalError as error:
                raise exc.OperationalError("", {}, error) from error

    def _first(self, viewer: Viewer, statement: Ready, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        fairy = (self._walled if viewer.scope else self._open).raw_connection()
        try:
            connection: psycopg.Connection[Any] = fairy.driver_connection  # type: ignore[assignment]
            cursor = connection.cursor(binary=True)
            if viewer.scope:
                with connection.pipeline(), connection.transaction():
                    connection.execute(_SHOW, {"scope": viewer.scope})
                    cursor.execute(statement.text, values, prepare=True)
            else:
                cursor.execute(statement.text, values, prepare=True)
            return cursor.fetchone()
        except psycopg.OperationalError:
            fairy.invalidate()
            raise
        finally:
            fairy.close()

    def dispose(self) -> None:
        """Close all connections."""
        self._open.dispose()
        self._walled.dispose()


def _engine(address: Any, more: str = "") -> Engine:
    options = f"-c timezone=UTC -c statement_timeout={LONGEST_S * 1000} -c plan_cache_mode=force_generic_plan{more}"
    return create_engine(
        address,
        isolation_level="AUTOCOMMIT",
        pool_size=8,
        max_overflow=2,
        connect_args={"application_name": "wangge-read", "options": options, "connect_timeout": 15},
    )
