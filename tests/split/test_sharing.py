"""The bound from shared borders for three parts and more, against every plan there is."""

from dataclasses import replace

import numpy as np
import pytest

from gis.split.atoms import Atoms, Edges
from gis.split.dualmap import rings_of
from gis.split.rules import Rules
from gis.split.search import Target
from gis.split.sharing import EFFORT, patterns, shared_bound
from gis.split.solve import solve, tightened
from gis.split.units import Units, join
from tests.split import cases
from tests.split.cases import extremes, units


def case(seed: int) -> tuple[Units, Target] | None:
    """A small graph with centres enough, and what its parts must keep."""
    rng = np.random.default_rng(seed)
    parts = 3 if seed % 4 else 4
    graph = units(50_000 + seed, 9)
    centres = np.zeros(len(graph), dtype=np.int64)
    centres[rng.permutation(len(graph))[: parts + seed % 3]] = 1 + seed % 2
    mean, tolerance = graph.households.sum() / parts, (0.15, 0.3, 0.5, 0.9)[seed // 4 % 4]
    low, high = int(np.ceil(mean * (1 - tolerance))), int(np.floor(mean * (1 + tolerance)))
    if len(graph) < parts or low > high:
        return None
    return replace(graph, centres=centres), Target(parts, low, high, 1)


@pytest.mark.parametrize("block", range(6))
def test_no_plan_lies_below_the_shared_bound(block: int) -> None:
    exact = looked = 0
    for seed in range(block * 25, block * 25 + 25):
        if (made := case(seed)) is None or not (found := extremes(*made)):
            continue
        graph, target = made
        rings, (best, plan), (_, worst) = rings_of(graph), found[0], found[-1]
        shared = shared_bound(graph, rings, target, plan, EFFORT)
        assert shared.finished
        assert shared.bound <= best, seed
        assert shared_bound(graph, rings, target, worst, EFFORT).bound <= best, seed
        for effort in (1, 30_000):
            assert shared_bound(graph, rings, target, worst, effort).bound <= best, seed
        looked += 1
        exact += shared.bound == best
    assert looked >= 5
    assert exact >= looked / 2


@pytest.mark.parametrize("seed", [1956, 3595, 3742])
def test_borders_that_cost_one_side_nothing(seed: int) -> None:
    parts = 3 if seed % 4 else 4
    graph, rng = units(900_000 + seed, 12 if parts == 3 else 10), np.random.default_rng(seed)
    centres = np.zeros(len(graph), dtype=np.int64)
    centres[rng.permutation(len(graph))[: parts + seed % 3]] = 1
    graph, mean = replace(graph, centres=centres), graph.households.sum() / parts
    tolerance = (0.2, 0.4, 0.7, 1.0)[seed // 4 % 4]
    target = Target(parts, int(np.ceil(mean * (1 - tolerance))), int(np.floor(mean * (1 + tolerance))), 1)
    (best, _), (_, worst) = extremes(graph, target)
    assert shared_bound(graph, rings_of(graph), target, worst, EFFORT).bound <= best


def tied(seed: int) -> Atoms:
    """Atoms with weights, two of them to be kept together, and four centres."""
    graph = units(70_000 + seed, 9)
    rng = np.random.default_rng(seed)
    n, weight = len(graph), rng.integers(1, 60, len(graph.first))
    edges = Edges(
        graph.first,
        graph.second,
        graph.cost * 100,
        np.full(len(graph.first), "street", dtype=object),
        graph.passable,
        weight,
    )
    pair = int(rng.choice(np.flatnonzero(graph.passable)))
    return replace(
        cases.atoms(),
        names=tuple(str(i) for i in range(n)),
        households=graph.households,
        residents=graph.households,
        elderly=None,
        edges=edges,
        grid=None,
        groups=((int(graph.first[pair]), int(graph.second[pair])),),
        centres=tuple(rng.permutation(n)[:4].tolist()),
        area_m2=None,
        perimeter_m=None,
    )


@pytest.mark.parametrize("objective", ["metres", "instance"])
def test_weights_groups_and_centres_are_kept_in_the_bound(objective: str) -> None:
    looked = 0
    for seed in range(40):
        atoms = tied(seed)
        edges, target = atoms.edges, Rules(3, 0.6).target(atoms)
        cost = edges.border_cm if objective == "metres" else edges.weight
        centres = np.bincount(list(atoms.centres), minlength=len(atoms))
        whole = Units(atoms.households, centres, edges.first, edges.second, cost, edges.passable)
        if not (found := extremes(whole, target, atoms.groups[0])):
            continue
        (best, _), (_, worst) = found
        joined = join(atoms, cost)
        plan = np.zeros(len(joined.units), dtype=np.int64)
        plan[joined.unit_of] = worst
        looked += 1
        assert shared_bound(joined.units, rings_of(joined.units), target, plan, EFFORT).bound <= best, seed
    assert looked >= 10


def test_equal_input_equal_bound_and_the_proof_gets_no_weaker() -> None:
    atoms, rules = cases.atoms(), Rules(3, 0.2)
    solution = solve(atoms, rules, 1)
    quick, long = solution.proposals[0], [tightened(atoms, solution).proposals[0] for _ in range(2)]
    assert long[0].proof == long[1].proof
    assert long[0].plan == quick.plan
    assert quick.proof.bound < long[0].proof.bound <= long[0].score.border_cm


def test_without_enough_marked_units_nothing_is_claimed() -> None:
    graph = units(4)
    none = replace(graph, centres=np.zeros(len(graph), dtype=np.int64))
    plan = np.arange(len(graph)) % 3
    assert shared_bound(none, rings_of(none), Target(3, 0, 10**6, 0), plan, EFFORT).bound == 0


def test_patterns_are_every_division_once() -> None:
    found = patterns([3, 5, 8, 9], 3)
    assert len(found) == len({frozenset(map(frozenset, one)) for one in found}) == 6
    assert all(sorted(unit for group in one for unit in group) == [3, 5, 8, 9] for one in found)
    assert patterns(list(range(12)), 4) is None
