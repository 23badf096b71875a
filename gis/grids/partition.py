"""A graph of basic units cut into contiguous parts of about equal households; equal seed, equal parts."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.grids.annealing import OUT_OF_RANGE, anneal, merge
from gis.grids.links import Links

STARTS: Final = 6
LEAST_STEPS: Final = 20_000
STEPS_PER_UNIT: Final = 300
NOISE: Final = 0.1

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sizes:
    """Households a grid should have, and the range beyond which it is remarked on."""

    target: float = 400.0
    low: float = 300.0
    high: float = 700.0


def components(n: int, links: Links) -> Ints:
    """Per unit the number of its connected component, 0.. by first unit."""
    graph = coo_array((np.ones(len(links.first)), (links.first, links.second)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def partition(ground: NDArray[np.object_], households: Floats, links: Links, k: int, sizes: Sizes, seed: int) -> Ints:
    """Cut connected units into k connected parts.

    ground: (n,) Polygons, metric; households: (n,); links: among all units, all of them usable. The best of six starts
    (neighbours merged, or grown from seeds spread out), each improved by annealing. k is cut down to the number of
    units. Returns the part of every unit, 0..k-1.
    """
    n = len(ground)
    k = max(1, min(k, n))
    if k == 1:
        return np.zeros(n, dtype=np.int64)
    if k == n:
        return np.arange(n)
    rng = np.random.default_rng(seed)
    area_m2 = shapely.area(ground)
    xy = shapely.get_coordinates(shapely.centroid(ground))
    xy = xy - xy.mean(axis=0)
    second = area_m2 * (xy**2).sum(axis=1) + area_m2**2 / (2 * np.pi)
    moments = np.column_stack([households, area_m2, xy * area_m2[:, None], second])
    source = np.concatenate([links.first, links.second])
    other = np.concatenate([links.second, links.first])
    order = np.lexsort((other, source))
    indptr = np.searchsorted(source[order], np.arange(n + 1)).astype(np.int64)
    usual_m = 4 * np.sqrt(area_m2.sum() / k)
    price = np.tile(links.price, 2)[order] / usual_m
    source, other = source[order], other[order]
    around = [other[indptr[unit] : indptr[unit + 1]].tolist() for unit in range(n)]
    limits = np.array([sizes.target, sizes.low, sizes.high])
    steps = LEAST_STEPS + STEPS_PER_UNIT * n
    best, best_cost = np.zeros(n, dtype=np.int64), np.inf
    for start in range(STARTS):
        if start % 2:
            part = _grown(around, households, xy, k, rng)
        else:
            noise = rng.uniform(1 - NOISE * start, 1 + NOISE * start, len(links.first))
            part = merge(links.first, links.second, links.price / usual_m, moments, k, limits, noise)
        picks = rng.integers(0, len(source), steps)
        cost = anneal(indptr, source, other, price, moments, part, k, limits, picks, rng.random(steps))
        if cost < best_cost - 1e-9:
            best, best_cost = part, cost
    return best


def fitted(ground: NDArray[np.object_], households: Floats, links: Links, sizes: Sizes, seed: int) -> Ints:
    """Cut connected units into round(households / target) parts, each with a unit lived on.

    As `partition`. A unit over the range counts as one part, whatever it has; while a part is out of range, one part
    fewer or more is tried, and taken where it fits better.
    """
    over = households > sizes.high
    most = max(1, int((households > 0).sum()))
    k = max(1, min(int(over.sum()) + round(float(households[~over].sum()) / sizes.target), most))
    best = partition(ground, households, links, k, sizes, seed)
    misfit, inside = _misfit(best, households, sizes)
    for step in (-1, 1):
        now = k + step
        while not inside and 1 <= now <= most:
            part = partition(ground, households, links, now, sizes, seed)
            off, fits = _misfit(part, households, sizes)
            if off >= misfit:
                break
            best, misfit, inside, now = part, off, fits, now + step
    return best


def _misfit(part: Ints, households: Floats, sizes: Sizes) -> tuple[float, bool]:
    """How far the parts are from the target, outside the range above all, and whether all are inside it."""
    held = np.bincount(part, weights=households)
    out = np.maximum(np.maximum(sizes.low - held, held - sizes.high), 0.0)
    misfit = ((held - sizes.target) ** 2 + OUT_OF_RANGE * out**2).sum() / sizes.target**2
    return float(misfit), not out.any()


def _grown(around: list[list[int]], households: Floats, xy: Floats, k: int, rng: np.random.Generator) -> Ints:
    """A first partition: the smallest part that can takes the free unit beside it that is nearest to its seed."""
    part = np.full(len(xy), -1, dtype=np.int64)
    seeds = _seeds(households, xy, k, rng)
    part[seeds] = np.arange(k)
    held = households[seeds].copy()
    open_ = np.ones(k, dtype=bool)
    rims = [{other for other in around[seed] if part[other] == -1} for seed in seeds.tolist()]
    while open_.any():
        small = int(np.argmin(np.where(open_, held, np.inf)))
        free = [unit for unit in sorted(rims[small]) if part[unit] == -1]
        if not free:
            open_[small] = False
            continue
        unit = free[int(np.argmin(np.hypot(*(xy[free] - xy[seeds[small]]).T)))]
        part[unit] = small
        held[small] += households[unit]
        rims[small] = (set(free) - {unit}) | {other for other in around[unit] if part[other] == -1}
    return part


def _seeds(households: Floats, xy: Floats, k: int, rng: np.random.Generator) -> Ints:
    """k different units, likely where households are and far from one another."""
    seeds: list[int] = []
    away = np.full(len(xy), np.inf)
    for _ in range(k):
        chance = (households + 1.0) * (np.minimum(away, 1e9) if seeds else 1.0)
        chance[seeds] = 0.0
        if not chance.any():
            chance[:] = 1.0
            chance[seeds] = 0.0
        seeds.append(int(rng.choice(len(xy), p=chance / chance.sum())))
        away = np.minimum(away, ((xy - xy[seeds[-1]]) ** 2).sum(axis=1))
    return np.array(seeds, dtype=np.int64)
