"""Ground kept under a coverage result for the map: gap areas and life circles, drawn once and then only read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import shapely
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from data import tables as t

EMPTY = '{"type":"FeatureCollection","features":[]}'


def store_gap(connection: Connection, digest: str, category: str, limit_m: int, ground: shapely.MultiPolygon) -> None:
    """Keep the ground beyond the limit of a category (EPSG:4490)."""
    row = {"digest": digest, "category": category, "limit_m": limit_m, "geom": _ewkt(ground)}
    connection.execute(upsert(t.coverage_gap).on_conflict_do_nothing(), [row])


def gap_geojson(connection: Connection, digest: str, category: str, limit_m: int) -> str | None:
    """The stored gap as GeoJSON text, or None when it was not drawn yet."""
    g = t.coverage_gap.c
    query = select(func.ST_AsGeoJSON(g.geom, 7, 0)).where(
        g.digest == digest, g.category == category, g.limit_m == limit_m
    )
    shape = connection.scalar(query)
    if shape is None:
        return None
    said = f'{{"category":"{category}","limit_m":{limit_m}}}'
    return f'{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{shape},"properties":{said}}}]}}'


@dataclass(frozen=True)
class LifeCircle:
    """Ground and streets within some minutes at a group's speed (EPSG:4490); `measured`: how well the ground fits."""

    minutes: int
    geom: shapely.MultiPolygon
    streets: shapely.MultiLineString
    measured: Mapping[str, object]


@dataclass(frozen=True)
class Centre:
    """Whose life circles: a service point by uid, or a community by code, for a group of people."""

    kind: Literal["service_point", "community"]
    place: str
    group: str


def store_circles(connection: Connection, digest: str, centre: Centre, circles: Iterable[LifeCircle]) -> None:
    """Keep life circles under the result they belong to."""
    named = {"digest": digest, "kind": centre.kind, "place": centre.place, "people_group": centre.group}
    rows = [
        {**named, "minutes": one.minutes, "measured": dict(one.measured)}
        | {"geom": _ewkt(one.geom), "streets": _ewkt(one.streets)}
        for one in circles
    ]
    connection.execute(upsert(t.life_circle).on_conflict_do_nothing(), rows)


def drawn(connection: Connection, digest: str) -> set[Centre]:
    """Whose life circles are kept under a result."""
    c = t.life_circle.c
    rows = connection.execute(select(c.kind, c.place, c.people_group).where(c.digest == digest).distinct())
    return {Centre(*row) for row in rows}


def circles_geojson(connection: Connection, digest: str, centre: Centre) -> str | None:
    """Stored life circles as GeoJSON text, widest first, or None when not computed yet."""
    c = t.life_circle.c
    query = (
        select(c.minutes, c.measured, func.ST_AsGeoJSON(c.geom, 7, 0), func.ST_AsGeoJSON(c.streets, 7, 0))
        .where(c.digest == digest, c.kind == centre.kind, c.place == centre.place, c.people_group == centre.group)
        .order_by(c.minutes.desc())
    )
    features = [
        f'{{"type":"Feature","geometry":{shape},"properties":{json.dumps({"kind": kind, "minutes": minutes} | said)}}}'
        for minutes, measured, circle, streets in connection.execute(query)
        for kind, shape, said in (("circle", circle, {"measured": measured}), ("streets", streets, {}))
    ]
    return '{"type":"FeatureCollection","features":[' + ",".join(features) + "]}" if features else None


def _ewkt(geometry: shapely.Geometry) -> str:
    return f"SRID={t.STORAGE_SRID};{geometry.wkt}"
