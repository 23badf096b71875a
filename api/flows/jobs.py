"""Jobs: long work that is asked for, listed and cancelled here, and done by the worker with the rights of who asked."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Engine

from api.settings import Settings
from data import audit, jobs
from data.jobs import Job
from data.pending import plain_name
from data.session import transaction
from data.viewers import Viewer
from gis.errors import BadInputError, ConflictError, NotAllowedError, NotFoundError

FOLDER = "jobs"
MOST_WAITING = 20
KEEPER = Viewer("系统")
CANCELLED = "已取消，已经算好的留着"


class Args(BaseModel):
    """What every kind of job is asked with: the area it is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[0-9P]{4,15}$", description="区划代码")


@dataclass(frozen=True)
class Report:
    """How the work of one job says how far it is, keeps what it has so far, and hands over files.

    `tell(share, words, result)`; `folder` exists once a file is asked for.
    """

    tell: Callable[[float, str, Mapping[str, Any] | None], None]
    folder: Path
    files: list[str] = field(default_factory=list)

    def __call__(self, share: float, words: str, result: Mapping[str, Any] | None = None) -> None:
        """Share done, 0 to 1, and a sentence; a result given now stays if the job is ended later."""
        self.tell(share, words, result)

    def step(self, done: int, total: int, name: str) -> None:
        """Place by place, in the words of the flows: how many are done, of how many, and the name of the next."""
        self.tell(done / total if total else 1.0, f"{done} / {total} {name}".strip(), None)

    def file(self, name: str) -> Path:
        """Where to write a result file that whoever asked may download under this name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        clean = plain_name(name)
        self.files.append(clean)
        return self.folder / clean


Flow = Callable[[Engine, Settings, Viewer, Any, Report], Mapping[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A kind of job: its name on screen, who may ask for it, what with, what does it, and its longest time."""

    title: str
    roles: frozenset[str]
    args: type[Args]
    flow: Flow
    deadline_min: int = 60


def ask(engine: Engine, kinds: Mapping[str, Kind], name: str, given: Mapping[str, Any], viewer: Viewer) -> int:
    """Put a job into the queue; returns its number.

    Raises BadInputError for an unknown kind or wrong arguments, NotAllowedError for a role that may not ask for it,
    NotFoundError for an area outside of the scope, ConflictError where too many of the viewer's wait already.
    """
    kind = kinds.get(name)
    if kind is None:
        raise BadInputError(f"没有“{name[:40]}”这种任务。可选：{' '.join(kinds)}")
    if viewer.role not in kind.roles:
        raise NotAllowedError(f"{viewer.role}不能做这件事，要由{'或'.join(sorted(kind.roles))}来做")
    args = arguments(kind, given)
    if not viewer.covers(args.code):
        raise NotFoundError("没有找到，或不在你的管辖范围。查对代码再试")
    with transaction(engine, viewer.whole) as connection:
        waiting = [one for one in jobs.listed(connection, viewer, None, MOST_WAITING) if one.state == "queued"]
        if len(waiting) >= MOST_WAITING:
            raise ConflictError(f"你已有 {len(waiting)} 个任务在排队。等它们算完，或取消几个，再来")
        values = args.model_dump(mode="json", exclude_none=True)
        number = jobs.add(connection, name, values, viewer, kind.deadline_min * 60)
        audit.note(connection, viewer, "job", name, {"id": number, "area": args.code})
    return number


def arguments(kind: Kind, given: Mapping[str, Any]) -> Args:
    """The arguments of a kind, checked; BadInputError names what is wrong."""
    try:
        return kind.args.model_validate(dict(given))
    except ValidationError as error:
        names = "、".join(dict.fromkeys(".".join(str(part) for part in one["loc"]) for one in error.errors()))
        raise BadInputError(f"任务的参数 {names} 不对。改正后再试") from error


def listed(
    engine: Engine, kinds: Mapping[str, Kind], viewer: Viewer, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """The viewer's own jobs, newest first, as the list shows them."""
    with transaction(engine, viewer.whole) as connection:
        return [_head(one, kinds) for one in jobs.listed(connection, viewer, before, limit)]


def told(engine: Engine, kinds: Mapping[str, Kind], number: int, viewer: Viewer) -> dict[str, Any]:
    """One job with its log, result and files."""
    one = find(engine, number, viewer)
    log = [{"at": at, "words": words} for at, words in one.log]
    return _head(one, kinds) | {"log": log, "result": one.result, "args": dict(one.args)}


def find(engine: Engine, number: int, viewer: Viewer) -> Job:
    """A job of the viewer's own."""
    with transaction(engine, viewer.whole) as connection:
        return jobs.find(connection, number, viewer)


def cancel(engine: Engine, kinds: Mapping[str, Kind], number: int, viewer: Viewer) -> dict[str, Any]:
    """End a job: a waiting one at once, a running one as soon as its worker hears of it; an ended one stays."""
    with transaction(engine, viewer.whole) as connection:
        one = jobs.find(connection, number, viewer)
        jobs.cancel(connection, number, CANCELLED)
        audit.note(connection, viewer, "job", one.kind, {"id": number, "cancel": True})
    return told(engine, kinds, number, viewer)


def tidy(engine: Engine, files: Path, days: int, now: datetime) -> list[int]:
    """Remove jobs that ended more than so many days ago, with their files; returns their numbers. 0 days keep all."""
    if not days:
        return []
    with transaction(engine) as connection:
        numbers = jobs.ended_before(connection, now - timedelta(days=days))
        # files first: a job that is still listed without them is found again, files without a job are not
        for number in numbers:
            shutil.rmtree(files / FOLDER / str(number), ignore_errors=True)
        if numbers:
            jobs.drop(connection, numbers)
            audit.note(connection, KEEPER, "job", "tidy", {"removed": numbers, "days": days})
    return numbers


def file(engine: Engine, files: Path, number: int, name: str, viewer: Viewer) -> Path:
    """A result file of a job of the viewer's own."""
    one = find(engine, number, viewer)
    kept = files / FOLDER / str(number) / name
    if name not in one.files or not kept.is_file():
        raise NotFoundError("这个任务没有这个文件。回数据管理页看列表")
    return kept


def _head(one: Job, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    def time(at: Any) -> str | None:
        return None if at is None else str(at.isoformat(timespec="seconds"))

    return {
        "id": one.id,
        "kind": one.kind,
        "title": kinds[one.kind].title if one.kind in kinds else one.kind,
        "code": one.args.get("code"),
        "actor": one.actor,
        "state": one.state,
        "cancel_asked": one.cancel_asked,
        "progress": round(one.progress, 4),
        "words": one.words,
        "files": list(one.files),
        "error": None if one.error is None else {"code": one.error_code, "detail": one.error},
        "created_at": time(one.created_at),
        "started_at": time(one.started_at),
        "ended_at": time(one.ended_at),
    }
