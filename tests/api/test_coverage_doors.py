"""Coverage over HTTP: the contract's JSON, sums that agree at every level, details that agree with the scorecard."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

HOME = "/api/coverage/610199"
GROUPS = ("all", "elderly", "elderly_80", "children")


def card(client: TestClient, code: str, **words: object) -> dict[str, Any]:
    answer = client.get(f"/api/coverage/{code}", params=words)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def district(client: TestClient) -> dict[str, Any]:
    return card(client, "610199")


def test_people_of_children_add_up_to_the_parent(client: TestClient) -> None:
    for parent in ("610199", "610199001"):
        whole = card(client, parent)
        parts = [card(client, child["code"]) for child in whole["children"]]
        for number, item in enumerate(whole["items"]):
            mine = [part["items"][number] for part in parts]
            assert {part["category"] for part in mine} == {item["category"]}
            for key in ("people", "people_in", "people_in_time", "people_in_radius", "compounds", "undecided"):
                if item[key] is not None:
                    assert sum(part[key] for part in mine) == item[key], (parent, item["category"], key)


def test_the_whole_district_is_counted(district: dict[str, Any]) -> None:
    of_group = {item["group"]: item["people"] for item in district["items"]}
    assert of_group == {"all": 1_020_000, "elderly": 185_946, "children": 148_410}


@pytest.mark.parametrize("group", GROUPS)
def test_an_item_agrees_with_the_scorecard(client: TestClient, group: str) -> None:
    scored = {(item["category"], item["circle_min"]): item for item in card(client, "610199", group=group)["items"]}
    for (category, circle_min), score in list(scored.items())[:12]:
        words = {} if circle_min is None else {"circle_min": circle_min}
        item = client.get(f"{HOME}/items/{category}", params=words).json()
        communities = item["areas"]["communities"]
        assert sum(area["people"][group] for area in communities) == score["people"]
        for key, name in (("people_in", "in_m"), ("people_in_time", "in_min"), ("people_in_radius", "in_radius")):
            if score[key] is not None:
                assert sum(area[name][group] for area in communities) == score[key], (category, key)


def test_a_straight_line_never_serves_fewer(district: dict[str, Any]) -> None:
    judged = [item for item in district["items"] if item["people_in"] is not None and item["catchment"] == "any"]
    assert len(judged) > 20
    assert all(item["people_in_radius"] >= item["people_in"] for item in judged)


def test_strict_never_serves_more(client: TestClient, district: dict[str, Any]) -> None:
    strict = card(client, "610199", strict=True)
    for loose, tight in zip(district["items"], strict["items"], strict=True):
        assert (tight["people_in"] or 0) <= (loose["people_in"] or 0)
    assert strict["digest"] != district["digest"]


def test_the_stories_hold(client: TestClient) -> None:
    market = client.get(f"{HOME}/items/market").json()
    north = [area for area in market["areas"]["subdistricts"] if area["in_m"]["all"] == 0]
    assert len(north) == 1
    assert north[0]["people"]["all"] > 50_000


def test_why_agrees_with_the_walk(client: TestClient) -> None:
    item = client.get(f"{HOME}/items/market").json()
    out = [one for one in item["compounds"] if one["state"] == "out" and one["net_m"] is not None]
    for one in sorted(out, key=lambda each: -each["people"]["all"])[:5]:
        told = client.get(f"/api/why/{one['uid']}/market").json()
        assert told["net_m"] == one["net_m"] > item["limit_m"]
        assert told["service"]["uid"] == one["service_uid"]
        assert told["minutes"] == one["minutes"]
        assert f"{one['minutes']['all']} 分钟" in told["sentence"]
        assert told["cause"].partition("（")[0] in ("附近没有", "绕行", "有但超时")
        assert told["route"][0] == pytest.approx([one["lon"], one["lat"]], abs=1e-6)


def test_life_circles_grow_with_the_minutes(client: TestClient) -> None:
    found = client.get("/layers/service_points.geojson", params={"area": "610199", "category": "market", "limit": 1})
    uid = found.json()["features"][0]["properties"]["uid"]
    first = client.get(f"/api/life-circle/{uid}")
    assert first.status_code == 200
    kinds = [(one["properties"]["kind"], one["properties"]["minutes"]) for one in first.json()["features"]]
    assert kinds == [(kind, minutes) for minutes in (15, 10, 5) for kind in ("circle", "streets")]
    assert client.get(f"/api/life-circle/{uid}").text == first.text
    slow = client.get(f"/api/life-circle/{uid}", params={"group": "elderly_80"})
    assert len(slow.text) < len(first.text)


def test_gaps_are_ground_of_the_district(client: TestClient) -> None:
    import shapely

    border = client.get("/layers/districts.geojson", params={"area": "610199"}).json()["features"][0]["geometry"]
    words = {"area": "610199", "category": "market"}
    gap = client.get("/layers/gaps.geojson", params=words).json()["features"][0]["geometry"]
    whole, part = shapely.geometry.shape(border), shapely.geometry.shape(gap)
    assert 0.1 < part.area / whole.area < 0.9
    assert part.difference(whole.buffer(1e-6)).area == 0


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/coverage/999999", 404),
        ("/api/coverage/61%2F..", 404),
        ("/api/coverage/610199?group=cats", 422),
        ("/api/coverage/610199?standard=nope", 422),
        ("/api/coverage/610199?as_of=2020-01-01", 404),
        ("/api/coverage/610199/items/nope", 404),
        ("/api/coverage/610199/items/market?circle_min=7", 404),
        ("/api/why/nobody/market", 404),
        ("/api/life-circle/nobody", 404),
        ("/maps/coverage/999999", 404),
    ],
)
def test_refusals_say_what_to_do(client: TestClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert any("一" <= letter <= "鿿" for letter in answer.json()["detail"])


def test_openapi_describes_every_route_in_chinese(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    operations = [one for path in described["paths"].values() for one in path.values()]
    assert len(operations) >= 10
    assert all(any("一" <= letter <= "鿿" for letter in one["summary"]) for one in operations)


def test_the_page_is_small_and_names_no_outside_host(client: TestClient) -> None:
    page = client.get("/maps/coverage/610199")
    assert page.headers["content-type"].startswith("text/html")
    assert len(page.content) <= 15_000
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "https://" not in page.text
    assert "合成示例数据" in page.text
    assert "/maps/coverage/610199" in client.get("/", follow_redirects=False).text


def test_a_scorecard_by_groups_with_its_first_sentence_and_a_city_of_its_districts(client):
    card = client.get("/api/coverage/610199?grouping=wubuchu").json()
    assert card["headline"].startswith(f"评价 {card['required']} 项，达标 {card['met']} 项")
    groups = card["grouping"]["groups"]
    assert [one["name"] for one in groups] == ["文化", "医疗", "助老", "缴费", "服务"]
    assert all(
        one["required"] == sum(item["verdict"] != "no_data" for item in one["items"] if item["verdict"])
        for one in groups
    )
    city = client.get("/api/coverage/6101").json()
    assert (city["level"], city["met"], city["required"], city["no_data"]) == (
        "city",
        card["met"],
        card["required"],
        card["no_data"],
    )
    for one, other in zip(city["items"], card["items"], strict=True):
        assert (one["people"], one["people_in"]) == (other["people"], other["people_in"])
    assert client.get("/api/coverage/610199?grouping=nothing").status_code == 422
    assert client.get("/api/coverage/6209").status_code == 404


def test_a_trend_compares_each_item_with_itself(client):
    now = client.get("/api/coverage/610199").json()
    trend = client.get(f"/api/coverage/610199?since={now['data_date']['service_points']}").json()["trend"]
    assert len(trend["items"]) == len(now["items"])
    assert {one["change"] for one in trend["items"] if one["share_then"] is not None} == {0.0}
