"""An embedding is proven by counting its faces; graphs that hold K5 or K3,3 must have none."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.split.planar import embed
from tests.split.cases import connected, delaunay, thinned


def faces(rings: list[list[int]]) -> int:
    """Faces of a rotation system."""
    after = {(v, w): ring[(i + 1) % len(ring)] for v, ring in enumerate(rings) for i, w in enumerate(ring)}
    seen, found = set(), 0
    for half in after:
        found += half not in seen
        while half not in seen:
            seen.add(half)
            half = (half[1], after[half[1], half[0]])
    return found


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**31), st.integers(4, 60), st.sampled_from([0, 0.2, 0.5]))
def test_planar_graphs_get_an_embedding_of_genus_zero(seed: int, n: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    edges = delaunay(rng, n)
    edges = edges[thinned(rng, n, edges, share)]
    rings = embed(n, [tuple(e) for e in rng.permutation(edges).tolist()])
    assert rings is not None
    assert n - len(edges) + faces(rings) == 2
    assert sum(len(ring) for ring in rings) == 2 * len(edges)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(["K5", "K33"]))
def test_a_graph_with_a_forbidden_one_inside_has_none(seed: int, which: str) -> None:
    rng = np.random.default_rng(seed)
    core = (
        list(itertools.combinations(range(5), 2)) if which == "K5" else list(itertools.product(range(3), range(3, 6)))
    )
    n, edges = 6, []
    for a, b in core:  # subdivide, then hang a tree on it
        chain = [a, *range(n, n + int(rng.integers(0, 3))), b]
        n += len(chain) - 2
        edges += list(itertools.pairwise(chain))
    for v in range(n, n + 5):
        edges.append((int(rng.integers(v)), v))
    assert embed(n + 5, [tuple(sorted(edges[i])) for i in rng.permutation(len(edges))]) is None


@pytest.mark.parametrize("n", [1, 2, 5000])
def test_paths_of_any_length(n: int) -> None:
    rings = embed(n, [(i, i + 1) for i in range(n - 1)])
    assert rings is not None
    assert n == 1 or faces(rings) == 1


def test_the_oracle_of_connection_itself() -> None:
    assert connected(3, np.array([[0, 1], [1, 2]]))
    assert not connected(3, np.array([[0, 1]]))
