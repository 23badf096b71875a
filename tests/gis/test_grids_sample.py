"""The synthetic district divided: every fourth community, the estate of 9,000 households among them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.crs import to_zone
from gis.grids.borders import with_neighbours
from gis.grids.division import Division, divide
from gis.grids.partition import Sizes
from tests.gis.grid_places import ZONE, sample_communities

EVERY = 4


@pytest.fixture(scope="module")
def divided(sample: dict[str, gpd.GeoDataFrame]) -> dict[str, Division]:
    homes = sample["compounds"]
    communities = sample["communities"].sort_values("code", ignore_index=True)
    giant = homes.community_code[homes.households.idxmax()]
    chosen = communities[(communities.index % EVERY == 0) | (communities.code == giant)]
    return {one.code: divide(one, Sizes(), seed=0) for one in sample_communities(sample, chosen)}


def test_no_compound_is_cut_no_grid_is_broken_and_nobody_is_lost(divided, sample):
    assert len(divided) in (33, 34)
    assert sum(one.cut for one in divided.values()) == 0
    assert sum(one.broken for one in divided.values()) == 0
    communities = sample["communities"].set_index("code")
    for code, one in divided.items():
        assert one.grids.households.sum() == communities.resident_households[code]
        assert one.grids.elderly.sum() == communities.elderly[code]
        assert one.grids.compounds.sum() >= (sample["compounds"].community_code == code).sum()


def test_grids_are_about_the_target_and_mostly_in_range(divided):
    households = pd.concat([one.grids.households for one in divided.values()])
    assert households.between(300, 700).mean() > 0.9
    assert np.abs(households / 400 - 1).mean() < 0.25
    assert abs(households.median() / 400 - 1) < 0.1


def test_the_grids_are_seamless_and_keep_the_communities_borders(divided, sample):
    borders = sample["communities"].set_index("code").geometry
    for code, one in divided.items():
        ground = one.grids.geometry.to_numpy()
        assert shapely.coverage_is_valid(ground)
        outside = shapely.symmetric_difference(shapely.coverage_union_all(ground), borders[code])
        assert outside.area * 111_320**2 < 0.05
        own = {tuple(xy) for xy in shapely.get_coordinates(borders[code])}
        assert own <= {tuple(xy) for xy in shapely.get_coordinates(ground)}
    whole = np.concatenate([one.grids.geometry.to_numpy() for one in divided.values()])
    assert shapely.coverage_is_valid(with_neighbours(whole))


def test_the_estate_of_9000_households_is_cut_between_its_buildings(divided, sample):
    homes = sample["compounds"]
    giant = homes.loc[homes.households.idxmax()]
    one = divided[giant.community_code]
    assert giant.uid in one.grouped
    assert 18 <= len(one.grids) <= 26
    assert one.grids.households.between(250, 700).all()
    said = [found.message for found in one.findings if found.code == "BUILDING_GROUPS"]
    assert any("9,000" in text for text in said)


def test_rivers_and_railways_run_along_grid_borders(divided, sample):
    barriers = to_zone(sample["barriers"], ZONE)
    lines = barriers.geometry[barriers.kind.isin(["river", "railway"])].to_numpy()
    ground = np.concatenate([to_zone(one.grids, ZONE).geometry.to_numpy() for one in divided.values()])
    inner = shapely.buffer(ground, -30.0)
    line, grid = shapely.STRtree(inner).query(lines, predicate="intersects")
    inside_m = shapely.length(shapely.intersection(lines[line], inner[grid])).sum()
    crossed = shapely.length(shapely.intersection(lines[:, None], ground[None, :])).sum()
    assert inside_m <= 0.1 * max(crossed, 1.0)
