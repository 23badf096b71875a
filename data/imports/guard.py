"""Opens foreign files in a child process with limits, one driver, no network, and a fresh environment."""

import json
import logging
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyogrio

from data.imports.child import DRIVERS
from data.imports.errors import BY_CODE, ReaderStoppedError
from data.imports.exchange import RawTable, load
from data.imports.sniff import Kind, sniff

_log = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Limits:
    """How much a foreign file may cost."""

    input_bytes: int = 2 * 2**30
    unpacked_bytes: int = 4 * 2**30
    memory_bytes: int = 4 * 2**30
    written_bytes: int = 4 * 2**30
    cpu_s: int = 600
    wall_s: int = 900


def read(path: Path, layer: str | None = None, limits: Limits | None = None) -> RawTable:
    """Read one layer of a foreign file.

    Raises FileMissingError, NotGeodataError, FileTooLargeError, LayerNotFoundError, EncodingError, UnreadableError,
    ReaderStoppedError; never anything else about the file.
    """
    bounds = limits or Limits()
    kind = sniff(path, bounds.input_bytes)
    with tempfile.TemporaryDirectory(prefix="wangge-import-") as place:
        folder = Path(place)
        request = folder / "request.json"
        wish = {
            "path": str(path.resolve()),
            "kind": kind.value,
            "layer": layer,
            "folder": place,
            "memory_bytes": bounds.memory_bytes,
            "cpu_s": bounds.cpu_s,
            "file_bytes": bounds.written_bytes,
            "unpacked_bytes": bounds.unpacked_bytes,
        }
        request.write_text(json.dumps(wish), encoding="utf-8")
        _run(request, folder, kind, bounds.wall_s)
        return load(folder)


def _run(request: Path, folder: Path, kind: Kind, wall_s: int) -> None:
    command = [sys.executable, "-P", "-m", "data.imports.child", str(request)]
    try:
        done = subprocess.run(
            command, env=environment(kind, folder), cwd=folder, capture_output=True, timeout=wall_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ReaderStoppedError(f"读了 {wall_s} 秒还没读完，已停止；请把文件拆小再导入。") from error
    if done.returncode == 0:
        return
    answer = folder / "error.json"
    if done.returncode == 1 and answer.exists():
        said = json.loads(answer.read_text(encoding="utf-8"))
        raise BY_CODE.get(said["code"], ReaderStoppedError)(said["detail"])
    _log.warning("guarded reader ended with %s: %s", done.returncode, done.stderr[-2000:].decode("utf-8", "replace"))
    raise ReaderStoppedError("读取这个文件时程序被迫停止（文件损坏，或所需内存、时间超限）；请检查后另存一份再导入。")


def environment(kind: Kind, folder: Path) -> dict[str, str]:
    """A fresh environment for the child: one driver by name, no network, one thread, temporary files in the folder."""
    allowed = DRIVERS.get(kind, "")
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(folder),
        "CPL_TMPDIR": str(folder),
        "GDAL_SKIP": ",".join(sorted(set(pyogrio.list_drivers()) - {allowed})),
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_HTTP_TIMEOUT": "1",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        "OGR_SQLITE_STATIC_VIRTUAL_OGR": "NO",
        "OGR_INTERLEAVED_READING": "YES",
        "PROJ_NETWORK": "OFF",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
