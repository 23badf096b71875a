"""The guard: kind by content, one driver, no other file of the disk, bounded memory, time and size."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from data.imports import child, exchange, guard, unpack
from data.imports.errors import (
    FileMissingError,
    FileTooLargeError,
    LayerNotFoundError,
    NotGeodataError,
    ReaderStoppedError,
    UnreadableError,
)
from data.imports.guard import Limits
from data.imports.sniff import Kind, sniff
from tests.imports import files

POINT = '{"type":"Feature","properties":{"name":"甲"},"geometry":{"type":"Point","coordinates":[108.9,34.2]}}'
VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


@pytest.mark.parametrize("name", ["trap.geojson", "trap.gpkg", "trap.shp", "trap.csv", "trap.vrt"])
def test_vrt_under_any_name_is_refused(tmp_path: Path, name: str) -> None:
    secret = files.geojson(tmp_path / "secret.geojson", POINT)
    (tmp_path / name).write_text(VRT.format(secret), encoding="utf-8")
    with pytest.raises(NotGeodataError, match="VRT"):
        guard.read(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.geojson", b"", "空文件"),
        ("a.geojson", b"lon,lat\n1,2\n", "不是地理数据"),
        ("a.geojson", b'{"a": 1}', "不是 GeoJSON"),
        ("a.csv", b"just words", "不是地理数据"),
        ("a.shp", b"\x89PNG\r\n\x1a\n\x00\x00", "认不出"),
        ("a.gpkg", b"SQLite format 3\x00" + bytes(200), "普通 SQLite"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(600), "xlsx"),
        ("a.zip", b"Rar!\x1a\x07\x00", "不是 zip"),
        ("a.osm", b"<?xml version='1.0'?><osm/>", "XML"),
    ],
)
def test_content_decides(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NotGeodataError, match=words):
        guard.read(tmp_path / name)


def test_missing_file_folder_and_large_file(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match="找不到"):
        guard.read(tmp_path / "nowhere.gpkg")
    with pytest.raises(FileMissingError, match="不是文件"):
        guard.read(tmp_path)
    path = files.geojson(tmp_path / "a.geojson", POINT)
    with pytest.raises(FileTooLargeError, match="超过上限"):
        guard.read(path, limits=Limits(input_bytes=10))


def test_name_does_not_matter(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.gpkg", files.frame({"name": ["甲"]}, [files.square()]))
    path = path.rename(tmp_path / "a.dat")
    assert sniff(path, 2**30) is Kind.GEOPACKAGE
    assert guard.read(path).columns["name"].tolist() == ["甲"]


def test_only_one_driver_and_no_network(tmp_path: Path) -> None:
    environment = guard.environment(Kind.GEOJSON, tmp_path)
    skipped = environment["GDAL_SKIP"].split(",")
    assert "GeoJSON" not in skipped
    assert {"OGR_VRT", "HTTP", "CSV", "SQLite"} <= set(skipped)
    assert environment["PROJ_NETWORK"] == "OFF"
    assert "HOME" not in environment


def test_geopackage_cannot_reach_other_files(tmp_path: Path) -> None:
    """A view through GDAL's virtual tables would read any file of the disk."""
    import sqlite3

    secret = files.geojson(tmp_path / "secret.geojson", POINT)
    path = files.write(tmp_path / "a.gpkg", files.frame({"name": ["甲"]}, [files.square()]), layer="rows")
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA writable_schema=ON")
        base.execute(
            "INSERT INTO sqlite_master VALUES ('table','trap','trap',0,?)",
            (f"CREATE VIRTUAL TABLE trap USING VirtualOGR('{secret}')",),
        )
        base.execute(
            "INSERT INTO gpkg_contents (table_name,data_type,identifier,srs_id) VALUES ('trap','attributes','trap',0)"
        )
    with pytest.raises((UnreadableError, LayerNotFoundError, ReaderStoppedError)):
        guard.read(path, "trap")


def test_memory_bound_ends_the_reader_with_a_sentence(tmp_path: Path) -> None:
    path = files.geojson(tmp_path / "a.geojson", POINT)
    with pytest.raises(ReaderStoppedError, match="被迫停止"):
        guard.read(path, limits=Limits(memory_bytes=64 * 2**20))


def test_time_bound_ends_the_reader_with_a_sentence(tmp_path: Path) -> None:
    path = files.geojson(tmp_path / "a.geojson", ",".join([POINT] * 20_000))
    with pytest.raises(ReaderStoppedError, match="还没读完"):
        guard.read(path, limits=Limits(wall_s=0))


def test_written_size_is_bounded(tmp_path: Path) -> None:
    path = files.geojson(tmp_path / "a.geojson", ",".join([POINT] * 5_000))
    with pytest.raises(ReaderStoppedError):
        guard.read(path, limits=Limits(written_bytes=4096))


def test_zip_bombs(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(20 * 2**20))
    with pytest.raises(FileTooLargeError, match="压缩比"):
        guard.read(bomb)
    with pytest.raises(FileTooLargeError, match="解开有"):
        guard.read(bomb, limits=Limits(unpacked_bytes=2**20))
    crowd = tmp_path / "crowd.zip"
    with zipfile.ZipFile(crowd, "w") as archive:
        for number in range(unpack.MAX_MEMBERS + 1):
            archive.writestr(f"{number}.txt", "")
    with pytest.raises(FileTooLargeError, match="个文件"):
        guard.read(crowd)


def test_a_zip_that_lies_about_its_sizes_is_stopped_while_unpacking(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.shp", bytes(5000))
    with zipfile.ZipFile(path) as archive, pytest.raises(FileTooLargeError, match="已停止"):
        unpack.shapefile(archive, None, tmp_path, 1000)


def test_zip_without_a_shapefile_and_broken_ones(tmp_path: Path) -> None:
    empty = files.zipped(tmp_path / "empty.zip", files.geojson(tmp_path / "a.geojson", POINT))
    with pytest.raises(NotGeodataError, match="没有 Shapefile"):
        guard.read(empty)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(empty.read_bytes()[:60])
    with pytest.raises(UnreadableError, match="压缩包已损坏"):
        guard.read(broken)


def test_member_paths_cannot_leave_the_folder(tmp_path: Path) -> None:
    shp = files.write(tmp_path / "a.shp", files.frame({"name": ["甲"]}, [files.square()]))
    trap = tmp_path / "trap.zip"
    with zipfile.ZipFile(trap, "w") as archive:
        for suffix in (".shp", ".shx", ".dbf"):
            archive.write(shp.with_suffix(suffix), f"../../escape{suffix}")
    assert len(guard.read(trap)) == 1
    assert not (tmp_path.parent / "escape.shp").exists()


def test_damaged_files_give_one_sentence(tmp_path: Path) -> None:
    whole = files.write(tmp_path / "a.gpkg", files.frame({"name": ["甲"] * 500}, [files.square()] * 500))
    whole.write_bytes(whole.read_bytes()[:9000])
    with pytest.raises((UnreadableError, NotGeodataError, LayerNotFoundError, ReaderStoppedError)):
        guard.read(whole)
    cut = tmp_path / "cut.geojson"
    cut.write_text('{"type":"FeatureCollection","features":[{"type":"Feature","geo', encoding="utf-8")
    with pytest.raises(UnreadableError, match="读不完整"):
        guard.read(cut)
    lonely = files.write(tmp_path / "b.shp", files.frame({"name": ["甲"]}, [files.square()]))
    lonely.with_suffix(".dbf").unlink()
    with pytest.raises(UnreadableError, match="dbf"):
        guard.read(lonely)


def test_layers(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    files.write(path, files.frame({"name": ["甲"]}, [files.square()]), layer="one")
    files.write(path, files.frame({"name": ["乙"]}, [files.square()]), layer="two")
    assert guard.read(path, "two").columns["name"].tolist() == ["乙"]
    with pytest.raises(LayerNotFoundError, match="one、two"):
        guard.read(path)
    with pytest.raises(LayerNotFoundError, match="没有图层“三”"):
        guard.read(path, "三")


def test_what_the_child_hands_back_is_checked(tmp_path: Path) -> None:
    words = np.array(["甲", None], dtype=object)
    wkb = np.array([b"\x01", None], dtype=object)
    table = exchange.RawTable("CSV", None, {"a": words, "b": np.array([1.5, np.nan])}, wkb)
    exchange.dump(table, tmp_path)
    back = exchange.load(tmp_path)
    assert back.columns["a"].tolist() == ["甲", None]
    assert back.wkb is not None
    assert back.wkb.tolist() == [b"\x01", None]
    meta = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    meta["columns"][0]["words"] = ["甲"]
    (tmp_path / "table.json").write_text(json.dumps(meta), encoding="utf-8")
    with pytest.raises(ReaderStoppedError):
        exchange.load(tmp_path)
    trap = np.array([{}], dtype=object)
    np.savez(tmp_path / "arrays.npz", c1=trap)
    with pytest.raises(ReaderStoppedError):
        exchange.load(tmp_path)


def test_the_child_neither_connects_nor_starts_processes() -> None:
    for event in ("socket.connect", "subprocess.Popen"):
        with pytest.raises(PermissionError):
            child._refuse(event, ())
