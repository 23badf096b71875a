"""Imports in two steps, over HTTP: what a preview shows, that nothing is written before, and two people at once."""

import json
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.flows import staging
from api.main import create_app
from api.settings import Settings
from data import pending
from data.session import make_engine, transaction
from data.viewers import PLANNER, Viewer
from gis.crs import to_storage
from gis.errors import ConflictError, NotAllowedError
from tests.conftest import MIGRATED, SERIAL, Databases
from tests.gis.borders_cases import SUBDISTRICT, cells, frame, square
from tests.gis.test_topology import with_shape

SIDE = 3


@pytest.fixture(scope="module")
def prepared(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a district, a subdistrict and nine communities that fill it, brought in through the site."""
    name = "wangge_staging"
    databases.make(name, MIGRATED)
    made = settings_of(databases.url(name), tmp_path_factory.mktemp("prepared"))
    with TestClient(create_app(made), raise_server_exceptions=False) as client:
        parent = square(SIDE).parents
        for one in (parent.assign(code="610104", name="莲湖区", level="district"), parent, communities()):
            answer = send(client, one)
            assert answer.status_code == 201, answer.text
            accepted = client.post(f"/api/imports/{answer.json()['id']}/accept")
            assert accepted.status_code == 200, accepted.text
    return name


@pytest.fixture
def settings(databases: Databases, prepared: str, tmp_path: Path) -> Settings:
    name = f"wangge_staging_{next(SERIAL)}"
    databases.make(name, prepared)
    return settings_of(databases.url(name), tmp_path)


@pytest.fixture
def site(settings: Settings) -> Iterator[TestClient]:
    """A site on a copy of the prepared database."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def settings_of(url: str, folder: Path) -> Settings:
    return Settings(database_url=url, files=folder / "files", open=True, requests_per_s=0, upload_mb=2)


def communities() -> gpd.GeoDataFrame:
    return frame(cells(SIDE, 1))


def content(rows: gpd.GeoDataFrame) -> bytes:
    stored = to_storage(rows)
    said = json.loads(stored[["code", "name", "geometry"]].to_json(to_wgs84=False))
    return json.dumps(said | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}}).encode()


def send(client: TestClient, rows: gpd.GeoDataFrame | bytes, name: str = "社区.geojson", **words: object) -> Any:
    body = rows if isinstance(rows, bytes) else content(rows)
    return client.post(
        "/api/imports", files={"file": (name, body)}, data={"kind": "areas", "date": "2025-01-01"} | words
    )


def versions(settings: Settings) -> int:
    engine = staging_engine(settings)
    with transaction(engine, PLANNER) as connection:
        found = connection.scalar(text("SELECT count(*) FROM area_version WHERE upper_inf(recorded)"))
    engine.dispose()
    return int(found or 0)


def staging_engine(settings: Settings) -> Engine:
    assert settings.database_url is not None
    return make_engine(settings.database_url)


def overlapping() -> gpd.GeoDataFrame:
    rows = communities()
    return with_shape(rows, {4: shapely.buffer(rows.geometry[4], 3, join_style="mitre")})


def test_a_preview_writes_nothing_and_acceptance_one_version(site: TestClient, settings: Settings) -> None:
    before = versions(settings)
    rows = communities()
    moved = rows.assign(name=["改了名", *rows["name"][1:]])
    shown = send(site, moved).json()
    assert versions(settings) == before
    assert shown["acceptable"]
    assert [(one["what"], one["was"]) for one in shown["report"]["difference"]["steps"]] == [("renamed", "第1社区")]
    assert site.get(f"/api/imports/{shown['id']}").json() == shown
    done = site.post(f"/api/imports/{shown['id']}/accept").json()
    assert done["state"] == "accepted"
    assert done["report"]["written"] == {"added": 0, "changed": 1, "unchanged": 8, "closed": 0}
    assert site.get(f"/api/imports/{shown['id']}/borders.geojson").json()["features"] == []
    again = site.post(f"/api/imports/{shown['id']}/accept")
    assert (again.status_code, again.json()["code"]) == (409, "CONFLICT")


def test_a_repair_makes_a_refused_file_acceptable(site: TestClient) -> None:
    shown = send(site, overlapping()).json()
    assert not shown["acceptable"]
    assert shown["report"]["counts"]["OVERLAP"] == 8
    refused = site.post(f"/api/imports/{shown['id']}/accept")
    assert (refused.status_code, refused.json()["code"]) == (422, "IMPORT_REFUSED")
    offers = {one["repair"]: one for one in shown["report"]["offers"]}
    assert {"overlap=smaller", "overlap=larger", "overlap=first"} <= set(offers)
    mended = site.post(f"/api/imports/{shown['id']}/repairs", json={"repairs": ["overlap=smaller"]}).json()
    assert mended["acceptable"]
    (effect,) = mended["report"]["repairs"]
    assert effect["m2"] == pytest.approx(offers["overlap=smaller"]["m2"])
    assert effect["rows"] > 0
    done = site.post(f"/api/imports/{shown['id']}/accept").json()
    assert done["report"]["written"]["changed"] > 0
    layer = site.get("/layers/communities.geojson").json()
    stored = gpd.GeoDataFrame.from_features(layer["features"], crs=4490)
    assert len(stored) == SIDE * SIDE
    assert shapely.is_valid(stored.geometry).all()


def test_a_repair_nobody_knows_is_refused_and_the_preview_stays(site: TestClient) -> None:
    shown = send(site, overlapping()).json()
    answer = site.post(f"/api/imports/{shown['id']}/repairs", json={"repairs": ["weld=1"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "REPAIR_UNKNOWN")
    assert site.get(f"/api/imports/{shown['id']}").json() == shown


def test_findings_borders_report_and_original_come_back(site: TestClient) -> None:
    rows = overlapping()
    shown = send(site, rows, name="../../边界 一.geojson").json()
    base = f"/api/imports/{shown['id']}"
    assert shown["file_name"] == "边界 一.geojson"
    places = site.get(f"{base}/findings.geojson").json()["features"]
    listed = shown["report"]["findings"]
    assert {one["properties"]["code"] for one in places} == {"OVERLAP"}
    assert all(listed[one["properties"]["n"]]["message"] == one["properties"]["message"] for one in places)
    assert {one["geometry"]["type"] for one in places} <= {"Polygon", "MultiPolygon"}
    assert len(site.get(f"{base}/borders.geojson").json()["features"]) == SIDE * SIDE
    assert site.get(f"{base}/original").content == content(rows)
    book = openpyxl.load_workbook(BytesIO(site.get(f"{base}/report.xlsx").content))
    assert book.sheetnames == ["导入报告", "逐行问题", "修复", "与现有数据的不同"]
    marked = [row[0].fill.fgColor.rgb for row in book["逐行问题"].iter_rows(min_row=2) if row[3].value == "OVERLAP"]
    assert len(marked) == 8
    assert {one[-6:] for one in marked} == {"F8D7CF"}


def test_a_rejected_import_leaves_nothing_but_its_original(site: TestClient, settings: Settings) -> None:
    before = versions(settings)
    shown = send(site, communities().assign(name="乙")).json()
    assert site.post(f"/api/imports/{shown['id']}/reject").json()["state"] == "rejected"
    assert versions(settings) == before
    assert site.post(f"/api/imports/{shown['id']}/accept").status_code == 409
    assert site.get(f"/api/imports/{shown['id']}/original").status_code == 200
    assert site.get("/api/imports").json()["items"][0]["state"] == "rejected"


def test_who_accepts_second_gets_a_conflict_and_loses_nothing(site: TestClient) -> None:
    rows = communities()
    first = send(site, rows.assign(name=["甲改", *rows["name"][1:]])).json()
    second = send(site, rows.assign(name=["乙改", *rows["name"][1:]])).json()
    assert site.post(f"/api/imports/{first['id']}/accept").status_code == 200
    late = site.post(f"/api/imports/{second['id']}/accept")
    assert (late.status_code, late.json()["code"]) == (409, "CONFLICT")
    assert "预览" in late.json()["detail"]
    layer = site.get("/layers/communities.geojson").json()["features"]
    assert "甲改" in {one["properties"]["name"] for one in layer}
    anew = site.post(f"/api/imports/{second['id']}/repairs", json={"repairs": []}).json()
    assert [one["was"] for one in anew["report"]["difference"]["steps"]] == ["甲改"]
    assert site.post(f"/api/imports/{second['id']}/accept").status_code == 200


def test_an_open_acceptance_makes_the_other_wait_and_then_say_no(site: TestClient, settings: Settings) -> None:
    rows = communities()
    shown = send(site, rows.assign(name=["丙改", *rows["name"][1:]])).json()
    engine, originals = staging_engine(settings), settings.files / "imports"
    with transaction(engine, PLANNER) as connection:
        pending.queue_up(connection, "areas")
        other = staging_engine(settings)
        with pytest.raises(ConflictError):
            _queue(other)
        other.dispose()
    assert staging.accept(engine, shown["id"], PLANNER, date(2026, 11, 2), originals)["state"] == "accepted"
    engine.dispose()


def _queue(engine: Engine) -> None:
    with transaction(engine, PLANNER) as connection:
        connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
        pending.queue_up(connection, "areas")


def test_a_failure_while_accepting_leaves_everything_as_it_was(
    site: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = versions(settings)
    shown = send(site, communities().assign(name="丁")).json()

    def torn(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("api.flows.staging.pending.decide", torn)
        assert site.post(f"/api/imports/{shown['id']}/accept").status_code == 500
    assert versions(settings) == before
    assert site.get(f"/api/imports/{shown['id']}").json()["state"] == "pending"
    assert site.post(f"/api/imports/{shown['id']}/accept").status_code == 200


def test_points_go_through_the_same_two_steps(site: TestClient) -> None:
    points = to_storage(communities()).representative_point()
    body = "名称,经度,纬度,户数\n" + "\n".join(f"小区{i},{one.x},{one.y},{100 + i}" for i, one in enumerate(points))
    answer = send(site, body.encode(), name="小区.csv", kind="compounds", area="610104", datum="cgcs2000")
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert shown["report"]["accepted"] == SIDE * SIDE
    assert shown["report"].get("difference") is None
    assert len(site.get(f"/api/imports/{shown['id']}/borders.geojson").json()["features"]) == SIDE * SIDE
    assert site.post(f"/api/imports/{shown['id']}/accept").json()["report"]["written"]["added"] == SIDE * SIDE
    rows = communities()
    swapped = rows.assign(code=[rows["code"][1], rows["code"][0], *rows["code"][2:]])
    people = send(site, swapped).json()["report"]["difference"]["people"]
    assert (people["compounds"], people["households"]) == (2, 201)


@pytest.mark.parametrize(
    ("words", "name", "body", "code"),
    [
        ({"kind": "houses"}, "a.geojson", b"{}", "BAD_INPUT"),
        ({"date": "gestern"}, "a.geojson", b"{}", "BAD_INPUT"),
        ({"area": "../etc"}, "a.geojson", b"{}", "BAD_INPUT"),
        ({"map": "name"}, "a.geojson", b"{}", "BAD_INPUT"),
        ({"repair": "gap=99"}, "a.geojson", b"{}", "REPAIR_UNKNOWN"),
        ({}, "a.geojson", b"<OGRVRTDataSource/>", "NOT_GEODATA"),
        ({}, "", b"", "BAD_INPUT"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(
    client: TestClient, words: dict[str, str], name: str, body: bytes, code: str
) -> None:
    answer = send(client, body, name=name, **words)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_body_that_is_too_large_is_refused_before_it_comes(site: TestClient) -> None:
    headers = {"content-length": str(2**30), "content-type": "multipart/form-data; boundary=x"}
    answer = site.post("/api/imports", content=b"", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "FILE_TOO_LARGE")


def test_a_body_without_a_length_is_cut_off_at_the_limit(site: TestClient) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(64):
            taken += 2**18
            yield b"0" * 2**18

    answer = site.post("/api/imports", content=endless(), headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413


@pytest.mark.parametrize("viewer", [Viewer("只读"), Viewer("规划", SUBDISTRICT)])
def test_only_who_keeps_all_of_the_data_may_import(sample_engine: Engine, viewer: Viewer) -> None:
    for call in (
        lambda: staging.history(sample_engine, viewer),
        lambda: staging.find(sample_engine, 1, viewer),
        lambda: staging.reject(sample_engine, 1, viewer),
        lambda: staging.batch(sample_engine, 1, viewer),
    ):
        with pytest.raises(NotAllowedError):
            call()


def test_the_sample_district_is_in_the_list_without_a_report(client: TestClient) -> None:
    (row,) = (one for one in client.get("/api/imports").json()["items"] if one["kind"] == "sample")
    assert row["state"] == "accepted"
    answer = client.get(f"/api/imports/batches/{row['batch_id']}/report.xlsx")
    assert answer.status_code == 422
    assert client.get("/api/imports/999999").status_code == 404


def test_the_page_says_what_is_there(site: TestClient) -> None:
    page = site.get("/data")
    assert page.status_code == 200
    assert 'aria-current="page">数据管理' in page.text
    assert page.text.count("已接受") == 3
    assert "<script>" not in page.text
    assert "style=" not in page.text
