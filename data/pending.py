"""Imports that wait for a decision, and the kept originals; every import that ever was, newest first."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from data import tables as t
from data.shapes import EMPTY
from gis.errors import MachineError, NotFoundError

LONGEST_NAME = 120


@dataclass(frozen=True)
class Pending:
    """One import as it was handed in; `base` is the digest of what its report was held against."""

    id: int
    kind: str
    file_name: str
    file_sha256: str
    asked: Mapping[str, Any]
    base: str
    report: Mapping[str, Any]
    state: str
    actor: str
    batch_id: int | None
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True)
class Shown:
    """What a preview holds besides the order: the report, and two GeoJSON texts."""

    base: str
    report: Mapping[str, Any]
    places: str
    borders: str


def add(
    connection: Connection, kind: str, file_name: str, digest: str, asked: Mapping[str, Any], actor: str, shown: Shown
) -> int:
    """Remember an import that waits; returns its number."""
    row = {"kind": kind, "file_name": file_name, "file_sha256": digest, "asked": dict(asked), "actor": actor}
    query = insert(t.pending_import).values(row | vars(shown)).returning(t.pending_import.c.id)
    return int(connection.execute(query).scalar_one())


def find(connection: Connection, number: int, lock: bool = False) -> Pending:
    """The import of a number; NotFoundError where there is none. With `lock` nobody else may decide meanwhile."""
    p = t.pending_import.c
    query = select(*(p[name] for name in Pending.__dataclass_fields__)).where(p.id == number)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFoundError(f"没有编号 {number} 的导入。回数据管理页看列表")
    return Pending(**row._asdict())


def geojson(connection: Connection, number: int, what: str) -> str:
    """The stored `places` or `borders` of an import as GeoJSON text."""
    found = connection.scalar(select(t.pending_import.c[what]).where(t.pending_import.c.id == number))
    if found is None:
        raise NotFoundError(f"没有编号 {number} 的导入。回数据管理页看列表")
    return str(found)


def show(connection: Connection, number: int, asked: Mapping[str, Any], shown: Shown) -> None:
    """Replace the order and what the preview shows."""
    values = {"asked": dict(asked), **vars(shown)}
    connection.execute(update(t.pending_import).where(t.pending_import.c.id == number).values(values))


def decide(connection: Connection, number: int, state: str, batch_id: int | None, report: Mapping[str, Any]) -> None:
    """Close an import: accepted as a batch, or rejected."""
    values = {"state": state, "batch_id": batch_id, "report": dict(report), "borders": EMPTY, "decided_at": func.now()}
    connection.execute(update(t.pending_import).where(t.pending_import.c.id == number).values(values))


def queue_up(connection: Connection, kind: str) -> None:
    """Wait until nobody else accepts an import of this kind; held to the end of the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(overlap_lock('import', :kind))"), {"kind": kind})


def history(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Imports that wait or were rejected, and those that went in by whatever door, newest first."""
    p, b = t.pending_import, t.import_batch
    waiting = select(p.c.id, p.c.kind, p.c.file_name, p.c.state, p.c.created_at.label("at"), p.c.batch_id).where(
        p.c.batch_id.is_(None)
    )
    stored = select(
        func.coalesce(p.c.id, 0).label("id"),
        b.c.kind,
        b.c.file_name,
        func.coalesce(p.c.state, "accepted").label("state"),
        b.c.recorded_at.label("at"),
        b.c.id.label("batch_id"),
    ).outerjoin(p, p.c.batch_id == b.c.id)
    both = waiting.union_all(stored).subquery()
    query = select(both).order_by(both.c.at.desc(), both.c.batch_id.desc()).limit(limit)
    return [row._asdict() for row in connection.execute(query)]


def batch(connection: Connection, number: int) -> Mapping[str, Any]:
    """A stored import with its report: kind, file_name, file_sha256, report; NotFoundError where there is none."""
    b = t.import_batch.c
    query = select(b.id, b.kind, b.file_name, b.file_sha256, b.report, b.recorded_at).where(b.id == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"没有编号 {number} 的导入记录。回数据管理页看列表")
    return row._asdict()


def original(folder: Path, digest: str) -> Path:
    """The kept file of a digest; NotFoundError where it is not there any more."""
    kept = folder / digest[:2] / digest
    if not kept.is_file():
        raise NotFoundError("原始文件已不在这台机器上。请从备份里找，或重新上传")
    return kept


@contextmanager
def named(kept: Path, name: str) -> Iterator[Path]:
    """The kept file under its own name for as long as it is read: readers tell some kinds by the ending."""
    with tempfile.TemporaryDirectory(prefix="wangge-original-", dir=kept.parent) as folder:
        place = Path(folder) / plain_name(name)
        try:
            os.link(kept, place)
        except OSError:
            try:
                shutil.copyfile(kept, place)
            except OSError as error:
                raise MachineError("临时文件没有写成，没有导入。检查磁盘空间和权限") from error
        yield place


def plain_name(name: str) -> str:
    """The last part of a file name as sent, without what a path could be made of."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').strip(". ")
    return clean[-LONGEST_NAME:] or "数据文件"
