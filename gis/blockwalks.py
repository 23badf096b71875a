"""How far it is on foot from every anchor to every block."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.kernels import UNREACHED
from gis.network import Network
from gis.reach import distances
from gis.snapping import snap

# streets on the border of a block are its own; noding and rounding move them by less
ON_BORDER_M: Final = 0.5

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def block_walks(
    network: Network, blocks: gpd.GeoDataFrame, anchors_xy: Floats, barriers: gpd.GeoDataFrame, limit_m: float
) -> Floats:
    """Metres on foot from every anchor to the middle of every block, (blocks, anchors), inf beyond the limit.

    blocks: [parent, geometry] of `blocks.divide`; anchors_xy: (k, 2); all in the metric CRS of the network. The walk
    starts as `snapping.snap` attaches the anchor, follows the network to a node in or on the block (in or on the street
    block it was cut from, where it has none) and goes on straight to the middle. An anchor without street has inf
    throughout.
    """
    snaps = snap(network, anchors_xy, barriers)
    lanes = [snaps.select([anchor]) for anchor in range(len(anchors_xy))]
    node_cm = distances(network, lanes, round(limit_m * 100))
    grounds = blocks.geometry.to_numpy()
    block, node = _own_nodes(grounds, blocks["parent"].to_numpy(), network.xy)
    straight_m = shapely.distance(_middles(grounds)[block], shapely.points(network.xy[node]))
    walk_m = np.full((len(grounds), len(lanes)), np.inf)
    held, start = np.unique(block, return_index=True)
    for lane in range(len(lanes) if len(held) else 0):
        cm = node_cm[node, lane]
        walk_m[held, lane] = np.minimum.reduceat(np.where(cm < UNREACHED, cm / 100 + straight_m, np.inf), start)
    walk_m[walk_m > limit_m] = np.inf
    return walk_m


def _middles(grounds: NDArray[np.object_]) -> NDArray[np.object_]:
    middle: NDArray[np.object_] = shapely.centroid(grounds)
    outside = ~shapely.contains(grounds, middle)
    middle[outside] = shapely.point_on_surface(grounds[outside])
    return middle


def _own_nodes(grounds: NDArray[np.object_], parent: Ints, xy: Floats) -> tuple[Ints, Ints]:
    """Pairs (block, node in or on it), by block; a block without nodes has those of all blocks of its parent."""
    block, node = shapely.STRtree(shapely.points(xy)).query(grounds, predicate="dwithin", distance=ON_BORDER_M)
    bare = np.setdiff1d(np.arange(len(grounds)), block)
    lent = [np.unique(node[parent[block] == parent[b]]) for b in bare]
    block = np.concatenate([block, np.repeat(bare, [len(n) for n in lent])])
    node = np.concatenate([node, *lent])
    order = np.argsort(block, kind="stable")
    return block[order], node[order]
