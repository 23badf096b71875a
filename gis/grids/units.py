"""Basic units of a community: the ground of each compound, of each other lot, and what is left of the street blocks."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.blocks import SAME_PLACE_M, street_blocks
from gis.grids.cells import cells
from gis.growth import NOBODY
from gis.slivers import without_slivers

# a compound known as a point alone is a disc of this radius
POINT_M: Final = 1.0
LEAST_LOT_M2: Final = 2_500.0
# roads inside estates divide nothing
INNER_ROADS: Final = frozenset({"service"})

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Units:
    """Basic units of one community: a vertex-matched coverage of it, metric.

    ground: Polygons; block: per unit its street block; lot: per unit the row of the lot it is, -1 for others.
    holding: DataFrame [compound (row), unit, share], the shares of a compound add up to 1; a compound in several units
    is one cut into groups of buildings.
    """

    ground: Geometries
    block: Ints
    lot: Ints
    holding: pd.DataFrame

    def sums(self, counts: Floats) -> Floats:
        """Counts (n,) of the compounds as counts of the units; unknown ones (nan) count nothing."""
        held = np.zeros(len(self.ground))
        np.add.at(held, self.holding["unit"], np.nan_to_num(counts)[self.holding["compound"]] * self.holding["share"])
        return held


def units_of(
    border: shapely.Geometry,
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    lots: gpd.GeoDataFrame,
) -> Units:
    """Cut a community into basic units, each compound whole.

    border: Polygon or MultiPolygon; streets: [class, tunnel]; barriers: [kind]; compounds: [outline (Polygon,
    MultiPolygon or None), geometry Point], those of this community; lots: other land with an outline, Polygons; all in
    one metric CRS. Street blocks are shared out among the compounds and lots on them by nearness; compounds without an
    outline within 30 m of each other, or inside the outline of another, share a unit; a compound over several blocks
    is one unit; a lot with the point of a compound without outline is no lot. Slivers without a compound are merged
    inside their block. Raises BadInputError.
    """
    bounding = streets[~streets["class"].isin(INNER_ROADS)]
    blocks = street_blocks(bounding, barriers, border).geometry.to_numpy()
    shapes, home, bare = _places(compounds, blocks)
    other = _polygonal(lots.geometry.to_numpy())
    large = np.flatnonzero(shapely.area(shapely.intersection(other, border)) >= LEAST_LOT_M2)
    lived = shapely.STRtree(shapes[bare:]).query(other[large], predicate="intersects")[0]
    large = np.delete(large, lived)
    found = cells(blocks, np.concatenate([shapes, other[large]]))
    held = found.place != NOBODY
    ground, unit = without_slivers(found.ground, found.parent, held)
    place = np.full(len(ground), NOBODY, dtype=np.int64)
    place[unit[held]] = found.place[held]
    is_lot = place >= len(shapes)
    lot = np.full(len(ground), NOBODY, dtype=np.int64)
    lot[is_lot] = large[place[is_lot] - len(shapes)]
    of_place = np.full(len(shapes), NOBODY, dtype=np.int64)
    is_home = np.flatnonzero((place != NOBODY) & ~is_lot)
    of_place[place[is_home]] = is_home
    block = found.parent[np.unique(unit, return_index=True)[1]]
    return Units(ground, block, lot, _holding(of_place[home], compounds, ground))


def _places(compounds: gpd.GeoDataFrame, blocks: Geometries) -> tuple[Geometries, Ints, int]:
    """Ground of the compounds, smaller ones first, the place of each compound, and the first that is but a point."""
    points = compounds.geometry.to_numpy()
    outline = compounds["outline"].to_numpy(dtype=object)
    row = np.flatnonzero(~(shapely.is_missing(outline) | shapely.is_empty(outline)))
    shapes = _polygonal(outline[row])
    order = np.lexsort((row, shapely.area(shapes)))
    shapes, row = shapes[order], row[order]
    home = np.full(len(points), NOBODY, dtype=np.int64)
    bare, place = shapely.STRtree(shapes).query(points, predicate="intersects")
    for one, over in sorted(zip(bare.tolist(), place.tolist(), strict=True), reverse=True):
        home[one] = over
    home[row] = np.arange(len(row))
    alone: list[int] = []
    for one in np.flatnonzero(home == NOBODY).tolist():
        near = [other for other in alone if points[one].distance(points[other]) <= SAME_PLACE_M]
        home[one] = home[near[0]] if near else len(shapes) + len(alone)
        alone += [] if near else [one]
    lone = points[np.array(alone, dtype=np.int64)]
    discs = shapely.buffer(lone, POINT_M, quad_segs=2)
    if len(lone):
        discs = shapely.intersection(discs, blocks[shapely.STRtree(blocks).nearest(lone)])
    return np.concatenate([shapes, discs]), home, len(shapes)


def _polygonal(shapes: Geometries) -> Geometries:
    """Valid (Multi)Polygons of shapes, whatever else was in them left out."""
    valid = shapely.make_valid(shapes)
    mixed = np.flatnonzero(shapely.get_type_id(valid) == shapely.GeometryType.GEOMETRYCOLLECTION)
    for one in mixed.tolist():
        parts = shapely.get_parts(valid[one])
        valid[one] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return np.asarray(valid, dtype=object)


def _holding(unit: Ints, compounds: gpd.GeoDataFrame, ground: Geometries) -> pd.DataFrame:
    """Each compound in the unit of its place, or, where that has no ground, in the unit nearest to its point."""
    unit = unit.copy()
    lost = np.flatnonzero(unit == NOBODY)
    if len(lost):
        unit[lost] = shapely.STRtree(ground).nearest(compounds.geometry.to_numpy()[lost])
    return pd.DataFrame({"compound": np.arange(len(unit)), "unit": unit, "share": np.ones(len(unit))})
