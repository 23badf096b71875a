"""What became of an area: every version that was ever recorded, and which areas it came from and went into."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from sqlalchemy import (
    Connection,
    Lateral,
    Row,
    ScalarSelect,
    Table,
    and_,
    delete,
    func,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from data import tables as t
from data.areas import in_scope
from data.viewers import Viewer
from gis.errors import NotFoundError

Kind = Literal["split", "merge", "adjust", "subdivide", "recode"]
Layer = Literal["area", "grid"]
VERSIONS: Mapping[Layer, Table] = MappingProxyType({"area": t.area_version, "grid": t.grid_version})


@dataclass(frozen=True)
class Link:
    """One area or grid that came, wholly or in part, from another; `kind` says how."""

    old_uid: str
    new_uid: str
    kind: Kind


def record_lineage(
    connection: Connection,
    layer: Layer,
    links: Iterable[Link],
    effective: date,
    batch_id: int,
    document_no: str | None = None,
) -> None:
    """Remember from what areas or grids came on a date; what is known already stays as it is."""
    shared = {"layer": layer, "effective": effective, "batch_id": batch_id, "document_no": document_no}
    rows = [vars(link) | shared for link in links]
    if rows:
        connection.execute(upsert(t.lineage).on_conflict_do_nothing(), rows)


def forget_lineage(connection: Connection, layer: Layer, new_uids: Iterable[str], effective: date) -> None:
    """Take back what was remembered of some areas or grids for one day, because that day is being corrected."""
    link = t.lineage.c
    gone = link.layer == layer, link.effective == effective, link.new_uid.in_(list(new_uids))
    connection.execute(delete(t.lineage).where(*gone))


def layer_of(code: str) -> Layer:
    """Whether a code is one of a grid or of an area."""
    return "grid" if len(code) == 15 and code[12] != "A" else "area"


def versions_of(
    connection: Connection, code: str, viewer: Viewer, layer: Layer = "area", grid_set: str | None = None
) -> Sequence[Row[tuple[object, ...]]]:
    """All versions of the areas or grids that have or had the code, by legal and then recorded time.

    Of grids, of every set or of one, with `set`, `tier` and `kind`, and the community for the parent. The paper of a
    version is that of the change that made it, else that of its import. NotFoundError where nothing ever had the code,
    or it lies outside the scope.
    """
    v, b, parent = VERSIONS[layer], t.import_batch, t.area_version.alias("parent")
    uids = _uids(connection, layer, code, viewer, grid_set)
    at_its_start = and_(
        parent.c.uid == (v.c.parent_uid if layer == "area" else v.c.community_uid),
        parent.c.valid.op("@>")(func.lower(v.c.valid)),
        func.upper_inf(parent.c.recorded),
    )
    query = (
        select(
            v.c.id,
            v.c.uid,
            v.c.code,
            v.c.name,
            parent.c.code.label("parent_code"),
            v.c.status,
            func.lower(v.c.valid).label("valid_from"),
            func.upper(v.c.valid).label("valid_to"),
            func.lower(v.c.recorded).label("recorded_from"),
            func.upper(v.c.recorded).label("recorded_to"),
            func.round(func.ST_Area(func.geography(v.c.geom))).label("area_m2"),
            func.md5(func.ST_AsBinary(v.c.geom)).label("border"),
            *(v.c[name] for name in t.SIZE_METRICS),
            func.coalesce(_paper_of(layer), b.c.document_no).label("document_no"),
            b.c.kind.label("source_kind"),
            b.c.file_name,
        )
        .join(b, b.c.id == v.c.batch_id)
        .outerjoin(parent, at_its_start)
        .where(v.c.uid.in_(uids))
        .order_by(func.lower(v.c.valid), func.lower(v.c.recorded), v.c.id)
    )
    if layer == "grid":
        query = query.join(t.grid_set, t.grid_set.c.id == v.c.set_id)
        query = query.add_columns(t.grid_set.c.name.label("set"), v.c.tier, v.c.kind)
    return connection.execute(query).all()


def lineage_of(
    connection: Connection, code: str, viewer: Viewer, grid_set: str | None = None
) -> Sequence[Row[tuple[object, ...]]]:
    """The whole chain of changes an area or grid stands in, back to the first and on to the last, by date.

    NotFoundError as for its versions.
    """
    layer, link = layer_of(code), t.lineage
    uids = _uids(connection, layer, code, viewer, grid_set)
    back = select(link.c.id, link.c.old_uid.label("uid")).where(link.c.layer == layer, link.c.new_uid.in_(uids))
    older = back.cte("older", recursive=True)
    step = select(link.c.id, link.c.old_uid).where(link.c.layer == layer, link.c.new_uid == older.c.uid)
    older = older.union(step)
    on = select(link.c.id, link.c.new_uid.label("uid")).where(link.c.layer == layer, link.c.old_uid.in_(uids))
    newer = on.cte("newer", recursive=True)
    step = select(link.c.id, link.c.new_uid).where(link.c.layer == layer, link.c.old_uid == newer.c.uid)
    newer = newer.union(step)
    ids = union_all(select(older.c.id), select(newer.c.id))
    old, new = _named("old", layer, before=True), _named("new", layer, before=False)
    query = (
        select(
            old.c.code.label("old_code"),
            old.c.name.label("old_name"),
            old.c.set.label("old_set"),
            new.c.code.label("new_code"),
            new.c.name.label("new_name"),
            new.c.set.label("new_set"),
            link.c.kind,
            func.coalesce(link.c.document_no, t.import_batch.c.document_no).label("document_no"),
            link.c.effective,
        )
        .select_from(link)
        .join(t.import_batch, t.import_batch.c.id == link.c.batch_id)
        .join(old, true())
        .join(new, true())
        .where(link.c.id.in_(ids))
        .order_by(link.c.effective, old.c.code, new.c.code)
    )
    return connection.execute(query).all()


def _named(word: str, layer: Layer, before: bool) -> Lateral:
    """Code, name and set of a side of a link: the old one's last before the change, the new one's first from it on.

    What was taken back on the very day it began is still named.
    """
    v, link = VERSIONS[layer].alias(f"{word}_version"), t.lineage
    whose = select(t.grid_set.c.name).where(t.grid_set.c.id == v.c.set_id) if layer == "grid" else select(null())
    side = link.c.old_uid if before else link.c.new_uid
    start = func.lower(v.c.valid)
    near = start < link.c.effective if before else func.coalesce(func.upper(v.c.valid), date.max) > link.c.effective
    query = (
        select(v.c.code, v.c.name, whose.scalar_subquery().label("set"))
        .where(v.c.uid == side)
        .order_by(func.upper_inf(v.c.recorded).desc(), near.desc(), start.desc() if before else start)
        .limit(1)
    )
    return query.lateral(word)


def _paper_of(layer: Layer) -> ScalarSelect[str]:
    """Number of the paper of the change that took effect when the version began."""
    link, version = t.lineage.c, VERSIONS[layer].c
    query = select(func.min(link.document_no)).where(
        link.layer == layer,
        or_(link.new_uid == version.uid, link.old_uid == version.uid),
        link.effective == func.lower(version.valid),
    )
    return query.scalar_subquery()


def _uids(connection: Connection, layer: Layer, code: str, viewer: Viewer, grid_set: str | None) -> list[str]:
    v = VERSIONS[layer]
    query = select(v.c.uid).distinct().where(v.c.code == code, in_scope(v, viewer))
    if layer == "grid" and grid_set is not None:
        query = query.join(t.grid_set, t.grid_set.c.id == v.c.set_id).where(t.grid_set.c.name == grid_set)
    found = list(connection.scalars(query))
    if not found:
        raise NotFoundError(f"没有找到代码 {code}。查对代码，或先导入它")
    return found
