"""The nearest service of every category on foot from a place: a grid or a community."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection

from api.flows import detail
from api.flows.coverage import Asked, Found
from api.flows.district import Rules
from data import layers, results
from data.places import Place
from gis import typical
from gis.coverage import limit_cm
from gis.standards import COUNT_COLUMN, StandardRow
from gis.walked import minutes_up
from maps.place import Service

NOWHERE = "—"  # the district has no point of the category


def walks_of(connection: Connection, place: Place, community: str, found: Found | None, rules: Rules) -> pd.DataFrame:
    """The stored walks of the compounds in the place."""
    if found is None:
        return pd.DataFrame()
    walks = results.walks(connection, found.head.digest, community=community)
    if place.tier is not None and len(walks):
        points = shapely.points(walks[["lon", "lat"]].to_numpy(float))
        walks = walks[shapely.covers(place.geom, points)]
    return detail.with_people(walks.reset_index(drop=True), rules)


def services(
    connection: Connection, asked: Asked, place: Place, found: Found | None, walks: pd.DataFrame
) -> tuple[tuple[Service, ...], tuple[str, ...]]:
    """One line per category that the standard limits, those too far first, and the names of those without any point."""
    if found is None or len(walks) == 0:
        return (), ()
    rules = asked.rules()
    card = results.score(connection, found.head.digest, place.code[:6], "") or {"items": []}
    judged = {(item["category"], item["circle_min"]): item for item in card["items"]}
    points = _points(connection, asked, walks)
    rows: dict[str, StandardRow] = {}
    for row in rules.standard.rows:
        if row.measure is not None:
            rows.setdefault(row.category.id, row)
    lines = []
    for row in rows.values():
        mine = walks[walks["category"] == row.category.id].reset_index(drop=True)
        if len(mine):
            lines.append(_service(row, judged.get(row.key, {}), mine, points, rules))
    kept = sorted((line for line in lines if line.walk != NOWHERE), key=lambda line: line.over is None)
    return tuple(kept), tuple(line.name for line in lines if line.walk == NOWHERE)


def _service(
    row: StandardRow, item: Mapping[str, Any], walks: pd.DataFrame, points: Mapping[str, Any], rules: Rules
) -> Service:
    limit = limit_cm(row, rules.speeds)
    people = walks[COUNT_COLUMN[row.group]].to_numpy(np.float64)
    net = walks["net_cm"].to_numpy(np.float64)
    middle = typical.typical(net, people, walks["snapped"].to_numpy(bool), limit)
    one = None if middle.row is None else walks.iloc[middle.row]
    net_cm = None if one is None else detail.whole(one["net_cm"])
    speed = rules.speeds[row.group].cm_s
    beyond = int(rules.halo_m * 100) // (60 * speed)
    anywhere = bool(walks["straight_cm"].notna().any())
    words = (
        f"{minutes_up(net_cm, speed)} 分钟" if net_cm is not None else f"超过 {beyond} 分钟" if anywhere else NOWHERE
    )
    unmet = middle.share is not None and middle.share < row.pass_share and item.get("verdict") in ("met", "unmet")
    point = points.get(str(one["service_uid"]), {}) if one is not None else {}
    return Service(
        category=row.category.id,
        name=row.category.name,
        circle_min=row.circle_min,
        point=point.get("name", ""),
        more=point.get("more", ""),
        origin="" if one is None else str(one["name"] or "无名小区"),
        origin_uid="" if one is None or net_cm is None else str(one["uid"]),
        walk="无法判定" if one is None else words,
        metres=None if net_cm is None else -(-net_cm // 100),
        limit=f"{row.limit_m:,} 米" if row.limit_m is not None else f"{row.limit_min} 分钟",
        over=_over(row, net_cm, limit, anywhere, speed),
        missing=unmet,
        out=round(middle.people - (middle.inside or 0)) if unmet and middle.counted else None,
        people=round(middle.people) if middle.counted else None,
        sample=bool(item.get("sample", False)),
        lon=point.get("lon"),
        lat=point.get("lat"),
    )


def _over(row: StandardRow, net_cm: int | None, limit: int | None, anywhere: bool, cm_s: int) -> str | None:
    """By how much the walk is too long, in the measure of the row."""
    if limit is None or not anywhere or (net_cm is not None and net_cm <= limit):
        return None
    if net_cm is None:
        return "太远"
    if row.limit_m is not None:
        return f"超 {-(-(net_cm - limit) // 100):,} 米"
    return f"超 {minutes_up(net_cm, cm_s) - (row.limit_min or 0)} 分钟"


def _points(connection: Connection, asked: Asked, walks: pd.DataFrame) -> Mapping[str, Mapping[str, Any]]:
    """Name, hours and place of the service points walked to."""
    query = layers.select("service_points", as_of=asked.as_of, viewer=asked.viewer)
    wanted = [str(uid) for uid in walks["service_uid"].dropna().unique()]
    frame = layers.frame(connection, query.where(query.selected_columns["uid"].in_(wanted)))
    out = {}
    for one in frame.itertuples():
        words = [one.open_hours, {True: "无台阶", False: "有台阶"}.get(one.step_free)]
        more = " · ".join(str(word) for word in words if isinstance(word, str) and word)
        place = {"lon": round(one.geometry.x, 6), "lat": round(one.geometry.y, 6)}
        out[str(one.uid)] = {"name": one.name or "", "more": more, **place}
    return out
