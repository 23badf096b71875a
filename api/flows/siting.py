"""Where to build next: candidates and demand of an area, the model solved, the choice checked by the what-if engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection

from api.flows.coverage import Asked
from api.flows.detail import number, row_of
from api.flows.edits import Edit
from api.flows.planning import Ground, row_limit
from api.flows.whatif import head, what_if
from data import layers
from gis import blocks, crs, pairs, siting, snapping
from gis.errors import BadInputError
from gis.siting import Demand, Model, Siting
from gis.snapping import Snaps
from gis.standards import COUNT_COLUMN, Group, StandardRow

Source = Literal["sites", "blocks"]
MOST_SITES = 50
OPEN_M2 = 1_500
UNITS: Mapping[str, str] = {"mclp": "人", "capacitated": "人", "lscp": "处", "pmedian": "人·公里"}


@dataclass(frozen=True)
class Question:
    """Which service, how many, chosen how: `weights` per group (people count once for each), `capacity` per new site.

    `source`: the imported candidate sites, or a place in every street block.
    """

    category: str
    add: int = 1
    model: Model = "mclp"
    circle_min: int | None = None
    weights: Mapping[Group, float] = field(default_factory=dict)
    source: Source = "sites"
    capacity: float | None = None


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places to choose from in metres, [uid, name, geometry Point], and how they meet the streets."""

    frame: gpd.GeoDataFrame
    snaps: Snaps


def site(connection: Connection, ground: Ground, asked: Asked, question: Question) -> Mapping[str, object]:
    """Choose sites; the table of what each adds, the proof, who cannot be served and why, coverage before and after."""
    if not 1 <= question.add <= MOST_SITES:
        raise BadInputError(f"一次加 1 到 {MOST_SITES} 处")
    row = row_of(ground.rules, question.category, question.circle_min)
    far_cm, lane = row_limit(ground, row), ground.lane(question.category)
    offered = candidates(connection, ground, asked, question.source)
    search_cm = ground.warm.frozen.limit_cm
    near = pairs.pairs(ground.warm.frozen, offered.snaps, len(offered.frame), search_cm)
    now = ground.warm.frozen.walks(lane)
    weight = _weights(ground, row, question)
    asks = weight if question.model == "pmedian" else np.where((now >= 0) & (now <= far_cm), 0.0, weight)
    reach = near if question.model == "pmedian" else near.within(far_cm)
    capacity = np.full(len(offered.frame), np.inf if question.capacity is None else question.capacity)
    if question.model == "capacitated" and question.capacity is None:
        raise BadInputError("capacitated 要说明每处新点能服务多少人：加上容量")
    nothing = np.zeros(len(offered.frame), bool)
    demand = Demand(asks, reach, np.where(now < 0, search_cm, now).astype(np.int32), capacity, nothing)
    found = siting.solve(question.model, demand, question.add)
    return {
        **head(ground),
        "category": row.category.id,
        "item": row.category.name,
        "circle_min": row.circle_min,
        "limit_m": far_cm // 100,
        "group": row.group,
        "model": question.model,
        "unit": UNITS[question.model],
        "candidates": len(offered.frame),
        "asking": {"people": number(asks.sum()), "compounds": int((asks > 0).sum())},
        "objective": number(found.objective),
        "proof": {"kind": "optimal" if found.proven else "open", "bound": number(found.bound), "gap": found.gap},
        "sites": _sites(ground, offered, found, float(asks.sum())),
        "unmet": _unmet(ground, found, near, offered, far_cm, weight),
        "coverage": _checked(ground, offered, found, row),
        "sentence": sentence(found, row, float(asks.sum()), far_cm),
    }


def candidates(connection: Connection, ground: Ground, asked: Asked, source: Source) -> Candidates:
    """Places of the area to choose from; BadInputError where there is none."""
    warm, zone = ground.warm, ground.warm.rows.zone
    if source == "sites":
        query = layers.select("candidate_sites", as_of=asked.as_of, viewer=asked.viewer, area=ground.area)
        frame = crs.to_zone(layers.frame(connection, query), zone)[["uid", "name", "geometry"]]
    else:
        frame = _block_places(ground)
    if len(frame) == 0:
        raise BadInputError(
            "这里没有候选地块。先用 wangge import candidate_sites 导入，或改用街坊作候选（--from blocks）"
        )
    xy = shapely.get_coordinates(frame.geometry.to_numpy())
    return Candidates(
        frame.reset_index(drop=True), snapping.snap(warm.graph, xy, warm.walls, warm.rows.rules.snap_limits)
    )


def _block_places(ground: Ground) -> gpd.GeoDataFrame:
    rows = ground.warm.rows
    streets = rows.frames["streets"]
    bounding = streets[streets["walkable"] | streets["class"].str.startswith("motorway")].reset_index(drop=True)
    ground_of = gpd.GeoSeries([ground.area.geom], crs=crs.STORAGE).to_crs(rows.zone).iloc[0]
    cut = blocks.street_blocks(bounding, rows.frames["barriers"], rows.border)
    place = shapely.point_on_surface(cut.geometry.to_numpy())
    kept = place[shapely.covers(ground_of, place) & (shapely.area(cut.geometry.to_numpy()) >= OPEN_M2)]
    names = [f"街坊{number + 1:03d}" for number in range(len(kept))]
    return gpd.GeoDataFrame({"uid": names, "name": names}, geometry=kept, crs=rows.zone)


def sentence(found: Siting, row: StandardRow, asking: float, far_cm: int) -> str:
    """What was found in one or two sentences."""
    limit, name = f"{far_cm // 100:,} 米", row.category.name
    if not found.chosen:
        return (
            f"没有人还缺{name}，不用新建。"
            if asking == 0
            else f"没有一处候选点能让 {limit} 外的人走到{name}；原因见下表。"
        )
    proof = "，已证明是最优" if found.proven else f"，离可能的最好结果最多差 {found.gap:.1%}"
    if found.model == "pmedian":
        return f"新建 {len(found.chosen)} 处{name}，一次少走 {found.objective:,.0f} 人·公里{proof}。"
    served = sum(found.added)
    text = f"新建 {len(found.chosen)} 处{name}，{limit}内新增 {served:,.0f} 人，占还缺的 {served / asking:.1%}{proof}。"
    return text + (f"另有 {len(found.unmet):,} 个小区没有候选点够得着。" if len(found.unmet) else "")


def _weights(ground: Ground, row: StandardRow, question: Question) -> np.ndarray:
    total = np.zeros(len(ground.compounds))
    for group, times in (question.weights or {row.group: 1.0}).items():
        count = pd.to_numeric(ground.compounds[COUNT_COLUMN[group]], errors="coerce").fillna(0).to_numpy(np.float64)
        total += times * count
    snapped = np.bincount(ground.warm.homes.owner, minlength=len(total)) > 0
    return np.where(ground.inside & snapped, total, 0.0)


def _sites(ground: Ground, offered: Candidates, found: Siting, asking: float) -> list[dict[str, Any]]:
    rows, total = [], 0.0
    for one, added in zip(found.chosen, found.added, strict=True):
        total += added
        point = offered.frame.geometry.iloc[one]
        lon, lat = ground.warm.lonlat((point.x, point.y))
        share = None if found.model == "pmedian" or asking == 0 else round(total / asking, 6)
        rows.append(
            {
                "uid": offered.frame["uid"].iloc[one],
                "name": offered.frame["name"].iloc[one],
                "lon": lon,
                "lat": lat,
                "added": number(added),
                "total": number(total),
                "share_of_asking": share,
            }
        )
    return rows


def _unmet(
    ground: Ground, found: Siting, near: pairs.Pairs, offered: Candidates, far_cm: int, weight: np.ndarray
) -> list[dict[str, Any]]:
    """Who no candidate serves, with the nearest one and its walk: never a bare refusal."""
    rows, compounds = [], ground.compounds
    for home in found.unmet.tolist():
        mine = np.flatnonzero(near.home == home)
        best = mine[near.cm[mine].argmin()] if len(mine) else None
        name = None if best is None else offered.frame["name"].iloc[near.place[best]]
        metres = None if best is None else -(-int(near.cm[best]) // 100)
        why = (
            f"走 {ground.warm.frozen.limit_cm // 100:,} 米以内没有候选点，要在附近另找地块"
            if best is None
            else f"最近的候选点{name}步行 {metres:,} 米，超过 {far_cm // 100:,} 米"
        )
        rows.append(
            {
                "uid": compounds["uid"].iloc[home],
                "name": compounds["name"].iloc[home],
                "community": compounds["community"].iloc[home],
                "people": number(weight[home]),
                "nearest": name,
                "nearest_m": metres,
                "why": why,
            }
        )
    return sorted(rows, key=lambda one: (-(one["people"] or 0), one["uid"]))


def _checked(ground: Ground, offered: Candidates, found: Siting, row: StandardRow) -> Mapping[str, object] | None:
    """The item's score with the chosen sites built, from the what-if engine."""
    if not found.chosen:
        return None
    places = [ground.warm.stored(offered.frame.geometry.iloc[one]) for one in found.chosen]
    edits = [Edit("add", category=row.category.id, at=(place.x, place.y)) for place in places]
    items: Any = what_if(ground, edits)["area"]
    item = next(one for one in items if (one["category"], one["circle_min"]) == row.key)
    return {"before": item["before"], "after": item["after"]}
