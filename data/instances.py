"""Prepared instances of the splitting engine on disk: JSON, or a GeoPackage with the JSON beside it."""

import json
from pathlib import Path
from typing import Final

import geopandas as gpd
import shapely

from data.imports import guard
from data.imports.errors import FileMissingError, LayerNotFoundError
from gis.crs import to_zone, zone_of
from gis.split.atoms import AtomsError, checked
from gis.split.instance import Instance, from_json, with_ground
from gis.split.polygons import from_frames

MOST_BYTES: Final = 200 * 2**20


def read(path: Path) -> Instance:
    """Read an instance; the kind of file by its name.

    A GeoPackage holds layers atoms, barriers and centres. Borders, passages and groups come from the JSON of the same
    name beside it; where there is none they come from the polygons. Raises BadInputError subclasses.
    """
    if not path.is_file():
        raise FileMissingError(f"找不到文件：{path}")
    if path.suffix.lower() == ".gpkg":
        ground = Instance(checked(from_frames(*(_layer(path, name) for name in ("atoms", "barriers", "centres")))))
        beside = path.with_suffix(".json")
        return with_ground(_json(beside), ground.atoms) if beside.is_file() else ground
    if path.suffix.lower() == ".json":
        return _json(path)
    raise AtomsError(f"只能读 .json 或 .gpkg，{path.name} 都不是")


def _json(path: Path) -> Instance:
    if path.stat().st_size > MOST_BYTES:
        raise AtomsError(f"{path.name} 超过 {MOST_BYTES // 2**20} MB，请核对是不是选错了文件")
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise AtomsError(f"{path.name} 不是有效的 JSON（UTF-8），请核对") from error
    return from_json(value)


def _layer(path: Path, name: str) -> gpd.GeoDataFrame:
    """A layer in metres; barriers and centres may be missing."""
    try:
        table = guard.read(path, name)
    except LayerNotFoundError:
        if name == "atoms":
            raise
        return gpd.GeoDataFrame({"kind": []}, geometry=[], crs=None)
    if table.wkb is None or any(shape is None for shape in table.wkb):
        raise AtomsError(f"图层 {name} 里有没有几何的要素，请核对")
    frame = gpd.GeoDataFrame(dict(table.columns), geometry=shapely.from_wkb(table.wkb), crs=table.crs)
    if frame.crs is None:
        raise AtomsError(f"图层 {name} 没有说明坐标系，请另存时写明")
    return to_zone(frame, zone_of(None, float(frame.total_bounds[0]))) if frame.crs.is_geographic else frame
