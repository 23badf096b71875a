"""The proven shortest border of two parts, and the bound for more, against every plan there is."""

import numpy as np
import pytest

from gis.split import bounds, pairwise, search
from gis.split.dual import Window, shortest
from gis.split.dualmap import rings_of
from gis.split.search import Target
from gis.split.units import Units
from tests.split.cases import feasible, least, units, window


@pytest.mark.parametrize("block", range(10))
def test_two_parts_are_exact_on_hundreds_of_small_graphs(block: int) -> None:
    for seed in range(block * 40, block * 40 + 40):
        graph = units(seed)
        rings = rings_of(graph)
        asked = window(graph, (0.05, 0.1, 0.25)[seed % 3], bool(seed % 2))
        best = least(graph, 2, asked.low, asked.high, asked.centres)
        for known in {None, None if best is None else best + 5}:
            border = shortest(graph, rings, asked, known, labels=3_000_000)
            assert border.proven, seed
            assert border.cost == best, seed
            if best is not None:
                assert graph.cut(border.side) == best == border.bound
                assert feasible(graph, border.side, 2, asked.low, asked.high, asked.centres), seed


def test_a_known_shortest_plan_is_confirmed() -> None:
    graph = units(4)
    asked = window(graph, 0.25, False)
    first = shortest(graph, rings_of(graph), asked)
    again = shortest(graph, rings_of(graph), asked, first.cost, first.side)
    assert again.bound == again.cost == first.cost
    assert np.array_equal(again.side, first.side)


def test_when_the_effort_runs_out_the_bound_still_holds() -> None:
    for seed in range(60):
        graph = units(seed)
        asked = window(graph, 0.1, True)
        whole = shortest(graph, rings_of(graph), asked)
        for labels in (1, 5, 30, 200):
            part = shortest(graph, rings_of(graph), asked, whole.cost, whole.side, labels)
            assert whole.cost is None or part.bound <= whole.cost
            assert part.cost == whole.cost or whole.cost is None


def partition(seed: int, parts: int) -> tuple[Units, Target, int] | None:
    """A small graph, a wide window and the cost of its cheapest plan; None where there is no plan."""
    graph = units(seed, 9)
    mean = graph.households.sum() / parts
    low, high = int(np.ceil(mean * 0.5)), int(np.floor(mean * 1.5))
    best = least(graph, parts, low, high, False)
    return None if best is None else (graph, Target(parts, low, high), best)


@pytest.mark.parametrize("parts", [3, 4])
def test_no_plan_of_three_or_four_parts_lies_below_the_bound(parts: int) -> None:
    shares = []
    for seed in range(200 if parts == 3 else 60):
        if (case := partition(seed, parts)) is None:
            continue
        graph, target, best = case
        plan = search.anneal(graph, target, seed)
        if plan is not None:
            bound = bounds.lower_bound(graph, rings_of(graph), target, plan)
            assert bound <= best, seed
            shares.append(bound / best if best else 1.0)
    assert len(shares) > (60 if parts == 3 else 15)
    # weak, but no empty promise
    assert np.mean(shares) > 0.5


def test_at_the_fixpoint_no_pair_can_do_better() -> None:
    plans = 0
    for seed in range(40):
        if (case := partition(seed, 3)) is None:
            continue
        graph, target, best = case
        plan = search.anneal(graph, target, seed)
        if plan is None:
            continue
        plans += 1
        done = pairwise.certify(graph, rings_of(graph), plan, target)
        assert done.complete
        assert feasible(graph, done.part, 3, target.low, target.high, False)
        assert best <= graph.cut(done.part) <= graph.cut(plan)
        assert no_pair_can_do_better(graph, done.part, target.low, target.high), seed
    assert plans > 10


def no_pair_can_do_better(graph, part, low: int, high: int) -> bool:
    for a in range(int(part.max())):
        for b in range(a + 1, int(part.max()) + 1):
            own = graph.only(np.flatnonzero((part == a) | (part == b)))
            if own.pieces(np.zeros(len(own), dtype=np.int64))[0] > 1:
                continue
            now = own.cut((part[(part == a) | (part == b)] == b).astype(np.int64))
            if least(own, 2, low, high, False) != now:
                return False
    return True


def test_no_window_no_plan_and_that_is_proven() -> None:
    graph = units(2)
    border = shortest(graph, rings_of(graph), Window(10**6, 10**6))
    assert border.side is None
    assert border.proven
