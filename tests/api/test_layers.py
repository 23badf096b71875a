"""Layers as GeoJSON: whole, by page, by box, with ETags, and with clear refusals."""

import geopandas as gpd
import pytest
import shapely
from fastapi.testclient import TestClient

AREA = {"area": "610199"}


def features(client: TestClient, layer: str, **words: object) -> list[dict[str, object]]:
    answer = client.get(f"/layers/{layer}.geojson", params=AREA | words)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/geo+json")
    return answer.json()["features"]


@pytest.mark.parametrize("layer", ["districts", "subdistricts", "communities", "compounds", "candidate_sites"])
def test_every_row_comes(client: TestClient, sample: dict[str, gpd.GeoDataFrame], layer: str) -> None:
    assert len(features(client, layer)) == len(sample[layer])


def test_borders_come_to_the_centimetre(client: TestClient, sample: dict[str, gpd.GeoDataFrame]) -> None:
    sent = {
        one["properties"]["code"]: shapely.geometry.shape(one["geometry"]) for one in features(client, "communities")
    }
    for code, border in zip(sample["communities"]["code"], sample["communities"].geometry, strict=True):
        assert shapely.hausdorff_distance(sent[code], border) < 1e-7


def test_pages_join_to_the_whole(client: TestClient) -> None:
    whole = [one["properties"]["uid"] for one in features(client, "compounds")]
    paged: list[object] = []
    answer = client.get("/layers/compounds.geojson", params=AREA | {"limit": 300})
    while True:
        paged += [one["properties"]["uid"] for one in answer.json()["features"]]
        if "next" not in answer.links:
            break
        answer = client.get(answer.links["next"]["url"])
    assert paged == whole


def test_a_box_cuts(client: TestClient, sample: dict[str, gpd.GeoDataFrame]) -> None:
    west, south, east, north = box = (108.89, 34.26, 108.91, 34.28)
    got = {one["properties"]["code"] for one in features(client, "communities", bbox=",".join(map(str, box)))}
    bounds = sample["communities"].geometry.bounds
    hit = (bounds.minx <= east) & (bounds.maxx >= west) & (bounds.miny <= north) & (bounds.maxy >= south)
    assert got == set(sample["communities"]["code"][hit])


def test_the_second_visit_is_304(client: TestClient) -> None:
    first = client.get("/layers/communities.geojson", params=AREA)
    again = client.get("/layers/communities.geojson", params=AREA, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_points_of_a_category(client: TestClient) -> None:
    kinds = {one["properties"]["category"] for one in features(client, "service_points", category="market")}
    assert kinds == {"market"}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/layers/nope.geojson", 404),
        ("/layers/communities.geojson?area=999999", 404),
        ("/layers/streets.geojson", 422),
        ("/layers/communities.geojson?bbox=1,2,3", 422),
        ("/layers/communities.geojson?bbox=9,9,1,1", 422),
        ("/layers/communities.geojson?bbox=a,b,c,d", 422),
        ("/layers/communities.geojson?limit=0", 422),
        ("/layers/communities.geojson?as_of=yesterday", 422),
        ("/layers/gaps.geojson?area=610199&category=nope", 404),
    ],
)
def test_refusals_are_problems_in_chinese(client: TestClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) >= {"type", "title", "status", "code", "detail"}


def test_before_the_data_there_is_nothing(client: TestClient) -> None:
    assert client.get("/layers/communities.geojson", params={"as_of": "2020-01-01"}).json()["features"] == []


def test_hidden_columns_stay_hidden(client: TestClient) -> None:
    assert not {"id", "batch_id", "key"} & set(features(client, "compounds")[0]["properties"])


def test_simplified_borders_still_meet(client: TestClient, sample: dict[str, gpd.GeoDataFrame]) -> None:
    drawn = [shapely.geometry.shape(one["geometry"]) for one in features(client, "communities", simplify=20)]
    whole = sample["communities"].geometry.to_numpy()
    assert len(drawn) == len(whole)
    assert shapely.get_num_coordinates(drawn).sum() < 0.9 * shapely.get_num_coordinates(whole).sum()
    assert shapely.coverage_is_valid(drawn)
    assert shapely.union_all(drawn).area == pytest.approx(shapely.union_all(whole).area, rel=0.005)
    answers = [client.get("/layers/communities.geojson", params=AREA | {"simplify": 20}) for _ in range(2)]
    assert answers[0].headers["etag"] == answers[1].headers["etag"]


@pytest.mark.parametrize("words", [{"bbox": "108,34,109,35"}, {"limit": 5}, {"simplify": 0}])
def test_only_whole_layers_are_simplified(client: TestClient, words: dict[str, object]) -> None:
    assert client.get("/layers/communities.geojson", params=AREA | {"simplify": 20} | words).status_code == 422
    assert client.get("/layers/compounds.geojson", params=AREA | {"simplify": 20}).status_code == 422
