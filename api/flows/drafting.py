"""Draft borders: anchors in, community polygons marked `draft` out, and the codes that got none with why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import insert as upsert

from api.flows.coverage import Say
from api.flows.district import district_of, frames_of, rules_of, zone_of
from data import areas, batches, storing
from data import tables as t
from data.areas import Area
from data.imports import reader
from data.session import transaction
from data.standards import DEFAULT
from data.viewers import Viewer
from gis import anchors, crs, drafting, network
from gis.errors import BadInputError


@dataclass(frozen=True)
class Drafted:
    """What a draft gave, and the batch it is stored under."""

    draft: drafting.Draft
    district: Area
    codes: int


def run(engine: Engine, code: str, path: Path, day: date, viewer: Viewer, originals: Path, say: Say) -> Drafted:
    """Draft the communities of a district from a file of anchors (code, point) and store them as one version."""
    with transaction(engine) as connection:
        district = district_of(connection, code, day, viewer)
        listed = _codes(connection, district, day, viewer)
        frames = frames_of(connection, district, day, viewer, rules_of(DEFAULT))
    zone = zone_of(district)
    say("读取锚点…")
    matches = crs.to_zone(_matches(path, district), zone)
    accepted = anchors.accept(matches, listed)
    if len(accepted.accepted) == 0:
        raise BadInputError("没有一个社区有可用的锚点，没有草拟。核对锚点文件的代码和位置")
    say(f"按 {len(accepted.accepted)} 个锚点划分街坊…")
    border = drafting.metric_border(gpd.GeoDataFrame(geometry=[district.geom], crs=crs.STORAGE), zone)
    streets = frames["streets"]
    draft = drafting.draft(
        network.build(streets),
        streets[streets["walkable"] | streets["class"].str.startswith("motorway")].reset_index(drop=True),
        frames["barriers"],
        border,
        accepted,
        frames["compounds"],
    )
    with transaction(engine) as connection:
        _store(connection, draft, listed, district, path, day, originals)
    return Drafted(draft, district, len(listed))


def summary(drafted: Drafted) -> Mapping[str, object]:
    """The draft in figures: drawn, not drawn with why, ground left over."""
    draft, rows = drafted.draft, drafted.draft.undrafted
    return {
        "code": drafted.district.code,
        "codes": drafted.codes,
        "drafted": len(draft.communities),
        "communities": draft.report.to_dict("records"),
        "undrafted": rows.to_dict("records"),
        "unassigned_m2": round(float(draft.unassigned["area_m2"].sum())),
    }


def _codes(connection: Connection, district: Area, day: date, viewer: Viewer) -> pd.DataFrame:
    listed = areas.list_areas(connection, day, viewer, level="community", prefix=district.code, after=None, limit=None)
    if not listed:
        raise BadInputError(f"{district.name}还没有社区代码。先用 wangge import codes 导入代码表")
    return pd.DataFrame(listed)[["code", "name", "parent_code"]]


def _matches(path: Path, district: Area) -> gpd.GeoDataFrame:
    border = gpd.GeoDataFrame({"code": [district.code], "name": [district.name]}, geometry=[district.geom])
    parsed = reader.parse(path, "anchors", area=district.code, districts=border.set_crs(crs.STORAGE))
    return parsed.frame[["code", "geometry"]]


def _store(
    connection: Connection,
    draft: drafting.Draft,
    listed: pd.DataFrame,
    district: Area,
    path: Path,
    day: date,
    originals: Path,
) -> None:
    """Drawn communities as drafts; those that an earlier draft drew and this one does not lose that border."""
    digest = batches.keep_original(path, originals)
    source = batches.Source("draft", path.name, digest, day, synthetic=district.synthetic, area_code=district.code)
    report = {"drafted": len(draft.communities), "undrafted": draft.undrafted.to_dict("records")}
    origin = storing.Origin(batches.open_batch(connection, source, report), day, district.synthetic)
    drawn = crs.to_storage(draft.communities).assign(level="community")
    without = listed[~listed["code"].isin(drawn["code"])].assign(level="community", status="legal", geometry=None)
    without = gpd.GeoDataFrame(without, geometry="geometry", crs=crs.STORAGE)
    storing.store_areas(connection, pd.concat([drawn, without], ignore_index=True), origin, redrafted=True)
    rows = draft.undrafted
    row = {
        "district_code": district.code,
        "reasons": dict(zip(rows["code"], rows["reason"], strict=True)),
        "without": rows["code"].tolist(),
    }
    connection.execute(
        upsert(t.undrafted).values(row).on_conflict_do_update(index_elements=["district_code"], set_=row)
    )
