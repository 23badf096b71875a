"""A large seeded walking network that looks like a Chinese city: dense core, walled blocks, a river and a railway."""

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from gis.network import main_component

WALLED_BLOCK_M = 400.0
CENTRE = (586_000.0, 3_792_000.0)


def lattice_streets(n_nodes, seed=20240607):
    """Return about `n_nodes` vertices as streets of one segment each, EPSG:4545, with `walkable` and `main`.

    A warped, jittered lattice; its Gabriel graph without most crossings of river and railway; spanning tree plus the
    shortest other links until there are 1.375 per node, those through block walls last.
    """
    rng = np.random.default_rng(seed)
    xy, half = _places(n_nodes, rng)
    pairs, metres = _gabriel(xy)
    pairs, metres = _without_crossings(xy, pairs, metres, half)
    pairs = _thinned(xy, pairs, metres, rng)
    ends = xy[pairs] + CENTRE
    streets = gpd.GeoDataFrame(
        {
            "uid": np.arange(len(pairs)).astype(str),
            "class": "residential",
            "bridge": False,
            "tunnel": False,
            "layer": 0,
        },
        geometry=shapely.linestrings(ends),
        crs=4545,
    ).assign(walkable=True)
    return streets.assign(main=main_component(streets))


def _places(n_nodes, rng):
    side = round(np.sqrt(n_nodes * 1.015))
    half = side * 46 / 2
    grid = np.stack(np.meshgrid(*[(np.arange(side) + 0.5) / side * 2 - 1] * 2), axis=-1).reshape(-1, 2)
    grid = grid + rng.normal(0, 0.34 * 2 / side, grid.shape)
    return np.sign(grid) * half * (0.55 * np.abs(grid) + 0.45 * np.abs(grid) ** 2.4), half


def _gabriel(xy):
    triangles = Delaunay(xy).simplices
    pairs = np.unique(
        np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=1), axis=0
    )
    metres = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    clearance = cKDTree(xy).query(xy[pairs].mean(axis=1))[0]
    free = clearance >= metres / 2 - 1e-9
    return pairs[free], metres[free]


def _without_crossings(xy, pairs, metres, half):
    def river(p):
        return p[:, 1] - (0.25 * half * np.sin(p[:, 0] / half * 2.2) - 0.2 * half)

    def railway(p):
        return p[:, 0] - 0.4 * p[:, 1] - 0.28 * half

    a, b = xy[pairs[:, 0]], xy[pairs[:, 1]]
    middle = (a + b) / 2
    keep = (river(a) * river(b) >= 0) | (np.mod(middle[:, 0], 900) < 45)
    keep &= (railway(a) * railway(b) >= 0) | (np.mod(middle[:, 1], 700) < 45)
    return pairs[keep], metres[keep]


def _thinned(xy, pairs, metres, rng):
    n = len(xy)
    tree = minimum_spanning_tree(csr_array((metres, (pairs[:, 0], pairs[:, 1])), shape=(n, n))).tocoo()
    numbers = pairs.astype(np.int64) @ [n, 1]
    low, high = np.minimum(*tree.coords).astype(np.int64), np.maximum(*tree.coords).astype(np.int64)
    block = np.floor(xy / WALLED_BLOCK_M).astype(int)
    walled = (block[pairs[:, 0]] != block[pairs[:, 1]]).any(axis=1)
    score = rng.random(len(pairs)) + np.where(walled, 0.45, 0) + metres / np.median(metres) * 0.15
    score[np.isin(numbers, low * n + high)] = -1
    return pairs[np.argsort(score, kind="stable")[: int(1.375 * n)]]
