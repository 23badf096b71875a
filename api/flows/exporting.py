"""Layers and walks as files."""

import csv
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine

from api.flows.coverage import Found
from data import layers, results
from data.areas import find_area
from data.session import transaction
from data.viewers import Viewer
from gis.errors import BadInputError, MachineError

REACH_COLUMNS = ("uid", "name", "category", "net_cm", "snap_cm", "service_uid")


def write_reach(connection: Connection, found: Found, target: Path) -> int:
    """One CSV row per compound and category of the area; empty where there is no walk. Returns the number of rows."""
    walks = results.walks(connection, found.head.digest)
    area = found.area
    if area.level != "district":
        walks = walks[walks[area.level] == area.code]
    rows = walks[list(REACH_COLUMNS)].astype({"net_cm": "Int64", "snap_cm": "Int64"})
    _write(target, lambda: rows.to_csv(target, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL))
    return len(rows)


def write_layer(engine: Engine, viewer: Viewer, as_of: date, layer: str, code: str | None, target: Path) -> int:
    """A layer as GeoJSON or GeoPackage, by the ending of the file name. Returns the number of rows."""
    with transaction(engine) as connection:
        area = find_area(connection, code, as_of, viewer) if code else None
        query = layers.select(layer, as_of=as_of, viewer=viewer, area=area)
        frame = layers.frame(connection, query).drop(columns=["id", "batch_id"])
        text, _ = layers.geojson(connection, query)
    if target.suffix.lower() in (".geojson", ".json"):
        _write(target, lambda: target.write_text(text, encoding="utf-8"))
    elif target.suffix.lower() == ".gpkg":
        plain = frame.assign(**{name: frame[name].astype(str) for name in ("quality",) if name in frame})
        _write(target, lambda: plain.to_file(target, layer=layer, driver="GPKG", engine="pyogrio"))
    else:
        raise BadInputError("只能导出 .geojson 或 .gpkg。改文件名后再试")
    return len(frame)


def _write(target: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise MachineError(f"没有写成 {target}（{error.strerror or error}）。换一个可写的位置再试") from error


def summary(rows: int, target: Path) -> Mapping[str, object]:
    """What an export says of itself."""
    return {"rows": rows, "file": str(target)}
