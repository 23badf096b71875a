"""Areas by level and by position."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient

from gis.datum import convert


def test_counts_by_level(client: TestClient) -> None:
    for level, number in (("district", 1), ("subdistrict", 9), ("community", 131)):
        answer = client.get("/api/areas", params={"level": level}).json()
        assert len(answer["items"]) == number
        assert answer["next"] is None
        assert {item["level"] for item in answer["items"]} == {level}


def test_pages_join_to_the_whole(client: TestClient) -> None:
    whole = client.get("/api/areas", params={"level": "community"}).json()["items"]
    paged, cursor = [], None
    while True:
        words = {"level": "community", "limit": 50} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/areas", params=words).json()
        paged += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert paged == whole


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_locate_agrees_with_shapely_in_every_datum(
    client: TestClient, sample: dict[str, gpd.GeoDataFrame], datum: str
) -> None:
    communities = sample["communities"]
    inside = communities.geometry.representative_point().to_numpy()
    lon, lat = convert(shapely.get_x(inside), shapely.get_y(inside), "wgs84", datum)
    body = {"positions": np.stack([lon, lat], axis=1).tolist(), "datum": datum}
    chains = client.post("/api/locate", json=body).json()["items"]
    assert [chain["areas"][-1]["code"] for chain in chains] == communities["code"].tolist()
    assert all([one["level"] for one in chain["areas"]] == ["district", "subdistrict", "community"] for chain in chains)


def test_locate_outside_says_what_to_do(client: TestClient) -> None:
    answer = client.post("/api/locate", json={"lon": 0.0, "lat": 0.0}).json()
    assert answer["areas"] == []
    assert "坐标系" in answer["detail"]


@pytest.mark.parametrize(
    "body",
    [{}, {"lon": 108.9}, {"lon": 999, "lat": 34}, {"lon": 1, "lat": 1, "datum": "x"}, {"lon": 1, "lat": 1, "x": 1}],
)
def test_a_bad_position_is_refused_in_chinese(client: TestClient, body: dict[str, object]) -> None:
    answer = client.post("/api/locate", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert any("一" <= letter <= "鿿" for letter in answer.json()["detail"])
