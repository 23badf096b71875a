"""Ground kept under a coverage result for the map: gap areas and life circles, drawn once and then only read."""

from collections.abc import Iterable
from dataclasses import dataclass

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
    """Ground and streets within some minutes of a service point at a group's speed (EPSG:4490)."""

    minutes: int
    geom: shapely.MultiPolygon
    streets: shapely.MultiLineString


def store_circles(
    connection: Connection, digest: str, service_uid: str, group: str, circles: Iterable[LifeCircle]
) -> None:
    """Keep the life circles of a service point under the result they belong to."""
    rows = [
        {"digest": digest, "service_uid": service_uid, "people_group": group, "minutes": one.minutes}
        | {"geom": _ewkt(one.geom), "streets": _ewkt(one.streets)}
        for one in circles
    ]
    connection.execute(upsert(t.life_circle).on_conflict_do_nothing(), rows)


def circles_geojson(connection: Connection, digest: str, service_uid: str, group: str) -> str | None:
    """Stored life circles as GeoJSON text, widest first, or None when not computed yet."""
    c = t.life_circle.c
    query = (
        select(c.minutes, func.ST_AsGeoJSON(c.geom, 7, 0), func.ST_AsGeoJSON(c.streets, 7, 0))
        .where(c.digest == digest, c.service_uid == service_uid, c.people_group == group)
        .order_by(c.minutes.desc())
    )
    features = [
        f'{{"type":"Feature","geometry":{shape},"properties":{{"kind":"{kind}","minutes":{minutes}}}}}'
        for minutes, circle, streets in connection.execute(query)
        for kind, shape in (("circle", circle), ("streets", streets))
    ]
    return '{"type":"FeatureCollection","features":[' + ",".join(features) + "]}" if features else None


def _ewkt(geometry: shapely.Geometry) -> str:
    return f"SRID={t.STORAGE_SRID};{geometry.wkt}"
