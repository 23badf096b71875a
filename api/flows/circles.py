"""Ground for the map: life circles of points and communities, the gap of an item; drawn on first sight, then kept."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
from sqlalchemy import Connection, Engine

from api.flows.coverage import Asked, Found, Say
from api.flows.district import Rules, district_of
from api.flows.warm import Shelf, Warm
from data import shapes
from data.session import transaction
from data.shapes import Centre
from data.viewers import Viewer
from gis import addresses, gaps, isochrone
from gis.coverage import limit_cm
from gis.errors import NotFoundError
from gis.snapping import Snaps
from gis.standards import GROUPS, Group, StandardRow

CIRCLE_MINUTES = (5, 10, 15)
AT_ONCE = 50


def life_circle(
    connection: Connection,
    shelf: Shelf,
    found: Found,
    viewer: Viewer,
    as_of: date,
    rules: Rules,
    centre: Centre,
) -> str:
    """The 5, 10 and 15 minute circles of a service point or a community as GeoJSON text; computed once per result."""
    stored = shapes.circles_geojson(connection, found.head.digest, centre)
    if stored is not None:
        return stored
    warm = shelf.take(connection, district_of(connection, found.area.code, as_of, viewer), as_of, viewer, rules)
    shapes.store_circles(connection, found.head.digest, centre, _circles(warm, centre))
    return shapes.circles_geojson(connection, found.head.digest, centre) or ""


def draw_all(
    engine: Engine, shelf: Shelf, found: Found, asked: Asked, groups: Sequence[Group], say: Say = lambda _: None
) -> dict[str, int]:
    """Draw the circles of every service point and community of the district that are not kept yet, for some groups."""
    whole, drawn, without = asked.viewer.whole, 0, 0
    with transaction(engine, whole) as connection:
        district = district_of(connection, asked.code, asked.as_of, whole)
        warm = shelf.take(connection, district, asked.as_of, whole, asked.rules())
        kept = shapes.drawn(connection, found.head.digest)
    wanted = [one for one in _centres(warm, groups) if one not in kept]
    for start in range(0, len(wanted), AT_ONCE):
        say(f"画生活圈 {start:,}/{len(wanted):,}…")
        with transaction(engine, whole) as connection:
            for centre in wanted[start : start + AT_ONCE]:
                if len(_source(warm, centre)) == 0:
                    without += 1
                    continue
                shapes.store_circles(connection, found.head.digest, centre, _circles(warm, centre))
                drawn += 1
    return {"drawn": drawn, "kept": len(kept), "without_street": without}


def _centres(warm: Warm, groups: Sequence[Group]) -> Iterator[Centre]:
    points = warm.rows.frames["service_points"]
    inside = points[points.geometry.covered_by(warm.rows.border)]
    communities = warm.compounds["community"].dropna().unique()
    for group in groups:
        yield from (Centre("community", str(code), group) for code in sorted(communities))
        yield from (Centre("service_point", str(uid), group) for uid in inside["uid"])


def _circles(warm: Warm, centre: Centre) -> list[shapes.LifeCircle]:
    source = _source(warm, centre)
    if len(source) == 0:
        raise NotFoundError("这里 200 米内没有能接上的路，画不出生活圈。核对它的位置")
    group = next(one for one in GROUPS if one == centre.group)
    circles = []
    for minutes in CIRCLE_MINUTES:
        reach_cm = minutes * 60 * warm.rows.rules.speeds[group].cm_s
        ground, streets = isochrone.polygon(warm.graph, source, reach_cm, warm.rows.frames["barriers"])
        measured = addresses.measure(warm.graph, source, reach_cm, ground)
        circles.append(shapes.LifeCircle(minutes, warm.stored(ground), warm.stored(streets), vars(measured)))
    return circles


def _source(warm: Warm, centre: Centre) -> Snaps:
    """How the place meets the streets: a point by its door, a community by the gates of all its compounds."""
    if centre.kind == "community":
        homes = np.flatnonzero(warm.compounds["community"] == centre.place)
        if len(homes) == 0:
            raise NotFoundError(f"社区 {centre.place} 里没有小区，画不出生活圈。换一个社区，或先导入小区")
        return warm.homes.select(homes)
    row = warm.rows_by_uid["service_points"].get(centre.place)
    if row is None:
        raise NotFoundError("没有这个服务点，或它不在本区和周边。换一个点再看")
    return warm.doors.select([row])


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
