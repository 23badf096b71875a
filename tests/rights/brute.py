"""What a viewer may see of a layer, found by filtering every row one by one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Engine

from api.access import today
from data import layers, scopes
from data.areas import find_area
from data.session import transaction
from data.viewers import PLANNER, Viewer

TODAY = today()
AREAS = ("districts", "subdistricts", "communities")
PLACES = sorted(scopes.PLACES)
OPEN = ("service_points", "barriers")
EDGE_DEG = 2e-5
Rows = list[dict[str, Any]]
Whole = dict[str, Rows]


def near(count: float | None) -> int | None:
    """A count to the nearest 5."""
    return None if count is None or count != count else int((count + 2.5) // 5) * 5


def rows_of(engine: Engine, layer: str, viewer: Viewer, as_of: date = TODAY, **more: Any) -> Rows:
    """The rows that the one query builder hands to a viewer, read behind the wall of the viewer's own transaction."""
    with transaction(engine, viewer) as connection:
        area = find_area(connection, more.pop("code"), as_of, viewer) if more.get("code") else None
        more.pop("code", None)
        frame = layers.frame(connection, layers.select(layer, as_of=as_of, viewer=viewer, area=area, **more))
    return frame.to_dict("records")


def everything(engine: Engine, as_of: date = TODAY) -> Whole:
    """Every row of every layer with people or places, as of a day."""
    return {layer: rows_of(engine, layer, PLANNER, as_of) for layer in (*AREAS, "grids", *PLACES, *OPEN)}


def borders(whole: Whole) -> dict[str, shapely.Geometry]:
    """Every border by its code."""
    return {row["code"]: row["geometry"] for name in (*AREAS, "grids") for row in whole[name]}


def on_edge(shapes: Any, box: shapely.Geometry | None) -> Any:
    """Which shapes lie so near to the edge of a box that single precision, as boxes are kept in, may decide."""
    if box is None:
        return np.zeros(len(shapes), bool)
    return shapely.distance(shapely.envelope(shapes), box.boundary) < EDGE_DEG


@dataclass(frozen=True)
class Seen:
    """Uids that must be there with their household count as it is shown, and those that may be there."""

    sure: dict[str, int | None]
    unsure: frozenset[str]


def expected(whole: Whole, layer: str, scope: str, box: shapely.Geometry | None, area: str | None) -> Seen:
    """What a viewer of a scope may see; None as a count where the layer has none or none is recorded."""
    border, rows = borders(whole), whole[layer]
    shapes = np.array([row["geometry"] for row in rows])
    edge = on_edge(shapes, box)
    there = np.ones(len(rows), bool) if box is None else edge | shapely.intersects(shapely.envelope(shapes), box)
    if layer in AREAS or layer == "grids":
        codes = [row["code"] for row in rows]
        if area is not None:
            inside = [code.startswith(area) or (layer != "grids" and area.startswith(code)) for code in codes]
            there &= np.array(inside, bool)
        if layer == "grids":
            there &= np.array([code.startswith(scope) for code in codes], bool)
    else:
        if area is not None:
            there &= shapely.intersects(border[area], shapes)
        if layer in PLACES and scope:
            places = shapely.point_on_surface(shapes) if layer == "buildings" else shapes
            there &= shapely.covers(border[scope], places) if scope in border else False
    sure = {row["uid"]: _count(layer, row, scope) for row, one in zip(rows, there & ~edge, strict=True) if one}
    return Seen(sure, frozenset(row["uid"] for row, one in zip(rows, there & edge, strict=True) if one))


def _count(layer: str, row: dict[str, Any], scope: str) -> int | None:
    if layer not in AREAS:
        return None
    exact = row["registered_households"]
    shown = exact if row["code"].startswith(scope) else near(exact)
    return None if shown is None or shown != shown else int(shown)
