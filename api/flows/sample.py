"""The bundled synthetic district into the database, once per seed."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, Engine

from api.flows import gridding
from data import batches, grids, storing
from data.sample.district import DATA_DATE as STATED
from data.sample.district import digest, drawing, make_district
from data.sample.traps import write_traps
from data.session import transaction
from data.viewers import PLANNER
from gis import crs, network
from gis.errors import MachineError

CODE = "610199"
GRIDDED = "610199002"  # the subdistrict whose communities come with grids in the demo
DATA_DATE = date.fromisoformat(STATED)
SOURCE_NAME = "合成示例城区"


def is_loaded(connection: Connection, seed: int) -> bool:
    """Whether the district of this seed is in the database."""
    return batches.latest_report(connection, "sample", _name_digest(seed)) is not None


def load_sample(engine: Engine, seed: int, say: Callable[[str], None]) -> bool:
    """Generate the district and store all its layers in one transaction; False when it is there already."""
    with transaction(engine) as connection:
        if is_loaded(connection, seed):
            return False
    say("生成合成示例城区…")
    frames = make_district(seed)
    say("写入数据库…")
    with transaction(engine) as connection:
        store_district(connection, frames, seed)
    return True


def divide_shown(engine: Engine, say: Callable[[str], None]) -> None:
    """Cut the communities of one subdistrict into grids, once, so that 我的网格 has something to show."""
    with transaction(engine, PLANNER) as connection:
        if any(one["scope"] == CODE for one in grids.list_sets(connection, PLANNER, DATA_DATE)):
            return
    say("把一个街道的社区划成网格…")
    gridding.run(engine, gridding.Order(GRIDDED, DATA_DATE), PLANNER, lambda *_: None)


def write_sample(seed: int, target: Path, say: Callable[[str], None]) -> dict[str, int]:
    """Generate the district into a GeoPackage, one layer each; returns the number of rows per layer."""
    say("生成合成示例城区…")
    frames = make_district(seed)
    try:
        target.unlink(missing_ok=True)
        for name, frame in frames.items():
            frame.to_file(target, layer=name, driver="GPKG", engine="pyogrio")
    except OSError as error:
        raise MachineError(f"没有写成 {target}（{error.strerror or error}）。换一个可写的位置再试") from error
    return {name: len(frame) for name, frame in frames.items()}


def write_faulty(seed: int, folder: Path, say: Callable[[str], None]) -> dict[str, str]:
    """Write one small file per finding code, each with that fault alone; returns file name by code."""
    say("生成合成示例城区…")
    return write_traps(make_district(seed), folder)


def store_district(connection: Connection, frames: dict[str, gpd.GeoDataFrame], seed: int) -> None:
    """Write the layers of a generated district as one import."""
    source = batches.Source(
        "sample", f"{SOURCE_NAME} {seed}", _name_digest(seed), DATA_DATE, inventory=True, synthetic=True, area_code=CODE
    )
    report = {"digest": digest(frames), "seed": seed, "rows": {name: len(frame) for name, frame in frames.items()}}
    batch_id = batches.open_batch(connection, source, report)
    origin = storing.Origin(batch_id, DATA_DATE, synthetic=True, whole_sample=True)
    tiers = [frames[name] for name in ("districts", "subdistricts", "communities")]
    areas = gpd.GeoDataFrame(pd.concat(tiers, ignore_index=True), crs=tiers[0].crs)
    storing.store_areas(connection, areas.drop(columns=["synthetic", "data_date"]), origin)
    named = frames | {"service_points": frames["service_points"].rename(columns={"serves": "serves_uid"})}
    for name in ("compounds", "gates", "service_points", "barriers", "buildings", "candidate_sites"):
        storing.STORES[name](connection, named[name], origin)
    streets = frames["streets"]
    metric = crs.to_zone(streets, crs.zone_of(CODE, float(streets.total_bounds[0])))
    storing.store_network(connection, streets.assign(main=network.main_component(metric)), origin, CODE)
    storing.store_backdrop(connection, frames["backdrop"], origin, CODE)


def _name_digest(seed: int) -> str:
    """Changes with the seed and with the generator, so that an older drawing is replaced."""
    return hashlib.sha256(f"{SOURCE_NAME} {seed} {drawing()}".encode()).hexdigest()
