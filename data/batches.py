"""Imports as they are remembered: the original file by digest, the batch with its report, and its findings."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import shapely
from sqlalchemy import Connection, insert, select

from data import tables as t
from gis.errors import MachineError


@dataclass(frozen=True)
class Source:
    """Where the rows of one write come from and what is declared about them."""

    kind: str
    file_name: str
    file_sha256: str
    data_date: date
    inventory: bool = False
    synthetic: bool = False
    osm: bool = False
    area_code: str | None = None
    document_no: str | None = None


def open_batch(connection: Connection, source: Source, report: Mapping[str, object]) -> int:
    """Remember an import with its report; returns the batch id."""
    row = {**vars(source), "report": dict(report)}
    return int(connection.execute(insert(t.import_batch).values(row).returning(t.import_batch.c.id)).scalar_one())


def add_findings(connection: Connection, batch_id: int, findings: Sequence[Mapping[str, object]]) -> None:
    """Store findings (code, severity, row, field, message, lon, lat) of a batch."""
    rows = [
        {key: one.get(key) for key in ("code", "severity", "row", "field", "message")}
        | {"batch_id": batch_id, "geom": _point(one.get("lon"), one.get("lat"))}
        for one in findings
    ]
    if rows:
        connection.execute(insert(t.finding), rows)


def latest_report(connection: Connection, kind: str, file_sha256: str) -> Mapping[str, object] | None:
    """The stored report of the last import of the same bytes as the same kind."""
    query = (
        select(t.import_batch.c.report)
        .where(t.import_batch.c.kind == kind, t.import_batch.c.file_sha256 == file_sha256)
        .order_by(t.import_batch.c.id.desc())
        .limit(1)
    )
    return connection.scalar(query)


@dataclass(frozen=True)
class BatchFacts:
    """One import: the date of its data, whether it is a complete register, whether it comes from OpenStreetMap."""

    data_date: date
    inventory: bool
    osm: bool


def facts(connection: Connection, batch_ids: Iterable[int]) -> dict[int, BatchFacts]:
    """What the given imports declared, by id."""
    b = t.import_batch.c
    query = select(b.id, b.data_date, b.inventory, b.osm).where(b.id.in_(sorted({int(one) for one in batch_ids})))
    return {row.id: BatchFacts(row.data_date, row.inventory, row.osm) for row in connection.execute(query)}


def sources(connection: Connection, batch_ids: Iterable[int]) -> dict[int, Source]:
    """Where the rows of the given imports come from, by id."""
    b = t.import_batch.c
    names = [b[name] for name in Source.__dataclass_fields__]
    query = select(b.id, *names).where(b.id.in_(sorted({int(one) for one in batch_ids})))
    return {number: Source(*told) for number, *told in connection.execute(query)}


def file_digest(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_original(path: Path, folder: Path) -> str:
    """Keep a file under its sha256 and return that; a file already kept is not copied again."""
    digest = file_digest(path)
    kept = folder / digest[:2] / digest
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            part = kept.with_suffix(".part")
            shutil.copyfile(path, part)
            part.rename(kept)
    except OSError as error:
        raise MachineError(f"原始文件没有存下来（{error.strerror}），没有导入。检查 {folder} 的空间和权限") from error
    return digest


def _point(lon: object, lat: object) -> str | None:
    if not isinstance(lon, float) or not isinstance(lat, float):
        return None
    return f"SRID={t.STORAGE_SRID};{shapely.Point(lon, lat).wkt}"
