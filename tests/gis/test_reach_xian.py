"""The street file of a whole real city: published graph facts, and scipy's answer to the centimetre."""

import numpy as np
import pytest

from gis import network, reach, snapping
from tests.bench.reach import scattered, xian_streets
from tests.gis.walking import scipy_distances, scipy_graph

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("shared")]


@pytest.fixture(scope="module")
def streets():
    return xian_streets()


def test_graph_facts_of_the_data_sheet(streets):
    everything = network.build(streets.assign(main=streets["walkable"]))
    assert (everything.n_nodes, everything.n_segments) == (112_612, 125_098)
    assert network.build(streets).n_segments == 121_285


def test_no_node_and_category_differs_from_scipy(streets):
    net = network.build(streets)
    rng = np.random.default_rng(2)
    categories = [snapping.snap(net, scattered(net, rng, 150)) for _ in range(6)]
    for limit_cm in (30_000, 150_000):
        ours = reach.distances(net, categories, limit_cm)
        for k, snaps in enumerate(categories):
            assert np.array_equal(ours[:, k], scipy_distances(scipy_graph(net, snaps), limit_cm))
