"""Places people ask for by code, name or position: a grid, or a community where there is no grid."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from data import tables as t
from data.areas import Area, current, find_area, in_scope
from data.grids import COUNTS, DEFAULT_SET
from data.viewers import Viewer
from gis.errors import BadInputError, NotFoundError

GRID_DIGITS = len("610104006061001")
LEVELS = ("community", "subdistrict", "district")
MOST = 50


@dataclass(frozen=True)
class Place:
    """A grid or community as of a date with its border (EPSG:4490).

    `parents`: the areas above, smallest first. `counts`: those recorded, by name, None where unknown. `grid_set` and
    `tier` are those of a grid, None for a community.
    """

    uid: str
    code: str
    name: str | None
    status: str
    synthetic: bool
    geom: shapely.Geometry
    counts: Mapping[str, int | None]
    parents: tuple[Area, ...]
    grid_set: str | None = None
    tier: int | None = None

    @property
    def community(self) -> str:
        """Code of the community it is or lies in."""
        return self.code if self.grid_set is None else self.parents[0].code


@dataclass(frozen=True)
class Hit:
    """One line of a search: `kind` grid | community | compound, the code of the page it leads to, what it lies in."""

    kind: str
    name: str
    code: str
    within: str
    status: str


def names(connection: Connection, codes: Collection[str], as_of: date) -> dict[str, str]:
    """What grids and communities are called; a grid without a name by its community and number."""
    a, g, home = t.area_version, t.grid_version, t.area_version.alias("home")
    areas = select(a.c.code, a.c.name).where(a.c.code.in_(codes), current(a, as_of))
    called = func.coalesce(g.c.name, func.right(g.c.code, 2) + " 网格")
    grids = (
        select(g.c.code, func.concat(home.c.name, called))
        .outerjoin(home, and_(home.c.uid == g.c.community_uid, current(home, as_of)))
        .where(g.c.code.in_(codes), current(g, as_of))
    )
    return {row.code: row[1] for query in (areas, grids) for row in connection.execute(query)}


def find_place(connection: Connection, code: str, as_of: date, viewer: Viewer) -> Place:
    """The grid or community of a code; NotFoundError where there is none, BadInputError where it has no border.

    Of several sets with the code the usual one is taken, else the first by name.
    """
    g, s, v = t.grid, t.grid_set, t.grid_version
    counts = [v.c[name] for name in COUNTS]
    query = (
        select(v.c.uid, v.c.name, v.c.status, v.c.tier, v.c.community_uid, g.c.synthetic, s.c.name.label("set"))
        .add_columns(func.ST_AsBinary(v.c.geom).label("geom"), *counts)
        .join(g, g.c.uid == v.c.uid)
        .join(s, s.c.id == v.c.set_id)
        .where(v.c.code == code, current(v, as_of), in_scope(v, viewer))
        .order_by((s.c.name != DEFAULT_SET), s.c.name)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return _community(connection, code, as_of, viewer)
    parents = _above(connection, row.community_uid, as_of)
    return Place(
        row.uid,
        code,
        row.name,
        row.status,
        row.synthetic,
        shapely.from_wkb(bytes(row.geom)),
        _counts(row),
        parents,
        row.set,
        row.tier,
    )


def search(connection: Connection, words: str, as_of: date, viewer: Viewer) -> list[Hit]:
    """Grids, communities and compounds by a part of the name or the beginning of the code, at most `MOST`."""
    v, a, c = t.grid_version, t.area_version, t.compound_version
    grids = _grid_rows(as_of).where(_named(v, words), in_scope(v, viewer))
    communities = _community_rows(as_of).where(_named(a, words), in_scope(a, viewer))
    joined = func.ST_Covers(a.c.geom, c.c.geom)
    compounds = (
        _community_rows(as_of)
        .with_only_columns(c.c.name, a.c.code, a.c.status, a.c.name.label("within"))
        .join(c, and_(joined, a.c.geom.op("&&")(c.c.geom), current(c, as_of)))
        .join(t.compound, and_(t.compound.c.uid == c.c.uid, t.compound.c.synthetic == t.area.c.synthetic))
        .where(c.c.name.contains(words, autoescape=True), in_scope(a, viewer))
        .order_by(None)
        .order_by(c.c.name, c.c.uid)
    )
    kinds = {"community": communities, "grid": grids, "compound": compounds}
    return [_hit(kind, row) for kind, query in kinds.items() for row in connection.execute(query.limit(MOST)) if words][
        :MOST
    ]


def _grid_rows(as_of: date) -> Select[Any]:
    g, s, v, a = t.grid, t.grid_set, t.grid_version, t.area_version
    return (
        select(v.c.name, v.c.code, v.c.status, a.c.name.label("within"))
        .join(g, g.c.uid == v.c.uid)
        .join(s, s.c.id == v.c.set_id)
        .outerjoin(a, and_(a.c.uid == v.c.community_uid, current(a, as_of)))
        .where(current(v, as_of))
        .order_by(v.c.code)
    )


def _community_rows(as_of: date) -> Select[Any]:
    a, parent = t.area_version, t.area_version.alias("parent")
    return (
        select(a.c.name, a.c.code, a.c.status, parent.c.name.label("within"))
        .join(t.area, t.area.c.uid == a.c.uid)
        .outerjoin(parent, and_(parent.c.uid == a.c.parent_uid, current(parent, as_of)))
        .where(t.area.c.level == "community", a.c.geom.isnot(None), current(a, as_of))
        .order_by(a.c.code)
    )


def _named(version: Any, words: str) -> ColumnElement[bool]:
    return or_(version.c.name.contains(words, autoescape=True), version.c.code.startswith(words, autoescape=True))


def _hit(kind: str, row: Row[Any]) -> Hit:
    return Hit(kind, row.name or f"第 {row.code[-3:]} 网格", row.code, row.within or "", row.status)


def _community(connection: Connection, code: str, as_of: date, viewer: Viewer) -> Place:
    if len(code) >= GRID_DIGITS:
        raise NotFoundError(f"没有找到网格 {code}。查对代码，或到“我的网格”按名称找")
    area = find_area(connection, code, as_of, viewer)
    if area.level != "community":
        raise BadInputError(f"{area.name}不是社区。给出社区的 12 位代码，或网格的 15 位代码")
    if area.geom is None:
        raise BadInputError(f"{area.name}还没有边界。先导入或草拟边界")
    v = t.area_version
    row = connection.execute(
        select(*(v.c[name] for name in COUNTS)).where(v.c.uid == area.uid, current(v, as_of))
    ).one()
    parents = _above(connection, area.uid, as_of)[1:]
    return Place(area.uid, code, area.name, area.status, area.synthetic, area.geom, _counts(row), parents)


def _counts(row: Row[Any]) -> Mapping[str, int | None]:
    return {name: row._mapping[name] for name in COUNTS}


def _above(connection: Connection, uid: str, as_of: date) -> tuple[Area, ...]:
    """The area of a uid and those it lies in, smallest first, up to its district."""
    v, i = t.area_version, t.area
    found: list[Area] = []
    above: str | None = uid
    while above is not None and len(found) < len(LEVELS):
        row = connection.execute(
            select(v.c.uid, v.c.code, v.c.name, i.c.level, i.c.synthetic, v.c.status, v.c.parent_uid)
            .join(i, i.c.uid == v.c.uid)
            .where(v.c.uid == above, current(v, as_of))
        ).one_or_none()
        if row is None:
            break
        found.append(Area(row.uid, row.code, row.name, row.level, row.synthetic, row.status, None))
        above = row.parent_uid
    return tuple(found)
