"""Small random street frames and a slow, plain walking engine to compare with."""

from collections import defaultdict
from itertools import pairwise

import geopandas as gpd
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import LineString, Point

from gis.network import main_component
from gis.reach import UNREACHED

ZONE = 4545
ORIGIN = np.array([586_000.0, 3_792_000.0])


def street_frame(lines, *, bridge=(), tunnel=(), layer=None, closed=(), off_main=()):
    """Streets from lists of (x, y) metres relative to ORIGIN; the options are sets of rows, `layer` a dict."""
    n = len(lines)
    return gpd.GeoDataFrame(
        {
            "uid": [f"s{i}" for i in range(n)],
            "class": ["residential"] * n,
            "bridge": [i in bridge for i in range(n)],
            "tunnel": [i in tunnel for i in range(n)],
            "layer": [(layer or {}).get(i, 0) for i in range(n)],
            "walkable": [i not in closed for i in range(n)],
            "main": [i not in closed and i not in off_main for i in range(n)],
        },
        geometry=[LineString(np.asarray(line, dtype=float) + ORIGIN) for line in lines],
        crs=ZONE,
    )


def line_frame(lines, kind="wall"):
    return gpd.GeoDataFrame(
        {"kind": [kind] * len(lines)}, geometry=[LineString(np.asarray(x) + ORIGIN) for x in lines], crs=ZONE
    )


def point_frame(points, **columns):
    return gpd.GeoDataFrame(columns, geometry=[Point(np.asarray(p) + ORIGIN) for p in points], crs=ZONE)


def at(*points):
    return np.asarray(points, dtype=float) + ORIGIN


def random_streets(seed, side=6, step=70.0):
    """A jittered lattice with missing links, bent streets, bridges and a few doubled rows; largest component marked."""
    rng = np.random.default_rng(seed)
    place = {(i, j): np.array([i, j]) * step + rng.normal(0, step / 6, 2) for i in range(side) for j in range(side)}
    lines, bridge, layer = [], set(), {}
    for i, j in place:
        for other in ((i + 1, j), (i, j + 1)):
            if other not in place or rng.random() < 0.2:
                continue
            line = [place[i, j], place[other]]
            if rng.random() < 0.4:
                line.insert(1, (np.asarray(line[0]) + line[1]) / 2 + rng.normal(0, 8, 2))
            if rng.random() < 0.1:
                bridge.add(len(lines))
            if rng.random() < 0.05:
                layer[len(lines)] = 1
            lines.append(line)
            if rng.random() < 0.05:
                lines.append(line[::-1])
    streets = street_frame(lines, bridge=bridge, layer=layer)
    return streets.assign(main=main_component(streets))


def plain_graph(streets):
    """Vertices (by centimetre) and the shortest length between each joined pair: {(a, b): cm}, a < b."""
    cm = {}
    for line in streets.geometry[streets["walkable"] & streets["main"]]:
        xy = np.asarray(line.coords)
        for p, q in pairwise(xy):
            a, b = sorted((tuple(np.rint(p * 100).astype(int)), tuple(np.rint(q * 100).astype(int))))
            if a != b:
                length = round(float(np.hypot(*(q - p))) * 100)
                cm[a, b] = min(length, cm.get((a, b), length))
    return cm


def plain_chains(streets):
    """Streets from junction to junction, cut where snappability changes, as lists of vertices; snappable ones only."""
    open_ = streets[streets["walkable"] & streets["main"]]
    good = {}
    for line, bad in zip(open_.geometry, open_["bridge"] | open_["tunnel"] | (open_["layer"] != 0), strict=True):
        cell = [tuple(c) for c in np.rint(np.asarray(line.coords) * 100).astype(int).tolist()]
        for a, b in pairwise(cell):
            good[min(a, b), max(a, b)] = good.get((min(a, b), max(a, b)), False) or not bad
    around = defaultdict(set)
    for a, b in good:
        around[a].add(b)
        around[b].add(a)

    def flag(a, b):
        return good[min(a, b), max(a, b)]

    def ends(a):
        return len(around[a]) != 2 or len({flag(a, b) for b in around[a]}) == 2

    chains, seen = [], set()
    for a in (a for a in around if ends(a)):
        for b in around[a]:
            chain = [a, b]
            while not ends(chain[-1]):
                chain.append(next(c for c in around[chain[-1]] if c != chain[-2]))
            step = frozenset(pairwise(chain)) | frozenset(pairwise(chain[::-1]))
            if flag(a, b) and not seen & step:
                chains.append(LineString(np.array(chain) / 100))
            seen |= step
    return chains


def plain_snap(streets, point, walls=()):
    """Every attachment of one point as (metres, place), nearest first, by the words of the rule."""
    way = [(chain.distance(point), chain.interpolate(chain.project(point))) for chain in plain_chains(streets)]
    way = sorted(((d, q) for d, q in way if d <= 200), key=lambda x: x[0])
    way = [(d, q) for d, q in way if not any(LineString([point, q]).crosses(wall) for wall in walls)]
    return [x for x in way if x[0] <= 60] or way[:1]


def scipy_graph(network, snaps):
    """The network with one more node, last, joined to the ends of the attachments' segments: a sparse matrix."""
    n = network.n_nodes
    to_v = snaps.off_cm + network.seg_cm[snaps.segment] - snaps.pos_cm
    node = np.concatenate([network.seg_u[snaps.segment], network.seg_v[snaps.segment]])
    cm = np.concatenate([snaps.off_cm + snaps.pos_cm, to_v])
    order = np.lexsort((cm, node))
    first = order[np.diff(node[order], prepend=-1) != 0]
    length = np.concatenate([network.length_cm, cm[first]]).astype(float)
    indptr = np.append(network.indptr, len(length))
    return csr_array((length, np.concatenate([network.neighbour, node[first]]), indptr), shape=(n + 1, n + 1))


def scipy_distances(graph, limit_cm):
    """Bounded Dijkstra of scipy from the last node, as the product writes it."""
    found = dijkstra(graph, indices=graph.shape[0] - 1, limit=limit_cm)[:-1]
    return np.where(np.isfinite(found), found, UNREACHED).astype(np.int64)


def plain_walks(network, origins, n_origins, destinations, limit_cm):
    """Nearest destination by a graph in which every attachment is a node of its own: (net, set of nearest rows).

    Points may not be walked through: origins are only entered, destinations only left.
    """
    cuts = defaultdict(set)
    for snaps in (origins, *destinations):
        for segment, pos in zip(snaps.segment.tolist(), snaps.pos_cm.tolist(), strict=True):
            cuts[segment].add(pos)
    name, edges = {}, []

    def number(key):
        return name.setdefault(key, len(name))

    for s in range(network.n_segments):
        u, v, length = int(network.seg_u[s]), int(network.seg_v[s]), int(network.seg_cm[s])
        chain = [(0, ("node", u)), *((p, ("cut", s, p)) for p in sorted(cuts[s])), (length, ("node", v))]
        for (p, a), (q, b) in pairwise(chain):
            edges += [(number(a), number(b), q - p), (number(b), number(a), q - p)]
    for o, s, p, off in zip(
        *(x.tolist() for x in (origins.owner, origins.segment, origins.pos_cm, origins.off_cm)), strict=True
    ):
        edges.append((number(("cut", s, p)), number(("origin", o)), off))
    for k, snaps in enumerate(destinations):
        columns = (x.tolist() for x in (snaps.owner, snaps.segment, snaps.pos_cm, snaps.off_cm))
        for d, s, p, off in zip(*columns, strict=True):
            edges.append((number(("to", k, d)), number(("cut", s, p)), off))
    n = len(name)
    shortest = {}
    for a, b, cm in edges:
        shortest[a, b] = min(cm, shortest.get((a, b), cm))
    row, col = np.array(list(shortest)).T
    # thousandths keep zero lengths in the sparse matrix without changing any centimetre
    graph = csr_array((np.array(list(shortest.values())) + 1e-9, (row, col)), shape=(n, n))
    net = np.full((n_origins, len(destinations)), -1)
    nearest = {}
    for k, snaps in enumerate(destinations):
        rows = sorted(set(snaps.owner.tolist()))
        if not rows:
            continue
        found = dijkstra(graph, indices=[name["to", k, d] for d in rows])
        for o in range(n_origins):
            if ("origin", o) not in name:
                continue
            cm = np.round(found[:, name["origin", o]], 3)
            if cm.min() <= limit_cm:
                net[o, k] = cm.min()
                nearest[o, k] = {rows[i] for i in np.flatnonzero(cm == cm.min())}
    return net, nearest
