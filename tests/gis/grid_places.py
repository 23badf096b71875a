"""Communities of the synthetic district as they are divided into grids."""

from collections.abc import Iterator, Mapping

import geopandas as gpd

from gis.crs import to_zone
from gis.drafting import metric_border
from gis.grids.division import Community
from gis.grids.houses import sized_buildings

ZONE = 4545
LAYERS = ("streets", "barriers", "compounds", "buildings", "backdrop")


def sample_communities(sample: Mapping[str, gpd.GeoDataFrame], chosen: gpd.GeoDataFrame) -> Iterator[Community]:
    """The chosen rows of the sample's communities with what lies in them."""
    frames = {name: to_zone(sample[name], ZONE) for name in LAYERS}
    homes = frames["compounds"]
    homes = homes.assign(outline=homes.geometry.to_numpy()).set_geometry(homes.representative_point())
    buildings = sized_buildings(frames["buildings"].assign(units=None, floor_area_m2=None), homes)
    back = frames["backdrop"]
    lots = back[back.kind.isin(["landuse", "green"]) & (back.geom_type == "Polygon")]
    for row in range(len(chosen)):
        one = chosen.iloc[[row]]
        code, ground = one.code.iloc[0], metric_border(one, ZONE)
        near = [
            frame[frame.intersects(ground)].reset_index(drop=True)
            for frame in (frames["streets"], frames["barriers"], lots)
        ]
        own = homes[homes.community_code == code].reset_index(drop=True)
        own_buildings = buildings[buildings.compound_uid.isin(own.uid)].reset_index(drop=True)
        yield Community(code, one.geometry.iloc[0], ground, near[0], near[1], own, own_buildings, near[2])
