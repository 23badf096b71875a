"""Attacks by uploaded file at the door of the site: each refused with a sentence, nothing stored, nothing shown."""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.main import create_app
from api.settings import Settings
from data.session import make_engine, transaction
from data.viewers import Viewer
from tests.rights.conftest import INSIDE

POINT = '{"type":"Feature","properties":{"name":"甲"},"geometry":{"type":"Point","coordinates":[108.9,34.2]}}'


def packed(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def workbook_with(part: str, content: bytes) -> bytes:
    """A real workbook with one of its parts replaced."""
    book, made = io.BytesIO(), io.BytesIO()
    plain = openpyxl.Workbook()
    plain.active.append(["名称", "经度", "纬度"])
    plain.save(book)
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return made.getvalue()


def laughing(inner: str) -> bytes:
    doubled = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{inner}{doubled}]>'
    return f"{head}<sst><si><t>&a11;</t></si></sst>".encode()


def linked() -> bytes:
    """A zip whose member is a symbolic link to a file of the machine."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        entry = zipfile.ZipInfo("a.shp")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return made.getvalue()


def pbf_that_lies() -> bytes:
    """A header that promises four gigabytes."""
    return b"\xff\xff\xff\xff" + b"\x0a\x09OSMHeader\x18\xff\xff\xff\xff\x0f" + zlib.compress(b"x")


SOURCE = "<SrcDataSource>/etc/passwd</SrcDataSource>"
VRT = f'<OGRVRTDataSource><OGRVRTLayer name="x">{SOURCE}</OGRVRTLayer></OGRVRTDataSource>'
FEATURES = '{"type":"FeatureCollection","features":['
EXTERNAL = '<!ENTITY e SYSTEM "file:///etc/passwd">'
# what is sent, under which name, for which kind
ATTACKS: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "nothing": (lambda: b"", "a.geojson", "compounds"),
    "a virtual file": (lambda: VRT.encode(), "a.geojson", "compounds"),
    "a virtual file as shapefile": (lambda: packed(a_dot_shp=VRT.encode(), a_dot_dbf=b""), "a.zip", "compounds"),
    "zip bomb": (lambda: packed(a_dot_shp=bytes(40 * 2**20)), "a.zip", "compounds"),
    "zip in a zip": (lambda: packed(b_dot_zip=packed(a_dot_shp=bytes(2**20))), "a.zip", "compounds"),
    "a way out of the folder": (lambda: packed(**{"..__..__etc__cron": b"* * * * *"}), "a.zip", "compounds"),
    "a link out of the folder": (linked, "a.zip", "compounds"),
    "workbook bomb": (lambda: workbook_with("xl/worksheets/sheet1.xml", bytes(60 * 2**20)), "a.xlsx", "compounds"),
    "billion laughs": (lambda: workbook_with("xl/sharedStrings.xml", laughing("")), "a.xlsx", "compounds"),
    "a file of the machine by entity": (
        lambda: workbook_with("xl/workbook.xml", laughing(EXTERNAL)),
        "a.xlsx",
        "compounds",
    ),
    "deeply nested": (lambda: (FEATURES + "[" * 100_000).encode(), "a.geojson", "compounds"),
    "no end": (lambda: (FEATURES + POINT).encode(), "a.geojson", "compounds"),
    "numbers that are none": (
        lambda: (FEATURES + POINT.replace("108.9", "1e999") + "]}").encode(),
        "a.geojson",
        "compounds",
    ),
    "sqlite that is no map": (lambda: b"SQLite format 3\x00" + bytes(4096), "a.gpkg", "compounds"),
    "a network that lies": (pbf_that_lies, "a.osm.pbf", "streets"),
    "a program": (lambda: b"\x7fELF" + bytes(2000), "a.shp", "compounds"),
    "a page": (lambda: b"<html><script>alert(1)</script>", "a.html", "compounds"),
    "half of two characters": (lambda: b"\xe5\x90,\xff\xfe\n" * 400, "a.csv", "compounds"),
    "a way out by its name": (lambda: b"x", "../../../../etc/passwd", "compounds"),
    "a name with a line": (lambda: b"x", "a\r\nSet-Cookie: x.csv", "compounds"),
    "a name without end": (lambda: b"x", "长" * 4000 + ".csv", "compounds"),
    "no such kind": (lambda: POINT.encode(), "a.geojson", "'; DROP TABLE area; --"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def door(rights_url: str, folder: Path) -> Iterator[TestClient]:
    """The site, open, that takes files up to a megabyte."""
    settings = Settings(database_url=rights_url, files=folder / "files", open=True, requests_per_s=0, upload_mb=1)
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


def stored(url: str) -> tuple[int, ...]:
    engine = make_engine(url)
    tables = ("import_batch", "compound_version", "area_version", "network")
    with transaction(engine, Viewer("规划")) as connection:
        found = tuple(int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0) for table in tables)
    engine.dispose()
    return found


def send(door: TestClient, content: bytes, name: str, kind: str) -> Any:
    return door.post("/api/imports", files={"file": (name, content)}, data={"kind": kind, "date": "2026-01-01"})


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_file_gets_in_or_out(door: TestClient, rights_url: str, folder: Path, attack: str) -> None:
    content, name, kind = ATTACKS[attack]
    before = stored(rights_url)
    asked = send(door, content(), name, kind)
    said = asked.json()
    assert stored(rights_url) == before
    assert not INSIDE.search(asked.text), asked.text[:300]
    if asked.status_code == 201:  # read, looked at, and not one row of it taken
        assert said["acceptable"] is False
        assert said["report"]["accepted"] == 0
    else:
        assert asked.status_code in (413, 415, 422), (attack, asked.status_code, asked.text[:300])
        assert asked.headers["content-type"] == "application/problem+json"
        assert re.search("[一-鿿]", said["detail"])
    outside = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "imports"]
    assert [path.name for path in outside if path.name != "token.secret"] == []


@pytest.mark.parametrize(
    ("announced", "body"),
    [("9" * 12, b"x"), (str(3 * 2**20), bytes(3 * 2**20)), (None, bytes(3 * 2**20))],
)
def test_a_body_beyond_the_limit_is_not_taken_whatever_it_says(
    door: TestClient, announced: str | None, body: bytes
) -> None:
    head, tail = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n', b"\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}

    def flow() -> Iterator[bytes]:
        yield from (head, body, tail)

    sent = flow() if announced is None else head + body + tail
    more = {} if announced is None else {"Content-Length": announced}
    asked = door.post("/api/imports", content=sent, headers=headers | more)
    assert asked.status_code == 413
    assert "超过 1 MB" in asked.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "application/json"}, json.dumps({"file": "x"}).encode()),
        ({"Content-Type": "multipart/form-data"}, b"--b--"),
        ({"Content-Type": "multipart/form-data; boundary=b"}, b"no boundary at all"),
        ({"Content-Type": "multipart/form-data; boundary=b"}, b"--b\r\n" + b"X: y\r\n" * 3000 + b"\r\nz\r\n--b--"),
        (
            {"Content-Type": "multipart/form-data; boundary=b"},
            b"".join(b'--b\r\nContent-Disposition: form-data; name="n%d"\r\n\r\nx\r\n' % n for n in range(200))
            + b"--b--",
        ),
    ],
)
def test_a_form_that_is_none_is_refused(door: TestClient, headers: dict[str, str], body: bytes) -> None:
    asked = door.post("/api/imports", content=body, headers=headers)
    assert asked.status_code == 422, asked.text
    assert not INSIDE.search(asked.text)
