"""Areas by code, by list and by position, as of a date and inside the viewer's scope."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, literal, or_
from sqlalchemy import select as sql_select

from data import tables as t
from data.viewers import Viewer
from gis.errors import NotFoundError


@dataclass(frozen=True)
class Area:
    """An area as of a date, with its border (EPSG:4490) where there is one."""

    uid: str
    code: str
    name: str
    level: str
    synthetic: bool
    status: str
    geom: shapely.Geometry | None

    @property
    def district_code(self) -> str:
        """Code of the district the area lies in or is."""
        return self.code[:6]


def current(version: Table, as_of: date) -> ColumnElement[bool]:
    """The versions in force on the date, as known now."""
    return and_(version.c.valid.op("@>")(as_of), func.upper_inf(version.c.recorded))


LONGEST_OPEN = 12  # the code of a community; what is smaller is nobody else's business


def visible(version: Table, viewer: Viewer) -> ColumnElement[bool]:
    """The areas a viewer may know of: communities and above everywhere, smaller ones inside the scope.

    What is counted in an area outside the scope is shown rounded (`data.scopes`).
    """
    return or_(func.length(version.c.code) <= LONGEST_OPEN, in_scope(version, viewer))


def in_scope(version: Table, viewer: Viewer) -> ColumnElement[bool]:
    """The areas inside the viewer's scope and those it lies in."""
    return or_(
        version.c.code.startswith(viewer.scope, autoescape=True), literal(viewer.scope).startswith(version.c.code)
    )


def find_area(connection: Connection, code: str, as_of: date, viewer: Viewer) -> Area:
    """The area of a code as of a date; NotFoundError where there is none or it lies outside the scope."""
    return area_of(code, connection.execute(area_query(code, as_of, viewer)).one_or_none())


def area_query(code: object, as_of: date, viewer: Viewer) -> Select[Any]:
    """What `area_of` is made from; `code` is a text or a parameter."""
    v, i = t.area_version, t.area
    return (
        sql_select(
            v.c.uid, v.c.code, v.c.name, i.c.level, i.c.synthetic, v.c.status, func.ST_AsBinary(v.c.geom).label("geom")
        )
        .join(i, i.c.uid == v.c.uid)
        .where(v.c.code == code, current(v, as_of), visible(v, viewer))
    )


def area_of(code: str, row: Sequence[Any] | None) -> Area:
    """The area of a row of `area_query`; NotFoundError where there is none."""
    if row is None:
        raise NotFoundError(f"没有找到代码 {code}。查对代码，或先导入这个区划")
    *told, geom = row
    return Area(*told, geom=None if geom is None else shapely.from_wkb(bytes(geom)))


def list_areas(
    connection: Connection,
    as_of: date,
    viewer: Viewer,
    *,
    level: str | None,
    prefix: str,
    after: str | None,
    limit: int | None,
) -> list[dict[str, Any]]:
    """Areas in order of code, one more than the limit where there are more."""
    v, i, parent = t.area_version, t.area, t.area_version.alias("parent")
    query = (
        sql_select(
            v.c.code,
            v.c.name,
            i.c.level,
            parent.c.code.label("parent_code"),
            v.c.status,
            i.c.synthetic,
            v.c.geom.isnot(None).label("has_border"),
        )
        .join(i, i.c.uid == v.c.uid)
        .outerjoin(parent, and_(parent.c.uid == v.c.parent_uid, current(parent, as_of)))
        .where(current(v, as_of), visible(v, viewer), v.c.code.startswith(prefix, autoescape=True))
        .order_by(v.c.code)
    )
    if level is not None:
        query = query.where(i.c.level == level)
    if after is not None:
        query = query.where(v.c.code > after)
    if limit is not None:
        query = query.limit(limit + 1)
    return [row._asdict() for row in connection.execute(query)]


def uids_below(
    connection: Connection, code: str, levels: Collection[str], as_of: date, viewer: Viewer
) -> tuple[str, ...]:
    """The areas of some levels below a code, or it itself."""
    v, i = t.area_version, t.area
    query = (
        sql_select(v.c.uid)
        .join(i, i.c.uid == v.c.uid)
        .where(current(v, as_of), visible(v, viewer), v.c.code.startswith(code, autoescape=True), i.c.level.in_(levels))
    )
    return tuple(connection.scalars(query))
