"""Corrections as they are remembered: said by anybody at a place, decided by who looks after it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, insert, select, update

from data import audit
from data.correction_tables import correction as c
from data.viewers import Viewer
from gis.errors import ConflictError, NotFoundError

KINDS = ("关门", "搬迁", "新开", "边界不对")
STATES = ("open", "accepted", "declined")


@dataclass(frozen=True)
class Correction:
    """One correction of the place with a code."""

    id: int
    code: str
    kind: str
    words: str
    state: str
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None


def add(connection: Connection, code: str, kind: str, words: str, viewer: Viewer) -> int:
    """Remember a correction, not who said it; returns its number."""
    number = connection.scalar(insert(c).values(code=code, kind=kind, words=words).returning(c.c.id))
    assert number is not None
    audit.note(connection, viewer, "correction_add", f"correction {number}", {"area": code})
    return number


def waiting(connection: Connection, code: str) -> int:
    """How many corrections of a place nobody has decided on."""
    query = select(func.count()).select_from(c).where(c.c.code == code, c.c.state == "open")
    return int(connection.scalar(query) or 0)


def listed(
    connection: Connection, viewer: Viewer, state: str | None, before: int | None, limit: int
) -> list[Correction]:
    """Corrections of places inside the viewer's scope, the newest first, from before a number on."""
    query = _inside(viewer)
    if state is not None:
        query = query.where(c.c.state == state)
    if before is not None:
        query = query.where(c.c.id < before)
    return [Correction(*row) for row in connection.execute(query.order_by(c.c.id.desc()).limit(limit))]


def decide(connection: Connection, number: int, accepted: bool, viewer: Viewer) -> Correction:
    """Take a correction up or not; NotFoundError outside the scope, ConflictError where it was decided already."""
    row = connection.execute(_inside(viewer).where(c.c.id == number).with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError(f"没有编号 {number} 的纠错，或不在你的管辖范围")
    if row.state != "open":
        raise ConflictError(f"编号 {number} 的纠错已经处理过，没有再改。刷新看结果")
    state = "accepted" if accepted else "declined"
    values = {"state": state, "decided_by": viewer.account or viewer.role, "decided_at": func.now()}
    done = connection.execute(update(c).where(c.c.id == number).values(values).returning(*c.c)).one()
    audit.note(connection, viewer, f"correction_{state}", f"correction {number}", {"area": row.code})
    return Correction(*done)


def _inside(viewer: Viewer) -> Select[tuple[object, ...]]:
    return select(*c.c).where(c.c.code.startswith(viewer.scope, autoescape=True))
