"""Foreign files of every sort, written for one test; places lie in the sample district's neighbourhood."""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import shapely

LON, LAT = 108.93, 34.27


def square(lon: float = LON, lat: float = LAT, size: float = 0.01) -> shapely.Polygon:
    return shapely.box(lon, lat, lon + size, lat + size)


def frame(columns: dict[str, list[Any]], geometry: list[Any], crs: Any = 4490) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)


def write(path: Path, rows: gpd.GeoDataFrame, **options: Any) -> Path:
    rows.to_file(path, **options)
    return path


def geojson(path: Path, features: str, crs: str | None = None) -> Path:
    """A GeoJSON written by hand: `features` is the inside of the list."""
    member = f'"crs":{{"type":"name","properties":{{"name":"{crs}"}}}},' if crs else ""
    path.write_text(f'{{"type":"FeatureCollection",{member}"features":[{features}]}}', encoding="utf-8")
    return path


def zipped(path: Path, *members: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.write(member, member.name)
    return path


def shapefile_zip(folder: Path, rows: gpd.GeoDataFrame, encoding: str, cpg: bool) -> Path:
    folder.mkdir()
    shp = write(folder / "layer.shp", rows, encoding=encoding)
    if not cpg:
        shp.with_suffix(".cpg").unlink()
    return zipped(folder.with_suffix(".zip"), *sorted(folder.iterdir()))


def workbook(path: Path, rows: list[list[Any]], title: str = "小区") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _signed(value: int) -> bytes:
    return _varint(value << 1 if value >= 0 else (-value << 1) - 1)


def _field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _deltas(values: list[int]) -> bytes:
    steps = [now - before for before, now in zip([0, *values], values, strict=False)]
    return b"".join(_signed(step) for step in steps)


def _blob(kind: str, content: bytes) -> bytes:
    blob = _field(2, len(content)) + _field(3, zlib.compress(content))
    header = _field(1, kind.encode()) + _field(3, len(blob))
    return struct.pack(">I", len(header)) + header + blob


def osm_pbf(path: Path, ways: list[tuple[int, list[tuple[float, float]], dict[str, str]]]) -> Path:
    """An OpenStreetMap extract with dense nodes and ways: (id, positions, tags)."""
    words = [""]
    nodes: dict[tuple[float, float], int] = {}
    body = b""
    for uid, line, tags in ways:
        refs = [nodes.setdefault(place, len(nodes) + 1) for place in line]
        keys, values = b"", b""
        for key, value in tags.items():
            words += [key, value]
            keys += _varint(len(words) - 2)
            values += _varint(len(words) - 1)
        way = _field(1, uid) + _field(2, keys) + _field(3, values) + _field(8, _deltas(refs))
        body += _field(3, way)
    places = list(nodes)
    dense = _field(1, _deltas(list(nodes.values())))
    dense += _field(8, _deltas([round(lat * 1e7) for _, lat in places]))
    dense += _field(9, _deltas([round(lon * 1e7) for lon, _ in places]))
    table = b"".join(_field(1, word.encode()) for word in words)
    block = _field(1, table) + _field(2, _field(2, dense)) + _field(2, body)
    header = _field(4, b"OsmSchema-V0.6") + _field(4, b"DenseNodes")
    path.write_bytes(_blob("OSMHeader", header) + _blob("OSMData", block))
    return path
