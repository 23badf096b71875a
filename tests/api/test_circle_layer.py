"""Stored life circles as a layer, of the newest result up to a day."""

from datetime import timedelta

from fastapi.testclient import TestClient

from api.access import today
from api.flows.sample import CODE


def test_circles_once_drawn_are_a_layer(client: TestClient) -> None:
    point = client.get("/layers/service_points.geojson", params={"area": CODE, "limit": 1}).json()
    uid = point["features"][0]["properties"]["uid"]
    drawn = client.get(f"/api/life-circle/{uid}").json()["features"]
    wanted = [one for one in drawn if one["properties"]["kind"] == "circle"]
    assert client.get(f"/api/coverage/{CODE}", params={"strict": True}).status_code == 200  # a newer result, no circles
    found = client.get("/layers/life_circles.geojson").json()["features"]
    mine = {one["properties"]["minutes"]: one["geometry"] for one in found if one["properties"]["service_uid"] == uid}
    assert mine == {one["properties"]["minutes"]: one["geometry"] for one in wanted}
    assert {one["properties"]["group"] for one in found} >= {"all"}
    before = (today() - timedelta(days=1)).isoformat()
    assert client.get("/layers/life_circles.geojson", params={"as_of": before}).json()["features"] == []
    elsewhere = {"bbox": "100,30,101,31"}
    assert client.get("/layers/life_circles.geojson", params=elsewhere).json()["features"] == []
