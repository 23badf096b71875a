"""目标跟踪: room of the communities' service places against the rule; how far a city is with its goals."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from api.flows import district as reading
from api.flows.coverage import Asked
from api.flows.detail import number
from data import areas, layers, standards
from data.areas import find_area
from data.standards.rules import CityTarget, RoomRule

PER = 100


def targets(connection: Connection, asked: Asked) -> Mapping[str, object]:
    """Goals of the city an area lies in with what exists today, and the room of every community of the area."""
    room, goals = standards.targets(asked.folder)
    city = len(asked.code) < len("610104")
    area = None if city else find_area(connection, asked.code, asked.as_of, asked.viewer)
    head = {
        "code": asked.code,
        "name": "全市" if area is None else area.name,
        "as_of": asked.as_of.isoformat(),
        "synthetic": False if area is None else area.synthetic,
    }
    mine = [goal for goal in goals if asked.code.startswith(goal.place) or goal.place.startswith(asked.code)]
    counted = [_goal(connection, asked, goal) for goal in mine]
    return {**head, "targets": counted, **({} if area is None else _room(connection, asked, room))}


def _goal(connection: Connection, asked: Asked, goal: CityTarget) -> dict[str, object]:
    """Points of the category in the area asked for; against the goal where that is the whole city."""
    listed = areas.list_areas(
        connection, asked.as_of, asked.viewer, level="district", prefix=asked.code[:6], after=None, limit=None
    )
    total = 0
    for one in listed:
        area = find_area(connection, one["code"], asked.as_of, asked.viewer)
        if area.geom is None:
            continue
        border = (
            area if len(asked.code) <= len(area.code) else find_area(connection, asked.code, asked.as_of, asked.viewer)
        )
        query = layers.select(
            "service_points", as_of=asked.as_of, viewer=asked.viewer, area=border, category=goal.category
        )
        total += len(layers.frame(connection, query))
    whole = len(asked.code) <= len(goal.place)
    return {
        "title": goal.title,
        "place": goal.place,
        "category": goal.category,
        "start": goal.start,
        "goal": goal.goal,
        "existing": total,
        "progress": round((total - goal.start) / (goal.goal - goal.start), 4) if whole else None,
        "districts": len(listed),
        "status": goal.status,
        "note": goal.note if whole else f"目标是全市的，这里只数{asked.code}范围内的",
    }


def _room(connection: Connection, asked: Asked, rule: RoomRule) -> dict[str, Any]:
    """Square metres of every community's own places: those that say they serve it, else those on its ground."""
    district = reading.district_of(connection, asked.code, asked.as_of, asked.viewer.whole)
    communities = layers.frame(
        connection, layers.select("communities", as_of=asked.as_of, viewer=asked.viewer, area=district)
    )
    communities = communities[communities["code"].str.startswith(asked.code)].reset_index(drop=True)
    query = layers.select(
        "service_points", as_of=asked.as_of, viewer=asked.viewer, area=district, category=rule.category
    )
    points = layers.frame(connection, query)
    by_uid = dict(zip(communities["uid"], communities["code"], strict=True))
    owner = points["serves_uid"].map(by_uid)
    points = points.assign(
        owner=owner.where(points["serves_uid"].notna(), pd.Series(reading.first_cover(communities, points)))
    )
    sizes = pd.to_numeric(points["size_m2"], errors="coerce").groupby(points["owner"])
    sums, largest, known = sizes.sum(min_count=1), sizes.max(), sizes.count()
    rows = [
        _line(rule, one, sums.get(one["code"]), largest.get(one["code"]), int(known.get(one["code"], 0)))
        for one in communities.drop(columns="geometry").sort_values("code").to_dict("records")
    ]
    measured = [row for row in rows if row["size_m2"] is not None]
    average = sum(row["size_m2"] for row in measured) / len(measured) if measured else None
    return {
        "rule": vars(rule),
        "summary": {
            "communities": len(rows),
            "measured": len(measured),
            "average_m2": None if average is None else round(average, 1),
            "average_met": None if average is None else average >= rule.average_m2,
            "with_hall": sum(bool(row["hall"]) for row in rows),
            "enough_per_100_households": sum(bool(row["enough"]) for row in rows),
        },
        "communities": rows,
    }


def _line(rule: RoomRule, one: Mapping[Any, Any], total: Any, largest: Any, places: int) -> dict[str, Any]:
    households = number(one["resident_households"])
    size = number(total)
    per = round(size / households * PER, 2) if size is not None and households else None
    return {
        "code": one["code"],
        "name": one["name"],
        "households": households,
        "places": places,
        "size_m2": size,
        "largest_m2": number(largest),
        "per_100_households_m2": per,
        "hall": None if size is None else float(largest) >= rule.hall_m2,
        "enough": None if per is None else per >= rule.per_100_households_m2,
    }
