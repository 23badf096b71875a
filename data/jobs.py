"""Jobs in the database: asked for, claimed by one worker, reported on, ended once; stalled ones are queued again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    case,
    cast,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from data.jobtables import job
from data.viewers import Viewer
from gis.errors import NotFoundError

CHANNEL = "wangge_job"
MOST_ATTEMPTS = 3
MOST_LINES = 2_000
GUARD = 0x6A6F62  # first half of the advisory lock that the worker of a running job holds; the second is its number
KEEPER = "管理员"
ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Job:
    """One job; `log` holds (at, words), `result` of a running one the best so far."""

    id: int
    kind: str
    args: Mapping[str, Any]
    role: str
    scope: str
    actor: str
    request_id: str | None
    state: str
    cancel_asked: bool
    attempt: int
    deadline_s: int
    progress: float
    words: str
    log: Sequence[tuple[str, str]]
    result: Mapping[str, Any] | None
    files: Sequence[str]
    error_code: str | None
    error: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def viewer(self) -> Viewer:
        """Who asked: the job is done with these rights and put down to this account."""
        return Viewer(self.role, self.scope, "" if self.actor == self.role else self.actor, self.request_id or "")


def add(connection: Connection, kind: str, args: Mapping[str, Any], viewer: Viewer, deadline_s: int) -> int:
    """Put a job into the queue; returns its number."""
    values = {
        "kind": kind,
        "args": dict(args),
        "role": viewer.role,
        "scope": viewer.scope,
        "actor": viewer.account or viewer.role,
        "request_id": viewer.request or None,
        "deadline_s": deadline_s,
    }
    number = int(connection.execute(insert(job).values(values).returning(job.c.id)).scalar_one())
    _tell(connection, number)
    return number


def find(connection: Connection, number: int, viewer: Viewer | None = None) -> Job:
    """A job of the viewer's own (any, without a viewer or for who keeps the site); NotFoundError otherwise."""
    row = connection.execute(_columns().where(job.c.id == number, _own(viewer))).one_or_none()
    if row is None:
        raise NotFoundError(f"没有编号 {number} 的任务。回数据管理页看列表")
    return Job(**row._asdict())


def listed(connection: Connection, viewer: Viewer, before: int | None, limit: int) -> list[Job]:
    """The viewer's own jobs, newest first, from before a number on; without their logs and results."""
    c = job.c
    light = {"log": cast([], JSONB).label("log"), "result": cast(None, JSONB).label("result")}
    query = select(*(light.get(name, c[name]) for name in Job.__dataclass_fields__)).where(_own(viewer))
    if before is not None:
        query = query.where(c.id < before)
    return [Job(**row._asdict()) for row in connection.execute(query.order_by(c.id.desc()).limit(limit))]


def claim(connection: Connection) -> Job | None:
    """Take the oldest waiting job; no other worker gets the same."""
    c = job.c
    waiting = select(c.id).where(c.state == "queued").order_by(c.id).limit(1).with_for_update(skip_locked=True)
    values = {"state": "running", "attempt": c.attempt + 1, "started_at": func.now()}
    query = update(job).where(c.id == waiting.scalar_subquery()).values(values).returning(c.id)
    number = connection.execute(query).scalar_one_or_none()
    if number is None:
        return None
    _tell(connection, number)
    return find(connection, number)


def report(connection: Connection, one: Job, share: float, words: str, result: Mapping[str, Any] | None = None) -> bool:
    """Put down how far a job is; false where it is no longer this attempt's."""
    values: dict[str, Any] = {"progress": share, "words": words, "log": _with_line(words)}
    if result is not None:
        values["result"] = dict(result)
    written = connection.execute(update(job).where(_mine(one)).values(values)).rowcount == 1
    _tell(connection, one.id)
    return written


def end(
    connection: Connection,
    one: Job,
    state: str,
    words: str,
    result: Mapping[str, Any] | None = None,
    files: Sequence[str] = (),
    error: tuple[str, str] | None = None,
) -> bool:
    """Close this attempt of a job, once; a result or files not given leave the best so far. False: it was closed."""
    values: dict[str, Any] = {"state": state, "words": words, "log": _with_line(words), "ended_at": func.now()}
    if state == "done":
        values["progress"] = 1.0
    if result is not None:
        values["result"] = dict(result)
    if files:
        values["files"] = list(files)
    if error is not None:
        values["error_code"], values["error"] = error
    done = connection.execute(update(job).where(_mine(one)).values(values)).rowcount == 1
    _tell(connection, one.id)
    return done


def cancel(connection: Connection, number: int, words: str) -> None:
    """Close a waiting job at once; of a running one ask its worker to end it."""
    c = job.c
    waiting = update(job).where(c.id == number, c.state == "queued")
    closed = {"state": "cancelled", "words": words, "log": _with_line(words), "ended_at": func.now()}
    if connection.execute(waiting.values(closed)).rowcount == 0:
        connection.execute(update(job).where(c.id == number, c.state == "running").values(cancel_asked=True))
    _tell(connection, number)


def back(connection: Connection, one: Job, words: str, counted: bool = True) -> str:
    """Put a job whose work broke off back into the queue; the third break closes it. Returns its state."""
    if counted and one.attempt >= MOST_ATTEMPTS:
        end(connection, one, "failed", words, error=("BROKE_OFF", f"算了 {one.attempt} 次都中断了，没有再试。{words}"))
        return "failed"
    attempt = one.attempt if counted else one.attempt - 1
    values = {"state": "queued", "attempt": attempt, "progress": 0.0, "words": words, "log": _with_line(words)}
    connection.execute(update(job).where(_mine(one)).values(values))
    _tell(connection, one.id)
    return "queued"


def running(connection: Connection) -> list[Job]:
    """Jobs that say of themselves that they run."""
    return [Job(**row._asdict()) for row in connection.execute(_columns().where(job.c.state == "running"))]


def hold(connection: Connection, number: int) -> bool:
    """Take the guard of a running job for as long as the connection lives; false where a worker has it."""
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:guard, :id)"), {"guard": GUARD, "id": number}))


def release(connection: Connection, number: int) -> None:
    """Give the guard of a job back."""
    connection.execute(text("SELECT pg_advisory_unlock(:guard, :id)"), {"guard": GUARD, "id": number})


def ended_before(connection: Connection, moment: datetime) -> list[int]:
    """Numbers of the jobs that ended before a moment, locked until the transaction ends."""
    c = job.c
    query = select(c.id).where(c.ended_at < moment, c.state.in_(ENDED)).order_by(c.id)
    return list(connection.execute(query.with_for_update(skip_locked=True)).scalars())


def drop(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget jobs that have ended."""
    connection.execute(delete(job).where(job.c.id.in_(numbers), job.c.state.in_(ENDED)))


def _columns() -> Select[Any]:
    return select(*(job.c[name] for name in Job.__dataclass_fields__))


def _own(viewer: Viewer | None) -> ColumnElement[bool]:
    if viewer is None or viewer.role == KEEPER:
        return true()
    c = job.c
    return and_(c.actor == (viewer.account or viewer.role), c.role == viewer.role, c.scope == viewer.scope)


def _mine(one: Job) -> ColumnElement[bool]:
    """Only the attempt that was claimed may be written to: a worker thought dead changes nothing any more."""
    return and_(job.c.id == one.id, job.c.state == "running", job.c.attempt == one.attempt)


def _with_line(words: str) -> ColumnElement[Any]:
    """The log with one line more, unless the last says the same, or it is full."""
    log = job.c.log
    at = func.to_char(func.timezone("UTC", func.clock_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    line = func.jsonb_build_array(func.jsonb_build_array(at, cast(words, Text)))
    said = func.coalesce(log[-1][1].astext == words, false())
    return case((or_(said, func.jsonb_array_length(log) >= MOST_LINES), log), else_=log.op("||")(line))


def _tell(connection: Connection, number: int) -> None:
    """Wake whoever listens when the transaction ends."""
    connection.execute(select(func.pg_notify(CHANNEL, str(number))))
