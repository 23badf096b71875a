"""The command line: one JSON object on stdout, words on stderr, exit codes as the contract says."""

import csv
import re
import socket
from pathlib import Path

import geopandas as gpd
import pytest

from tests.api.cli import wangge

CONTRACT_ITEM = {
    *("category", "name", "circle_min", "limit_m", "limit_min", "group", "people", "people_in", "people_estimated"),
    *("compounds", "compounds_in", "undecided", "share", "proxy", "verdict", "nearest_p50_min"),
}
CONTRACT_COVERAGE = {
    *("code", "name", "level", "as_of", "computed_at", "digest", "stale", "synthetic", "draft_borders", "data_date"),
    *("standard", "speeds", "items", "met", "required", "no_data", "children"),
}


def test_coverage_prints_the_contract_json(sample_url: str, tmp_path: Path) -> None:
    done = wangge(sample_url, tmp_path, "coverage", "610199", "--json")
    assert done.code == 0
    card = done.json
    assert set(card) >= CONTRACT_COVERAGE
    assert all(set(item) >= CONTRACT_ITEM for item in card["items"])
    assert re.fullmatch("[0-9a-f]{16}", card["digest"])
    assert card["synthetic"] is True
    assert card["stale"] is False
    verdicts = [item["verdict"] for item in card["items"]]
    assert card["met"] == verdicts.count("met")
    assert card["required"] == card["met"] + verdicts.count("unmet")
    assert card["no_data"] == verdicts.count("no_data")
    assert len(card["children"]) == 9


def test_export_reach_has_a_row_per_compound_and_category(
    sample_url: str, sample: dict[str, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    target = tmp_path / "reach.csv"
    done = wangge(sample_url, tmp_path, "export", "reach", "--area", "610199", "-o", target, "--json")
    assert done.code == 0
    with target.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["uid", "name", "category", "net_cm", "snap_cm", "service_uid"]
    assert len(rows) == done.json["rows"] == 27 * len(sample["compounds"])
    assert {row["uid"] for row in rows} == set(sample["compounds"]["uid"])
    walked = [row for row in rows if row["net_cm"]]
    assert all(int(row["net_cm"]) >= int(row["snap_cm"]) >= 0 for row in walked)
    assert all(int(row["net_cm"]) <= 150_000 for row in walked)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["coverage", "999999"], 1, "没有找到代码"),
        (["coverage", "610199", "--standard", "nope"], 1, "没有标准"),
        (["coverage", "610199", "--group", "cats"], 2, "人群"),
        (["import", "cats", "x.csv"], 2, "没有“cats”这种数据"),
        (["import", "compounds", "x.csv", "--map", "name"], 2, "--map"),
        (["import", "compounds", "missing.gpkg"], 1, "missing.gpkg"),
        (["export", "reach", "-o", "x.csv"], 2, "--area"),
        (["export", "communities", "-o", "x.doc"], 1, ".geojson"),
        (["token", "--role", "皇帝", "--area", "610199"], 1, "角色"),
        (["serve", "--open", "--host", "0.0.0.0"], 2, "--open"),
        (["nonsense"], 2, ""),
    ],
)
def test_wrong_use_and_refusals(sample_url: str, tmp_path: Path, words: list[str], code: int, said: str) -> None:
    done = wangge(sample_url, tmp_path, *words)
    assert done.code == code, done.err
    assert said in done.err


def test_a_taken_port_is_one_sentence(sample_url: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = wangge(sample_url, tmp_path, "serve", "--port", port)
    assert done.code == 3
    assert f"端口 {port} 已被占用" in done.err


def test_a_lost_database_is_exit_3(tmp_path: Path) -> None:
    done = wangge(f"postgresql://nobody@/none?host={tmp_path}", tmp_path, "coverage", "610199", "--json")
    assert done.code == 3
    assert done.json["code"] == "ENVIRONMENT"
    assert "数据库连不上" in done.err


def test_sample_to_a_file_and_back_is_marked_made_up(database_url: str, tmp_path: Path) -> None:
    target = tmp_path / "sample.gpkg"
    assert wangge(database_url, tmp_path, "sample", "-o", target).code == 0
    day = ("--date", "2026-01-01")
    first = wangge(database_url, tmp_path, "import", "areas", target, "--layer", "districts", *day, "--json")
    assert first.code == 0
    assert first.json["written"]["added"] == 1
    again = wangge(database_url, tmp_path, "import", "areas", target, "--layer", "districts", *day, "--json")
    assert again.json["written"] == {"added": 0, "changed": 0, "unchanged": 1, "closed": 0}
    assert again.json["seen_before"] is True
    points = wangge(
        database_url,
        tmp_path,
        "import",
        "compounds",
        target,
        "--layer",
        "compounds",
        "--area",
        "610199",
        *day,
        "--json",
    )
    assert points.code == 0
    assert points.json["accepted"] == points.json["written"]["added"] > 900


def test_token_opens_what_is_shut(sample_url: str, tmp_path: Path) -> None:
    token = wangge(sample_url, tmp_path, "token", "--role", "规划", "--area", "610199", "--json").json["token"]
    assert token.count(".") == 2
