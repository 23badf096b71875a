from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.standards import walking_rule
from gis import network
from gis.crs import NotMetricError
from tests.gis.walking import ORIGIN, at, plain_graph, random_streets, street_frame


def vertex(net, x, y):
    return int(np.flatnonzero((np.abs(net.xy - at((x, y))) < 0.006).all(axis=1))[0])


def test_rule_excludes_motorways_keeps_trunks_and_respects_access():
    classes = pd.Series(["motorway", "motorway_link", "trunk", "footway", "service", "service", None])
    access = pd.Series([None, None, None, "yes", "private", "no", None])
    rule = walking_rule()
    assert network.walkable(classes, access, rule).tolist() == [False, False, True, True, False, False, True]
    other = replace(rule, excluded_classes=("trunk",), closed_access=())
    assert network.walkable(classes, access, other).tolist() == [True, True, False, True, True, True, True]


def test_shared_vertices_join_whatever_the_layer_and_crossings_do_not():
    streets = street_frame(
        [[(0, 0), (100, 0), (200, 0)], [(100, 0), (100, 80)], [(150, -50), (150, 50)]], layer={1: 1, 2: 1}
    )
    net = network.build(streets)
    middle = vertex(net, 100, 0)
    assert net.indptr[middle + 1] - net.indptr[middle] == 3
    assert net.n_nodes == 6
    assert net.n_segments == 4


def test_vertices_join_to_the_centimetre_and_not_beyond():
    joined = network.build(street_frame([[(0, 0), (100, 0)], [(100.004, 0.004), (200, 0)]]))
    apart = network.build(street_frame([[(0, 0), (100, 0)], [(100.02, 0), (200, 0)]]))
    assert joined.n_nodes == 3
    assert apart.n_nodes == 4


def test_vertices_on_two_sides_of_a_rounding_border_are_one():
    net = network.build(street_frame([[(0, 0), (100.0049, 0), (100.0051, 0), (200, 0)]]))
    assert net.n_nodes == 3
    assert net.seg_cm.min() > 0


def test_lengths_come_from_unrounded_ends():
    net = network.build(street_frame([[(0, 0), (0.0149, 0), (30.0, 40.004)]]))
    assert sorted(net.seg_cm.tolist()) == [1, 4999]


def test_parallel_segments_keep_the_shortest_and_loops_go():
    doubled = [[(0, 0), (100, 0)], [(100.004, 0), (0, 0)], [(100, 0), (100.001, 0)], [(100, 0), (150, 0)]]
    net = network.build(street_frame(doubled))
    assert net.n_segments == 2
    assert sorted(net.seg_cm.tolist()) == [5000, 10000]


def test_topological_edges_run_from_junction_to_junction():
    lines = [[(0, 0), (50, 0), (100, 0)], [(100, 0), (100, 50), (100, 100)], [(100, 0), (200, 0)]]
    net = network.build(street_frame(lines))
    edges = {
        tuple(sorted((tuple(net.xy[u] - ORIGIN), tuple(net.xy[v] - ORIGIN)))): e
        for u, v, e in zip(net.seg_u, net.seg_v, net.seg_edge, strict=True)
    }
    assert net.seg_edge.max() + 1 == 3
    assert edges[(0, 0), (50, 0)] == edges[(50, 0), (100, 0)]
    assert edges[(100, 0), (100, 50)] == edges[(100, 50), (100, 100)]
    assert edges[(50, 0), (100, 0)] != edges[(100, 0), (200, 0)]


def test_topological_edges_end_where_a_bridge_begins():
    net = network.build(street_frame([[(0, 0), (50, 0)], [(50, 0), (100, 0)], [(100, 0), (150, 0)]], bridge={1}))
    assert net.seg_edge.max() + 1 == 3
    assert net.seg_snappable.sum() == 2


def test_a_ring_without_junction_is_one_edge():
    net = network.build(street_frame([[(0, 0), (50, 0), (50, 50), (0, 0)]]))
    assert net.seg_edge.tolist() == [0, 0, 0]


def test_only_walkable_main_rows_enter():
    lines = [[(0, 0), (50, 0)], [(50, 0), (100, 0)], [(900, 0), (950, 0)]]
    assert network.build(street_frame(lines, closed={1}, off_main={2})).n_segments == 1


def test_main_component_has_most_nodes_and_no_closed_rows():
    lines = [[(0, 0), (9000, 0)], [(0, 500), (10, 500), (20, 500)], [(20, 500), (30, 500)], [(9000, 0), (0, 500)]]
    assert network.main_component(street_frame(lines, closed={3})).tolist() == [False, True, True, False]
    assert network.main_component(street_frame(lines)).tolist() == [True, True, True, True]
    assert network.main_component(street_frame(lines, closed={0, 1, 2, 3})).tolist() == [False] * 4


def test_an_empty_network_is_a_network():
    net = network.build(street_frame([[(0, 0), (9, 0)]], closed={0}))
    assert (net.n_nodes, net.n_segments, net.indptr.tolist()) == (0, 0, [0])


def test_degrees_are_refused():
    with pytest.raises(NotMetricError):
        network.build(street_frame([[(0, 0), (9, 0)]]).to_crs(4490))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_graph_equals_the_plain_one(seed):
    streets = random_streets(seed)
    net = network.build(streets)
    cell = np.rint(net.xy * 100).astype(int)
    ours = {
        tuple(sorted((tuple(cell[u]), tuple(cell[v])))): int(cm)
        for u, v, cm in zip(net.seg_u, net.seg_v, net.seg_cm, strict=True)
    }
    assert ours == plain_graph(streets)
    degree = np.diff(net.indptr)
    for u in range(net.n_nodes):
        slots = slice(net.indptr[u], net.indptr[u + 1])
        both = net.seg_u[net.slot_segment[slots]] + net.seg_v[net.slot_segment[slots]]
        assert (both - u == net.neighbour[slots]).all()
        assert (net.seg_cm[net.slot_segment[slots]] == net.length_cm[slots]).all()
        pair = net.slot_segment[slots]
        if degree[u] == 2 and net.seg_snappable[pair[0]] == net.seg_snappable[pair[1]]:
            assert net.seg_edge[pair[0]] == net.seg_edge[pair[1]]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_row_order_and_direction_do_not_matter(seed, shuffle):
    streets = random_streets(seed)
    order = np.random.default_rng(shuffle).permutation(len(streets))
    other = streets.iloc[order].reset_index(drop=True)
    other = other.set_geometry(other.geometry.reverse())
    a, b = network.build(streets), network.build(other)
    for column in ("xy", "indptr", "neighbour", "length_cm", "seg_u", "seg_v", "seg_cm", "seg_snappable", "seg_edge"):
        assert np.array_equal(getattr(a, column), getattr(b, column)), column
