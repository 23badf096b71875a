"""Zip files: what may be inside, bounds against zip bombs, and unpacking a Shapefile by counted bytes."""

import re
import zipfile
from pathlib import Path, PurePosixPath

from data.imports.errors import FileTooLargeError, LayerNotFoundError, NotGeodataError, UnreadableError

MAX_MEMBERS = 2000
MAX_RATIO = 200
_RATIO_FREE_BYTES = 16 * 2**20
_SHAPE_SUFFIXES = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_CHUNK = 2**20


def check(archive: zipfile.ZipFile, max_bytes: int) -> None:
    """Refuse an archive whose table of contents already says too much; raises FileTooLargeError."""
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS:
        raise FileTooLargeError(f"压缩包里有 {len(members)} 个文件，超过 {MAX_MEMBERS} 个，请只留要导入的数据。")
    if total > max_bytes:
        raise FileTooLargeError(
            f"压缩包解开有 {total / 2**20:.0f} MB，超过上限 {max_bytes / 2**20:.0f} MB，请分块导入。"
        )
    packed = max(1, sum(member.compress_size for member in members))
    if total > _RATIO_FREE_BYTES and total / packed > MAX_RATIO:
        raise FileTooLargeError(f"压缩包的压缩比达 {total / packed:.0f} 倍，不像正常数据，不予解开。")
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableError("压缩包加了密码，请去掉密码再导入。")


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether the archive is an Excel workbook."""
    names = set(archive.namelist())
    return "[Content_Types].xml" in names and "xl/workbook.xml" in names


def shapefile(archive: zipfile.ZipFile, layer: str | None, folder: Path, max_bytes: int) -> tuple[Path, str]:
    """Unpack the parts of one Shapefile into the folder; returns its .shp and its layer name.

    Raises NotGeodataError when there is none, LayerNotFoundError when one of several has to be named.
    """
    layers = {_layer(member): member for member in archive.infolist() if member.filename.lower().endswith(".shp")}
    if not layers:
        raise NotGeodataError("压缩包里没有 Shapefile（.shp），请把 .shp .shx .dbf .prj 一起打包。")
    if layer is None and len(layers) > 1:
        raise LayerNotFoundError(f"压缩包里有 {len(layers)} 个图层：{'、'.join(sorted(layers))}；请用 --layer 选一个。")
    name = layer if layer is not None else next(iter(layers))
    if name not in layers:
        raise LayerNotFoundError(f"压缩包里没有图层“{name}”，有：{'、'.join(sorted(layers))}。")
    stem = layers[name].filename[:-4].lower()
    budget = max_bytes
    for member in archive.infolist():
        path = PurePosixPath(member.filename.lower())
        if member.filename.lower()[: -len(path.suffix) or None] == stem and path.suffix in _SHAPE_SUFFIXES:
            budget -= _copy(archive, member, folder / f"layer{path.suffix}", budget)
    return folder / "layer.shp", name


def _layer(member: zipfile.ZipInfo) -> str:
    """Layer name of a .shp member; a name not flagged as UTF-8 is tried as GBK, as Chinese Windows writes it."""
    name = member.filename
    if not member.flag_bits & 0x800 and not name.isascii():
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = member.filename
    return re.split(r"[/\\]", name)[-1][:-4]


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, budget: int) -> int:
    """Bytes written; the declared size is not believed."""
    written = 0
    with archive.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > budget:
                raise FileTooLargeError("压缩包解开后超过上限，不像正常数据，已停止。")
            sink.write(chunk)
    return written
