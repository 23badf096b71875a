"""Grids divided and compared for the browser: small enough to be answered at once, drawn and told in one answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, Engine

from api.flows import gridding, managing, overlaying
from api.flows.staging import allowed
from api.settings import Settings
from data import grids
from data.areas import Area, list_areas
from data.session import transaction
from data.viewers import Viewer
from gis import crs
from gis.errors import BadInputError, NotAllowedError
from gis.grids.partition import Sizes
from maps.gridsets import GridSetsView, Place

WEB_GRID = 1e-7
SUBDISTRICT = 9  # digits


@dataclass(frozen=True)
class Wanted:
    """A division as the page asks for it."""

    code: str
    low: int
    high: int
    target: int
    grid_set: str
    seed: int
    exclusive: bool
    write: bool


@dataclass(frozen=True)
class Compared:
    """A comparison as the page asks for it; `write` names the set to store the proposal as."""

    code: str
    sets: tuple[str, ...]
    write: str


def view(engine: Engine, viewer: Viewer, today: date, settings: Settings, mode: str) -> GridSetsView:
    """What the page says: subdistricts and communities with a border, and the sets that are there."""
    closed = ""
    try:
        allowed(viewer)
    except NotAllowedError:
        closed = "划分网格要由管理员或规划人员来做。用他们的账号登录。"
    with transaction(engine, viewer) as connection:
        area = managing.district(connection, viewer, today, "")
        places = [] if area is None else _places(connection, viewer, today, area.code)
        listed = grids.list_sets(connection, viewer, today)
    return GridSetsView(
        bounds=managing.bounds_of(area),
        district="" if area is None else area.code,
        name="" if area is None else area.name,
        places=places,
        sets=_by_size(listed, area),
        mode=mode,
        closed=closed,
        synthetic=area is not None and area.synthetic,
        basemap=settings.basemap_address,
        map_number=settings.review_number,
    )


def divided(engine: Engine, wanted: Wanted, viewer: Viewer, today: date) -> dict[str, Any]:
    """Divide a community or a subdistrict; raises BadInputError for more, and for a target outside its range."""
    allowed(viewer)
    _small(wanted.code)
    if not wanted.low <= wanted.target <= wanted.high:
        raise BadInputError("目标户数要在下限和上限之间。改好再试")
    sizes = Sizes(wanted.target, wanted.low, wanted.high)
    order = gridding.Order(
        wanted.code, today, sizes, wanted.grid_set.strip(), wanted.seed, wanted.exclusive, not wanted.write
    )
    done = gridding.run(engine, order, viewer, _quiet)
    rows = pd.concat([one.grids for one in done.divisions], ignore_index=True)
    return gridding.summary(done) | {
        "grids_geojson": _collection(gpd.GeoDataFrame(rows), ("code", "name", "kind", "households"))
    }


def compared(engine: Engine, wanted: Compared, viewer: Viewer, today: date) -> dict[str, Any]:
    """Hold sets against each other in a community or a subdistrict, and store the proposal where it has a name."""
    allowed(viewer)
    _small(wanted.code)
    done = overlaying.run(engine, wanted.code, wanted.sets, today, viewer, _quiet, wanted.write)
    apart = []
    for walk in done.found.values():
        cells = walk.cells[~walk.cells["agreed"] & ~walk.cells["noise"]]
        said = ["、".join(f"{name} {row[name] or '无'}" for name in walk.sets) for _, row in cells.iterrows()]
        apart.append(cells[["households", "geometry"]].assign(said=said))
    rows = crs.to_storage(gpd.GeoDataFrame(pd.concat(apart, ignore_index=True), crs=apart[0].crs))
    return overlaying.summary(done) | {
        "proposal_geojson": _collection(done.proposed, ("code", "name", "households", "base")),
        "apart_geojson": _collection(rows, ("said", "households")),
    }


def _by_size(listed: Sequence[Mapping[str, Any]], area: Area | None) -> list[str]:
    """Names of the sets of the district, those with the most grids first."""
    own = [one for one in listed if area is not None and str(one["scope"]).startswith(area.code)]
    return [str(one["name"]) for one in sorted(own, key=lambda one: (-one["grids"], str(one["name"])))]


def _small(code: str) -> None:
    if len(code) < SUBDISTRICT:
        raise BadInputError("这里一次最多一个街道。全区用命令 wangge grids，或一个街道一个街道来")


def _quiet(*_: object) -> None:
    """An answer that comes at once has no steps to tell."""


def _places(connection: Connection, viewer: Viewer, today: date, district: str) -> list[Place]:
    rows = list_areas(connection, today, viewer, level=None, prefix=district, after=None, limit=None)
    drawn = [row for row in rows if row["has_border"]]
    inner: dict[str, list[tuple[str, str]]] = {}
    for row in drawn:
        if row["level"] == "community":
            inner.setdefault(row["code"][:SUBDISTRICT], []).append((row["code"], row["name"]))
    names = {row["code"]: row["name"] for row in rows if row["level"] == "subdistrict"}
    whole = {row["code"] for row in drawn if row["level"] == "subdistrict"}
    return [Place(code, names.get(code, code), code in whole, tuple(inner[code])) for code in sorted(inner)]


def _collection(rows: gpd.GeoDataFrame, names: Sequence[str]) -> dict[str, Any]:
    """Rows (EPSG:4490) as a GeoJSON value with whole counts."""
    shapes = shapely.set_precision(rows.geometry.to_numpy(), WEB_GRID, mode="pointwise")
    said = pd.DataFrame(rows[list(names)]).to_dict("records")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": json.loads(text),
                "properties": {str(key): gridding.whole(value) for key, value in row.items()},
            }
            for text, row in zip(shapely.to_geojson(shapes), said, strict=True)
        ],
    }
