"""我的网格: what the page of a grid or community says, and the ground of its map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, case, select

from api.access import day_of
from api.flows import coverage, detail, nearest, rounding
from api.flows.coverage import Asked, Found
from api.flows.district import Rules
from api.settings import Settings
from data import features, grids, layers, places
from data.areas import Area, find_area
from data.places import Place
from data.scopes import COUNTS
from gis import crs, neighbours
from gis.blocks import INNER_BARRIERS
from maps.place import Count, Home, NextDoor, Person, PlaceView, Service

AROUND_M = 600  # ground shown around the place
TOUCH_DEG = 3e-4  # neighbours are looked for this far out, about 30 m
NOT_COMPUTED = "还没有算过步行距离。规划打开“服务覆盖一张图”后，这里就有。"
NO_HOMES = "这里还没有登记小区，没有出发的地方，算不出步行距离。"
ROLES = ("网格长", "专职网格员", "社区民警", "值班室", "物业")
ON_DUTY = frozenset(ROLES) - {"专职网格员"}  # whose work phone stands on the notice for strangers
AGES = (("elderly", "60 岁以上"), ("elderly_80", "80 岁以上"), ("children", "0–14 岁"))


@dataclass(frozen=True)
class Read:
    """What a page of a place rests on."""

    place: Place
    community: Area
    district: Area
    rules: Rules
    found: Found | None
    homes: gpd.GeoDataFrame


def place_view(
    connection: Connection, asked: Asked, settings: Settings, now: datetime, site: str, public: bool
) -> PlaceView:
    """What the page of the grid or community `asked.code` says; nothing is computed for it."""
    read = _read(connection, asked, now)
    place = read.place
    facts: dict[str, Any] = dict(read.found.head.facts) if read.found else {}
    metric = _metric(read, [place.geom])
    west, south, east, north = place.geom.bounds
    walks = nearest.walks_of(connection, place, read.community.code, read.found, read.rules)
    services, unjudged = nearest.services(connection, _whole(asked), place, read.found, walks)
    counts, counted_by = _counts(read, about=not asked.viewer.covers(place.code))
    standard: Mapping[str, Any] = facts.get("standard", {})
    return PlaceView(
        code=place.code,
        grid=place.tier is not None,
        title=place.name or f"第 {label_of(place.code)} 网格",
        label=label_of(place.code) if place.tier is not None else "",
        above=tuple(area.name for area in place.parents),
        area_ha=float(metric.area.iloc[0]) / 10_000,
        bounds=((south, west), (north, east)),
        base=f"/{'p' if public else 'grids'}/{place.code}",
        address=f"{(settings.site_url or site).rstrip('/')}/p/{place.code}",
        district=read.district.code,
        counts=() if public else counts,
        counted_by=counted_by,
        services=tuple(_as_shown(one, public, asked.viewer.covers(place.code)) for one in services),
        unjudged=unjudged,
        said=NOT_COMPUTED if read.found is None else NO_HOMES if len(walks) == 0 else None,
        next_door=_next_door(connection, asked, read, public),
        homes=tuple(_homes(read.homes)) if asked.viewer.covers(place.code) and not public else (),
        people=_people(grids.staff_of(connection, [place.uid], asked.as_of).get(place.uid, []), public),
        synthetic=place.synthetic,
        draft=place.status == "draft",
        stale=read.found is not None and read.found.touched(read.community.code),
        public=public,
        as_of="" if asked.as_of == day_of(now) else asked.as_of.isoformat(),
        data_date=_newest(facts.get("data_date", {})),
        standard=standard.get("title", ""),
        unverified=standard.get("unchecked", 0),
        digest=read.found.head.digest if read.found else "",
        osm=bool(facts.get("osm", False)),
        map_number=settings.review_number,
        basemap=settings.basemap_address,
    )


def ground(connection: Connection, asked: Asked) -> str:
    """The map of a place and what lies around it, as one JSON text of GeoJSON layers without a single count."""
    place = places.find_place(connection, asked.code, asked.as_of, asked.viewer)
    district = find_area(connection, place.code[:6], asked.as_of, asked.viewer)
    box = _around(place)
    chosen: Mapping[str, Any] = {"as_of": asked.as_of, "viewer": asked.viewer.whole, "area": district, "within": box}
    queries = {
        "cells": _cells(place, _whole(asked), district, box),
        "communities": layers.select("communities", **chosen),
        "streets": layers.select("streets", **chosen),
        "barriers": _unnamed_walls(layers.select("barriers", **chosen)),
        "backdrop": layers.select("backdrop", **chosen),
    }
    texts = {name: features.geojson(connection, _uncounted(query))[0] for name, query in queries.items()}
    return "{" + ",".join(f'"{name}":{text}' for name, text in texts.items()) + "}"


def _uncounted(query: layers.Query) -> layers.Query:
    """The same rows without what is counted in them."""
    rows = query.subquery()
    return select(*(column for column in rows.c if column.name not in COUNTS))


def _unnamed_walls(query: layers.Query) -> layers.Query:
    """The same barriers; a wall that carries the name of the estate inside it says where who lives, and loses it."""
    rows = query.subquery()
    name = case((rows.c.kind.in_(INNER_BARRIERS), None), else_=rows.c.name).label("name")
    return select(*(name if column.name == "name" else column for column in rows.c))


def _read(connection: Connection, asked: Asked, now: datetime) -> Read:
    place = places.find_place(connection, asked.code, asked.as_of, asked.viewer)
    community = find_area(connection, place.community, asked.as_of, asked.viewer)
    district = find_area(connection, place.code[:6], asked.as_of, asked.viewer)
    found = (
        None if district.geom is None else coverage.stored(connection, replace(_whole(asked), code=community.code), now)
    )
    query = layers.select("compounds", as_of=asked.as_of, viewer=asked.viewer.whole, area=district, within=place.geom)
    rules = asked.rules()
    homes = detail.with_people(layers.frame(connection, query), rules)
    return Read(place, community, district, rules, found, gpd.GeoDataFrame(homes))


def _cells(place: Place, asked: Asked, district: Area, within: shapely.Geometry) -> "layers.Query":
    """Places of the same kind in a piece of ground: grids of the same set and tier, or communities."""
    layer = "communities" if place.tier is None else "grids"
    return layers.select(
        layer,
        as_of=asked.as_of,
        viewer=asked.viewer,
        area=district,
        within=within,
        grid_set=place.grid_set,
        tier=place.tier,
    )


def _metric(read: Read, shapes: Sequence[shapely.Geometry]) -> gpd.GeoSeries:
    zone = crs.zone_of(read.place.code, float(shapely.get_coordinates(read.place.geom)[0, 0]))
    return crs.to_zone(gpd.GeoDataFrame(geometry=list(shapes), crs=crs.STORAGE), zone).geometry


def _around(place: Place) -> shapely.Geometry:
    west, south, east, north = place.geom.bounds
    high = AROUND_M / 111_000
    wide = high / float(np.cos(np.radians(south)))
    return shapely.box(west - wide, south - high, east + wide, north + high)


def _next_door(connection: Connection, asked: Asked, read: Read, public: bool) -> tuple[NextDoor, ...]:
    place = read.place
    near = place.geom.buffer(TOUCH_DEG)
    frame = layers.frame(connection, _cells(place, _whole(asked), read.district, near))
    frame = frame[(frame["uid"] != place.uid) & frame.geometry.notna()].reset_index(drop=True)
    shapes = _metric(read, [place.geom, *frame.geometry]).to_numpy()
    found = neighbours.neighbours(shapes[0], shapes[1:])
    staff = grids.staff_of(connection, frame["uid"].tolist(), asked.as_of)
    query = layers.select("communities", as_of=asked.as_of, viewer=asked.viewer.whole, area=read.district, within=near)
    called = layers.frame(connection, query).set_index("code")["name"]
    lines = []
    for one in found:
        row = frame.iloc[one.row]
        lead = next((who for who in staff.get(row["uid"], []) if who["role"] == grids.LEADER), None)
        households = _first(row, "resident_households", "registered_households", "dwelling_units")
        name = row["name"] or f"{label_of(row['code'])} 网格"
        if place.tier is not None and row["community"] != place.community:
            name = f"{called.get(row['community'], '')}{name}"  # numbers begin anew in each community
        who, phone = (lead["name"], lead["work_phone"]) if lead else (None, None)
        about = not asked.viewer.covers(row["code"])
        if public:
            lines.append(NextDoor(row["code"], one.side, name, None, None, None))
            continue
        counted = None if about and place.tier is not None else _rounded(households, about)
        lines.append(NextDoor(row["code"], one.side, name, who, phone, counted, about))
    return tuple(lines)


def _counts(read: Read, about: bool) -> tuple[tuple[Count, ...], str]:
    """Households, people and age groups: as registered for the place, else summed over its compounds.

    `about`: outside the viewer's scope, rounded.
    """
    recorded, homes = read.place.counts, read.homes
    households = next((recorded[n] for n in ("resident_households", "registered_households") if recorded[n]), None)
    estimated = bool(homes["residents_estimated"].any())
    registered = households is not None or recorded["population"] is not None

    def figure(name: str, words: str, stored: int | None, column: str) -> Count:
        if stored is not None:
            return Count(words, _rounded(stored, about), about=about)
        return Count(words, _rounded(_sum(homes[column]), about), estimated and name == "population", about)

    counts = (
        figure("households", "户", households, "households"),
        figure("population", "人", recorded["population"], "residents"),
        *(figure(name, words, recorded[name], name) for name, words in AGES),
    )
    unknown = int(homes["households"].isna().sum())
    drafted = read.place.status == "draft" and read.place.tier is not None
    said = (
        "按划分时的小区合计"
        if drafted and registered
        else "按登记的数"
        if registered
        else f"按 {len(homes)} 个小区合计"
    )
    said += f"，其中 {unknown} 个小区没有户数" if unknown and not registered else ""
    said += "。不在你的管辖范围，只给约数，合计可能对不上" if about else ""
    return counts, f"{said}，只有人数，没有姓名。"


def _as_shown(service: Service, public: bool, inside: bool) -> Service:
    """A line on services: for strangers without people or homes, outside the scope rounded and from nobody's door."""
    if public:
        return replace(service, out=None, people=None, origin="", origin_uid="")
    if inside:
        return service
    out, people = _rounded(service.out, True), _rounded(service.people, True)
    return replace(service, out=out, people=people, origin="", origin_uid="")


def _whole(asked: Asked) -> Asked:
    """The same question over a whole district: borders, streets and walks are thought out without a scope."""
    return replace(asked, viewer=asked.viewer.whole)


def _rounded(count: int | None, about: bool) -> int | None:
    """A count as it is, or to the nearest 5."""
    return rounding.about(count) if about else count


def _homes(frame: gpd.GeoDataFrame) -> list[Home]:
    order = frame.sort_values(["households", "name"], ascending=[False, True], na_position="last")
    return [
        Home(
            str(one["name"] or "无名小区"),
            detail.whole(one["households"]),
            None if pd.isna(one["residents"]) else round(one["residents"]),
            bool(one["residents_estimated"]),
        )
        for one in order.to_dict("records")
    ]


def _people(staff: Sequence[Mapping[str, str | None]], public: bool) -> tuple[Person, ...]:
    """Who to call, the usual posts first; for strangers only who is on duty."""
    order = {role: number for number, role in enumerate(ROLES)}
    listed = [one for one in staff if not public or one["role"] in ON_DUTY]
    people = [Person(str(one["role"]), str(one["name"]), one["work_phone"]) for one in listed]
    return tuple(sorted(people, key=lambda one: (order.get(one.role, len(order)), one.role, one.name)))


def _sum(values: "pd.Series[Any]") -> int | None:
    known = pd.to_numeric(values, errors="coerce").dropna()
    return None if len(known) == 0 else round(float(known.sum()))


def _first(row: "pd.Series[Any]", *names: str) -> int | None:
    return next((int(row[name]) for name in names if not pd.isna(row[name])), None)


def _newest(dates: Mapping[str, str]) -> str:
    """The date of the data, or the span of dates where layers differ."""
    days = sorted(set(dates.values()))
    return " 至 ".join(dict.fromkeys([days[0], days[-1]])) if days else ""


def label_of(code: str) -> str:
    """The number people say: the last digits of the code, at least two."""
    return f"{int(code[-3:]):02d}"
