"""The pieces of a grid division: cells, links, the search held against all partitions, numbers, stored borders."""

from itertools import product

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.adjacency import adjacency, segments
from gis.grids.annealing import BORDER, part_cost
from gis.grids.borders import with_neighbours, with_own_border
from gis.grids.cells import cells
from gis.grids.houses import homes_of, sized_buildings
from gis.grids.links import BARRIER_PRICE, INNER_PRICE, MAIN_PRICE, STREET_PRICE, Links, links
from gis.grids.numbering import reading_order
from gis.grids.partition import Sizes, components, partition
from tests.gis.lattice import EAST, NORTH, ZONE, barriers, line, streets


def box(x, y, width, height):
    return shapely.box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def lattice(columns, rows):
    return np.array([box(100 * i, 100 * j, 100, 100) for j in range(rows) for i in range(columns)], dtype=object)


def open_links(ground):
    beside = adjacency(ground)
    return Links(beside.first, beside.second, beside.border_m, beside.border_m, beside.border_m)


def test_segments_and_adjacency_tell_the_same():
    ground = lattice(3, 2)
    found = segments(ground)
    beside = adjacency(ground)
    inner = found.second != -1
    assert found.length[inner].sum() == pytest.approx(beside.border_m.sum()) == pytest.approx(700)
    assert found.length[~inner].sum() == pytest.approx(beside.outer_m.sum()) == pytest.approx(1000)


def test_ground_between_two_lots_is_shared_along_its_middle():
    found = cells(np.array([box(0, 0, 200, 100)]), np.array([box(10, 10, 70, 80), box(120, 10, 70, 80)]))
    assert found.place.tolist() == [0, 1]
    assert shapely.area(found.ground) == pytest.approx([10_000, 10_000], abs=30)
    assert shapely.coverage_is_valid(found.ground)


def test_a_lot_over_two_grounds_is_one_cell_and_ground_beside_no_lot_is_nobodys():
    found = cells(lattice(3, 1), np.array([box(20, 20, 160, 60)]))
    assert sorted(found.place.tolist()) == [-1, 0]
    assert shapely.area(found.ground[found.place == 0]) == pytest.approx(20_000)
    nested = cells(lattice(1, 1), np.array([box(40, 40, 20, 20), box(10, 10, 80, 80)]))
    assert shapely.area(nested.ground[nested.place == 0]) == pytest.approx(400)


def test_borders_are_priced_by_what_they_follow():
    ground, block = lattice(2, 2), np.array([0, 1, 2, 2])
    main = streets([line((100, 0), (100, 100))], ["primary"])
    river = barriers(("river", line((-10, 101), (80, 101))))
    found = links(ground, block, main, river)
    prices = {(a, b): price for a, b, price in zip(found.first, found.second, found.price, strict=True)}
    assert prices[0, 1] == pytest.approx(100 * MAIN_PRICE)
    assert prices[1, 3] == pytest.approx(100 * STREET_PRICE)
    assert prices[2, 3] == pytest.approx(100 * INNER_PRICE)
    # the bridge is 20 m of open border, too little to make one grid of both banks
    assert prices[0, 2] == pytest.approx(80 * BARRIER_PRICE + 20 * STREET_PRICE)
    assert found.open_m[(found.first == 0) & (found.second == 2)] == pytest.approx(20)
    assert found.crossable.tolist() == [True, False, True, True]


@given(st.lists(st.sampled_from([0, 50, 120, 200, 310, 420]), min_size=9, max_size=9).filter(sum), st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_no_other_partition_in_two_is_better(households, seed):
    ground, held = lattice(3, 3), np.array(households, dtype=float)
    beside, sizes = open_links(ground), Sizes(held.sum() / 2, 0.4 * held.sum(), 0.6 * held.sum())
    found = partition(ground, held, beside, 2, sizes, seed)
    assert connected(found, beside)
    best = min(
        cost(np.array([0, *rest]), ground, held, beside, sizes)
        for rest in product((0, 1), repeat=8)
        if any(rest) and connected(np.array([0, *rest]), beside)
    )
    assert cost(found, ground, held, beside, sizes) == pytest.approx(best, abs=1e-9)


def connected(part, beside):
    same = part[beside.first] == part[beside.second]
    return len(np.unique(components(len(part), beside.pick(same)))) == len(np.unique(part))


def cost(part, ground, households, beside, sizes):
    limits = np.array([sizes.target, sizes.low, sizes.high])
    area_m2 = shapely.area(ground)
    xy = shapely.get_coordinates(shapely.centroid(ground))
    xy = xy - xy.mean(axis=0)
    second = area_m2 * (xy**2).sum(axis=1) + area_m2**2 / (2 * np.pi)
    moments = np.column_stack([households, area_m2, xy * area_m2[:, None], second])
    usual_m = 4 * np.sqrt(area_m2.sum() / (part.max() + 1))
    cut = part[beside.first] != part[beside.second]
    inner = BORDER * beside.price[cut].sum() / usual_m
    return inner + sum(part_cost(moments[part == one].sum(axis=0), limits) for one in range(part.max() + 1))


def test_a_large_town_is_cut_into_equal_contiguous_parts():
    ground = lattice(30, 20)
    held = np.full(600, 50.0)
    part = partition(ground, held, open_links(ground), 75, Sizes(), 1)
    assert connected(part, open_links(ground))
    assert len(np.unique(part)) == 75
    assert np.abs(np.bincount(part, weights=held) - 400).max() <= 100


def test_reading_order():
    xy = np.array([[0, 0], [100, 5], [200, -5], [0, 100], [110, 90], [90, 210]], dtype=float)
    assert reading_order(xy, 100.0).tolist() == [5, 3, 4, 0, 1, 2]


def test_a_community_keeps_its_border_vertex_by_vertex():
    border = shapely.Polygon([(108.9, 34.2), (108.91, 34.2), (108.91, 34.21), (108.9, 34.21)])
    # a vertex 0.3 mm off, one that only measuring needed, and one where both grids meet
    west = shapely.Polygon([(108.9, 34.2), (108.902, 34.2), (108.905, 34.2), (108.905, 34.21), (108.900000003, 34.21)])
    east = shapely.Polygon([(108.905, 34.2), (108.91, 34.2), (108.91, 34.21), (108.905, 34.21)])
    kept = with_own_border(np.array([west, east]), border)
    assert shapely.coverage_is_valid(kept)
    assert shapely.equals(shapely.coverage_union_all(kept), border)
    assert [shapely.get_num_coordinates(one) for one in kept] == [5, 5]


def test_neighbours_share_vertices_made_apart():
    south = shapely.box(108.9, 34.19, 108.91, 34.2)
    north = [shapely.box(108.9, 34.2, 108.904, 34.21), shapely.box(108.904, 34.2, 108.91, 34.21)]
    apart = np.array([south, *north])
    assert not shapely.coverage_is_valid(apart)
    joined = with_neighbours(apart)
    assert shapely.coverage_is_valid(joined)
    assert (joined[1:] == apart[1:]).all()
    near = [shapely.box(108.9, 34.19, 108.904000002, 34.2), shapely.box(108.904000002, 34.19, 108.91, 34.2)]
    assert shapely.coverage_is_valid(with_neighbours(np.array([*near, *north])))


def test_households_lie_where_the_buildings_are():
    outline = box(0, 0, 100, 100)
    compounds = gpd.GeoDataFrame(
        {"uid": ["a", "b"], "households": [90.0, 40.0], "outline": [outline, None]},
        geometry=[shapely.Point(EAST + 50, NORTH + 50), shapely.Point(EAST + 300, NORTH)],
        crs=ZONE,
    )
    buildings = gpd.GeoDataFrame(
        {"compound_uid": [None, "a", "x"], "units": [30, 60, 9], "floor_area_m2": [None] * 3, "floors": [None] * 3},
        geometry=[box(10, 10, 10, 10), box(60, 60, 10, 10), box(500, 0, 10, 10)],
        crs=ZONE,
    )
    sized = sized_buildings(buildings, compounds)
    assert sized["size"].tolist() == [30, 60]
    homes = homes_of(compounds, sized)
    assert homes.compound_uid.tolist() == ["a", "a", "b"]
    assert homes.households.tolist() == [30, 60, 40]
    by_floor = sized_buildings(buildings.assign(units=[30, None, 9], floors=[2, None, 1]), compounds)
    assert by_floor["size"].tolist() == [200, 100]


def test_a_grid_pinched_by_the_last_digit_stays_valid() -> None:
    """A spike of the community's border crosses an edge once rounding has moved it; only the spike is lost."""
    pinched = shapely.from_wkt(
        "POLYGON ((108.885501 34.277279076, 108.882992007 34.277143002, 108.883016906 34.277450801, "
        "108.884917425 34.28031873, 108.882386532 34.281134797, 108.885831414 34.280024006, 108.885501 34.277279076))"
    )
    assert not pinched.is_valid
    beside = shapely.box(108.89, 34.27, 108.9, 34.28)
    sound, same = with_neighbours(np.array([pinched, beside]))
    assert sound.is_valid
    assert sound.geom_type == "Polygon"
    assert sound.area == pytest.approx(pinched.area, rel=1e-4)
    assert same.equals(beside)
