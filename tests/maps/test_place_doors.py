"""我的网格 over HTTP: what it says agrees with the stored walks, and strangers see no count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import shapely
from fastapi import FastAPI
from fastapi.testclient import TestClient

from maps.place import qr
from tests.maps.live import COMMUNITY, LEADERS, PHONES
from tests.maps.world import EVIL

GRID = f"{COMMUNITY}001"


@pytest.fixture(scope="module")
def site(town: FastAPI) -> Iterator[TestClient]:
    with TestClient(town, raise_server_exceptions=False) as client:
        yield client


def words(site: TestClient, path: str) -> str:
    """The page as text."""
    answer = site.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))


def ground(site: TestClient, code: str = GRID) -> dict[str, Any]:
    return site.get(f"/grids/{code}/map.json").json()


def shape(site: TestClient, code: str) -> shapely.Geometry:
    cells = ground(site, code)["cells"]["features"]
    one = next(cell for cell in cells if cell["properties"]["code"] == code)
    return shapely.geometry.shape(one["geometry"])


def people(site: TestClient, category: str, code: str) -> list[dict[str, Any]]:
    """Every compound of a place with its walk, by the door of the map."""
    item = site.get(f"/api/coverage/{COMMUNITY}/items/{category}").json()
    border = shape(site, code)
    return [one for one in item["compounds"] if border.covers(shapely.Point(one["lon"], one["lat"]))]


def test_the_page_names_border_leader_neighbours_and_date(site: TestClient) -> None:
    text = words(site, f"/grids/{GRID}")
    for said in ("第 01 网格", GRID, "瑞盛社区", LEADERS[0], PHONES[0], "合成示例数据", "内部使用", "审图号：待填"):
        assert str(said) in text, said
    assert re.search(r"东\s+02 网格", text)
    assert re.search(r"南\s+03 网格\s+未登记网格长", text)
    assert "04 网格" not in text  # touches at a corner only
    assert "数据 2026-11-01" in text
    assert "待核" in text


def test_counts_are_those_of_the_compounds_inside(site: TestClient) -> None:
    homes = people(site, "market", GRID)
    page = site.get(f"/grids/{GRID}").text
    figures = [int(text.replace(",", "")) for text in re.findall(r"<dd>([\d,]+)</dd>", page)]
    groups = ("all", "elderly", "elderly_80", "children")
    assert figures == [
        sum(one["households"] for one in homes),
        *(round(sum(one["people"][group] for one in homes)) for group in groups),
    ]
    assert f"按 {len(homes)} 个小区合计" in page


@pytest.mark.parametrize("category", ["market", "park", "canteen", "kindergarten"])
def test_the_nearest_service_is_that_of_the_middle_resident(site: TestClient, category: str) -> None:
    homes = people(site, category, GRID)
    group = {"canteen": "elderly", "kindergarten": "children"}.get(category, "all")
    each = sorted(one["net_m"] for one in homes for _ in range(round(one["people"][group])))
    page = site.get(f"/grids/{GRID}").text
    row = re.search(rf'data-category="{category}".*?</small>', page, re.S)
    assert row
    metres = re.search(r"([\d,]+) 米", row[0])
    assert metres
    assert int(metres[1].replace(",", "")) == each[(len(each) + 1) // 2 - 1]


def test_what_is_missing_is_counted_in_people(site: TestClient) -> None:
    page = words(site, f"/grids/{GRID}")
    missing = re.findall(r"(\S+)\s+([\d,]+) 人走 ([\d,]+) 米\s*到不了", page)
    assert missing
    card = {item["name"]: item for item in site.get(f"/api/coverage/{COMMUNITY}").json()["items"]}
    for name, out, limit in missing[:3]:
        item = card[name]
        homes = people(site, item["category"], GRID)
        far = [one for one in homes if one["net_m"] is None or one["net_m"] > int(limit.replace(",", ""))]
        assert round(sum(one["people"][item["group"]] for one in far)) == int(out.replace(",", "")), name


def test_strangers_see_the_notice_without_counts(site: TestClient) -> None:
    page = site.get(f"/p/{GRID}").text
    assert LEADERS[0] in page
    assert PHONES[0] in page
    assert "菜市场" in page
    for hidden in ('class="nums"', " 户 ·", 'aria-label="户数和人数"', "/grids/"):
        assert hidden not in page, hidden
    assert not re.search(r"\d 户", page)
    assert "小区 <small>" not in page  # no homes, no leaders of the neighbours
    assert 'data-uid="c' not in page
    assert LEADERS[3] not in page
    assert site.get(f"/p/{GRID}/map.json").json().keys() == ground(site).keys()
    assert "households" not in str(site.get(f"/p/{GRID}/map.json").json()["streets"])


def test_no_home_is_named_to_strangers(site: TestClient) -> None:
    every = "/layers/{}.geojson?area=610199"
    homes = {one["properties"].get("name") for one in site.get(every.format("compounds")).json()["features"]} - {None}
    walls = [one["properties"] for one in site.get(every.format("barriers")).json()["features"]]
    assert homes & {one.get("name") for one in walls if one["kind"] == "compound_wall"}
    for code in (GRID, COMMUNITY):
        told = site.get(f"/p/{code}/map.json").json()
        around = [one["properties"] for one in told["barriers"]["features"]]
        assert {one.get("name") for one in around if one["kind"] == "compound_wall"} == {None}
        assert not homes & {one["properties"].get("name") for layer in told.values() for one in layer["features"]}
        page = site.get(f"/p/{code}").text
        assert not [name for name in homes if f">{name}<" in page]


def test_who_is_signed_in_sees_the_neighbours_and_who_leads_them(site: TestClient) -> None:
    beside, notice = (words(site, f"/{door}/{COMMUNITY}002").split("隔壁网格")[1] for door in ("grids", "p"))
    for leader in (LEADERS[0], LEADERS[3]):
        assert leader in beside
        assert leader not in notice
    assert "01 网格" in notice


def test_a_community_without_grids_is_a_place_too(site: TestClient) -> None:
    text = words(site, "/grids/610199001005")
    assert "庆和社区" in text
    assert "隔壁社区" in text
    assert "按登记的数" in text


def test_hostile_names_stay_text(site: TestClient) -> None:
    for path in (f"/grids/{COMMUNITY}002", f"/grids/{GRID}/sheet", f"/p/{COMMUNITY}002", "/grids?q=" + "%3Cimg src=x"):
        page = site.get(path).text
        assert "<img" not in page
    assert EVIL in words(site, f"/grids/{COMMUNITY}002")


def test_a_position_leads_to_its_grid(site: TestClient) -> None:
    inside = shape(site, GRID).representative_point()
    chain = site.post("/api/locate", json={"lon": inside.x, "lat": inside.y}).json()["areas"]
    assert [one["level"] for one in chain[-2:]] == ["community", "grid"]
    assert chain[-1]["code"] == GRID


def test_search_by_name_and_code(site: TestClient) -> None:
    assert f"/grids/{COMMUNITY}" in site.get("/grids", params={"q": "瑞盛"}).text
    found = re.findall(r'href="/grids/(\d+)', site.get("/grids", params={"q": COMMUNITY}).text)
    assert found == [COMMUNITY, *(f"{COMMUNITY}{number:03d}" for number in range(1, 5))]
    assert "没找到“醴泉苑”" in words(site, "/grids?q=醴泉苑")
    assert "131 个社区" not in words(site, "/grids?q=醴泉苑")
    everything = site.get("/grids").text
    assert len(re.findall(r'href="/grids/\d{12}"', everything)) == 131
    assert "%" not in re.findall(r'href="/grids/([^"]+)', site.get("/grids", params={"q": "%"}).text)


@pytest.mark.parametrize(("code", "status"), [("610199099999", 404), (f"{COMMUNITY}999", 404), ("610199", 422)])
def test_unknown_places_say_so(site: TestClient, code: str, status: int) -> None:
    answer = site.get(f"/grids/{code}")
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_the_same_page_twice_is_the_same_bytes_and_then_nothing(site: TestClient) -> None:
    first = site.get(f"/grids/{GRID}")
    again = site.get(f"/grids/{GRID}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_a_code_is_drawn_module_by_module() -> None:
    drawn = qr("http://127.0.0.1/p/610199002003001")
    assert drawn.startswith("<svg")
    assert "style" not in drawn
    assert drawn != qr("http://127.0.0.1/p/610199002003002")
