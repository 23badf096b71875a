"""Accepted rows of one kind into its layer: how a frame of each kind becomes identities, versions or a network."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, delete, func, insert, select

from data import tables as t
from data.areas import current
from data.history import record_lineage
from data.layers import frame as read
from data.succession import succession
from data.writing import Change, as_rows, copy_rows, lock_parts, write_versions


@dataclass(frozen=True)
class Origin:
    """What every row of one write shares.

    `register`: the uids a complete register speaks for, those it lacks are closed; None where it is no register.
    `whole_sample`: the rows are the whole made-up district, whatever else is made up is closed.
    """

    batch_id: int
    valid_from: date
    synthetic: bool
    register: tuple[str, ...] | None = None
    whole_sample: bool = False


def store_areas(connection: Connection, frame: gpd.GeoDataFrame, origin: Origin, redrafted: bool = False) -> Change:
    """Areas by code (columns code, name, parent_code, level, metrics; geometry and `former_code` may be missing).

    What a row leaves open, such as the border in a code table, keeps the value it had; where the rows are a draft of
    all borders (`redrafted`), a row without one loses the border that an earlier draft gave it. A former code says
    which area a new code continues; what was divided or joined by it ends, and its lineage is remembered.
    """
    rows = as_rows(frame)
    made_up = str(origin.synthetic).lower()
    lock_parts(connection, "area", [f"{level} {made_up}" for level in rows["level"].unique()])
    uids = area_uids(connection, origin)
    former = rows["former_code"].fillna("") if "former_code" in rows else [""] * len(rows)
    followed = succession(rows["code"].tolist(), list(former), uids)
    rows["uid"] = [followed.same.get(code) or uids.get(code) or _area_uid(code, origin) for code in rows["code"]]
    uids |= dict(zip(rows["code"], rows["uid"], strict=True))
    rows["parent_uid"] = [uids.get(code) for code in rows["parent_code"]]
    before = _areas_before(connection, origin).reindex(rows["uid"])
    said = rows["status"].to_numpy(object) if "status" in rows else np.full(len(rows), "legal", object)
    # a row without a border says nothing about the border that is there, drafted or legal
    lost = pd.isna(rows["geom"]).to_numpy() & (before["status"] == "draft").to_numpy() & redrafted
    silent = pd.isna(rows["geom"]).to_numpy() & before["status"].notna().to_numpy() & ~lost
    rows["status"] = np.where(silent, before["status"].to_numpy(object), said)
    for name in [*t.SIZE_METRICS, *t.AGE_GROUPS, "geom", "parent_uid"]:
        old = before[name].to_numpy(dtype=object)
        new = rows[name].to_numpy(dtype=object) if name in rows else np.full(len(rows), None, object)
        kept = pd.isna(new) & ~(lost & (name == "geom"))
        rows[name] = pd.Series(np.where(kept, old, new), index=rows.index, dtype=object)
    kept = ["uid", "level", "code", "name", "parent_uid", "status", *t.SIZE_METRICS, *t.AGE_GROUPS, "geom"]
    ending = _by_level(connection, [*followed.ended, *(origin.register or ())])
    # written level by level, parents first
    changes = [
        _write(connection, t.area, t.area_version, rows.loc[rows["level"] == level, kept], one_level)
        for level in ("city", "district", "subdistrict", "community", "sub_area")
        if (rows["level"] == level).any()
        for one_level in [replace(origin, register=ending.get(level), whole_sample=False)]
    ]
    record_lineage(connection, "area", followed.links(uids), origin.valid_from, origin.batch_id)
    return Change(*(sum(getattr(one, part) for one in changes) for part in ("added", "changed", "unchanged", "closed")))


def store_compounds(connection: Connection, frame: gpd.GeoDataFrame, origin: Origin) -> Change:
    """Compounds: always a point, the outline where the source has polygons (the geometry itself, or `outline`)."""
    rows = as_rows(frame, "shape")
    shapes = gpd.GeoSeries(rows.pop("shape"), crs=t.STORAGE_SRID)
    polygonal = shapes.geom_type.isin(["Polygon", "MultiPolygon"]).to_numpy()
    rows["geom"] = np.where(polygonal, shapes.representative_point(), shapes)
    rows["outline"] = np.where(polygonal, shapes, rows.get("outline"))
    if "quality" not in rows:
        rows["quality"] = [{} for _ in range(len(rows))]
    return _write(connection, t.compound, t.compound_version, _known_columns(rows, t.compound_version), origin)


def store_service_points(connection: Connection, frame: gpd.GeoDataFrame, origin: Origin) -> Change:
    """Service points; `serves_uid` comes as the code of the community a point serves and becomes that area's uid."""
    rows = as_rows(frame)
    uids = area_uids(connection, origin)
    rows["serves_uid"] = [uids.get(code) for code in rows["serves_uid"]]
    return _write(
        connection, t.service_point, t.service_point_version, _known_columns(rows, t.service_point_version), origin
    )


def _plain(identity: Table, version: Table) -> Callable[[Connection, gpd.GeoDataFrame, Origin], Change]:
    def store(connection: Connection, frame: gpd.GeoDataFrame, origin: Origin) -> Change:
        return _write(connection, identity, version, _known_columns(as_rows(frame), version), origin)

    return store


STORES: Mapping[str, Callable[[Connection, gpd.GeoDataFrame, Origin], Change]] = MappingProxyType(
    {
        "areas": store_areas,
        "codes": store_areas,
        "compounds": store_compounds,
        "service_points": store_service_points,
        "gates": _plain(t.gate, t.gate_version),
        "barriers": _plain(t.barrier, t.barrier_version),
        "buildings": _plain(t.building, t.building_version),
        "candidate_sites": _plain(t.candidate_site, t.candidate_site_version),
    }
)


def store_network(connection: Connection, frame: gpd.GeoDataFrame, origin: Origin, scope: str) -> int:
    """A street network as a whole (columns uid, name, class, access, bridge, tunnel, layer, walkable, main)."""
    row = {
        "scope": scope,
        "synthetic": origin.synthetic,
        "valid_from": origin.valid_from,
        "batch_id": origin.batch_id,
    }
    network_id = int(connection.execute(insert(t.network).values(row).returning(t.network.c.id)).scalar_one())
    rows = _known_columns(as_rows(frame), t.street)
    copy_rows(connection, t.street, rows.assign(network_id=network_id))
    return network_id


def store_backdrop(connection: Connection, frame: gpd.GeoDataFrame, origin: Origin, scope: str) -> None:
    """Water, green, railway and land use of the base map; what the scope had before is replaced."""
    old = t.backdrop.c.scope == scope, t.backdrop.c.synthetic == origin.synthetic
    connection.execute(delete(t.backdrop).where(*old))
    rows = as_rows(frame)[["kind", "name", "geom"]]
    copy_rows(connection, t.backdrop, rows.assign(scope=scope, synthetic=origin.synthetic, batch_id=origin.batch_id))


def _by_level(connection: Connection, uids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    query = select(t.area.c.level, t.area.c.uid).where(t.area.c.uid.in_(list(uids)))
    found: dict[str, tuple[str, ...]] = {}
    for level, uid in connection.execute(query):
        found[level] = (*found.get(level, ()), uid)
    return found


def area_uids(connection: Connection, origin: Origin) -> dict[str, str]:
    """Which area a code means: the one of the date, else the latest that has had it."""
    v, i = t.area_version, t.area
    query = (
        select(v.c.code, v.c.uid)
        .join(i, i.c.uid == v.c.uid)
        .where(func.upper_inf(v.c.recorded), i.c.synthetic == origin.synthetic)
        .order_by(v.c.valid.op("@>")(origin.valid_from), v.c.valid)
    )
    return {row.code: row.uid for row in connection.execute(query)}


def _write(connection: Connection, identity: Table, version: Table, rows: pd.DataFrame, origin: Origin) -> Change:
    return write_versions(
        connection,
        identity,
        version,
        rows,
        batch_id=origin.batch_id,
        valid_from=origin.valid_from,
        synthetic=origin.synthetic,
        missing_within=_made_up(connection, identity) if origin.whole_sample else origin.register,
    )


def _made_up(connection: Connection, identity: Table) -> list[str]:
    return list(connection.scalars(select(identity.c.uid).where(identity.c.synthetic)))


def _areas_before(connection: Connection, origin: Origin) -> pd.DataFrame:
    """Area rows in force on the date by uid, real or synthetic as the origin is."""
    v, i = t.area_version, t.area
    query = (
        select(
            v.c.id,
            v.c.uid,
            v.c.code,
            v.c.parent_uid,
            v.c.status,
            *(v.c[n] for n in (*t.SIZE_METRICS, *t.AGE_GROUPS)),
            v.c.geom,
        )
        .join(i, i.c.uid == v.c.uid)
        .where(current(v, origin.valid_from), i.c.synthetic == origin.synthetic)
    )
    return as_rows(read(connection, query)).set_index("uid")


def _area_uid(code: str, origin: Origin) -> str:
    return hashlib.sha256(f"{code} {origin.valid_from} {origin.synthetic}".encode()).hexdigest()[:16]


def _known_columns(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    return rows[
        [name for name in rows.columns if name in table.c and name not in ("id", "valid", "recorded", "batch_id")]
    ]
