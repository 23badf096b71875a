"""网格图册: READ what an atlas is of, and write it page by page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, Engine

from api.flows import place
from api.flows.coverage import Asked
from api.flows.district import zone_of
from api.settings import Settings
from data import areas, batches, grids, layers
from data.areas import Area
from data.session import transaction
from data.viewers import Viewer
from gis import crs
from gis.errors import BadInputError, MachineError, NotFoundError
from maps.atlas.paging import paging
from maps.atlas.view import AtlasView, Entry, Size
from maps.atlaspage import AtlasesView, Offered
from maps.press.chart import Terrain

LAYERS = ("streets", "barriers", "backdrop", "communities", "subdistricts")
HOUSEHOLDS = ("resident_households", "registered_households", "dwelling_units")
LEVELS = ("district", "subdistrict", "community")
NOTHING = "还没有带边界的社区。先导入或草拟社区边界，再做图册。"
TOO_SMALL = "图册从一个社区做起，你的管辖范围里没有带边界的社区。单个网格在它的页上点“打印 A4”。"
AT_ONCE = 12  # places that are drawn while somebody waits
Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Order:
    """An atlas as it was asked for: `grid_set` None for a page per community, `most` places (None: any number)."""

    code: str
    day: date
    size: Size = "A4"
    grid_set: str | None = None
    most: int | None = None


@dataclass(frozen=True)
class Made:
    """A finished atlas: its file name, bytes, what the places are, how many of them and of pages."""

    name: str
    content: bytes
    kind: str
    places: int
    pages: int


def make(
    engine: Engine, settings: Settings, viewer: Viewer, order: Order, now: datetime, site: str, step: Step
) -> Made:
    """The atlas of an area: cover, contents, wall maps, and a page per grid or community inside the viewer's scope.

    Raises NotFoundError out of the scope, BadInputError where there is nothing to show, NoFontError.
    """
    from maps.atlas import book  # half a second to import, which only who prints pays

    # the whole transaction is one snapshot of thought: page after page must agree with the contents
    with transaction(engine, viewer.whole) as connection:
        view = view_of(connection, settings, viewer, order)
        asked = Asked(order.code, order.day, viewer, folder=settings.standards)

        def place_of(entry: Entry) -> Any:
            return place.place_view(connection, replace(asked, code=entry.code), settings, now, site, False)

        content = book.write(view, place_of, step, settings.fonts)
    label = "（合成示例数据）" if view.synthetic else ""
    pages = paging(view).total
    return Made(f"{view.area}网格图册{view.size}{label}.pdf", content, view.kind, len(view.entries), pages)


def silent(*_: object) -> None:
    """A step that nobody hears of."""


def write(
    engine: Engine, settings: Settings, viewer: Viewer, order: Order, now: datetime, target: Path, step: Step
) -> Made:
    """The same as a file; QR codes hold the configured address of the site, without one they are left out."""
    made = make(engine, settings, viewer, order, now, "", step)
    try:
        target.write_bytes(made.content)
    except OSError as error:
        raise MachineError(f"没有写成 {target}（{error.strerror}）。换一个可写的位置再试") from error
    return made


def view_of(connection: Connection, settings: Settings, viewer: Viewer, order: Order) -> AtlasView:
    """What the atlas holds, without the pages of the places."""
    day = order.day
    area = areas.find_area(connection, order.code, day, viewer)
    if area.level not in LEVELS:
        raise BadInputError(f"{area.name}不能单独成图册。给出区、街道或社区的代码")
    if not viewer.meets(area.code):
        raise NotFoundError(f"没有找到代码 {area.code}。查对代码，或先导入这个区划")
    district = areas.find_area(connection, area.district_code, day, viewer.whole)
    if district.geom is None and area.geom is None:
        raise BadInputError(f"{area.name}还没有边界。先用 wangge import areas 导入，或用 wangge draft 草拟")
    zone = zone_of(district if district.geom is not None else area)
    frames = _frames(connection, district, zone, viewer, order)
    cells = frames["cells"]
    inside = [viewer.covers(code) and code.startswith(area.code) for code in cells["code"].astype(str)]
    entries = _entries(cells[inside], frames, order.grid_set is not None)
    if not entries:
        what = f"{order.grid_set}网格" if order.grid_set else "有边界的社区"
        raise BadInputError(f"{area.name}没有{what}，没有可印的。先导入或划分，再做图册")
    if order.most is not None and len(entries) > order.most:
        raise BadInputError(f"这本图册有 {len(entries)} 页图，要画一阵子。到“网格图册”页交给后台做，或选小一点的范围")
    called = dict(zip(frames["subdistricts"]["code"], frames["subdistricts"]["name"], strict=True))
    chapters = {code: str(called.get(code, code)) for code in sorted({one.subdistrict for one in entries})}
    counts = cells[inside].set_index("code")[list(HOUSEHOLDS)].bfill(axis=1).iloc[:, 0].dropna()
    seen = {int(one) for name in ("streets", "backdrop") for one in frames[name]["batch_id"].dropna().unique()}
    facts = batches.facts(connection, seen | {int(one) for one in cells["batch_id"].dropna().unique()})
    return AtlasView(
        title=f"{area.name}网格图册",
        area=area.name,
        code=area.code,
        above="" if area.level == "district" else district.name,
        size=order.size,
        grids=order.grid_set is not None,
        grid_set=order.grid_set or "",
        entries=entries,
        subdistricts=chapters,
        zone=zone,
        terrain=Terrain(frames["streets"], frames["barriers"], frames["backdrop"]),
        cells=cells,
        communities=frames["communities"],
        borders=frames["subdistricts"],
        households={str(code): int(value) for code, value in counts.items()},
        as_of=max((one.data_date.isoformat() for one in facts.values()), default=day.isoformat()),
        today=day.isoformat(),
        synthetic=area.synthetic,
        draft=bool((cells[inside]["status"] == "draft").any()),
        osm=any(one.osm for one in facts.values()),
        map_number=settings.review_number,
    )


def _frames(
    connection: Connection, district: Area, zone: int, viewer: Viewer, order: Order
) -> Mapping[str, gpd.GeoDataFrame]:
    """Layers of the district in the zone; `cells` are the communities, or the grids of a set."""
    chosen: Mapping[str, Any] = {"as_of": order.day, "viewer": viewer.whole, "area": district}
    frames = {name: crs.to_zone(layers.frame(connection, layers.select(name, **chosen)), zone) for name in LAYERS}
    known = frames["communities"]
    frames["communities"] = known[known.geometry.notna()].reset_index(drop=True)
    if order.grid_set is None:
        return frames | {"cells": frames["communities"].assign(community=frames["communities"]["code"])}
    found = layers.frame(connection, layers.select("grids", **chosen, grid_set=order.grid_set))
    if len(found) == 0:
        sets = [
            str(one["name"]) for one in grids.list_sets(connection, viewer, order.day) if one["scope"] == district.code
        ]
        named = f"这里有：{'、'.join(sets)}" if sets else "这里还没有网格"
        raise BadInputError(f"{district.name}没有“{order.grid_set}”这套网格。{named}")
    first = found[found["tier"] == found["tier"].min()].reset_index(drop=True)
    return frames | {"cells": gpd.GeoDataFrame(crs.to_zone(first, zone))}


def _entries(cells: gpd.GeoDataFrame, frames: Mapping[str, gpd.GeoDataFrame], of_grids: bool) -> tuple[Entry, ...]:
    """A page per cell, by subdistrict and code."""
    communities = frames["communities"].drop_duplicates("code").set_index("code")
    entries = []
    for row in cells.sort_values("code").to_dict("records"):
        code, community = str(row["code"]), str(row["community"])
        above = communities["parent_code"].get(community)
        label = place.label_of(code) if of_grids else ""
        name = str(row["name"]) if isinstance(row["name"], str) and row["name"] else f"第 {label} 网格"
        held = str(communities["name"].get(community, ""))
        subdistrict = code[:9] if above is None or pd.isna(above) else str(above)
        entries.append(Entry(code, name, label, community, held, subdistrict))
    return tuple(sorted(entries, key=lambda one: (one.subdistrict, one.community, one.code)))


def page_view(connection: Connection, viewer: Viewer, day: date, district: str, map_number: str) -> AtlasesView:
    """What the page offers: the areas inside the viewer's scope with communities that have a border, and grid sets."""
    rows = areas.list_areas(connection, day, viewer, level=None, prefix=district, after=None, limit=None)
    drawn = [row["code"] for row in rows if row["level"] == "community" and row["has_border"]]
    offered = []
    for row in rows:
        inside = sum(code.startswith(row["code"]) for code in drawn)
        wanted = row["level"] in ("district", "subdistrict") or row["code"] == viewer.scope
        if inside and wanted and row["level"] in LEVELS and viewer.covers(row["code"]):
            offered.append(Offered(row["code"], row["name"], row["level"], inside))
    sets = dict.fromkeys(str(one["name"]) for one in grids.list_sets(connection, viewer, day) if one["grids"])
    closed = "" if offered else NOTHING if viewer.covers("") else TOO_SMALL
    first = district or (offered[0].code[:6] if offered else "")
    synthetic = any(row["synthetic"] for row in rows)
    return AtlasesView(first, tuple(offered), tuple(sets), closed, synthetic, map_number)
