"""How far it is on foot from every anchor to every block."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.kernels import UNREACHED
from gis.network import Network
from gis.reach import NO_WALK, distances, walks
from gis.snapping import snap

# streets on the border of a block are its own; noding and rounding move them by less
ON_BORDER_M: Final = 0.5

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def block_walks(
    network: Network,
    blocks: gpd.GeoDataFrame,
    anchors_xy: Floats,
    compounds_xy: Floats,
    barriers: gpd.GeoDataFrame,
    limit_m: float,
) -> Floats:
    """Mean metres on foot from every anchor to the compounds of every block, or to its middle where it has none.

    blocks: [parent, geometry] of `blocks.divide`; anchors_xy: (k, 2); compounds_xy: (n, 2); barriers: LineString rows;
    all in the metric CRS of the network. Walks are those of `reach.walks` over the attachments of `snapping.snap`; a
    place over 200 m from a street is reached straight from the streets of its block (of the street block it was cut
    from, where it has none). Returns (blocks, k): inf where a place of the block lies beyond the limit, where a street
    in or on it is beyond the limit from every anchor, and throughout for an anchor without street.
    """
    grounds = blocks.geometry.to_numpy()
    block, places_xy = _places(grounds, compounds_xy)
    sources = snap(network, anchors_xy, barriers)
    lanes = [sources.select([anchor]) for anchor in range(len(anchors_xy))]
    limit_cm = round(limit_m * 100)
    node_cm = distances(network, lanes, limit_cm)
    attached = snap(network, places_xy, barriers)
    net_cm = walks(network, node_cm, attached, len(places_xy), lanes, limit_cm).net_cm
    place_m = np.where(net_cm == NO_WALK, np.inf, net_cm / 100)
    owned, node = _own_nodes(grounds, network)
    far = attached.missing(len(places_xy))
    place_m[far] = _straight_on(network.xy, node_cm, places_xy[far], _nodes_of(block[far], owned, node, blocks))
    place_m[place_m > limit_m] = np.inf
    walk_m = np.zeros((len(grounds), len(lanes)))
    np.add.at(walk_m, block, place_m)
    walk_m /= np.bincount(block, minlength=len(grounds))[:, None]
    nearest_cm = node_cm.min(axis=1, initial=UNREACHED)
    walk_m[owned[nearest_cm[node] > limit_cm]] = np.inf
    return walk_m


def _places(grounds: Geometries, compounds_xy: Floats) -> tuple[Ints, Floats]:
    """What stands for a block: its compounds, or its middle; as (block of each, (p, 2) metres)."""
    point, block = shapely.STRtree(grounds).query(shapely.points(compounds_xy), predicate="intersects")
    point, first = np.unique(point, return_index=True)
    block = block[first]
    empty = np.setdiff1d(np.arange(len(grounds)), block)
    middle = shapely.centroid(grounds[empty])
    outside = ~shapely.contains(grounds[empty], middle)
    middle[outside] = shapely.point_on_surface(grounds[empty][outside])
    xy = shapely.get_coordinates(middle)
    return np.concatenate([block, empty]), np.concatenate([compounds_xy[point], xy])


def _own_nodes(grounds: Geometries, network: Network) -> tuple[Ints, Ints]:
    """Pairs (block, node in or on it) of the streets on the ground: no bridges, no tunnels."""
    on_ground = np.unique(np.concatenate([network.seg_u[network.snappable], network.seg_v[network.snappable]]))
    tree = shapely.STRtree(shapely.points(network.xy[on_ground]))
    block, found = tree.query(grounds, predicate="dwithin", distance=ON_BORDER_M)
    return block, on_ground[found].astype(np.int64)


def _nodes_of(wanted: Ints, owned: Ints, node: Ints, blocks: gpd.GeoDataFrame) -> list[Ints]:
    """Per wanted block its nodes, or those of all blocks of its parent where it has none."""
    parent = blocks["parent"].to_numpy()
    found = []
    for block in wanted:
        own = node[owned == block]
        found.append(own if len(own) else np.unique(node[parent[owned] == parent[block]]))
    return found


def _straight_on(xy: Floats, node_cm: NDArray[np.int32], places_xy: Floats, nodes: list[Ints]) -> Floats:
    """Metres over the best of the nodes of each place and straight on, (places, k)."""
    way_m = np.full((len(places_xy), node_cm.shape[1]), np.inf)
    for row, (place, own) in enumerate(zip(places_xy, nodes, strict=True)):
        if len(own):
            straight_m = np.hypot(*(xy[own] - place).T)[:, None]
            reached = np.where(node_cm[own] < UNREACHED, node_cm[own] / 100, np.inf)
            way_m[row] = (reached + straight_m).min(axis=0)
    return way_m
