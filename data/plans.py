"""Plans as they are kept: runs, plans of a run, and what was done to each plan and said about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from data import plantables as p
from data import tables as t
from data.viewers import Viewer
from gis.errors import NotFoundError


@dataclass(frozen=True)
class Run:
    """What was proposed for which ground; `id` is 0 until it is stored."""

    id: int
    kind: str
    code: str
    codes: tuple[str, ...]
    uids: tuple[str, ...]
    names: tuple[str, ...]
    as_of: date
    synthetic: bool
    parts: int
    settings: Mapping[str, Any]
    atoms: Mapping[str, Any]
    homes: Sequence[Mapping[str, Any]]
    facts: Mapping[str, Any]
    digest: str
    rows_digest: str
    actor: str


@dataclass(frozen=True)
class Stored:
    """A plan as it stands."""

    id: int
    run_id: int
    rank: int | None
    aim: str
    name: str
    names: tuple[str, ...]
    assignment: tuple[int, ...]
    step: int
    locked_atoms: tuple[int, ...]
    locked_parts: tuple[int, ...]
    solved: Mapping[str, Any]
    summary: Mapping[str, Any]
    state: str
    version: int
    author: str
    changed_by: str
    created_at: datetime
    changed_at: datetime
    document_no: str | None
    effective: date | None
    remarks: Mapping[str, str]
    batch_id: int | None
    code: str


_LISTS = ("names", "assignment", "locked_atoms", "locked_parts", "codes", "uids")
_RUN = tuple(Run.__dataclass_fields__)
_PLAN = tuple(name for name in Stored.__dataclass_fields__ if name != "code")


def add_run(connection: Connection, run: Run, ground: NDArray[np.object_]) -> int:
    """Keep a run; ground: Polygons of its atoms in order, EPSG:4490. Returns its number."""
    row = {name: _plain(getattr(run, name)) for name in _RUN if name != "id"}
    whole = shapely.geometrycollections(ground)
    row["geom"] = f"SRID={t.STORAGE_SRID};{shapely.to_wkt(whole, rounding_precision=12)}"
    return int(connection.execute(insert(p.plan_run).values(row).returning(p.plan_run.c.id)).scalar_one())


def run_of(connection: Connection, number: int) -> tuple[Run, NDArray[np.object_]]:
    """A run and the ground of its atoms."""
    r = p.plan_run.c
    columns = [r[name] for name in _RUN]
    row = connection.execute(select(*columns, func.ST_AsBinary(r.geom).label("geom")).where(r.id == number)).one()
    said = {name: _tuple(name, value) for name, value in row._asdict().items() if name != "geom"}
    return Run(**said), shapely.get_parts(shapely.from_wkb(bytes(row.geom)))


def add(connection: Connection, row: Mapping[str, Any]) -> int:
    """Keep a plan; returns its number."""
    return int(connection.execute(insert(p.plan).values(dict(row)).returning(p.plan.c.id)).scalar_one())


def improve(connection: Connection, number: int, row: Mapping[str, Any]) -> None:
    """Write a better account of a plan that nobody has touched since it was kept."""
    c = p.plan.c
    values = {name: row[name] for name in ("name", "aim", "solved", "summary", "assignment")}
    connection.execute(update(p.plan).where(c.id == number, c.version == 1).values(values))


def improve_run(connection: Connection, run: Run) -> None:
    """Write what is known of a kept run by now."""
    values = {"settings": dict(run.settings), "facts": dict(run.facts)}
    connection.execute(update(p.plan_run).where(p.plan_run.c.id == run.id).values(values))


def find(connection: Connection, number: int, viewer: Viewer, lock: bool = False) -> Stored:
    """A plan by number; NotFoundError where there is none or its community lies outside the scope.

    With `lock` nobody else changes it meanwhile.
    """
    query = _plans(viewer).where(p.plan.c.id == number)
    row = connection.execute(query.with_for_update(of=p.plan) if lock else query).one_or_none()
    if row is None:
        raise NotFoundError(f"没有编号 {number} 的方案。回方案列表再找")
    return _stored(row)


def listed(connection: Connection, code: str, viewer: Viewer, limit: int, before: int | None) -> list[Stored]:
    """Plans of the communities below a code, newest run first and by rank, from after a plan on."""
    plan = p.plan.c
    query = _plans(viewer).where(p.plan_run.c.code.startswith(code, autoescape=True))
    if before is not None:
        run = select(plan.run_id).where(plan.id == before).scalar_subquery()
        query = query.where(or_(plan.run_id < run, and_(plan.run_id == run, plan.id > before)))
    order = plan.run_id.desc(), plan.id
    return [_stored(row) for row in connection.execute(query.order_by(*order).limit(limit))]


def kinds(connection: Connection, runs: Collection[int]) -> dict[int, str]:
    """The kind of every run."""
    r = p.plan_run.c
    return {row.id: row.kind for row in connection.execute(select(r.id, r.kind).where(r.id.in_(list(runs))))}


def change(connection: Connection, number: int, version: int, actor: str, **values: Any) -> None:
    """Write what a plan is now, one version on."""
    said = values | {"version": version + 1, "changed_by": actor, "changed_at": func.now()}
    connection.execute(update(p.plan).where(p.plan.c.id == number).values(said))


def add_step(connection: Connection, number: int, no: int, moved: Sequence[Sequence[int]], actor: str) -> None:
    """Remember a move as the plan's `no`-th; moves that were taken back before it are gone."""
    s = p.plan_step.c
    connection.execute(delete(p.plan_step).where(s.plan_id == number, s.no >= no))
    row = {"plan_id": number, "no": no, "moved": [list(one) for one in moved], "actor": actor}
    connection.execute(insert(p.plan_step).values(row))


def step_of(connection: Connection, number: int, no: int) -> list[list[int]] | None:
    """What the plan's `no`-th move moved, None where there is none."""
    s = p.plan_step.c
    return connection.scalar(select(s.moved).where(s.plan_id == number, s.no == no))


def steps(connection: Connection, number: int) -> list[dict[str, Any]]:
    """All moves in order, those that were taken back too."""
    s = p.plan_step.c
    query = select(s.no, s.moved, s.actor, s.at).where(s.plan_id == number).order_by(s.no)
    return [row._asdict() for row in connection.execute(query)]


def add_event(
    connection: Connection, number: int, before: str, after: str, actor: str, detail: Mapping[str, Any]
) -> None:
    """Put down a step of a plan's course."""
    row = {"plan_id": number, "from_state": before, "to_state": after, "actor": actor, "detail": dict(detail)}
    connection.execute(insert(p.plan_event).values(row))


def events(connection: Connection, number: int) -> list[dict[str, Any]]:
    """The course of a plan, oldest first."""
    e = p.plan_event.c
    query = select(e.from_state, e.to_state, e.actor, e.detail, e.at).where(e.plan_id == number).order_by(e.id)
    return [row._asdict() for row in connection.execute(query)]


def add_comment(connection: Connection, number: int, kind: str, words: str, actor: str) -> None:
    """Keep a remark, or a comment of the comment period."""
    connection.execute(insert(p.plan_comment).values(plan_id=number, kind=kind, text=words, actor=actor))


def comments(connection: Connection, number: int) -> list[dict[str, Any]]:
    """What was said about a plan, oldest first."""
    c = p.plan_comment.c
    query = select(c.kind, c.text, c.actor, c.at).where(c.plan_id == number).order_by(c.id)
    return [row._asdict() for row in connection.execute(query)]


def _plans(viewer: Viewer) -> Any:
    inside: ColumnElement[bool] = p.plan_run.c.code.startswith(viewer.scope, autoescape=True)
    columns = [p.plan.c[name] for name in _PLAN]
    return select(*columns, p.plan_run.c.code).join(p.plan_run, p.plan_run.c.id == p.plan.c.run_id).where(inside)


def _stored(row: Any) -> Stored:
    return Stored(**{name: _tuple(name, value) for name, value in row._asdict().items()})


def _tuple(name: str, value: Any) -> Any:
    return tuple(value) if name in _LISTS else value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
