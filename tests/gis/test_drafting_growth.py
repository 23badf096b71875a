"""Constrained growth on bare graphs: in one piece, cheapest walk first, nothing without a way."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.adjacency import Adjacency
from gis.growth import NOBODY, fill_enclosed, grow


def graph(n, pairs, outer=()):
    pairs = np.array(sorted({(min(p), max(p)) for p in pairs if p[0] != p[1]}), dtype=np.int64).reshape(-1, 2)
    outer_m = np.zeros(n)
    outer_m[list(outer)] = 1.0
    return Adjacency(pairs[:, 0], pairs[:, 1], np.ones(len(pairs)), outer_m)


def row(n):
    return graph(n, [(i, i + 1) for i in range(n - 1)])


def test_equal_walks_go_to_the_first_owner():
    walk = np.array([[0, 4], [1, 3], [2, 2], [3, 1], [4, 0.0]])
    assert grow(row(5), walk, np.array([0, 4])).tolist() == [0, 0, 0, 1, 1]


def test_ground_is_never_taken_over_a_gap():
    # piece 3 is nearest to owner 0, but owner 1 stands between
    walk = np.array([[0, 9], [5, 1], [6, 0], [1, 2.0]])
    assert grow(row(4), walk, np.array([0, 2])).tolist() == [0, 1, 1, 1]


def test_ground_without_a_way_stays_free_and_the_seed_is_held_whatever_its_walk():
    walk = np.array([[np.inf], [1.0], [np.inf], [1.0]])
    assert grow(row(4), walk, np.array([0])).tolist() == [0, 0, NOBODY, NOBODY]


def test_enclosed_ground_is_filled_and_ground_on_the_border_or_between_two_is_not():
    beside = graph(6, [(0, 1), (0, 2), (2, 3), (0, 4), (4, 5)], outer=[1])
    owner = np.array([0, NOBODY, NOBODY, NOBODY, NOBODY, 1])
    assert fill_enclosed(beside, owner).tolist() == [0, NOBODY, 0, 0, NOBODY, 1]
    assert owner.tolist() == [0, NOBODY, NOBODY, NOBODY, NOBODY, 1]


@st.composite
def cases(draw):
    n = draw(st.integers(2, 25))
    k = draw(st.integers(1, min(n, 5)))
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=60))
    seeds = draw(st.permutations(range(n)))[:k]
    metres = st.one_of(st.integers(0, 20).map(float), st.just(np.inf))
    walk = draw(st.lists(st.lists(metres, min_size=k, max_size=k), min_size=n, max_size=n))
    return graph(n, pairs, range(0, n, 7)), np.array(walk), np.array(seeds)


@settings(max_examples=200, deadline=None)
@given(cases())
def test_every_owner_holds_one_piece_of_ground_and_nothing_more_could_be_taken(case):
    beside, walk, seeds = case
    n, k = walk.shape
    owner = grow(beside, walk, seeds)
    assert owner[seeds].tolist() == list(range(k))
    for piece in np.setdiff1d(np.flatnonzero(owner != NOBODY), seeds):
        assert np.isfinite(walk[piece, owner[piece]])
    for a, b in zip(beside.first, beside.second, strict=True):
        for free, held in ((a, b), (b, a)):
            if owner[free] == NOBODY and owner[held] != NOBODY:
                assert np.isinf(walk[free, owner[held]])
    for state in (owner, fill_enclosed(beside, owner)):
        same = (state[beside.first] == state[beside.second]) & (state[beside.first] != NOBODY)
        links = coo_array((np.ones(same.sum()), (beside.first[same], beside.second[same])), shape=(n, n))
        part = connected_components(links, directed=False)[1]
        for holder in range(k):
            assert len(set(part[state == holder])) == 1
    assert (fill_enclosed(beside, owner)[owner != NOBODY] == owner[owner != NOBODY]).all()
