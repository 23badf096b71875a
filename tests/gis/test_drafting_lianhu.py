"""Real Lianhu drafted from the files beside the checkout."""

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.anchors import accept
from gis.crs import to_storage
from gis.drafting import draft, metric_border
from gis.network import build, main_component

pytestmark = pytest.mark.real
ZONE = 4545
DATA = Path(os.environ.get("WANGGE_SHARED", Path(__file__).parents[3] / "shared")) / "data"


@pytest.fixture(scope="module")
def lianhu():
    if not (DATA / "lianhu_osm_roads_2017.gpkg").exists():
        pytest.skip("the real data of ../shared/data is not beside this checkout; set WANGGE_SHARED to its folder")
    codes = pd.read_csv(DATA / "model_cities_communities.csv", dtype=str)
    codes = codes[codes.areaCode == "610104"].rename(columns={"streetCode": "parent_code"})
    matches = gpd.read_file(DATA / "lianhu_community_poi_matches.geojson").to_crs(ZONE)
    found = accept(matches, codes[["code", "name", "parent_code"]])
    districts = gpd.read_file(DATA / "model_cities_districts_cgcs2000.geojson")
    border = metric_border(districts[districts.code.astype(str) == "610104"], ZONE)
    roads = gpd.read_file(DATA / "lianhu_osm_roads_2017.gpkg").to_crs(ZONE).rename(columns={"fclass": "class"})
    on_foot = ~roads["class"].isin(["motorway", "motorway_link"])
    roads = roads.assign(bridge=roads.bridge == "T", tunnel=roads.tunnel == "T", walkable=on_foot)
    roads["main"] = main_component(roads)
    homes = gpd.read_file(DATA / "xian_compounds_2020.gpkg").to_crs(ZONE)
    homes = homes[homes.within(border)].assign(residents=homes.households * 2.5)
    barriers = gpd.GeoDataFrame({"kind": pd.Series([], dtype=object)}, geometry=[], crs=ZONE)
    return found, draft(build(roads), roads, barriers, border, found, homes), border


def test_anchors_of_lianhu(lianhu):
    found, _, _ = lianhu
    assert (len(found.accepted), len(found.refused), len(found.without)) == (55, 3, 84)
    assert found.refused.name.tolist() == ["白家口社区居委会", "桃园社区居委会", "新华社区居委会"]


def test_about_fifty_of_142_communities_are_drafted_and_every_other_code_is_listed(lianhu):
    found, result, _ = lianhu
    assert len(result.communities) == 54
    assert len(result.communities) + len(result.undrafted) == 142
    assert (result.undrafted.reason == "无锚点").sum() == 84
    inside = result.communities.set_index("code").geometry
    places = found.accepted.set_index("code").geometry
    assert all(inside[code].covers(places[code]) for code in inside.index)


def test_the_drafts_are_single_polygons_seamless_and_inside_the_district(lianhu):
    _, result, border = lianhu
    ground = np.concatenate([result.communities.geometry.to_numpy(), result.unassigned.geometry.to_numpy()])
    assert set(shapely.get_type_id(ground)) == {shapely.GeometryType.POLYGON}
    assert shapely.coverage_is_valid(ground)
    assert shapely.area(ground).sum() == pytest.approx(border.area, abs=1.0)
    # the share of the district that 1,500 m on foot reach
    assert 0.80 < result.communities.area.sum() / border.area < 0.98
    outside = shapely.difference(result.communities.geometry.to_numpy(), border)
    assert shapely.area(outside).max() < 0.05


def test_as_stored_the_drafts_stay_a_coverage_without_overlap(lianhu):
    _, result, _ = lianhu
    stored = shapely.from_wkb(shapely.to_wkb(to_storage(result.communities).geometry.to_numpy()))
    assert shapely.coverage_is_valid(stored)
    assert shapely.is_valid(stored).all()
    back = gpd.GeoDataFrame(geometry=stored, crs=4490).to_crs(ZONE).geometry.to_numpy()
    a, b = shapely.STRtree(back).query(back, predicate="intersects")
    a, b = a[a < b], b[a < b]
    assert shapely.area(shapely.intersection(back[a], back[b])).max() < 0.05
