"""Size watch of the sample district through its doors, against the generated frames."""

from pathlib import Path

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient

from tests.api.cli import wangge


@pytest.mark.parametrize(
    ("words", "metric", "bound", "over"),
    [
        ({}, "resident_households", 3000, True),
        ({"side": "under"}, "resident_households", 1000, False),
        ({"metric": "population"}, "population", 10_000, True),
        ({"metric": "registered_households", "threshold": "2500"}, "registered_households", 2500, True),
        ({"area": "610199001"}, "resident_households", 3000, True),
    ],
)
def test_candidates_equal_the_sample(
    client: TestClient, sample: dict[str, gpd.GeoDataFrame], words: dict[str, str], metric: str, bound: int, over: bool
) -> None:
    answer = client.get("/api/candidates", params=words).json()
    rows = sample["communities"]
    rows = rows[rows["code"].str.startswith(words.get("area", ""))]
    past = rows[rows[metric] > bound] if over else rows[rows[metric] < bound]
    assert {one["code"]: one["value"] for one in answer["candidates"]} == dict(
        zip(past["code"], past[metric], strict=True)
    )
    assert {one["threshold"] for one in answer["candidates"]} <= {bound}
    assert answer["judged"] == len(rows)
    assert (answer["rule"] is None) == ("threshold" in words)


def test_nothing_is_known_of_another_day(client: TestClient) -> None:
    answer = client.get("/api/candidates", params={"as_of": "1990-01-01"}).json()
    assert (answer["candidates"], answer["judged"]) == ([], 0)


def test_a_metric_without_a_rule_is_told(client: TestClient) -> None:
    answer = client.get("/api/candidates", params={"metric": "registered_households"})
    assert answer.status_code == 422
    assert "门槛" in answer.json()["detail"]


def test_the_command_prints_the_same(client: TestClient, sample_url: str, tmp_path: Path) -> None:
    said = wangge(sample_url, tmp_path, "split", "--candidates", "--json").json
    assert said == client.get("/api/candidates").json()
    keys = {"code", "name", "metric", "value", "threshold", "suggested_parts"}
    assert all(set(one) == keys for one in said["candidates"])


def test_the_page_names_the_thresholds_and_the_side_they_bound(client: TestClient) -> None:
    page = client.get("/sizes")
    assert page.status_code == 200
    first = page.text.split('<option value="0"')[1].split("</option>")[0]
    assert 'data-metric="resident_households" data-side="over" data-value="3000"' in first
    assert "常住户数超过 3,000" in first
    assert 'data-metric="dwelling_units" data-side="under" data-value="1000"' in page.text
    assert "<script>" not in page.text
