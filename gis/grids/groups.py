"""Compounds too large for one grid cut into groups of neighbouring buildings."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.adjacency import adjacency
from gis.grids.cells import Cells, cells
from gis.grids.links import Links
from gis.grids.partition import Sizes, components, partition
from gis.grids.units import Units
from gis.growth import NOBODY
from gis.strips import dissolved

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def in_groups(units: Units, compounds: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, sizes: Sizes, seed: int) -> Units:
    """Cut the units of compounds over the range into groups of neighbouring buildings, each about the target.

    compounds: [uid, households, geometry Point]; buildings: [compound_uid, size (anything proportional to households),
    geometry Polygon]; metric. A compound with fewer than two known buildings stays one unit, and so does the second
    of two that share a unit.
    """
    large = _large(units, compounds, sizes)
    known = buildings["compound_uid"].isin(large["uid"]).to_numpy() & (buildings["size"] > 0).to_numpy()
    homes = buildings[known]
    over = homes["compound_uid"].map(large.set_index("uid")["unit"]).to_numpy(dtype=np.int64)
    shapes = shapely.intersection(homes.geometry.to_numpy(), units.ground[over])
    inside = shapely.area(shapes) > 0
    shapes, size = shapes[inside], homes["size"].to_numpy(dtype=np.float64)[inside]
    if not len(shapes):
        return units
    found = cells(units.ground, shapes)
    weight = np.zeros(len(found.ground))
    weight[found.place != NOBODY] = size[found.place[found.place != NOBODY]]
    group, holding = found.parent.copy(), units.holding
    points, used = compounds.geometry.to_numpy(), len(units.ground)
    for compound, unit, households in zip(
        large.index.tolist(), large["unit"].tolist(), large["households"].tolist(), strict=True
    ):
        mine = np.flatnonzero(found.parent == unit)
        part = _part(found, mine, weight[mine], households, sizes, seed)
        numbers = np.concatenate([[unit], used + np.arange(part.max())])
        used += int(part.max())
        group[mine] = numbers[part]
        holding = _shared(holding, compound, numbers, part, weight[mine], found.ground[mine], points)
    ground, _ = dissolved(found.ground, group)
    origin = np.zeros(len(ground), dtype=np.int64)
    origin[group] = found.parent
    lot = np.where(np.arange(len(origin)) < len(units.lot), units.lot[origin], NOBODY)
    return Units(ground, units.block[origin], lot, holding)


def _large(units: Units, compounds: gpd.GeoDataFrame, sizes: Sizes) -> pd.DataFrame:
    """Compounds over the range by row, one a unit: [uid, households, unit]."""
    unit = units.holding.drop_duplicates("compound").set_index("compound")["unit"].reindex(range(len(compounds)))
    listed = pd.DataFrame({"uid": compounds["uid"], "households": compounds["households"], "unit": unit})
    return listed[listed["households"] > sizes.high].drop_duplicates("unit")


def _part(found: Cells, mine: Ints, size: Floats, households: float, sizes: Sizes, seed: int) -> Ints:
    """Group of each cell of one compound; one group where the buildings do not say how to cut."""
    side = adjacency(found.ground[mine])
    beside = Links(side.first, side.second, side.border_m, side.border_m, side.border_m)
    k = min(round(households / sizes.target), int((size > 0).sum()))
    if k < 2 or components(len(mine), beside).any():
        return np.zeros(len(mine), dtype=np.int64)
    return partition(found.ground[mine], size / size.sum() * households, beside, k, sizes, seed)


def _shared(
    holding: pd.DataFrame,
    compound: int,
    numbers: Ints,
    part: Ints,
    size: Floats,
    ground: Geometries,
    points: Geometries,
) -> pd.DataFrame:
    """The compound by its shares, and whoever else had the unit in the group under its point."""
    if len(numbers) == 1:
        return holding
    mine = (holding["compound"] == compound).to_numpy()
    rest = holding[~mine].copy()
    others = (rest["unit"] == numbers[0]).to_numpy()
    if others.any():
        rest.loc[others, "unit"] = numbers[part[shapely.STRtree(ground).nearest(points[rest["compound"][others]])]]
    share = np.bincount(part, weights=size) / size.sum()
    new = pd.DataFrame({"compound": compound, "unit": numbers, "share": share})
    return pd.concat([rest, new], ignore_index=True)
