from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from gis.errors import BadInputError
from gis.pairs import Pairs
from gis.siting import Demand, solve


def small(seed, standing=0):
    """A handful of homes and candidates, some homes out of everybody's reach."""
    rng = np.random.default_rng(seed)
    homes, n = int(rng.integers(2, 12)), int(rng.integers(2, 7))
    home, place = np.nonzero(rng.random((homes, n)) < 0.35)
    cm = rng.integers(1_000, 50_000, len(home))
    found = Pairs(home.astype(np.int32), place.astype(np.int32), cm.astype(np.int32))
    there = np.zeros(n, bool)
    there[:standing] = True
    capacity = rng.integers(1, 60, n).astype(float)
    weight = rng.integers(0, 40, homes).astype(float)
    return Demand(weight, found, np.full(homes, 60_000, np.int32), capacity, there)


def covered(demand, some):
    homes = np.unique(demand.pairs.home[np.isin(demand.pairs.place, some)])
    return demand.weight[homes].sum()


def saved(demand, some):
    best = dict.fromkeys(range(len(demand.weight)), 0.0)
    for h, p, cm in zip(demand.pairs.home, demand.pairs.place, demand.pairs.cm, strict=True):
        if p in some:
            best[h] = max(best[h], (demand.now_cm[h] - cm) * demand.weight[h] / 100_000)
    return sum(best.values())


def best_of(demand, add, worth):
    n = len(demand.standing)
    free = [j for j in range(n) if not demand.standing[j]]
    return max(worth(some) for k in range(add + 1) for some in combinations(free, k))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_mclp_is_the_best_of_all_choices(seed, add):
    demand = small(seed)
    found = solve("mclp", demand, add)
    assert found.objective == pytest.approx(best_of(demand, add, lambda some: covered(demand, some)))
    assert found.objective == pytest.approx(covered(demand, found.chosen))
    assert found.proven
    assert len(found.chosen) <= add
    assert list(found.added) == sorted(found.added, reverse=True)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_lscp_serves_all_who_can_be_with_the_fewest_and_names_the_others(seed):
    demand = small(seed)
    found = solve("lscp", demand, 1)
    reached = np.unique(demand.pairs.home)
    assert set(found.unmet) == {h for h in np.flatnonzero(demand.weight > 0) if h not in reached}
    everybody = covered(demand, range(len(demand.standing)))
    assert covered(demand, found.chosen) == everybody
    assert found.proven
    fewer = len(found.chosen) - 1
    if fewer >= 0 and found.chosen:
        assert best_of(demand, fewer, lambda some: covered(demand, some)) < everybody


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_pmedian_saves_most_walking(seed, add):
    demand = small(seed)
    found = solve("pmedian", demand, add)
    assert found.objective == pytest.approx(best_of(demand, add, lambda some: saved(demand, some)), abs=1e-6)
    assert found.proven


def flow(demand, some):
    """The most people served by open places with capacities, as the largest flow."""
    homes, n = len(demand.weight), len(demand.standing)
    source, sink = homes + n, homes + n + 1
    graph = np.zeros((homes + n + 2, homes + n + 2), np.int32)
    graph[source, :homes] = demand.weight
    for h, p in zip(demand.pairs.home, demand.pairs.place, strict=True):
        graph[h, homes + p] = 10**6
    graph[[homes + p for p in some], sink] = demand.capacity[list(some)]
    return maximum_flow(csr_array(graph), source, sink).flow_value


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 2), st.integers(0, 1))
def test_capacities_hold_and_what_stands_stays(seed, add, standing):
    demand = small(seed, standing)
    there = np.flatnonzero(demand.standing).tolist()
    found = solve("capacitated", demand, add)
    best = best_of(demand, add, lambda some: flow(demand, [*some, *there]))
    assert found.objective == pytest.approx(best - flow(demand, there), abs=1e-5)
    assert found.proven
    assert not set(found.chosen) & set(there)


def test_four_hundred_candidates_over_five_thousand_homes_are_proven():
    rng = np.random.default_rng(5)
    home_xy, site_xy = rng.uniform(0, 9_000, (5_000, 2)), rng.uniform(0, 9_000, (400, 2))
    home, place = np.nonzero(np.hypot(*(home_xy[:, None] - site_xy[None]).transpose(2, 0, 1)) < 500)
    near = Pairs(home.astype(np.int32), place.astype(np.int32), np.ones(len(home), np.int32))
    weight = rng.integers(1, 900, 5_000).astype(float)
    nothing = np.zeros(400, bool)
    found = solve("mclp", Demand(weight, near, np.ones(5_000, np.int32), np.full(400, np.inf), nothing), 10)
    assert found.proven
    assert len(found.chosen) == 10


def test_nobody_to_serve_and_no_candidate_are_said():
    demand = small(3)
    nobody = Demand(demand.weight * 0, demand.pairs, demand.now_cm, demand.capacity, demand.standing)
    assert solve("mclp", nobody, 2).chosen == ()
    none = Demand(demand.weight, demand.pairs, demand.now_cm, demand.capacity, np.ones(len(demand.standing), bool))
    with pytest.raises(BadInputError, match="没有候选点"):
        solve("mclp", none, 2)
    with pytest.raises(BadInputError, match="至少"):
        solve("mclp", demand, 0)
