"""Draft community borders: street blocks given to anchors by walking distance, each community in one piece."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.adjacency import adjacency
from gis.anchors import Anchors
from gis.blocks import INNER_BARRIERS, SAME_ANCHOR_M, divide, street_blocks
from gis.blockwalks import block_walks
from gis.crs import to_zone
from gis.growth import NOBODY, fill_enclosed, grow
from gis.network import Network

LIMIT_M: Final = 1500.0
DEGREES_50_M: Final = 0.00045

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Draft:
    """Drafted borders of one district, not legal ones.

    communities: GeoDataFrame [code, name, parent_code, status ('draft'), geometry Polygon], by code.
    unassigned: GeoDataFrame [area_m2, geometry Polygon], the ground that stays 未划定. Both together are a
    vertex-matched coverage of all blocks, in the metric CRS of the blocks.
    report: DataFrame, one row a drafted code [code, area_m2, compounds, residents (of compounds with a count),
    people_share (of the residents on all blocks, 0..1 or nan), elsewhere_m2 (ground nearer on foot to an anchor of
    another subdistrict)]. undrafted: DataFrame [code, name, reason], by code: every code without a polygon, and why.
    """

    communities: gpd.GeoDataFrame
    unassigned: gpd.GeoDataFrame
    report: pd.DataFrame
    undrafted: pd.DataFrame


def metric_border(district: gpd.GeoDataFrame, zone: int) -> shapely.Geometry:
    """The border of a stored district in a metric zone, every straight edge first densified to about 50 m.

    district: one row or several, EPSG:4490. An edge that is straight in degrees is not straight in the zone.
    """
    dense = shapely.segmentize(district.geometry.to_numpy(), DEGREES_50_M)
    framed = district.set_geometry(gpd.GeoSeries(dense, index=district.index, crs=district.crs))
    return shapely.union_all(to_zone(framed, zone).geometry.to_numpy())


def draft(
    network: Network,
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    border: shapely.Geometry,
    anchors: Anchors,
    compounds: gpd.GeoDataFrame,
) -> Draft:
    """Draft the communities of one district from its streets and anchors.

    network: of the same streets, with those around the district; streets: [class, tunnel, geometry LineString];
    barriers: [kind, geometry LineString] (walls of single compounds are ignored: their gates are open to neighbours);
    border: the district, as `metric_border` gives it; compounds: [residents (nan = unknown), geometry Point]; all in
    one metric CRS. Raises BadInputError where there is no ground, NotMetricError.
    """
    places = shapely.get_coordinates(anchors.accepted.geometry.to_numpy())
    homes = shapely.get_coordinates(compounds.geometry.to_numpy())
    stops = barriers[~barriers["kind"].isin(INNER_BARRIERS)]
    blocks = divide(street_blocks(streets, stops, border), places, homes)
    return give_out(blocks, anchors, block_walks(network, blocks, places, homes, stops, LIMIT_M), compounds)


def give_out(blocks: gpd.GeoDataFrame, anchors: Anchors, walk_m: Floats, compounds: gpd.GeoDataFrame) -> Draft:
    """Give blocks to the accepted anchors by constrained growth.

    blocks: [geometry] of `blocks.divide`; walk_m: (blocks, accepted anchors) of `block_walks`, inf where farther than
    1,500 m; compounds as in `draft`. Ground over 1,500 m on foot from every anchor stays unassigned, unless one
    community encloses it.
    """
    seeds, lost = _seeds(blocks, anchors, walk_m)
    drawn = np.flatnonzero(seeds != NOBODY)
    walk_m, seeds = walk_m[:, drawn], seeds[drawn]
    beside = adjacency(blocks.geometry.to_numpy())
    owner = fill_enclosed(beside, grow(beside, walk_m, seeds))
    chosen = anchors.accepted.iloc[drawn].reset_index(drop=True)
    ground = [shapely.coverage_union_all(blocks.geometry[owner == k].to_numpy()) for k in range(len(drawn))]
    communities = gpd.GeoDataFrame(chosen[["code", "name", "parent_code"]], geometry=ground, crs=blocks.crs)
    communities.insert(3, "status", "draft")
    free = shapely.get_parts(shapely.coverage_union_all(blocks.geometry[owner == NOBODY].to_numpy()))
    return Draft(
        communities,
        gpd.GeoDataFrame({"area_m2": shapely.area(free)}, geometry=free, crs=blocks.crs),
        _report(blocks, chosen, owner, walk_m, compounds),
        pd.concat([anchors.refused, anchors.without, lost]).sort_values("code", ignore_index=True),
    )


def _seeds(blocks: gpd.GeoDataFrame, anchors: Anchors, walk_m: Floats) -> tuple[Ints, pd.DataFrame]:
    """The block each accepted anchor stands on, -1 and a reason where it cannot be drafted."""
    accepted = anchors.accepted
    seeds = np.full(len(accepted), NOBODY, dtype=np.int64)
    tree = shapely.STRtree(blocks.geometry.to_numpy())
    row, block = tree.query(accepted.geometry.to_numpy(), predicate="intersects")
    places = shapely.get_coordinates(accepted.geometry.to_numpy())
    lost: dict[int, str] = {}
    for k in range(len(accepted)):
        under = [b for b in np.sort(block[row == k]).tolist() if b not in seeds]
        if not (row == k).any():
            lost[k] = "锚点不在区县边界内，请人工指定锚点"
        elif not np.isfinite(walk_m[:, k]).any():
            lost[k] = "从锚点步行 1500 米内走不到任何街坊，请核对街道或人工指定锚点"
        elif not under or (np.hypot(*(places[:k][seeds[:k] != NOBODY] - places[k]).T) <= SAME_ANCHOR_M).any():
            lost[k] = "与另一社区的锚点重合，无法区分，请人工指定锚点"
        else:
            seeds[k] = under[0]
    rows = pd.DataFrame(accepted[["code", "name"]]).iloc[sorted(lost)].astype(object)
    return seeds, rows.assign(reason=[lost[k] for k in sorted(lost)])


def _report(
    blocks: gpd.GeoDataFrame, chosen: gpd.GeoDataFrame, owner: Ints, walk_m: Floats, compounds: gpd.GeoDataFrame
) -> pd.DataFrame:
    area_m2 = blocks.geometry.area.to_numpy()
    tree = shapely.STRtree(blocks.geometry.to_numpy())
    point, block = tree.query(compounds.geometry.to_numpy(), predicate="intersects")
    point, first = np.unique(point, return_index=True)
    holder = owner[block[first]]
    residents = compounds["residents"].to_numpy(dtype=np.float64, na_value=np.nan)[point]
    known = np.nan_to_num(residents)
    mine, held = owner != NOBODY, holder != NOBODY
    elsewhere = _nearer_elsewhere(chosen["parent_code"].to_numpy(), owner, walk_m)
    n = len(chosen)
    people = np.bincount(holder[held], weights=known[held], minlength=n)
    return pd.DataFrame(
        {
            "code": chosen["code"],
            "area_m2": np.bincount(owner[mine], weights=area_m2[mine], minlength=n),
            "compounds": np.bincount(holder[held], minlength=n),
            "residents": people,
            "people_share": people / known.sum() if known.sum() else np.full(n, np.nan),
            "elsewhere_m2": np.bincount(owner[elsewhere], weights=area_m2[elsewhere], minlength=n),
        }
    )


def _nearer_elsewhere(parent: NDArray[np.object_], owner: Ints, walk_m: Floats) -> NDArray[np.bool_]:
    """Blocks held by a community of one subdistrict, but nearest on foot to an anchor of another."""
    answer = np.zeros(len(owner), dtype=bool)
    known = np.flatnonzero((owner != NOBODY) & np.isfinite(walk_m).any(axis=1))
    if len(known):
        answer[known] = parent[walk_m[known].argmin(axis=1)] != parent[owner[known]]
    return answer
