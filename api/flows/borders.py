"""Files of borders on their way in: what is stored around them is read, the set is judged, the outcome is told."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from api.flows.order import Order
from api.flows.sample import CODE as SAMPLE_CODE
from data import layers, outlines
from data.areas import find_area
from data.succession import former_codes
from data.viewers import Viewer
from gis import crs, parents, repair
from gis.difference import Difference
from gis.errors import NotFoundError
from gis.findings import Finding, Parsed
from gis.repair import Repair
from gis.tessellation import Effect, Judged, Standing, ground_frame, tessellate
from gis.topology import Ground, nothing

TESSELLATED = ("areas", "grids")
LEVELS: Mapping[str, str] = MappingProxyType(
    {"districts": "district", "subdistricts": "subdistrict", "communities": "community", "sub_areas": "sub_area"}
)
MAX_NAMES = 20
MAX_STEPS = 500


def judge(
    connection: Connection, parsed: Parsed, order: Order, viewer: Viewer, today: date, offer: bool = False
) -> tuple[Judged, str]:
    """Judge rows read with `settle=False` against what is stored; also returns the digest of exactly what was read.

    What begins in the future is held against that day. With `offer` the effects of repairs not chosen are worked out.
    """
    chosen: Sequence[Repair] = repair.parse(order.repairs)
    day = max(order.day, today)
    if len(parsed.frame) == 0 or parsed.blocked:
        return Judged(parsed, parsed.frame), ""
    tiers = {name: _stored(connection, name, day, viewer, parsed) for name in LEVELS}
    if order.kind == "grids":
        tiers["grids"] = _stored(connection, "grids", day, viewer, parsed, order.grid_set)
    standing = _standing(connection, parsed, order, viewer, day, tiers)
    base = hashlib.sha256(
        " ".join(f"{name}:{one}" for name, rows in tiers.items() for one in sorted(rows["id"])).encode()
    )

    def in_communities(judged: Parsed) -> tuple[Finding, ...]:
        if order.kind != "grids":
            return ()
        known = dict(zip(tiers["grids"]["code"], tiers["grids"]["tier"], strict=True))
        found = parents.judge(judged, tiers["communities"], known).findings
        return tuple(one for one in found if one.row is not None)

    return tessellate(parsed, standing, chosen, offer, in_communities), base.hexdigest()[:16]


def stored_borders(connection: Connection, viewer: Viewer, day: date, kind: str) -> gpd.GeoDataFrame | None:
    """All stored areas (and grids) with a border, to find an offset from; None where there are none."""
    names = [*LEVELS, "grids"] if kind == "grids" else list(LEVELS)
    found = [layers.frame(connection, layers.select(name, as_of=day, viewer=viewer)) for name in names]
    drawn = [one.loc[one.geometry.notna(), ["code", "name", "geometry"]] for one in found]
    drawn = [one for one in drawn if len(one)]
    return gpd.GeoDataFrame(pd.concat(drawn, ignore_index=True), crs=crs.STORAGE) if drawn else None


def as_json(judged: Judged) -> dict[str, Any]:
    """Repairs, their effects and the difference as plain JSON."""
    return {
        "repairs": [_effect(one) for one in judged.chosen],
        "offers": [_effect(one) for one in judged.offers],
        "difference": None if judged.difference is None else _difference(judged.difference),
    }


def as_lines(judged: Judged) -> list[str]:
    """The same in short Chinese lines."""
    lines = [f"修复：{_effect_words(one)}" for one in judged.chosen]
    lines += [f"可用的修复 --repair {one.repair}：{_effect_words(one)}" for one in judged.offers]
    if judged.difference is not None:
        counts, people = judged.difference.counts, judged.difference.people
        said = "，".join(f"{WORDS[what]} {number:,}" for what, number in counts.items() if number) or "没有不同"
        lines.append(f"与现有数据相比：{said}；涉及 {people.compounds:,} 个小区、{people.households:,} 户")
    return lines


WORDS: Mapping[str, str] = MappingProxyType(
    {"added": "新增", "closed": "停用", "renamed": "改名", "moved": "边界变动", "recounted": "数字变动"}
)


def _standing(
    connection: Connection,
    parsed: Parsed,
    order: Order,
    viewer: Viewer,
    day: date,
    tiers: Mapping[str, gpd.GeoDataFrame],
) -> Standing:
    # a row that is refused has its say about the stored one all the same: it is to be corrected, not left out
    refused = {code for code, _ in parsed.left_out if code}
    zone = crs.zone_of(str(parsed.frame["code"].iloc[0]), float(parsed.frame.total_bounds[0]))
    levels = set(parsed.frame["level"])
    same = pd.concat([rows for rows in tiers.values() if len(rows)] or [_none()], ignore_index=True)
    same = gpd.GeoDataFrame(same, geometry="geometry", crs=crs.STORAGE)
    old = same[same["level"].isin(levels)].reset_index(drop=True)
    closes = old["code"].str.startswith(order.area) if order.inventory and order.area else pd.Series(False, old.index)
    continued = {code for text in parsed.frame.get("former_code", ()) if text for code in former_codes(text)}
    kept = frozenset(old.loc[~closes | old["code"].isin(refused), "code"]) - set(parsed.frame["code"]) - continued
    drawn = _metric(same[same.geometry.notna()], zone)
    compounds, shapes, barriers = _inside(connection, parsed, viewer, day, zone)
    ground = Ground(
        parents=drawn,
        siblings=drawn[drawn["code"].isin(kept - refused) & drawn["level"].isin(levels)],
        known=frozenset(same["code"]),
        outlines=shapes,
        barriers=barriers,
    )
    return Standing(zone, ground, _metric(old, zone), kept, compounds)


def _stored(
    connection: Connection, layer: str, day: date, viewer: Viewer, parsed: Parsed, grid_set: str | None = None
) -> gpd.GeoDataFrame:
    """Rows of a layer, real or made up as the file's codes are, with their `level`."""
    rows = layers.frame(connection, layers.select(layer, as_of=day, viewer=viewer, grid_set=grid_set))
    synthetic = str(parsed.frame["code"].iloc[0]).startswith(SAMPLE_CODE)
    rows = rows[rows["code"].str.startswith(SAMPLE_CODE) == synthetic]
    return rows.assign(level=LEVELS.get(layer, "grid")).reset_index(drop=True)


def _inside(
    connection: Connection, parsed: Parsed, viewer: Viewer, day: date, zone: int
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Compounds as points and as outlines, and barriers, of the districts that the file speaks of."""
    points, shapes, lines = [], [], []
    for code in sorted(parsed.frame["code"].str.slice(0, 6).unique()):
        try:
            district = find_area(connection, code, day, viewer)
        except NotFoundError:
            continue
        if district.geom is None:
            continue
        query = layers.select("compounds", as_of=day, viewer=viewer, area=district)
        points.append(layers.frame(connection, query)[["uid", "name", "households", "geometry"]])
        shapes.append(outlines.outlines(connection, query))
        lines.append(layers.frame(connection, layers.select("barriers", as_of=day, viewer=viewer, area=district)))
    compounds = ground_frame(points, zone)
    if "households" not in compounds:
        compounds = gpd.GeoDataFrame({"uid": [], "name": [], "households": []}, geometry=[], crs=zone)
    return compounds, ground_frame(shapes, zone), ground_frame(lines, zone)


def _metric(rows: gpd.GeoDataFrame, zone: int) -> gpd.GeoDataFrame:
    return crs.to_zone(rows, zone).reset_index(drop=True)


def _none() -> gpd.GeoDataFrame:
    return nothing().assign(id=[], code=pd.Series([], dtype=object), level=pd.Series([], dtype=object))


def _effect(one: Effect) -> dict[str, Any]:
    said = asdict(one)
    names = list(one.people.names)
    return said | {"m2": round(one.m2, 1), "people": said["people"] | {"names": names[:MAX_NAMES]}}


def _effect_words(one: Effect) -> str:
    words = f"{one.title}；改动 {one.rows:,} 个区域、{one.m2:,.1f} 平方米"
    words += f"，去掉 {one.dropped:,} 行" if one.dropped else ""
    return words + f"，涉及 {one.people.compounds:,} 个小区、{one.people.households:,} 户"


def _difference(found: Difference) -> dict[str, Any]:
    steps = [asdict(one) | {"won_m2": round(one.won_m2, 1), "lost_m2": round(one.lost_m2, 1)} for one in found.steps]
    people = asdict(found.people) | {"names": list(found.people.names[:MAX_NAMES])}
    return {"counts": dict(found.counts), "steps": steps[:MAX_STEPS], "people": people, "all_steps": len(steps)}
