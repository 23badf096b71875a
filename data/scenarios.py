"""Scenarios: edits of a what-if under a name, with what they would change and the state they were computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from data import audit
from data.scenario_tables import scenario as s
from data.viewers import Viewer
from gis.errors import NotFoundError


@dataclass(frozen=True)
class Draft:
    """What is kept of a scenario; one of the same area and name is replaced by it.

    `base` is the digest of the rows that `result` was computed from.
    """

    area_code: str
    name: str
    standard_id: str
    as_of: date
    base: str
    edits: Sequence[Mapping[str, Any]]
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Scenario(Draft):
    """One scenario as it is kept, with who made it and when."""

    id: int
    actor: str
    created_at: datetime
    changed_at: datetime


def save(connection: Connection, draft: Draft, viewer: Viewer) -> Scenario:
    """Keep a scenario and put down who did it."""
    values = {**vars(draft), "edits": list(draft.edits), "result": dict(draft.result)}
    row = upsert(s).values(**values, actor=viewer.account or viewer.role)
    changed = {name: row.excluded[name] for name in values} | {"changed_at": func.now()}
    query = row.on_conflict_do_update(index_elements=["area_code", "name"], set_=changed).returning(*s.c)
    kept = Scenario(**connection.execute(query).one()._asdict())
    audit.note(
        connection, viewer, "write", "scenario", {"id": kept.id, "area": kept.area_code, "edits": len(kept.edits)}
    )
    return kept


def remove(connection: Connection, one: Scenario, viewer: Viewer) -> None:
    """Drop a scenario; the audit keeps that it was there."""
    connection.execute(delete(s).where(s.c.id == one.id))
    audit.note(connection, viewer, "delete", "scenario", {"id": one.id, "area": one.area_code})


def find(connection: Connection, number: int, viewer: Viewer) -> Scenario:
    """The scenario of a number; NotFoundError where there is none or its area lies outside the scope."""
    return _one(connection, s.c.id == number, viewer, f"没有情景 {number}")


def named(connection: Connection, area_code: str, name: str, viewer: Viewer) -> Scenario:
    """The scenario of a name in an area; NotFoundError where there is none."""
    return _one(connection, (s.c.area_code == area_code) & (s.c.name == name), viewer, f"没有叫“{name}”的情景")


def listed(connection: Connection, prefix: str, viewer: Viewer) -> list[Scenario]:
    """The scenarios of an area and those below it inside the scope, the newest first."""
    query = (
        select(s)
        .where(s.c.area_code.startswith(prefix, autoescape=True))
        .where(s.c.area_code.startswith(viewer.scope, autoescape=True))
        .order_by(s.c.changed_at.desc(), s.c.id.desc())
    )
    return [Scenario(**row._asdict()) for row in connection.execute(query)]


def _one(connection: Connection, which: Any, viewer: Viewer, fault: str) -> Scenario:
    query = select(s).where(which, s.c.area_code.startswith(viewer.scope, autoescape=True))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"{fault}。先列出情景看看")
    return Scenario(**row._asdict())
