"""Gap areas: the ground of a district that lies beyond the limit of an item, for the map only."""

from typing import Final

import geopandas as gpd
import shapely

from gis import isochrone
from gis.network import Network
from gis.snapping import Snaps

# a sliver between two circles is no place to build anything
SMALLEST_GAP_M2: Final = 2_000.0


def beyond(
    network: Network, doors: Snaps, limit_cm: int, border: shapely.Geometry, barriers: gpd.GeoDataFrame
) -> shapely.MultiPolygon:
    """Ground inside the border that none of the points reaches within the limit, all metric.

    `doors`: how the points of one category are attached. People are never counted by it (CONTRACT): it shows where
    to look. Without points the whole border is the gap.
    """
    covered = shapely.MultiPolygon() if len(doors) == 0 else isochrone.polygon(network, doors, limit_cm, barriers)[0]
    parts = shapely.get_parts(shapely.difference(border, covered))
    wide = [part for part in parts if part.geom_type == "Polygon" and part.area >= SMALLEST_GAP_M2]
    return shapely.multipolygons(wide)
