"""Subdistricts and communities as unions of street blocks: connected, along streets, uneven in size."""

import heapq
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely import Point, Polygon

from data.sample.geo import long_axis, roundness
from data.sample.ground import Ground, Street
from data.sample.partition import part_blocks
from data.sample.people import whole
from data.sample.places import COMMUNITIES, SUBDISTRICTS

# what a metre of border costs, by what runs along it
COST = {"rail": 0.05, "river": 0.05, "motorway": 0.05, "primary": 0.22, "secondary": 0.55, "tertiary": 1.0}
HARD = {"rail": 2500.0, "river": 900.0, "motorway": 1500.0}  # metres of detour a subdistrict makes before crossing
Edge = tuple[tuple[float, float], tuple[float, float]]
Shared = dict[tuple[int, int], dict[str, float]]


def adjacency(faces: Sequence[Polygon], ground: Ground, streets: Sequence[Street]) -> Shared:
    """Metres of common border of every pair of touching faces, by what runs along it."""
    seen: dict[Edge, int] = {}
    pairs: dict[Edge, tuple[int, int]] = {}
    for k, face in enumerate(faces):
        ring = [tuple(p) for p in np.round(shapely.get_coordinates(face.exterior), 2)]
        for a, b in pairwise(ring):
            edge = (a, b) if a < b else (b, a)
            if edge in seen:
                pairs[edge] = (seen[edge], k)
            else:
                seen[edge] = k
    middle = shapely.points([((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairs])
    cls = np.full(len(middle), "tertiary", dtype="<U9")
    for name in ("secondary", "primary"):
        tree = shapely.STRtree([s.geom for s in streets if s.cls == name])
        cls[tree.query(middle, predicate="dwithin", distance=1.5)[0]] = name
    for name in HARD:
        cls[shapely.distance(middle, getattr(ground.corridors, name)) < 2.0] = name
    out: Shared = {}
    for ((a, b), (i, j)), kind in zip(pairs.items(), cls, strict=True):
        metres = out.setdefault((min(i, j), max(i, j)), {})
        metres[str(kind)] = metres.get(str(kind), 0.0) + float(np.hypot(a[0] - b[0], a[1] - b[1]))
    return out


def subdistricts(faces: Sequence[Polygon], ground: Ground) -> np.ndarray:
    """Subdistrict number per face: grown from drawn seeds over superblocks; rail, river, motorway are dear to cross."""
    blocks = ground.superblocks
    near = _superblock_links(blocks, ground)
    owner = np.full(len(blocks), -1)
    heap: list[tuple[float, int, int]] = []
    for number, subdistrict in enumerate(SUBDISTRICTS):
        for seed in subdistrict.seeds:
            heapq.heappush(heap, (0.0, int(np.argmin([p.distance(Point(seed)) for p in blocks])), number))
    while heap:
        way, a, number = heapq.heappop(heap)
        if owner[a] < 0:
            owner[a] = number
            for b, metres in near[a]:
                heapq.heappush(heap, (way + metres, b, number))
    for a in np.flatnonzero(owner < 0):  # a scrap that shares hardly an edge with anything
        common = [-round(_common_m(blocks[a], b), 2) for b in blocks]
        owner[a] = owner[min(np.flatnonzero(owner >= 0), key=lambda b: (common[b], blocks[a].distance(blocks[b]), b))]
    bank = [_is_bank(p, ground) for p in blocks]
    for a in np.flatnonzero(bank):  # a bank belongs to the land behind it
        stream = ground.corridors.river.buffer(3)
        behind = [
            (blocks[a].boundary.intersection(blocks[b].boundary).difference(stream).length, b)
            for b, _ in near[a]
            if not bank[b]
        ]
        owner[a] = owner[max(behind)[1]] if behind else owner[a]
    inside = np.array([f.representative_point() for f in faces])
    return owner[shapely.STRtree(blocks).query_nearest(inside, all_matches=False)[1]]


def _superblock_links(blocks: Sequence[Polygon], ground: Ground) -> dict[int, list[tuple[int, float]]]:
    """Neighbours of every superblock with the metres between their centres, barriers added."""
    grown = shapely.buffer(np.array(blocks), 0.5)
    centre = shapely.get_coordinates(shapely.centroid(np.array(blocks)))
    first, second = shapely.STRtree(grown).query(grown, predicate="intersects")
    near: dict[int, list[tuple[int, float]]] = {k: [] for k in range(len(blocks))}
    for a, b in zip(first, second, strict=True):
        if a == b or _common_m(blocks[a], blocks[b]) <= 40:
            continue
        edge = blocks[a].boundary.intersection(blocks[b].boundary)
        middle = edge.interpolate(0.5, True) if edge.geom_type == "LineString" else edge.representative_point()
        wall = sum(dear for name, dear in HARD.items() if getattr(ground.corridors, name).distance(middle) < 3)
        near[a].append((int(b), float(np.hypot(*(centre[a] - centre[b])) + wall)))
    return near


def _common_m(a: Polygon, b: Polygon) -> float:
    return float(a.boundary.intersection(b.boundary).length)


def _is_bank(poly: Polygon, ground: Ground) -> bool:
    narrow = min(long_axis(poly)[2:]) < 260 and roundness(poly) < 0.45
    return narrow and poly.distance(ground.corridors.river) < 2


def communities(
    faces: Sequence[Polygon], owner: np.ndarray, households: np.ndarray, alone: set[int], shared: Shared, seed: int
) -> np.ndarray:
    """Subdistrict number (from 0) and community number (from 1) per face; faces in `alone` are one community each.

    Numbers run from north to south and west to east inside each subdistrict.
    """
    rng = np.random.default_rng([seed, 9])
    centre = shapely.get_coordinates(shapely.centroid(np.array(faces)))
    area_m2 = shapely.area(np.array(faces))
    usual = np.minimum(households, 3_200)  # a great estate is one community, whatever its size
    weight = [usual[owner == n].sum() * s.weight for n, s in enumerate(SUBDISTRICTS)]
    out = np.full((len(faces), 2), -1)
    for n, k in enumerate(whole(np.array(weight), COMMUNITIES)):
        ids = [int(i) for i in np.flatnonzero(owner == n)]
        own = [i for i in ids if i in alone]
        rest = [i for i in ids if i not in alone]
        links, hard = _links(rest, shared)
        part = part_blocks(links, hard, households, centre, area_m2, int(k) - len(own), rng, rounds=6000)
        part |= {i: int(k) - len(own) + j for j, i in enumerate(own)}
        middle = {}
        for c in range(int(k)):
            mine = [i for i in ids if part[i] == c]
            middle[c] = np.average(centre[mine], axis=0, weights=area_m2[mine])
        order = sorted(middle, key=lambda c: (-round(middle[c][1] / 700), middle[c][0]))
        for i in ids:
            out[i] = n, order.index(part[i]) + 1
    return out


def _links(
    ids: Sequence[int], shared: Mapping[tuple[int, int], Mapping[str, float]]
) -> tuple[dict[int, dict[int, float]], dict[int, list[int]]]:
    """Links over streets with their border cost, and neighbours behind a barrier."""
    links: dict[int, dict[int, float]] = {i: {} for i in ids}
    hard: dict[int, list[int]] = {i: [] for i in ids}
    for (a, b), metres in shared.items():
        if a not in links or b not in links:
            continue
        if any(kind not in HARD for kind in metres):
            links[a][b] = links[b][a] = sum(COST[kind] * length for kind, length in metres.items())
        else:
            hard[a].append(b)
            hard[b].append(a)
    return links, hard
