"""The audit: who did what when. Lines are only added; those of stored versions by the database itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, text

from data.rights_tables import audit as u
from data.viewers import Viewer

VERSIONED = ("area", "grid", "compound", "service_point", "gate", "barrier", "building", "candidate_site")
# versions in no line, versions in several, versions named by a line that do not exist
FAULTS = """
    WITH said AS (
        SELECT id AS line, unnest(versions) AS part FROM audit WHERE object = '{table}' AND action = 'write'
    ), named AS (
        SELECT generate_series(lower(part), upper(part) - 1) AS id FROM said
    ), counted AS (
        SELECT id, count(*) AS lines FROM named GROUP BY id
    )
    SELECT count(*) FILTER (WHERE c.lines IS NULL), count(*) FILTER (WHERE c.lines > 1),
        count(*) FILTER (WHERE v.id IS NULL)
    FROM {table} v FULL JOIN counted c ON c.id = v.id
"""


@dataclass(frozen=True)
class Line:
    """One line of the audit."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    versions: int
    request_id: str | None
    detail: Mapping[str, object] | None


@dataclass(frozen=True)
class Faults:
    """Versions of a table without a line, with several, and lines about versions that are not there."""

    without: int
    several: int
    unknown: int

    @property
    def clean(self) -> bool:
        """Whether every version has exactly one line."""
        return self.without == self.several == self.unknown == 0


def note(
    connection: Connection, viewer: Viewer, action: str, what: str, detail: Mapping[str, object] | None = None
) -> None:
    """Add a line; `what` is a layer, an area or an account, never a position."""
    values = {
        "actor": viewer.account or viewer.role,
        "action": action,
        "object": what,
        "request_id": viewer.request or None,
        "detail": None if detail is None else dict(detail),
    }
    connection.execute(insert(u).values(values))


def lines(connection: Connection, before: int | None, limit: int) -> list[Line]:
    """Lines, the newest first, from before a line on."""
    size = text("coalesce((SELECT sum(upper(one) - lower(one)) FROM unnest(versions) one), 0)::int AS versions")
    query = select(u.c.id, u.c.at, u.c.actor, u.c.action, u.c.object, size, u.c.request_id, u.c.detail)
    if before is not None:
        query = query.where(u.c.id < before)
    return [Line(*row) for row in connection.execute(query.order_by(u.c.id.desc()).limit(limit))]


def faults(connection: Connection) -> dict[str, Faults]:
    """What does not match between versions and the audit, per table."""
    found = {}
    for name in VERSIONED:
        row = connection.execute(text(FAULTS.format(table=f"{name}_version"))).one()
        found[f"{name}_version"] = Faults(*(int(one) for one in row))
    return found
