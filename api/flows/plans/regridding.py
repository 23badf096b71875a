"""Grids of communities that a plan changes: the part each lies in, those that are cut, and new numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from api.flows.plans.hand import Desk
from api.flows.plans.shelf import Bench
from data import areas, layers
from data.adoptions import GridHome, Part
from gis import codes, crs
from gis.digests import digest
from gis.drafting import metric_border
from gis.errors import BadInputError
from gis.grids.numbering import reading_order
from gis.split.rehoming import CUT_M2, areas_by_part, homes_of

COUNTS = {"households": "resident_households", "residents": "population"} | {
    name: name for name in ("elderly", "elderly_80", "children")
}


class GridCutError(BadInputError):
    """The new border cuts grids, which have to be cut anew first."""

    code = "SPLITS_GRID"


@dataclass(frozen=True)
class Piece:
    """A piece of a grid that the border cuts; `new`: it becomes a grid of its own, else it goes on as the old one."""

    uid: str
    like: str
    code: str
    part: int
    new: bool
    geom: shapely.Geometry
    counts: Mapping[str, int | None]


@dataclass(frozen=True)
class Grids:
    """Every grid of the communities (EPSG:4490, `old`: uid of its community), the part of each, and pieces."""

    frame: gpd.GeoDataFrame
    part: NDArray[np.int64]
    pieces: tuple[Piece, ...]


def grids_of(here: Desk, day: date, before: gpd.GeoDataFrame, grounds: NDArray[np.object_], *, recut: bool) -> Grids:
    """The grids of the communities on the day; GridCutError where the border cuts one that is not to be divided."""
    run, viewer = here.bench.run, here.viewer.whole
    found = []
    for code in run.codes:
        area = areas.find_area(here.connection, code, day, viewer)
        found.append(layers.frame(here.connection, layers.select("grids", as_of=day, viewer=viewer, area=area)))
    rows = pd.concat(found, ignore_index=True)
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=crs.STORAGE)
    frame["old"] = frame["community"].map(dict(zip(before["code"], before["uid"], strict=True)))
    if run.kind == "划分片区" or not len(frame):
        return Grids(frame.iloc[:0], np.zeros(0, dtype=np.int64), ())
    zone = crs.zone_of(run.code, float(shapely.get_coordinates(grounds[0])[0, 0]))
    metric = np.array([metric_border(gpd.GeoDataFrame(geometry=[one], crs=crs.STORAGE), zone) for one in grounds])
    area_m2 = areas_by_part(crs.to_zone(frame, zone).geometry.to_numpy(), metric)
    homes = homes_of(area_m2)
    cut = np.flatnonzero(homes.cut)
    if not len(cut):
        return Grids(frame, homes.part, ())
    several = set(frame["parent_code"]) & set(frame["code"].iloc[cut])
    if not recut or several:
        listed = "、".join(frame["code"].iloc[cut])
        way = "先重新划分这些网格的下级网格" if several else "选择沿新边界切分这些网格，或改方案使网格不拆分"
        raise GridCutError(f"新边界切开了网格 {listed}，没有写入。{way}")
    pieces = tuple(
        piece
        for row in cut.tolist()
        for piece in _pieces(here, frame.iloc[row], int(homes.part[row]), area_m2[row], grounds)
    )
    return Grids(frame, homes.part, pieces)


def renumbered(parts: tuple[Part, ...], grids: Grids) -> dict[str, GridHome]:
    """What every grid becomes that changes its community or is cut, numbered per set and in reading order."""
    frame = grids.frame
    if not len(frame):
        return {}
    whole = {piece.like: piece for piece in grids.pieces if not piece.new}
    new = [piece for piece in grids.pieces if piece.new]
    row_of = {uid: row for row, uid in enumerate(frame["uid"])}
    like = [*range(len(frame)), *(row_of[piece.like] for piece in new)]
    uid = [*frame["uid"], *(piece.uid for piece in new)]
    home = np.array([parts[one].uid for one in (*grids.part.tolist(), *(piece.part for piece in new))], dtype=object)
    code_of = {one.uid: one.code for one in parts}
    again = (home != frame["old"].to_numpy(object)[like]) | (np.arange(len(uid)) >= len(frame))
    shapes = np.concatenate([frame.geometry.to_numpy(), np.array([piece.geom for piece in new], dtype=object)])
    names, tiers = frame["set"].to_numpy(object)[like], frame["tier"].to_numpy()[like]
    codes_now = frame["code"].to_numpy(object)[like]
    order = _order(shapes, tiers)
    found = {}
    for group in sorted({(str(name), str(one)) for name, one in zip(names, home, strict=True)}):
        mine = [row for row in order if (names[row], home[row]) == group]
        taken = {int(str(codes_now[row])[-3:]) for row in mine if not again[row]}
        free = (number for number in range(1, 1000) if number not in taken)
        for row in mine:
            piece = next((one for one in new if one.uid == uid[row]), None) or whole.get(uid[row])
            if again[row]:
                code = codes.grid(code_of[group[1]], next(free))
            elif piece is None:
                continue
            else:
                code = str(codes_now[row])
            shape, counts = (None, None) if piece is None else (piece.geom, piece.counts)
            found[uid[row]] = GridHome(code, group[1], piece.like if piece else uid[row], shape, counts)
    return found


def _pieces(
    here: Desk, grid: "pd.Series[Any]", main: int, area_m2: NDArray[np.float64], grounds: NDArray[np.object_]
) -> list[Piece]:
    """The pieces of one grid; the largest goes on as the grid, slivers stay with it."""
    shape, found = grid["geometry"], []
    others = [part for part in np.flatnonzero(area_m2 > CUT_M2).tolist() if part != main]
    rest = shape
    for part in others:
        piece = shapely.set_precision(shapely.intersection(shape, grounds[part]), 10.0**-crs.STORAGE_DECIMALS)
        rest = shapely.difference(rest, piece)
        uid = digest({"plan": here.stored.id, "grid": grid["uid"], "part": part})
        found.append(Piece(uid, str(grid["uid"]), str(grid["code"]), part, True, piece, _counts(here.bench, piece)))
    rest = shapely.set_precision(rest, 10.0**-crs.STORAGE_DECIMALS)
    uid = str(grid["uid"])
    return [Piece(uid, uid, str(grid["code"]), main, False, rest, _counts(here.bench, rest)), *found]


def _counts(bench: Bench, ground: shapely.Geometry) -> dict[str, int | None]:
    """Sums over the compounds whose unit lies on the ground (by a point inside the unit)."""
    inside = shapely.intersects(ground, shapely.point_on_surface(bench.ground))
    mine = [home for home in bench.run.homes if inside[home["atom"]]]
    sums: dict[str, int | None] = {}
    for word, name in COUNTS.items():
        known = [home[word] for home in mine if home.get(word) is not None]
        sums[name] = sum(known) if known or not mine else None
    return sums


def _order(shapes: NDArray[np.object_], tiers: NDArray[np.int64]) -> list[int]:
    """Rows by tier, and in reading order within it."""
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes)) * 100_000
    side = float(np.sqrt(np.median(shapely.area(shapes))) * 100_000)
    listed: list[int] = []
    for tier in np.unique(tiers):
        rows = np.flatnonzero(tiers == tier)
        listed += rows[reading_order(middle[rows], side)].tolist()
    return listed
