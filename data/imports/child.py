"""The guarded reader: a process of its own that limits itself, opens one foreign file and leaves a plain table.

Started by `guard` as `python -m data.imports.child REQUEST`; REQUEST is a JSON file with `path`, `kind`, `layer`,
`folder` and the limits. Leaves `table.json` and `arrays.npz`, or `error.json`, in the folder.
"""

import json
import resource
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.imports.errors import UnreadableError
from data.imports.sniff import Kind
from gis.errors import WanggeError

if TYPE_CHECKING:
    from data.imports.exchange import RawTable

_FORBIDDEN = ("socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn")


def limit(memory_bytes: int, cpu_s: int, file_bytes: int) -> None:
    """Bound this process: memory, processor time, size of a written file, open files; no core, no network, no child."""
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(event)


def main(request: Path) -> int:
    """Read the requested file; 0 when a table was left, 1 when an error was."""
    wish = json.loads(request.read_text(encoding="utf-8"))
    folder = Path(wish["folder"])
    limit(wish["memory_bytes"], wish["cpu_s"], wish["file_bytes"])
    try:
        _read(Path(wish["path"]), Kind(wish["kind"]), wish["layer"], folder, wish["unpacked_bytes"])
    except WanggeError as error:
        answer = {"code": error.code, "detail": error.detail}
        (folder / "error.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
        return 1
    return 0


def _read(path: Path, kind: Kind, layer: str | None, folder: Path, unpacked_bytes: int) -> None:
    # GDAL's Python binding takes these along where it finds them: half the start-up time, and more to attack
    sys.modules.update(dict.fromkeys(("geopandas", "pandas", "shapely", "pyproj")))  # type: ignore[arg-type]
    from data.imports.exchange import dump

    if kind is Kind.CSV:
        from data.imports import tabular

        table = tabular.read_csv(path)
    elif kind is Kind.ZIP:
        table = _read_zip(path, layer, folder, unpacked_bytes)
    else:
        from data.imports import vector

        vector.require_only(DRIVERS[kind])
        table = vector.read(path, kind, layer)
    dump(table, folder)


def _read_zip(path: Path, layer: str | None, folder: Path, unpacked_bytes: int) -> "RawTable":
    from data.imports import unpack

    try:
        with zipfile.ZipFile(path) as archive:
            unpack.check(archive, unpacked_bytes)
            if not (workbook := unpack.is_workbook(archive)):
                path, layer = unpack.shapefile(archive, layer, folder, unpacked_bytes)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as error:
        raise UnreadableError("压缩包已损坏，请重新打包。") from error
    if workbook:
        from data.imports import tabular

        return tabular.read_workbook(path, layer)
    from data.imports import vector

    vector.require_only(DRIVERS[Kind.ZIP])
    return vector.read(path, Kind.SHAPEFILE, layer)


DRIVERS = {
    Kind.GEOPACKAGE: "GPKG",
    Kind.GEOJSON: "GeoJSON",
    Kind.SHAPEFILE: "ESRI Shapefile",
    Kind.ZIP: "ESRI Shapefile",
    Kind.OSM_PBF: "OSM",
}


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
