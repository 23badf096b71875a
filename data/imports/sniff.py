"""The kind of a foreign file by its first bytes, never by its name, before any driver sees it."""

import re
from enum import Enum
from pathlib import Path

from data.imports.errors import FileMissingError, FileTooLargeError, NotGeodataError

_HEAD_BYTES = 65536
_SQLITE = b"SQLite format 3\x00"
_GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")
_SHAPEFILE = b"\x00\x00\x27\x0a"
_READABLE = "能读的有 GeoPackage、GeoJSON、Shapefile（可打成 zip）、CSV、Excel（.xlsx）和 .osm.pbf"
_TEXT_SUFFIXES = (".csv", ".txt", ".tsv")


class Kind(Enum):
    """Kinds of files the product reads, with the word shown in reports."""

    GEOPACKAGE = "GeoPackage"
    GEOJSON = "GeoJSON"
    SHAPEFILE = "Shapefile"
    ZIP = "zip"
    CSV = "CSV"
    OSM_PBF = "OSM PBF"


def sniff(path: Path, max_bytes: int) -> Kind:
    """Kind of the file by content.

    Raises FileMissingError, FileTooLargeError, NotGeodataError.
    """
    if not path.exists():
        raise FileMissingError(f"找不到文件 {path.name}，请核对路径。")
    if not path.is_file():
        raise FileMissingError(f"{path.name} 不是文件，请给出一个数据文件。")
    size = path.stat().st_size
    if size == 0:
        raise NotGeodataError(f"{path.name} 是空文件，请重新导出。")
    if size > max_bytes:
        raise FileTooLargeError(
            f"{path.name} 有 {size / 2**20:.0f} MB，超过上限 {max_bytes / 2**20:.0f} MB，请分块导入。"
        )
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError as error:
        raise FileMissingError(f"{path.name} 打不开，请检查读取权限。") from error
    return _by_bytes(head, path) or _by_text(head, path)


def _by_bytes(head: bytes, path: Path) -> Kind | None:
    if head.startswith(_SQLITE):
        if head[68:72] in _GEOPACKAGE_IDS:
            return Kind.GEOPACKAGE
        raise NotGeodataError(f"{path.name} 是普通 SQLite 数据库，不是 GeoPackage，请另存为 .gpkg。")
    if head.startswith(_SHAPEFILE):
        return Kind.SHAPEFILE
    if head.startswith(b"PK\x03\x04"):
        return Kind.ZIP
    if head[4:6] == b"\x0a\x09" and head[6:15] == b"OSMHeader":
        return Kind.OSM_PBF
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotGeodataError(f"{path.name} 是旧版 Excel（.xls），请另存为 .xlsx 再导入。")
    if head.startswith((b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise NotGeodataError(f"{path.name} 是压缩包，但不是 zip，请解开后再导入。")
    return None


def _by_text(head: bytes, path: Path) -> Kind:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16", "replace") if wide else head.decode("latin-1").removeprefix("ï»¿")
    start = text.lstrip()
    suffix = path.suffix.lower()
    if start.startswith("<"):
        word = "VRT（指向别的文件的清单）" if "<OGRVRTDataSource" in text else "XML 文本"
        raise NotGeodataError(f"{path.name} 的内容是 {word}，不是地理数据，不予打开；{_READABLE}。")
    if start.startswith("{"):
        if re.search(r'"type"\s*:', text) is None:
            raise NotGeodataError(f"{path.name} 是 JSON，但不是 GeoJSON（没有 type），请另存为 GeoJSON。")
        return Kind.GEOJSON
    if not wide and "\x00" in text:
        raise NotGeodataError(f"认不出 {path.name} 的格式；{_READABLE}。")
    first = start.splitlines()[0] if start else ""
    if any(mark in first for mark in ",\t;") and suffix in _TEXT_SUFFIXES:
        return Kind.CSV
    raise NotGeodataError(f"{path.name} 的内容不是地理数据；{_READABLE}。")
