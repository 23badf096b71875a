"""The one way rows of a layer are read: `select` builds the query, and a dress turns it into a frame or GeoJSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, and_, func, literal, null, or_, text
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import BYTEA

from data import circles, scopes
from data import tables as t
from data.areas import Area, current, visible
from data.viewers import Viewer
from gis.errors import BadInputError, NotFoundError

Query = Select[tuple[object, ...]]
HIDDEN = ("geom", "id", "key", "batch_id")


@dataclass(frozen=True)
class Layer:
    """Where a layer's rows are and which columns it shows."""

    version: FromClause
    identity: Table | None
    columns: tuple[str, ...]
    level: str | None = None


_AREA_COLUMNS = ("code", "name", "status", *t.SIZE_METRICS, *t.AGE_GROUPS)
_GRID_COLUMNS = ("code", "name", "tier", "kind", "status", *t.SIZE_METRICS, *t.AGE_GROUPS)
_COMPOUND_COUNTS = ("households", "registered_households", "dwelling_units", "undelivered_units", "residents")
LAYERS: Mapping[str, Layer] = MappingProxyType(
    {
        "districts": Layer(t.area_version, t.area, _AREA_COLUMNS, "district"),
        "subdistricts": Layer(t.area_version, t.area, _AREA_COLUMNS, "subdistrict"),
        "communities": Layer(t.area_version, t.area, _AREA_COLUMNS, "community"),
        "sub_areas": Layer(t.area_version, t.area, _AREA_COLUMNS, "sub_area"),
        "grids": Layer(t.grid_version, t.grid, _GRID_COLUMNS),
        "compounds": Layer(
            t.compound_version, t.compound, ("name", "kind", *_COMPOUND_COUNTS, *t.AGE_GROUPS, "quality")
        ),
        "buildings": Layer(t.building_version, t.building, ("compound_uid", "floors", "floor_area_m2", "units")),
        "service_points": Layer(
            t.service_point_version,
            t.service_point,
            ("name", "category", "size_m2", "capacity", "open_hours", "step_free", "verified_on", "serves_uid"),
        ),
        "gates": Layer(t.gate_version, t.gate, ("name", "compound_uid", "access", "hours")),
        "streets": Layer(t.street, None, ("name", "class", "bridge", "tunnel", "layer", "walkable", "main")),
        "barriers": Layer(t.barrier_version, t.barrier, ("kind", "name")),
        "candidate_sites": Layer(t.candidate_site_version, t.candidate_site, ("name", "area_m2", "tenure")),
        "life_circles": Layer(circles.circle_rows(), None, circles.COLUMNS),
        "backdrop": Layer(t.backdrop, None, ("kind", "name")),
    }
)


_INSIDE_ONLY = scopes.PLACES | {"sub_areas", "grids"}


def district_over(connection: Connection, layer: str, uid: str, as_of: date) -> str:
    """Code of the district that a compound or service point lies in; NotFoundError where there is none."""
    v, identity = LAYERS[layer].version, LAYERS[layer].identity
    assert identity is not None
    d, of = t.area_version, t.area
    query = (
        sql_select(d.c.code)
        .join(of, of.c.uid == d.c.uid)
        .join(identity, identity.c.synthetic == of.c.synthetic)
        .join(v, and_(v.c.uid == identity.c.uid, func.ST_Covers(d.c.geom, v.c.geom)))
        .where(identity.c.uid == uid, of.c.level == "district", current(d, as_of), current(v, as_of))
        .order_by(d.c.code)
        .limit(1)
    )
    code = connection.scalar(query)
    if code is None:
        raise NotFoundError("没有找到它，或它不在任何区里。核对编号，或在地址后加上 area=区划代码")
    return code


def touches(column: ColumnElement[object], geometry: shapely.Geometry) -> ColumnElement[bool]:
    """Rows sharing a point with the geometry (EPSG:4490); the parameter is wrapped, never the column."""
    other = func.ST_GeomFromWKB(literal(shapely.to_wkb(geometry), BYTEA), t.STORAGE_SRID)
    return and_(column.op("&&")(other), func.ST_Intersects(column, other))


def select(
    layer: str,
    *,
    as_of: date,
    viewer: Viewer,
    area: Area | None = None,
    within: shapely.Geometry | None = None,
    bbox: Sequence[float] | None = None,
    category: str | None = None,
    grid_set: str | None = None,
    tier: int | None = None,
) -> Query:
    """The rows of a layer as of a date: of an area, touching a geometry, in a box west, south, east, north.

    `area` alone restricts to the area's own ground; with `within` (EPSG:4490) that geometry is used instead and the
    area only says which network and which kind of rows, real or synthetic, belong to it. `grid_set` (its name) and
    `tier` choose among grids. Outside the viewer's scope communities and above come with rounded counts, smaller areas,
    grids and places not at all; NotFoundError where nothing of the area could come.
    """
    if layer not in LAYERS:
        raise NotFoundError(f"没有“{layer}”这个图层。可用的图层：{'、'.join(LAYERS)}")
    if area is not None and not viewer.meets(area.code) and layer in _INSIDE_ONLY:
        raise NotFoundError(f"没有找到代码 {area.code}。查对代码，或先导入这个区划")
    kind = LAYERS[layer]
    v = kind.version
    # columns are named after the layer's words; `id` and `uid` lead
    columns = [v.c[name] for name in kind.columns] if kind.level is None else scopes.shown(v, kind.columns, viewer)
    query = sql_select(v.c.id, (v.c.uid if "uid" in v.c else null()).label("uid"), *columns)
    query = query.add_columns(v.c.geom, _batch_of(v).label("batch_id"))
    if kind.identity is not None:
        query = query.where(current(v, as_of))
        if kind.level is not None or area is not None:  # a join that nothing asks for costs as much as the rows
            query = query.join(kind.identity, kind.identity.c.uid == v.c.uid)
        if area is not None:
            query = query.where(kind.identity.c.synthetic == area.synthetic)
    if kind.level is not None:
        parent = t.area_version.alias("parent")
        joined = _same(parent, v.c.parent_uid, as_of)
        query = query.outerjoin(parent, joined).add_columns(parent.c.code.label("parent_code"))
        query = query.where(t.area.c.level == kind.level, visible(v, viewer))
        if area is not None and within is None:
            query = query.where(
                or_(v.c.code.startswith(area.code, autoescape=True), literal(area.code).startswith(v.c.code))
            )
    elif layer == "grids":
        query = _of_sets(query, as_of, grid_set, tier).where(v.c.code.startswith(viewer.scope, autoescape=True))
        if area is not None and within is None:
            query = query.where(_inside(v, area))
    elif area is not None and within is None and layer != "backdrop":
        query = query.where(touches(v.c.geom, _border(area)))
    if viewer.scope and layer in scopes.PLACES:
        query = query.where(scopes.on_ground(v, scopes.ground(viewer, as_of), layer))
    if layer == "streets":
        query = query.where(v.c.network_id == _network_of(area, as_of))
    if layer == "life_circles":
        query = query.where(circles.of_newest(v, as_of, viewer))
    if layer == "backdrop" and area is not None:
        query = query.where(v.c.synthetic == area.synthetic, literal(area.code).startswith(v.c.scope))
    if within is not None:
        query = query.where(touches(v.c.geom, within))
    if bbox is not None:
        query = query.where(v.c.geom.op("&&")(func.ST_MakeEnvelope(*bbox, t.STORAGE_SRID)))
    if layer == "service_points" and category is not None:
        query = query.where(v.c.category == category)
    if layer == "compounds" and area is not None:
        query = query.add_columns(_community_of(v, area, as_of).label("community"))
    return query


def _of_sets(query: Query, as_of: date, grid_set: str | None, tier: int | None) -> Query:
    """Grids with the name of their set, the code of their community and of what they are part of."""
    v, s = t.grid_version, t.grid_set
    community, above = t.area_version.alias("community"), t.grid_version.alias("above")
    query = (
        query.join(s, s.c.id == v.c.set_id)
        .outerjoin(community, _same(community, v.c.community_uid, as_of))
        .outerjoin(above, _same(above, v.c.parent_uid, as_of))
        .add_columns(
            s.c.name.label("set"),
            community.c.code.label("community"),
            func.coalesce(above.c.code, community.c.code).label("parent_code"),
        )
    )
    if grid_set is not None:
        query = query.where(s.c.name == grid_set)
    return query if tier is None else query.where(v.c.tier == tier)


def _same(version: Any, uid: ColumnElement[str], as_of: date) -> ColumnElement[bool]:
    """The version in force of one uid; IS TRUE keeps the planner from searching by date what it can find by uid."""
    return and_(version.c.uid == uid, version.c.valid.op("@>")(as_of).is_(True), func.upper_inf(version.c.recorded))


def _inside(version: Table, area: Area) -> ColumnElement[bool]:
    """Rows whose code lies below the area's; those on its ground where their codes do not tell."""
    if area.level == "sub_area":
        return touches(version.c.geom, _border(area))
    return version.c.code.startswith(area.code, autoescape=True)


def frame(connection: Connection, query: Query) -> gpd.GeoDataFrame:
    """The selected rows in order of uid as a frame in EPSG:4490, with `id` and `uid` columns and a RangeIndex."""
    rows = query.subquery()
    columns = [column for column in rows.c if column.name != "geom"]
    order = rows.c.uid if "uid" in rows.c else rows.c.id
    result = connection.execute(
        sql_select(*columns, func.ST_AsBinary(rows.c.geom).label("geometry")).order_by(order, rows.c.id)
    )
    table = pd.DataFrame.from_records(result.all(), columns=list(result.keys()))
    shapes = shapely.from_wkb([None if wkb is None else bytes(wkb) for wkb in table.pop("geometry")])
    return gpd.GeoDataFrame(table, geometry=shapes, crs=t.STORAGE_SRID)


def fingerprint(connection: Connection, query: Query) -> str:
    """A short hash of exactly which versions the query reads: equal rows, equal text."""
    rows = query.subquery()
    key = func.coalesce(rows.c.uid, "") if "uid" in rows.c else literal("")
    one = key + ":" + rows.c.id.cast(t.Text)
    listed = sql_select(one.label("one")).subquery()
    return str(
        connection.scalar(
            sql_select(func.md5(func.coalesce(func.string_agg(listed.c.one, text("',' ORDER BY one")), "")))
        )
    )


def _border(area: Area) -> shapely.Geometry:
    if area.geom is None:
        raise BadInputError(f"{area.name}还没有边界。先导入或草拟边界")
    return area.geom


def _batch_of(version: Table) -> ColumnElement[int]:
    """The import a row came with; a street's is that of its network."""
    if "batch_id" in version.c:
        return version.c.batch_id
    return sql_select(t.network.c.batch_id).where(t.network.c.id == version.c.network_id).scalar_subquery()


def _network_of(area: Area | None, as_of: date) -> ColumnElement[int]:
    """The newest network whose scope is the longest prefix of the area's code."""
    if area is None:
        raise BadInputError("道路图层要说明是哪个区：加上 area=区划代码")
    n = t.network
    return (
        sql_select(n.c.id)
        .where(
            literal(area.code).startswith(n.c.scope) | n.c.scope.startswith(area.code, autoescape=True),
            n.c.synthetic == area.synthetic,
            n.c.valid_from <= as_of,
        )
        .order_by(func.length(n.c.scope).desc(), n.c.valid_from.desc(), n.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _community_of(version: Table, area: Area, as_of: date) -> ColumnElement[str]:
    """Code of the community a point lies in; the smaller code where it lies on a border."""
    c, i = t.area_version.alias("community"), t.area.alias("community_of")
    return (
        sql_select(c.c.code)
        .join(i, i.c.uid == c.c.uid)
        .where(
            i.c.level == "community",
            i.c.synthetic == area.synthetic,
            current(c, as_of),
            c.c.geom.op("&&")(version.c.geom),
            func.ST_Covers(c.c.geom, version.c.geom),
        )
        .order_by(c.c.code)
        .limit(1)
        .scalar_subquery()
    )
