"""Ground for the map: a point's life circles and the gap of an item, drawn on first sight and then kept."""

from datetime import date

import numpy as np
from sqlalchemy import Connection

from api.flows.coverage import Found
from api.flows.district import Rules, district_of
from api.flows.warm import Shelf
from data import shapes
from data.viewers import Viewer
from gis import gaps, isochrone
from gis.coverage import limit_cm
from gis.errors import NotFoundError
from gis.standards import Group, StandardRow

CIRCLE_MINUTES = (5, 10, 15)


def life_circle(
    connection: Connection,
    shelf: Shelf,
    found: Found,
    viewer: Viewer,
    as_of: date,
    rules: Rules,
    service_uid: str,
    group: Group,
) -> str:
    """The 5, 10 and 15 minute circles of a service point as GeoJSON text; computed once per result and group."""
    stored = shapes.circles_geojson(connection, found.head.digest, service_uid, group)
    if stored is not None:
        return stored
    warm = shelf.take(connection, district_of(connection, found.area.code, as_of, viewer), as_of, viewer, rules)
    places = np.flatnonzero(warm.rows.frames["service_points"]["uid"] == service_uid)
    if len(places) == 0:
        raise NotFoundError("没有这个服务点，或它不在本区和周边。换一个点再看")
    source = warm.doors.select([int(places[0])])
    if len(source) == 0:
        raise NotFoundError("这个服务点 200 米内没有能接上的路，画不出生活圈。核对它的位置")
    circles = []
    for minutes in CIRCLE_MINUTES:
        reach_cm = minutes * 60 * rules.speeds[group].cm_s
        ground, streets = isochrone.polygon(warm.graph, source, reach_cm, warm.rows.frames["barriers"])
        circles.append(shapes.LifeCircle(minutes, warm.stored(ground), warm.stored(streets)))
    shapes.store_circles(connection, found.head.digest, service_uid, group, circles)
    return shapes.circles_geojson(connection, found.head.digest, service_uid, group) or ""


def gap(
    connection: Connection, shelf: Shelf, found: Found, viewer: Viewer, as_of: date, rules: Rules, row: StandardRow
) -> str:
    """Ground of the area's district beyond the limit of an item as GeoJSON text; empty where the row has no limit."""
    far_cm = limit_cm(row, rules.speeds)
    if far_cm is None:
        return shapes.EMPTY
    category, limit_m = row.category.id, far_cm // 100
    stored = shapes.gap_geojson(connection, found.head.digest, category, limit_m)
    if stored is not None:
        return stored
    warm = shelf.take(connection, district_of(connection, found.area.code, as_of, viewer), as_of, viewer, rules)
    places = np.flatnonzero(warm.rows.frames["service_points"]["category"] == category)
    barriers = warm.rows.frames["barriers"]
    ground = gaps.beyond(warm.graph, warm.doors.select(places), far_cm, warm.rows.border, barriers)
    shapes.store_gap(connection, found.head.digest, category, limit_m, warm.stored(ground))
    return shapes.gap_geojson(connection, found.head.digest, category, limit_m) or shapes.EMPTY
