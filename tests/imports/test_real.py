"""The real files of Xi'an: exact counts of accepted and refused rows, and every trap they hold."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.imports import mapping
from data.imports.reader import parse
from gis.findings import Parsed
from tests.conftest import SHARED

DATA = SHARED / "data"
LIANHU = "610104"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not (DATA / "xian_poi_2018.gpkg").exists(), reason=f"没有真实数据文件夹 {DATA.name}，跳过真实数据测试。"
    ),
]
Read = Callable[..., Parsed]


@cache
def districts() -> Any:
    return parse(DATA / "model_cities_districts_cgcs2000.geojson", "areas").frame


def read(name: str, kind: str, **options: Any) -> Parsed:
    return parse(Path(DATA / name), kind, districts=districts(), **options)


def figures(parsed: Parsed) -> tuple[int, int, int, int]:
    return parsed.read, parsed.accepted, parsed.refused, parsed.set_aside


def test_districts() -> None:
    parsed = parse(DATA / "model_cities_districts_cgcs2000.geojson", "areas")
    assert figures(parsed) == (42, 42, 0, 0)
    assert dict(parsed.counts) == {"MULTIPART": 2}
    assert parsed.provenance["datum"].startswith("EPSG:4490")


def test_gcj02_districts_labelled_wgs84_are_found_out() -> None:
    parsed = read("xian_districts_gcj02.geojson", "areas", current=districts())
    assert parsed.blocked
    assert figures(parsed) == (13, 0, 13, 0)
    message = parsed.findings[0].message
    assert parsed.findings[0].code == "DATUM_OFFSET"
    assert "像是火星坐标（GCJ-02）" in message
    assert "--datum gcj02" in message
    right = read("xian_districts_gcj02.geojson", "areas", current=districts(), datum="gcj02")
    assert figures(right) == (13, 13, 0, 0)
    assert "DATUM_OFFSET" not in right.counts


def test_streets_from_a_gbk_shapefile_without_cpg() -> None:
    parsed = read("xian_osm_roads_2017_original_gbk_shp.zip", "streets")
    assert figures(parsed) == (21_203, 21_203, 0, 0)
    assert parsed.provenance["encoding"] == "GB18030"
    assert "没有 .cpg" in parsed.provenance["encoding_why"]
    assert dict(parsed.counts) == {"NAME_LOST": 707}
    assert len(parsed.frame) == 21_208
    assert parsed.frame["uid"].is_unique
    other = read("xian_osm_roads_2017.gpkg", "streets")
    assert (other.frame["name"].fillna("") == parsed.frame["name"].fillna("")).all()
    assert np.abs(other.frame.get_coordinates().to_numpy() - parsed.frame.get_coordinates().to_numpy()).max() < 2e-9


def test_streets_of_lianhu() -> None:
    parsed = read("lianhu_osm_roads_2017.gpkg", "streets")
    assert figures(parsed) == (2_497, 2_497, 0, 0)
    assert dict(parsed.counts) == {"NAME_LOST": 38}
    cut = read("xian_osm_roads_2017_original_gbk_shp.zip", "streets", area=LIANHU, current=parsed.frame)
    assert figures(cut) == (21_203, 2_492, 18_711, 0)
    assert cut.provenance["offset"]["distance_m"] < 1.0
    city = read("xian_osm_roads_2017_original_gbk_shp.zip", "streets", area="6101")
    assert figures(city) == (21_203, 17_863, 3_340, 0)


def test_communities_of_lianhu() -> None:
    parsed = read("model_cities_communities.csv", "codes", area=LIANHU)
    assert figures(parsed) == (6_525, 142, 6_383, 0)
    assert parsed.frame["level"].value_counts().to_dict() == {"community": 142, "subdistrict": 9}
    assert parsed.frame["parent_code"].isin({LIANHU, *parsed.frame["code"]}).all()


def test_anchors() -> None:
    parsed = read("lianhu_community_poi_matches.geojson", "anchors", area=LIANHU)
    assert figures(parsed) == (154, 154, 0, 0)
    assert parsed.frame["code"].nunique() == 58


def test_compounds() -> None:
    parsed = read("xian_compounds_2020.gpkg", "compounds")
    assert figures(parsed) == (5_261, 5_261, 0, 0)
    absurd = [one for one in parsed.findings if one.code == "ABSURD_COUNT"]
    assert [one.row for one in absurd] == [385, 1072, 1767]
    assert "2,008,042" in absurd[2].message
    assert parsed.frame["households"].max() == 25_000
    lianhu = read("xian_compounds_2020.gpkg", "compounds", area=LIANHU)
    assert figures(lianhu) == (5_261, 1_501, 3_760, 0)
    ground = districts().set_index("code").geometry[LIANHU]
    inside = lianhu.frame[lianhu.frame.within(ground)]
    assert (len(inside), inside["households"].count(), inside["households"].sum()) == (706, 239, 346_238)


@pytest.mark.parametrize(
    ("year", "whole", "lianhu"),
    [
        (2018, (88_814, 3_957, 42, 84_815), (88_814, 309, 3_690, 84_815)),
        (2020, (45_336, 5_125, 108, 40_103), (45_336, 845, 4_388, 40_103)),
    ],
)
def test_points_of_interest(year: int, whole: tuple[int, ...], lianhu: tuple[int, ...]) -> None:
    name = f"xian_poi_{year}.gpkg"
    parsed = read(name, "service_points", categories=mapping.load())
    assert figures(parsed) == whole
    assert "DATUM_OFFSET" not in parsed.counts
    assert sum(parsed.unmapped.values()) == parsed.set_aside
    assert parsed.frame["uid"].is_unique
    assert figures(read(name, "service_points", categories=mapping.load(), area=LIANHU)) == lianhu


def test_points_of_interest_in_the_wrong_datum() -> None:
    right = read("xian_poi_2020.gpkg", "service_points", categories=mapping.load()).frame
    wrong = read("xian_poi_2020.gpkg", "service_points", categories=mapping.load(), datum="bd09", current=right)
    assert "百度坐标（BD-09）" in next(one.message for one in wrong.findings if one.code == "DATUM_OFFSET")
