"""Numbers beside the scorecards: grids, where a number comes from, targets; every table as a workbook."""

from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import make_url

from api.flows.sample import CODE
from api.main import create_app
from api.settings import Settings
from data.session import make_engine
from tests.conftest import Databases
from tests.maps.live import COMMUNITY, store_quarters


def test_grids_and_what_lies_on_none_sum_to_their_community(
    databases: Databases, sample_url: str, tmp_path: Path
) -> None:
    databases.make("wangge_cards", make_url(sample_url).database or "")
    engine = make_engine(databases.url("wangge_cards"))
    store_quarters(engine)
    engine.dispose()
    settings = Settings(database_url=databases.url("wangge_cards"), files=tmp_path, open=True)
    with TestClient(create_app(settings)) as client:
        community = client.get(f"/api/coverage/{COMMUNITY}").json()
        found = client.get(f"/api/coverage/{COMMUNITY}/grids").json()
        assert len(found["grids"]) == 4
        for place, item in enumerate(community["items"]):
            parts = [card["items"][place] for card in (*found["grids"], found["outside"])]
            assert {part["category"] for part in parts} == {item["category"]}
            for name in ("people", "people_in", "compounds", "compounds_in", "undecided"):
                told = [part[name] or 0 for part in parts]
                assert sum(told) == pytest.approx(item[name] or 0), (item["category"], name)
        one = client.get(f"/api/coverage/{COMMUNITY}001").json()
        assert (one["level"], one["code"]) == ("grid", f"{COMMUNITY}001")
        assert one["items"] == found["grids"][0]["items"]
        assert client.get(f"/api/coverage/{COMMUNITY}999").status_code == 404


def test_a_number_says_where_it_comes_from(client: TestClient) -> None:
    found = client.get(f"/api/provenance/{COMMUNITY}", params={"category": "market"}).json()
    card = client.get(f"/api/coverage/{COMMUNITY}").json()
    item = next(one for one in card["items"] if one["category"] == "market")
    assert found["number"]["share"] == item["share"]
    assert found["digest"] == card["digest"] == found["rows_of"]
    rows = {one["layer"]: one for one in found["layers"]}
    assert set(rows) == {"compounds", "gates", "service_points", "streets", "barriers"}
    assert all("@" in one for one in rows["service_points"]["versions"])
    assert rows["compounds"]["rows"] == item["compounds"] + item["undecided"]
    assert rows["streets"]["batches"][0]["data_date"] == card["data_date"]["streets"]
    assert found["speed"]["m_s"] == card["speeds"]["all"]
    assert found["software"]["engine"]
    assert found["standard"]["limit_m"] == item["limit_m"]
    assert list(found["stamps"]) == [COMMUNITY]


def test_targets_are_held_against_what_exists(client: TestClient) -> None:
    found = client.get(f"/api/targets/{CODE}").json()
    points = client.get("/layers/service_points.geojson", params={"area": CODE, "category": "canteen"}).json()
    assert (found["targets"][0]["start"], found["targets"][0]["goal"]) == (140, 500)
    assert found["targets"][0]["existing"] == len(points["features"])
    rooms = found["communities"]
    assert found["summary"]["communities"] == len(rooms) == 131
    one = next(row for row in rooms if row["size_m2"])
    assert one["per_100_households_m2"] == pytest.approx(one["size_m2"] / one["households"] * 100, abs=0.01)


@pytest.mark.parametrize(
    ("path", "sheet", "rows"),
    [
        (f"/api/coverage/{CODE}", "各项", 30),
        (f"/api/coverage/{CODE}/items/market", "小区", 1000),
        (f"/api/closures/{CODE}?category=market", "选点", 10),
        (f"/api/site/{CODE}?category=market&add=3", "选点", 3),
        (f"/api/capacity/{CODE}?category=elderly_home", "社区", 100),
        (f"/api/targets/{CODE}", "社区", 131),
        (f"/api/provenance/{COMMUNITY}?category=market", "数据来源", 5),
    ],
)
def test_every_table_is_a_workbook_too(client: TestClient, path: str, sheet: str, rows: int) -> None:
    mark = "&" if "?" in path else "?"
    asked = client.get(f"{path}{mark}format=xlsx")
    assert asked.status_code == 200, asked.text[:200]
    book = load_workbook(BytesIO(asked.content), read_only=True)
    assert sheet in book.sheetnames
    assert sum(1 for _ in book[sheet].iter_rows()) > rows * 0.8
    assert "说明" in book.sheetnames


def test_a_what_if_as_a_workbook(client: TestClient) -> None:
    body = {"edits": [{"kind": "add", "category": "market", "at": [108.93, 34.26]}]}
    asked = client.post(f"/api/whatif/{CODE}", params={"format": "xlsx"}, json=body)
    book = load_workbook(BytesIO(asked.content), read_only=True)
    assert {"改前改后", "步行变化", "社区"} <= set(book.sheetnames)
