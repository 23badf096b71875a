"""Small planar graphs with everything that can go wrong in them, and what brute force says about them."""

import functools
import itertools

import numpy as np
from scipy.spatial import Delaunay

from gis.split.atoms import Atoms, Edges
from gis.split.dual import Window
from gis.split.search import Target
from gis.split.units import Units


def delaunay(rng: np.random.Generator, n: int) -> np.ndarray:
    """Edges of a random triangulation, first < second, sorted."""
    corners = Delaunay(rng.random((n, 2))).simplices
    pairs = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1)
    return np.unique(pairs, axis=0).astype(np.int64)


def connected(n: int, edges: np.ndarray) -> bool:
    """Whether the edges tie n nodes together (written without the engine)."""
    around = {v: set() for v in range(n)}
    for a, b in edges.tolist():
        around[a].add(b)
        around[b].add(a)
    seen, todo = {0}, [0]
    while todo:
        for w in around[todo.pop()] - seen:
            seen.add(w)
            todo.append(w)
    return len(seen) == n


def thinned(rng: np.random.Generator, n: int, edges: np.ndarray, share: float) -> np.ndarray:
    """Fewer edges, still connected: large faces, bridges, dead ends."""
    kept = np.ones(len(edges), dtype=bool)
    for i in rng.permutation(len(edges))[: int(share * len(edges))]:
        kept[i] = False
        if not connected(n, edges[kept]):
            kept[i] = True
    return kept


def units(seed: int, most: int = 11) -> Units:
    """A random planar graph: large faces, borders nobody can cross, borders of no cost, empty units, some centres."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, most))
    edges = delaunay(rng, n)
    edges = edges[thinned(rng, n, edges, rng.choice([0, 0.2, 0.4]))]
    passable = thinned(rng, n, edges, rng.choice([0, 0.2, 0.5]))
    households = np.round(rng.lognormal(3, 0.9, n)).astype(np.int64)
    households[rng.random(n) < 0.1] = 0
    cost = rng.integers(0 if rng.random() < 0.3 else 1, 60, len(edges))
    centres = (rng.random(n) < 0.35).astype(np.int64)
    return Units(households, centres, edges[:, 0].copy(), edges[:, 1].copy(), cost, passable)


def window(graph: Units, tolerance: float, centres: bool) -> Window:
    """Households of one of two sides."""
    half = graph.households.sum() / 2
    wanted = centres and int(graph.centres.sum()) >= 2
    return Window(int(np.ceil(half * (1 - tolerance))), int(np.floor(half * (1 + tolerance))), wanted)


def feasible(graph: Units, part: np.ndarray, parts: int, low: int, high: int, centres: bool) -> bool:
    """Whether a plan keeps the window, the centre rule and contiguity (written without the engine)."""
    held = np.bincount(part, weights=graph.households, minlength=parts)
    if held.min() < low or held.max() > high or np.bincount(part, minlength=parts).min() == 0:
        return False
    if centres and np.bincount(part, weights=graph.centres, minlength=parts).min() < 1:
        return False
    edges = np.column_stack([graph.first, graph.second])[graph.passable]
    for p in range(parts):
        own = np.flatnonzero(part == p)
        position = {v: i for i, v in enumerate(own.tolist())}
        inner = [(position[a], position[b]) for a, b in edges.tolist() if a in position and b in position]
        if not connected(len(own), np.array(inner, dtype=np.int64).reshape(-1, 2)):
            return False
    return True


def least(graph: Units, parts: int, low: int, high: int, centres: bool) -> int | None:
    """Cost of the cheapest feasible plan by looking at every plan, None where there is none."""
    best = None
    for rest in itertools.product(range(parts), repeat=len(graph) - 1):
        part = np.array([0, *rest])
        cost = graph.cut(part)
        if (best is None or cost < best) and feasible(graph, part, parts, low, high, centres):
            best = cost
    return best


def extremes(graph: Units, target: Target, same: tuple[int, ...] = ()) -> list[tuple[int, np.ndarray]]:
    """Cost and parts of the cheapest and the dearest plan with `same` in one part, by looking at every plan; or []."""
    n = len(graph)
    every = np.array(list(itertools.product(range(target.parts), repeat=n - 1)), dtype=np.int64)
    every = np.column_stack([np.zeros(len(every), dtype=np.int64), every])
    fits = (every[:, list(same)].max(axis=1) == every[:, list(same)].min(axis=1)) if same else every[:, 0] == 0
    for part in range(target.parts):
        inside = every == part
        held = inside @ graph.households
        fits &= (held >= target.low) & (held <= target.high) & (inside @ graph.centres >= target.centres)
        fits &= inside.any(axis=1)
    every = every[fits]
    cost = (every[:, graph.first] != every[:, graph.second]) @ graph.cost
    pairs = np.column_stack([graph.first, graph.second])[graph.passable].tolist()
    beside = [sum(1 << (a + b - v) for a, b in pairs if v in (a, b)) for v in range(n)]

    @functools.cache
    def whole(chosen: int) -> bool:
        seen = todo = chosen & -chosen
        while todo:
            v = todo.bit_length() - 1
            new = beside[v] & chosen & ~seen
            seen, todo = seen | new, (todo & ~(1 << v)) | new
        return seen == chosen

    sets = np.stack([(every == part) @ (1 << np.arange(n)) for part in range(target.parts)], axis=1)
    order = np.argsort(cost, kind="stable")
    found = [next((i for i in way if all(whole(int(one)) for one in sets[i])), None) for way in (order, order[::-1])]
    return [(int(cost[i]), every[i]) for i in found if i is not None]


def atoms(rows: int = 6, columns: int = 6, **changes: object) -> Atoms:
    """A lattice of atoms 100 m wide; a railway between the two middle columns, crossed in the first row only."""
    n = rows * columns
    pairs = [(r * columns + c, r * columns + c + 1) for r in range(rows) for c in range(columns - 1)]
    rail = [c == columns // 2 - 1 for r in range(rows) for c in range(columns - 1)]
    pairs += [(r * columns + c, (r + 1) * columns + c) for r in range(rows - 1) for c in range(columns)]
    rail += [False] * (len(pairs) - len(rail))
    order = np.lexsort(np.array(pairs).T[::-1])
    ends, rail_at = np.array(pairs)[order], np.array(rail)[order]
    crossing = rail_at & (ends[:, 0] < columns)
    edges = Edges(
        ends[:, 0],
        ends[:, 1],
        np.full(len(ends), 10_000),
        np.where(rail_at, np.where(crossing, "railway_bridge", "railway"), "street").astype(object),
        ~rail_at | crossing,
    )
    rng = np.random.default_rng(1)
    households = rng.integers(60, 140, n)
    made = {
        "kind": "file",
        "names": tuple(f"单元{i}" for i in range(n)),
        "households": households,
        "residents": households * 2,
        "edges": edges,
        "elderly": households // 2,
        "grid": np.arange(n) // 3,
        "groups": ((0, 1), (20, 26)),
        "centres": (7, 10, 28),
        "has_core": True,
        "area_m2": np.full(n, 10_000.0),
        "perimeter_m": np.full(n, 400.0),
    }
    return Atoms(**(made | changes))
