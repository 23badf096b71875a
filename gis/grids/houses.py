"""Buildings that say how the households of a compound lie."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.estimate import building_sums


def sized_buildings(buildings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Buildings of compounds with a `size` in proportion to their households.

    buildings: [compound_uid (None = unknown), units, floor_area_m2, floors, geometry Polygon]; compounds: [uid, outline
    (Polygon or None)]; metric. Where the compound is unknown it is the one whose outline holds the building. The size
    is of one kind inside a compound: dwelling units where all its buildings say them, else floor area, else footprint
    times floors (1 where unknown). Returns [compound_uid, size, geometry].
    """
    owner = buildings["compound_uid"].to_numpy(dtype=object).copy()
    outlines = compounds["outline"].to_numpy(dtype=object)
    lost = np.flatnonzero(pd.isna(owner))
    inner = shapely.point_on_surface(buildings.geometry.to_numpy()[lost])
    building, compound = shapely.STRtree(outlines).query(inner, predicate="within")
    for one, over in sorted(zip(building.tolist(), compound.tolist(), strict=True), reverse=True):
        owner[lost[one]] = compounds["uid"].iloc[over]
    named = buildings.assign(compound_uid=owner)
    named = named[named["compound_uid"].isin(compounds["uid"])]
    sums = building_sums(named).reindex(named["compound_uid"])
    numbers = named[["units", "floor_area_m2", "floors"]].apply(pd.to_numeric, errors="coerce").astype(float)
    size = numbers["floors"].fillna(1.0).clip(lower=1.0).to_numpy() * named.geometry.area.to_numpy()
    for kind in ("floor_area_m2", "units"):
        size = np.where(sums[kind].gt(0).to_numpy(), numbers[kind], size)
    kept = {"compound_uid": named["compound_uid"].to_numpy(), "size": size}
    return gpd.GeoDataFrame(kept, geometry=named.geometry.to_numpy(), crs=buildings.crs)


def homes_of(compounds: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Where households are: at the buildings of a compound by their size, at its point where none are known.

    compounds: [uid, households (nan = unknown), geometry Point]; buildings: as `sized_buildings` gives them. Returns
    [compound_uid, share (of its compound), households, geometry Point].
    """
    held = buildings[buildings["compound_uid"].isin(compounds["uid"]) & (buildings["size"] > 0)]
    share = held["size"] / held.groupby("compound_uid")["size"].transform("sum")
    households = held["compound_uid"].map(compounds.set_index("uid")["households"]) * share
    bare = compounds[~compounds["uid"].isin(held["compound_uid"])]
    points = np.concatenate([shapely.point_on_surface(held.geometry.to_numpy()), bare.geometry.to_numpy()])
    kept = {
        "compound_uid": np.concatenate([held["compound_uid"], bare["uid"]]),
        "share": np.concatenate([share, np.ones(len(bare))]),
        "households": np.concatenate([households, bare["households"]]),
    }
    return gpd.GeoDataFrame(kept, geometry=points, crs=compounds.crs)


def shared_out(counts: NDArray[np.float64], holding: pd.DataFrame, k: int) -> NDArray[np.float64]:
    """Counts of k grids as whole numbers; what one compound has is shared out without losing anybody.

    counts: of each compound (nan = unknown); holding: [compound (row), grid (number), share], one row per pair. All nan
    where no compound has a count.
    """
    if len(counts) and np.isnan(counts).all():
        return np.full(k, np.nan)
    held = np.zeros(k)
    for _, rows in holding.groupby("compound"):
        total = np.nan_to_num(counts[rows["compound"].iloc[0]])
        exact = rows["share"].to_numpy() * total
        given = np.floor(exact + 1e-9)
        rest = round(float(total - given.sum()))
        given[np.argsort(given - exact, kind="stable")[:rest]] += 1
        np.add.at(held, rows["grid"].to_numpy(), given)
    return held
