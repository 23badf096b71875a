"""Why a compound is not covered: its walk, the straight line, and what stands between."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import shapely
from sqlalchemy import Connection

from api.flows.coverage import Found
from api.flows.detail import minutes_of, number, whole, with_people
from api.flows.district import Rules, district_of
from api.flows.warm import Shelf, Warm
from data import results
from data.viewers import Viewer
from gis import explain, reach
from gis.coverage import limit_cm
from gis.errors import NotFoundError
from gis.standards import COUNT_COLUMN, GROUPS, StandardRow


def why(
    connection: Connection,
    shelf: Shelf,
    found: Found,
    viewer: Viewer,
    as_of: date,
    rules: Rules,
    row: StandardRow,
    compound_uid: str,
) -> Mapping[str, object]:
    """The walk of one compound to its nearest point: route, straight line, what stands between, in a sentence."""
    walks = results.walks(connection, found.head.digest, row.category.id, compound_uid)
    if len(walks) == 0:
        raise NotFoundError("没有这个小区的结果。换一个小区，或重新计算")
    walk = with_people(walks, rules).iloc[0]
    warm = shelf.take(connection, district_of(connection, found.area.code, as_of, viewer), as_of, viewer, rules)
    frames = warm.rows.frames
    points = frames["service_points"]
    home = int(np.flatnonzero(frames["compounds"]["uid"] == compound_uid)[0])
    home_xy = frames["compounds"].geometry.iloc[home]
    of_kind = points[points["category"] == row.category.id]
    near = of_kind.loc[of_kind.geometry.distance(home_xy).idxmin()] if len(of_kind) else None
    net_cm, straight_cm = whole(walk["net_cm"]), whole(walk["straight_cm"])
    far_cm = limit_cm(row, rules.speeds)
    between = () if near is None else _between(warm, home_xy, near.geometry)
    search_cm = int(rules.halo_m * 100)
    words = explain.sentence(
        row, far_cm or search_cm, net_cm, straight_cm, rules.speeds["all"].cm_s, search_cm, between
    )
    return {
        "compound": {
            "uid": compound_uid,
            "name": walk["name"],
            "lon": walk["lon"],
            "lat": walk["lat"],
            "households": whole(walk["households"]),
            "people": {group: number(walk[COUNT_COLUMN[group]]) for group in GROUPS},
            "estimated": bool(walk["residents_estimated"]),
        },
        "category": row.category.id,
        "limit_m": row.limit_m,
        "service": _service(warm, walk["service_uid"]),
        "straight_to": None if near is None else _lonlat(warm, near.geometry) | {"name": near["name"]},
        "net_m": None if net_cm is None else -(-net_cm // 100),
        "straight_m": None if straight_cm is None else -(-straight_cm // 100),
        "minutes": minutes_of(net_cm, rules),
        "route": _route(warm, home, walk["service_uid"], search_cm),
        "cause": explain.cause(far_cm or search_cm, net_cm, straight_cm, between),
        "sentence": words if walk["snapped"] else "附近 200 米内没有能接上的路，无法判定。核对小区位置和出入口。",
    }


def _between(warm: Warm, home: shapely.Point, near: shapely.Point) -> tuple[str, ...]:
    return explain.barriers_between(warm.rows.frames["barriers"], shapely.LineString([home, near]))


def _service(warm: Warm, uid: object) -> Mapping[str, object] | None:
    points = warm.rows.frames["service_points"]
    found = points[points["uid"] == uid]
    if len(found) == 0:
        return None
    one = found.iloc[0]
    return {"uid": one["uid"], "name": one["name"]} | _lonlat(warm, one.geometry)


def _route(warm: Warm, home: int, service_uid: object, search_cm: int) -> list[list[float]]:
    places = np.flatnonzero(warm.rows.frames["service_points"]["uid"] == service_uid)
    if len(places) == 0:
        return []
    way = reach.route(warm.graph, warm.homes.select([home]), warm.doors.select([int(places[0])]), search_cm)
    if len(way.line) < 2:
        return []
    line = warm.stored(shapely.LineString(way.line))
    return [[round(x, 7), round(y, 7)] for x, y in shapely.get_coordinates(line).tolist()]


def _lonlat(warm: Warm, point: shapely.Point) -> dict[str, float]:
    place = warm.stored(point)
    return {"lon": round(place.x, 7), "lat": round(place.y, 7)}
