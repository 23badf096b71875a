"""Real Lianhu: the drafted communities of the files beside the checkout divided into grids."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.crs import to_storage
from gis.drafting import metric_border
from gis.grids.borders import with_neighbours
from gis.grids.division import Community, Division, divide
from gis.grids.partition import Sizes
from tests.gis.test_drafting_lianhu import DATA, ZONE, lianhu

pytestmark = pytest.mark.real
__all__ = ["lianhu"]
FROM = 10


@pytest.fixture(scope="module")
def divided(lianhu) -> list[Division]:
    _, draft, _ = lianhu
    roads = gpd.read_file(DATA / "lianhu_osm_roads_2017.gpkg").to_crs(ZONE).rename(columns={"fclass": "class"})
    roads = roads.assign(tunnel=roads.tunnel == "T")
    homes = gpd.read_file(DATA / "xian_compounds_2020.gpkg").to_crs(ZONE)
    homes = homes.assign(uid=np.arange(len(homes)).astype(str), outline=None, residents=homes.households * 2.5)
    homes = homes.assign(households=homes.households.astype(float), elderly=np.nan, elderly_80=np.nan, children=np.nan)
    nothing = gpd.GeoDataFrame({"kind": [], "name": [], "compound_uid": [], "size": []}, geometry=[], crs=ZONE)
    found = []
    stored = to_storage(draft.communities)
    for row in range(len(stored)):
        one = stored.iloc[[row]]
        ground = metric_border(one, ZONE)
        own = homes[homes.intersects(ground)].reset_index(drop=True)
        near = roads[roads.intersects(ground)].reset_index(drop=True)
        asked = Community(one.code.iloc[0], one.geometry.iloc[0], ground, near, nothing, own, nothing, nothing)
        found.append(divide(asked, Sizes(), seed=0))
    return found


def test_no_compound_is_cut_and_every_grid_is_in_one_piece(divided):
    assert sum(one.cut for one in divided) == 0
    assert sum(one.broken for one in divided) == 0
    households = sum(one.grids.households.sum() for one in divided)
    assert len(divided) == 54
    assert households > 100_000


def test_the_grids_of_all_drafts_are_one_seamless_coverage(divided, lianhu):
    stored = to_storage(lianhu[1].communities).geometry.to_numpy()
    for one, community in zip(divided, stored, strict=True):
        assert shapely.coverage_is_valid(one.grids.geometry.to_numpy())
        outside = shapely.symmetric_difference(shapely.union_all(one.grids.geometry.to_numpy()), community)
        assert outside.area * 111_320**2 < 0.05
    whole = with_neighbours(np.concatenate([one.grids.geometry.to_numpy() for one in divided]))
    assert shapely.coverage_is_valid(whole)


def test_most_grids_are_in_range_and_every_other_one_is_remarked_on(divided):
    for one in divided:
        base = one.grids
        out = ((base.households < 300) | (base.households > 700)).sum()
        said = [found for found in one.findings if found.code in ("HOUSEHOLDS_BELOW", "HOUSEHOLDS_ABOVE")]
        assert len(said) == out
