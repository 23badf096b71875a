"""The synthetic district drafted from its party service centres and held against its own borders."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.anchors import accept
from gis.crs import to_storage, to_zone
from gis.drafting import Draft, draft, metric_border
from gis.network import build, main_component

ZONE = 4545


@pytest.fixture(scope="module")
def layers(sample: dict[str, gpd.GeoDataFrame]) -> dict[str, gpd.GeoDataFrame]:
    wanted = ("communities", "streets", "barriers", "compounds", "service_points")
    frames = {name: to_zone(sample[name], ZONE) for name in wanted}
    homes = frames["compounds"]
    return frames | {"compounds": homes.set_geometry(homes.representative_point())}


@pytest.fixture(scope="module")
def result(layers: dict[str, gpd.GeoDataFrame], sample: dict[str, gpd.GeoDataFrame]) -> Draft:
    points = layers["service_points"]
    centres = points[points.category == "party_service_center"].rename(columns={"serves": "code"})
    found = accept(centres[["code", "geometry"]], layers["communities"][["code", "name", "parent_code"]])
    streets = layers["streets"]
    streets = streets.assign(main=main_component(streets))
    border = metric_border(sample["districts"], ZONE)
    return draft(build(streets), streets, layers["barriers"], border, found, layers["compounds"])


def community_of(points: gpd.GeoSeries, communities: gpd.GeoDataFrame) -> pd.Series:
    place, area = shapely.STRtree(communities.geometry.to_numpy()).query(points.to_numpy(), predicate="within")
    return pd.Series(communities.code.to_numpy()[area], index=place)


def test_most_compounds_land_in_their_own_community(result, layers):
    homes = layers["compounds"].geometry
    drawn, true = community_of(homes, result.communities), community_of(homes, layers["communities"])
    assert len(drawn) == len(true) == len(homes)
    assert (drawn == true.reindex(drawn.index)).mean() > 0.7


def test_the_district_is_a_seamless_coverage_as_stored(result):
    ground = pd.concat([result.communities[["geometry"]], result.unassigned[["geometry"]]])
    stored = shapely.from_wkb(shapely.to_wkb(to_storage(ground).geometry.to_numpy()))
    assert set(shapely.get_type_id(stored)) == {shapely.GeometryType.POLYGON}
    assert shapely.is_valid(stored).all()
    assert shapely.coverage_is_valid(stored)


def test_rivers_and_railways_part_the_drafts_but_at_their_crossings(result, layers):
    barriers = layers["barriers"]
    lines = barriers[barriers.kind.isin(["river", "railway", "expressway"])].geometry.to_numpy()
    # what of a barrier runs more than 30 m inside one community
    inner = shapely.buffer(result.communities.geometry.to_numpy(), -30.0)
    line, area = shapely.STRtree(inner).query(lines, predicate="intersects")
    inside_m = shapely.length(shapely.intersection(lines[line], inner[area])).sum()
    border = result.communities.geometry.union_all()
    assert inside_m < 0.05 * np.sum(shapely.length(shapely.intersection(lines, border)))
