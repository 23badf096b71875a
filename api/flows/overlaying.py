"""Grid sets of several departments held against each other, community by community."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine

from api.flows import newgrids
from api.flows.gridding import read_ground
from api.flows.newgrids import NewSet
from data import areas, grids, layers
from data.areas import Area
from data.exports import crosswalk as workbook
from data.session import transaction
from data.viewers import Viewer
from data.writing import Change
from gis import crs
from gis.crosswalk import Crosswalk, crosswalk
from gis.errors import BadInputError
from gis.grids.agreed import agreed
from gis.grids.borders import with_neighbours
from gis.grids.houses import homes_of

# a tier that leaves more of the community out is no division of it
COVERS: Final = 0.95


@dataclass(frozen=True)
class Overlay:
    """Crosswalks of the communities with at least two of the sets, by code, and the codes of those without.

    `proposed`: one agreed set, [code, name, kind, counts, parent_code, base (its set), geometry], EPSG:4490.
    """

    area: Area
    day: date
    sets: tuple[str, ...]
    found: Mapping[str, Crosswalk]
    names: Mapping[str, str]
    without: tuple[str, ...]
    proposed: gpd.GeoDataFrame
    written: str = ""
    change: Change | None = None


def run(
    engine: Engine,
    code: str,
    sets: Sequence[str],
    day: date,
    viewer: Viewer,
    step: Callable[[int, int, str], None],
    write_to: str = "",
) -> Overlay:
    """Hold the sets against each other in every community under an area; the finest tier that covers it counts.

    With `write_to` the proposed set is stored as drafts of a set of that name, led by who leads the grids whose numbers
    it keeps. `step` hears how many communities are done, of how many, and the name of the next. Raises NotFoundError,
    BadInputError where fewer than two sets are named, none of the communities has two of them, or the name to write to
    is one of those compared.
    """
    if write_to in sets and write_to:
        raise BadInputError(f"“{write_to}”正在比较，不能写到它上面。换一个名字，例如 全科")
    if len(set(sets)) < 2:
        raise BadInputError("至少给出两套网格的名字才能比较，例如 --sets 综治,城管")
    with transaction(engine, viewer) as connection:
        area = areas.find_area(connection, code, day, viewer)
        if area.level == "city" or area.geom is None:
            raise BadInputError(f"{area.name}不能比较网格。给出有边界的区、街道或社区的代码")
        read = {name: _grids(connection, area, name, day, viewer) for name in dict.fromkeys(sets)}
        communities = layers.frame(connection, layers.select("communities", as_of=day, viewer=viewer, area=area))
        ground = read_ground(connection, area, day, viewer)
        known = sorted({str(one["name"]) for one in grids.list_sets(connection, viewer, day)})
    bordered = communities[communities.geometry.notna()].sort_values("code", ignore_index=True)
    found: dict[str, Crosswalk] = {}
    proposed: list[gpd.GeoDataFrame] = []
    used: set[str] = set()
    for row, name in enumerate(bordered["name"].astype(str)):
        step(row, len(bordered), name)
        community = ground.community(bordered.iloc[[row]])
        parts = {one: _finest(frame, community.code, community.ground.area, ground.zone) for one, frame in read.items()}
        held = {one: part for one, part in parts.items() if len(part)}
        if len(held) > 1:
            homes = homes_of(community.compounds, community.buildings)
            walk = found[community.code] = crosswalk(held, community.ground, homes)
            base = held[walk.base]
            used.update(uid for part in held.values() for uid in part["uid"])
            proposed.append(agreed(walk, community, homes, base).assign(parent_code=community.code, base=walk.base))
    step(len(bordered), len(bordered), "")
    if not found:
        listed = f"现有的网格：{'、'.join(known)}" if known else "现在还没有网格，先导入或划分"
        raise BadInputError(f"{area.name}范围内没有一个社区同时有 {'、'.join(read)} 中的两套网格。{listed}")
    names = dict(zip(bordered["code"], bordered["name"], strict=True))
    without = tuple(one for one in names if one not in found)
    rows = gpd.GeoDataFrame(pd.concat(proposed, ignore_index=True), crs=crs.STORAGE)
    done = Overlay(area, day, tuple(read), found, names, without, rows, write_to)
    if not write_to:
        return done
    compared = {one: frame[frame["uid"].isin(used)] for one, frame in read.items()}
    with transaction(engine, viewer) as connection:
        return replace(done, change=_store(connection, done, compared, viewer))


def summary(done: Overlay) -> dict[str, object]:
    """The overlay in figures: how far the sets agree, the crosswalk, and the proposal, community by community."""
    pairs: dict[tuple[str, str], list[float]] = {}
    households = 0.0
    for walk in done.found.values():
        households += float(walk.cells["households"].sum())
        for first, second, apart, _, area_m2 in walk.pairs.itertuples(index=False):
            sums = pairs.setdefault((first, second), [0.0, 0.0, 0.0])
            for place, value in enumerate((apart, float(walk.cells["households"].sum()), area_m2)):
                sums[place] += value
    return {
        "code": done.area.code,
        "name": done.area.name,
        "as_of": done.day.isoformat(),
        "sets": list(done.sets),
        "synthetic": done.area.synthetic,
        "households": round(households),
        "pairs": [_apart(*names, apart, total, area_m2) for names, (apart, total, area_m2) in pairs.items()],
        "without": list(done.without),
        "set": done.written or None,
        "written": None if done.change is None else asdict(done.change),
        "communities": [_one(code, done.names[code], walk) for code, walk in done.found.items()],
    }


def write_workbook(done: Overlay, target: Path) -> None:
    """Write the crosswalk table, the agreement and the proposal as .xlsx."""
    workbook.write(done.area.name, done.day, done.area.synthetic, done.sets, done.found, done.names, target)


def _store(
    connection: Connection,
    done: Overlay,
    compared: Mapping[str, gpd.GeoDataFrame],
    viewer: Viewer,
) -> Change:
    """The proposed grids as one set, with the leaders of those whose numbers they keep."""
    area, rows = done.area, done.proposed
    uids = {(name, one.code): one.uid for name, frame in compared.items() for one in frame.itertuples()}
    of_base = [uids[one.base, one.code] for one in rows.itertuples()]
    staff = grids.staff_of(connection, of_base, done.day)
    leaders = [next((one for one in staff.get(uid, ()) if one["role"] == grids.LEADER), None) for uid in of_base]
    rows = rows.drop(columns="base").assign(
        leader=pd.Series([None if one is None else one["name"] for one in leaders], dtype=object),
        work_phone=pd.Series([None if one is None else one["work_phone"] for one in leaders], dtype=object),
    )
    rows = rows.set_geometry(gpd.GeoSeries(with_neighbours(rows.geometry.to_numpy()), crs=crs.STORAGE))
    said = {"area": area.code, "set": done.written, "sets": list(done.sets), "grids": len(rows)}
    title = f"合成网格 {area.code} {done.written}"
    made = NewSet(area, done.day, done.written, title, said, (), frozenset(done.found), tuple(compared.values()))
    return newgrids.store(connection, made, rows, viewer)


def _one(code: str, name: str, walk: Crosswalk) -> dict[str, object]:
    total = float(walk.cells["households"].sum())
    pairs = walk.pairs.drop(columns="share_apart").itertuples(index=False)
    rows = walk.table().to_dict("records")
    proposal = walk.proposal()
    grids_of = zip(proposal["code"], proposal["households"], proposal["area_m2"], strict=True)
    return {
        "code": code,
        "name": name,
        "pairs": [_apart(first, second, apart, total, area_m2) for first, second, apart, area_m2 in pairs],
        "cells": [_cell(row, walk.sets) for row in rows],
        "noise_m2": round(float(walk.cells.loc[walk.cells["noise"], "area_m2"].sum())),
        "proposal": {
            "base": walk.base,
            "majority": walk.majority,
            "moves": [
                {"set": row["set"], "households": round(row["households"]), "share": round(row["share"], 4)}
                for row in walk.moves.to_dict("records")
            ],
            "grids": [{"code": one, "households": round(held), "area_m2": round(m2)} for one, held, m2 in grids_of],
        },
    }


def _apart(first: str, second: str, apart: float, total: float, area_m2: float) -> dict[str, object]:
    share = round(apart / total, 4) if total else None
    return {
        "first": first,
        "second": second,
        "households_apart": round(apart),
        "share_apart": share,
        "area_apart_m2": round(area_m2),
    }


def _cell(row: Mapping[Hashable, Any], sets: Sequence[str]) -> dict[str, object]:
    return {
        "grids": {name: row[name] for name in sets},
        "proposed": row["proposed"],
        "households": round(row["households"]),
        "area_m2": round(row["area_m2"]),
    }


def _grids(connection: Connection, area: Area, name: str, day: date, viewer: Viewer) -> gpd.GeoDataFrame:
    return layers.frame(connection, layers.select("grids", as_of=day, viewer=viewer, area=area, grid_set=name))


def _finest(frame: gpd.GeoDataFrame, code: str, area_m2: float, zone: int) -> gpd.GeoDataFrame:
    """Grids of the community of the finest tier that covers it, of the first tier where none does; metric."""
    own = crs.to_zone(frame[frame["community"] == code], zone)
    for tier in sorted(own["tier"].unique(), reverse=True):
        part = own[own["tier"] == tier]
        if np.sum(part.geometry.area) >= COVERS * area_m2 or tier == own["tier"].min():
            return part.reset_index(drop=True)
    return own
