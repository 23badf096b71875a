"""Layers and walks as files."""

import csv
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from sqlalchemy import Connection, Engine

from api.flows.coverage import Found
from data import results
from data.areas import find_area
from data.exports import geojson, geopackage, shapefile, workbook
from data.exports.extract import Extract, chosen_crs, extract
from data.exports.textcell import plain_text
from data.session import transaction
from data.standards import categories
from data.viewers import Viewer
from gis.errors import BadInputError, MachineError
from maps import qml

REACH_COLUMNS = ("uid", "name", "category", "net_cm", "snap_cm", "service_uid")


@dataclass(frozen=True)
class Format:
    """A kind of file: its ending, its media type, and whether it holds rows without geometry."""

    ending: str
    media_type: str
    whole: bool = False


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "gpkg": Format(".gpkg", "application/geopackage+sqlite3"),
        "geojson": Format(".geojson", "application/geo+json"),
        "shp": Format(".zip", "application/zip"),
        "xlsx": Format(".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", whole=True),
    }
)
_ENDINGS = MappingProxyType({one.ending: name for name, one in FORMATS.items()} | {".json": "geojson"})


@dataclass(frozen=True)
class Order:
    """One export as it was asked for; `crs`: 4490 | zone | number of a zone, `encoding` of a Shapefile."""

    layer: str
    format: str
    code: str | None = None
    crs: str = "4490"
    encoding: str = "gbk"


@dataclass(frozen=True)
class Written:
    """What an export wrote; `undrawn` rows have no geometry and are not in the file."""

    file: Path
    rows: int
    undrawn: int
    epsg: int
    synthetic: bool


def write_reach(connection: Connection, found: Found, target: Path) -> int:
    """One CSV row per compound and category of the area; empty where there is no walk. Returns the number of rows."""
    walks = results.walks(connection, found.head.digest)
    area = found.area
    if area.level != "district":
        walks = walks[walks[area.level] == area.code]
    rows = walks[list(REACH_COLUMNS)].astype({"net_cm": "Int64", "snap_cm": "Int64"})
    rows = rows.assign(name=rows["name"].map(plain_text))
    _write(target, lambda: rows.to_csv(target, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL))
    return len(rows)


def format_of(target: Path) -> str:
    """The format that the ending of a file name means; BadInputError for any other ending."""
    ending = target.suffix.lower()
    if ending not in _ENDINGS:
        raise BadInputError("只能导出 .gpkg、.geojson、.zip（Shapefile）或 .xlsx。改文件名后再试")
    return _ENDINGS[ending]


def write_layer(engine: Engine, viewer: Viewer, as_of: date, order: Order, target: Path) -> Written:
    """A layer as a file; a target that is a folder gets a file named after layer, date and whether it is made up.

    What was there before is replaced only by a whole new file.
    """
    if order.format not in FORMATS:
        raise BadInputError(f"没有“{order.format}”这种格式。可选：{'、'.join(FORMATS)}")
    with transaction(engine, viewer) as connection:
        area = find_area(connection, order.code, as_of, viewer) if order.code else None
        made = extract(connection, order.layer, as_of, viewer, area)
    form = FORMATS[order.format]
    shown = chosen_crs(made if form.whole else made.drawn(), order.crs, order.code)
    file = target / f"{made.file_stem}{form.ending}" if target.is_dir() else target
    _write(file, lambda: _dress(shown, order, file))
    undrawn = len(made.frame) - len(shown.frame)
    return Written(file, len(shown.frame), undrawn, shown.epsg, shown.synthetic)


def _dress(made: Extract, order: Order, target: Path) -> None:
    """Write beside the target and put the whole file in its place at the end."""
    with tempfile.TemporaryDirectory(prefix=".wangge-export-", dir=target.parent) as folder:
        part = Path(folder) / f"whole{FORMATS[order.format].ending}"
        if order.format == "gpkg":
            geopackage.write(made, part, _style(made))
        elif order.format == "geojson":
            geojson.write(made, part)
        elif order.format == "shp":
            shapefile.write(made, part, order.encoding, Path(folder))
        else:
            workbook.write(made, part)
        os.replace(part, target)


def _style(made: Extract) -> str:
    labels = {one.id: one.name for one in categories().values()}
    return qml.style(made.layer, {one.name: one.title for one in made.columns}, labels)


def _write(target: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise MachineError(f"没有写成 {target}（{error.strerror or error}）。换一个可写的位置再试") from error
    except (DataSourceError, DataLayerError, FeatureError) as error:
        raise MachineError(f"没有写成 {target}。看看磁盘是否已满，或换一个位置再试") from error


def told(written: Written) -> Mapping[str, object]:
    """What the export of a layer says of itself."""
    return {**vars(written), "file": str(written.file)}


def in_words(written: Written) -> str:
    """The same for people."""
    left = f"；另有 {written.undrawn:,} 行没有图形，不在文件里（.xlsx 里有）" if written.undrawn else ""
    return f"写好 {written.rows:,} 行（EPSG:{written.epsg}）：{written.file}{left}"


def summary(rows: int, target: Path) -> Mapping[str, object]:
    """What an export says of itself."""
    return {"rows": rows, "file": str(target)}
