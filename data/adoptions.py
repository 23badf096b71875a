"""Adopted plans as versions: areas, grids and service points of one change in one write, and the way back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import shapely
from sqlalchemy import Connection, Table, func, or_, select

from data import tables as t
from data.areas import current
from data.history import VERSIONS, Layer, Link, record_lineage
from data.layers import frame
from data.writing import as_rows, lock_parts, write_versions


@dataclass(frozen=True)
class Part:
    """One area as it will be; `like` is the uid of the area whose other columns it takes over."""

    uid: str
    like: str
    code: str
    name: str
    level: str
    parent_uid: str | None
    counts: Mapping[str, int | None]
    geom: shapely.Geometry


@dataclass(frozen=True)
class GridHome:
    """A grid as it will be; `like` is the uid of the grid whose other columns it takes over. None: as it was."""

    code: str
    community_uid: str
    like: str
    geom: shapely.Geometry | None = None
    counts: Mapping[str, int | None] | None = None


@dataclass(frozen=True)
class Adoption:
    """Everything that changes on a day: areas that are from then on, areas that end, what came from what, grids by
    uid, and whom service points serve (uid: community uid)."""

    batch_id: int
    effective: date
    synthetic: bool
    parts: tuple[Part, ...]
    closed: tuple[str, ...]
    links: tuple[Link, ...]
    document_no: str | None
    grids: Mapping[str, GridHome]
    served: Mapping[str, str]


def lock(connection: Connection, synthetic: bool, sets: Collection[str] = ()) -> None:
    """Nobody else writes communities or their parts meanwhile."""
    word = str(synthetic).lower()
    lock_parts(connection, "area", [f"community {word}", f"sub_area {word}"])
    lock_parts(connection, "grid", sets)


def write(connection: Connection, adoption: Adoption) -> None:
    """Write it all, in the transaction that is open."""
    before = rows_of(connection, t.area, t.area_version, {one.like for one in adoption.parts}, adoption.effective)
    made = [_area(before.loc[one.like], one) for one in adoption.parts]
    _write(connection, t.area, t.area_version, pd.DataFrame(made, dtype=object), adoption, adoption.closed)
    record_lineage(connection, "area", adoption.links, adoption.effective, adoption.batch_id, adoption.document_no)
    if adoption.grids:
        _write_grids(connection, adoption)
    if adoption.served:
        rows = rows_of(connection, t.service_point, t.service_point_version, adoption.served, adoption.effective)
        rows["serves_uid"] = [adoption.served[uid] for uid in rows.index]
        _write(connection, t.service_point, t.service_point_version, rows.reset_index(), adoption)


def _write_grids(connection: Connection, adoption: Adoption) -> None:
    like = {home.like for home in adoption.grids.values()}
    before = rows_of(connection, t.grid, t.grid_version, like, adoption.effective)
    made = []
    for uid, home in adoption.grids.items():
        row = before.loc[home.like].to_dict() | {"uid": uid, "code": home.code, "community_uid": home.community_uid}
        row |= {} if home.geom is None else {"geom": home.geom}
        row |= {} if home.counts is None else dict.fromkeys((*t.SIZE_METRICS, *t.AGE_GROUPS)) | dict(home.counts)
        made.append(row)
    _write(connection, t.grid, t.grid_version, pd.DataFrame(made, dtype=object), adoption)
    links = [Link(home.like, uid, "split") for uid, home in adoption.grids.items() if uid != home.like]
    record_lineage(connection, "grid", links, adoption.effective, adoption.batch_id, adoption.document_no)


def undo(connection: Connection, batch_id: int, back: Adoption) -> None:
    """Write as of `back.effective` what held before the batch: areas it ended or changed, grids, service points.

    `back.closed` are the areas that the batch had begun; `back.links` say where they go.
    """
    ended = connection.scalar(select(t.import_batch.c.report["closed"]).where(t.import_batch.c.id == batch_id))
    area = _before(connection, t.area, t.area_version, batch_id, ended or [])
    _write(connection, t.area, t.area_version, area.reset_index(), back, back.closed)
    record_lineage(connection, "area", back.links, back.effective, back.batch_id, back.document_no)
    links, begun = links_of(connection, batch_id, "grid")
    grids = _before(connection, t.grid, t.grid_version, batch_id)
    if len(grids):
        _write(connection, t.grid, t.grid_version, grids.reset_index(), back, begun)
        joined = [Link(one.new_uid, one.old_uid, "merge") for one in links]
        record_lineage(connection, "grid", joined, back.effective, back.batch_id, back.document_no)
    points = _before(connection, t.service_point, t.service_point_version, batch_id)
    if len(points):
        _write(connection, t.service_point, t.service_point_version, points.reset_index(), back)


def rows_of(connection: Connection, identity: Table, version: Table, uids: Collection[str], day: date) -> pd.DataFrame:
    """Version rows in force on a day by uid, shapely geometries under `geom`."""
    query = _columns(identity, version).where(current(version, day), version.c.uid.in_(list(uids)))
    return as_rows(frame(connection, query)).set_index("uid").drop(columns="id")


def touched(connection: Connection, batch_id: int) -> Sequence[str]:
    """Codes of areas of a batch that somebody changed again since."""
    v = t.area_version.c
    mine = select(v.uid).where(v.batch_id == batch_id)
    newer = select(v.code).distinct().where(func.upper_inf(v.recorded), v.batch_id > batch_id, v.uid.in_(mine))
    return list(connection.scalars(newer))


def taken_codes(connection: Connection, prefix: str) -> list[str]:
    """Every code below a prefix that was ever used."""
    v = t.area_version.c
    query = select(v.code).distinct().where(v.code.startswith(prefix, autoescape=True))
    return list(connection.scalars(query))


def _before(
    connection: Connection, identity: Table, version: Table, batch_id: int, ended: Sequence[str] = ()
) -> pd.DataFrame:
    """For every row that the batch changed or `ended`, the newest version of an earlier one, as it was then."""
    v = version.c
    mine = select(v.uid).where(v.batch_id == batch_id)
    known = or_(v.uid.in_(mine), v.uid.in_(list(ended)))
    newest = select(func.max(v.id)).where(known, v.batch_id < batch_id).group_by(v.uid)
    query = _columns(identity, version).where(version.c.id.in_(newest))
    return as_rows(frame(connection, query)).set_index("uid").drop(columns="id")


def _columns(identity: Table, version: Table) -> Any:
    own = [column for column in identity.c if column.name not in ("uid", "synthetic")]
    kept = [one for one in version.c if one.name not in ("valid", "recorded", "batch_id", "row_digest")]
    return select(*kept, *own).join(identity, identity.c.uid == version.c.uid)


def _area(before: "pd.Series[Any]", part: Part) -> dict[str, Any]:
    row = before.to_dict() | dict.fromkeys((*t.SIZE_METRICS, *t.AGE_GROUPS)) | dict(part.counts)
    named = {"uid": part.uid, "code": part.code, "name": part.name, "level": part.level}
    return row | named | {"parent_uid": part.parent_uid, "geom": part.geom}


def _write(
    connection: Connection,
    identity: Table,
    version: Table,
    rows: pd.DataFrame,
    adoption: Adoption,
    closed: Sequence[str] = (),
) -> None:
    write_versions(
        connection,
        identity,
        version,
        rows,
        batch_id=adoption.batch_id,
        valid_from=adoption.effective,
        synthetic=adoption.synthetic,
        missing_within=list(closed),
    )


def links_of(connection: Connection, batch_id: int, layer: Layer = "area") -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """The lineage that a batch recorded, and the areas or grids that began with it."""
    x, v = t.lineage.c, VERSIONS[layer].c
    query = select(x.old_uid, x.new_uid, x.kind).where(x.batch_id == batch_id, x.layer == layer).order_by(x.id)
    links = tuple(Link(*row) for row in connection.execute(query))
    old = select(v.uid).where(v.batch_id < batch_id)
    begun = select(v.uid).distinct().where(v.batch_id == batch_id, v.uid.not_in(old))
    return links, tuple(connection.scalars(begun))
