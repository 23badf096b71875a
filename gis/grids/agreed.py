"""The one set that several departments could agree on, as grids that can be stored."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.crosswalk import Crosswalk, holders
from gis.crs import to_storage
from gis.grids.borders import with_own_border
from gis.grids.division import COUNTS, Community
from gis.grids.houses import shared_out


def agreed(walk: Crosswalk, community: Community, homes: gpd.GeoDataFrame, base: pd.DataFrame) -> gpd.GeoDataFrame:
    """The proposed grids of one community with their counts and the community's own border.

    homes: as `gis.grids.houses.homes_of` gives them for the community; base: [code, name, kind] of the set whose
    numbers the proposal keeps. Returns [code, name, kind, COUNTS, geometry], EPSG:4490, by code.
    """
    made = walk.proposal()
    compounds = community.compounds
    row = pd.Series(range(len(compounds)), index=compounds["uid"])
    holding = pd.DataFrame(
        {
            "compound": row.reindex(homes["compound_uid"]).to_numpy(),
            "grid": holders(made.geometry.to_numpy(), homes.geometry.to_numpy()),
            "share": homes["share"].to_numpy(),
        }
    )
    holding = pd.DataFrame(holding.groupby(["compound", "grid"])["share"].sum().reset_index())
    counts = {
        name: shared_out(compounds[name].to_numpy(dtype=np.float64, na_value=np.nan), holding, len(made))
        for name in COUNTS
    }
    known = base.set_index("code").reindex(made["code"])
    frame = made[["code", "geometry"]].assign(name=known["name"].to_numpy(), kind=known["kind"].to_numpy(), **counts)
    stored = to_storage(frame)
    shapes = stored.geometry.to_numpy()
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all():
        shapes = with_own_border(shapes, community.border)
    return stored.set_geometry(gpd.GeoSeries(shapes, crs=stored.crs))
