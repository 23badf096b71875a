"""The rows of a layer as they go into a file: every column that import reads, codes instead of inner numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import geopandas as gpd
import shapely
from sqlalchemy import Boolean, ColumnElement, Connection, Date, Float, Integer, Table, and_, func
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import JSONB

from data import batches, layers
from data import tables as t
from data.areas import Area, current
from data.exports import words
from data.layers import LAYERS
from data.viewers import Viewer
from gis import crs
from gis.errors import BadInputError, NotFoundError

ColumnKind = Literal["word", "integer", "number", "flag", "date", "json"]
_INNER = ("id", "geom", "batch_id", "serves_uid")
_EVERYWHERE = shapely.box(73.0, 3.0, 136.0, 54.5)


@dataclass(frozen=True)
class FileColumn:
    """A column of a file: its name, its Chinese name and what it holds."""

    name: str
    title: str
    kind: ColumnKind


@dataclass(frozen=True)
class Extract:
    """A layer as of a date, ready to be written; `frame` has the columns and `geometry` in EPSG `epsg`."""

    layer: str
    frame: gpd.GeoDataFrame
    columns: tuple[FileColumn, ...]
    as_of: date
    epsg: int
    synthetic: bool
    osm: bool

    @property
    def title(self) -> str:
        """The layer in Chinese, marked where any row is made up."""
        name = words.layer_title(self.layer)
        return f"{name}（{words.SYNTHETIC}）" if self.synthetic else name

    @property
    def file_stem(self) -> str:
        """A file name without ending that says what is inside, as of when, and whether it is made up."""
        label = f"_{words.SYNTHETIC}" if self.synthetic else ""
        return f"{words.layer_title(self.layer)}_{self.as_of.isoformat()}{label}"

    @property
    def remark(self) -> str:
        """One line on date, coordinates and source."""
        said = [f"截至 {self.as_of.isoformat()}", f"坐标系 EPSG:{self.epsg}"]
        said += [words.SYNTHETIC] if self.synthetic else []
        said += [words.OSM] if self.osm else []
        return "；".join(said)

    def drawn(self) -> "Extract":
        """The rows that have geometry."""
        there = ~(self.frame.geometry.isna() | self.frame.geometry.is_empty)
        return self if bool(there.all()) else replace(self, frame=self.frame[there].reset_index(drop=True))

    def in_zone(self, code: str | None) -> "Extract":
        """The same in the metric zone of the city of a code, or of its own middle."""
        frame = self.frame
        if not len(frame) or frame.geometry.isna().all():
            return self
        west, _, east, _ = frame.total_bounds
        own = str(frame["code"].iloc[0]) if "code" in frame else None
        return self.to_epsg(crs.zone_of(code or own, float(west + east) / 2))

    def to_epsg(self, epsg: int) -> "Extract":
        """The same in another coordinate system."""
        return replace(self, frame=crs.to_zone(self.frame, epsg), epsg=epsg)


def extract(connection: Connection, layer: str, as_of: date, viewer: Viewer, area: Area | None) -> Extract:
    """Read a layer for a file, in EPSG:4490.

    Of a district or city the whole street network comes, with the streets around it: only as a whole it can be walked
    on. A compound's geometry is its outline where that is known.
    """
    query = layers.select(
        layer,
        as_of=as_of,
        viewer=viewer,
        area=area,
        within=_EVERYWHERE if layer == "streets" and area is not None and area.level in ("city", "district") else None,
    )
    rows = query.subquery()
    kind = LAYERS[layer]
    version = kind.version
    listed = [column for column in rows.c if column.name not in ("geom", "serves_uid")]
    source = rows.join(version, version.c.id == rows.c.id)
    geometry: ColumnElement[Any] = rows.c.geom
    if layer == "service_points":
        serves = t.area_version.alias("serves")
        source = source.outerjoin(serves, and_(serves.c.uid == version.c.serves_uid, current(serves, as_of)))
        listed.append(serves.c.code.label("serves_code"))
    if layer == "streets":
        listed.append(version.c.access)
    if layer == "compounds":
        geometry = func.coalesce(version.c.outline, rows.c.geom)
    synthetic, source = _made_up(version, kind.identity, source)
    listed.append(synthetic.label("synthetic"))
    whole = sql_select(*listed, geometry.label("geom")).select_from(source)
    frame = layers.frame(connection, whole)
    columns = _columns(layer, whole.subquery().c)
    told = batches.facts(connection, frame["batch_id"].dropna().unique())
    return Extract(
        layer=layer,
        frame=frame[[column.name for column in columns] + ["geometry"]],
        columns=columns,
        as_of=as_of,
        epsg=t.STORAGE_SRID,
        synthetic=bool(frame["synthetic"].any()),
        osm=any(one.osm for one in told.values()),
    )


def chosen_crs(made: Extract, wish: str, code: str | None) -> Extract:
    """The extract in the coordinates asked for: `4490`, `zone`, or the EPSG number of a CGCS2000 zone."""
    if wish in ("", "4490"):
        return made
    if wish == "zone":
        return made.in_zone(code)
    if wish.isdecimal() and crs.is_zone(int(wish)):
        return made.to_epsg(int(wish))
    raise BadInputError("坐标系只能是 4490（经纬度）、zone（所在城市的 3 度带）或一个 3 度带编号，如 4545")


def _made_up(version: Table, identity: Table | None, source: Any) -> tuple[ColumnElement[Any], Any]:
    if identity is not None:
        return identity.c.synthetic, source.join(identity, identity.c.uid == version.c.uid)
    if "synthetic" in version.c:
        return version.c.synthetic, source
    if "network_id" in version.c:
        return t.network.c.synthetic, source.join(t.network, t.network.c.id == version.c.network_id)
    raise NotFoundError("这个图层不能导出")


def _columns(layer: str, listed: Iterable[ColumnElement[Any]]) -> tuple[FileColumn, ...]:
    return tuple(
        FileColumn(column.name, words.title(layer, column.name), _kind(column))
        for column in listed
        if column.name not in _INNER
    )


def _kind(column: ColumnElement[Any]) -> ColumnKind:
    kinds: tuple[tuple[Any, ColumnKind], ...] = (
        (Boolean, "flag"),
        (Integer, "integer"),
        (Float, "number"),
        (Date, "date"),
        (JSONB, "json"),
    )
    return next((word for kind, word in kinds if isinstance(column.type, kind)), "word")
