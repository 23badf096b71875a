"""Street blocks: what bounds them, that they fill the border, and how large ones are divided."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.adjacency import adjacency
from gis.blocks import divide, street_blocks
from gis.errors import BadInputError
from tests.gis.lattice import BLOCK_M, EAST, NORTH, ZONE, at, barriers, line, streets, town

NONE = barriers()


def xy(*places):
    return shapely.get_coordinates(list(places))


def box(x, y, width, height):
    return shapely.box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def test_a_lattice_town_has_its_squares_as_blocks():
    frame, border = town(5, 3)
    blocks = street_blocks(frame, NONE, border)
    assert len(blocks) == 15
    assert blocks.area.to_numpy() == pytest.approx(BLOCK_M**2, abs=1e-6)
    assert blocks.crs.to_epsg() == ZONE
    assert shapely.coverage_is_valid(blocks.geometry.to_numpy())


def test_slip_roads_tunnels_and_footways_do_not_bound_blocks():
    border = box(0, 0, 400, 400)
    across = line((0, 200), (400, 200))
    for kind in ("primary_link", "footway", "steps"):
        assert len(street_blocks(streets([across], [kind]), NONE, border)) == 1
    assert len(street_blocks(streets([across], tunnel=True), NONE, border)) == 1
    assert len(street_blocks(streets([across]), NONE, border)) == 2


def test_a_dead_end_bounds_nothing_and_a_street_beyond_the_border_neither():
    border = box(0, 0, 400, 400)
    blocks = street_blocks(streets([line((0, 200), (300, 200)), line((-50, 500), (450, 500))]), NONE, border)
    assert len(blocks) == 1


def test_a_river_bounds_blocks_through_the_gap_of_its_bridge_but_estate_walls_do_not():
    border = box(0, 0, 400, 400)
    river = [("river", line((-10, 200), (180, 200))), ("river", line((220, 200), (410, 200)))]
    bridge = streets([line((200, 0), (200, 400))])
    assert len(street_blocks(bridge, barriers(*river), border)) == 4
    wide = [river[0], ("river", line((245, 200), (410, 200)))]
    assert len(street_blocks(bridge, barriers(*wide), border)) == 2
    walls = [("compound_wall", line((-10, 200), (410, 200)))]
    assert len(street_blocks(bridge, barriers(*walls), border)) == 2


def test_two_carriageways_meet_in_the_middle():
    border = box(0, 0, 1000, 630)
    lanes = [line((-5, 300), (1005, 300)), line((-5, 330), (1005, 330)), line((500, 330), (500, 635))]
    blocks = street_blocks(streets(lanes), NONE, border)
    assert sorted(blocks.area.round()) == pytest.approx([500 * 315, 500 * 315, 1000 * 315], abs=40)
    assert shapely.coverage_is_valid(blocks.geometry.to_numpy())
    assert blocks.area.sum() == pytest.approx(border.area, abs=1e-3)


def test_a_traffic_island_joins_the_neighbour_with_the_longest_shared_border():
    border = box(0, 0, 400, 400)
    island = shapely.LineString(shapely.get_coordinates(box(200, 150, 40, 40)))
    blocks = street_blocks(streets([line((200, 0), (200, 400)), island]), NONE, border)
    assert sorted(blocks.area) == pytest.approx([80_000, 80_000])


def test_no_ground_is_refused_in_chinese():
    frame, _ = town(1, 1)
    with pytest.raises(BadInputError, match="请先导入区县边界"):
        street_blocks(frame, NONE, shapely.Polygon())


def test_a_large_block_is_divided_by_its_nearest_compounds():
    blocks = street_blocks(streets([]), NONE, box(0, 0, 600, 600))
    four = xy(at(150, 150), at(450, 150), at(150, 450), at(450, 450))
    pieces = divide(blocks, np.empty((0, 2)), four)
    assert pieces.area.to_numpy() == pytest.approx(90_000)
    assert pieces.parent.tolist() == [0] * 4
    assert shapely.coverage_is_valid(pieces.geometry.to_numpy())


def test_a_block_of_15_ha_with_one_anchor_stays_whole_and_with_two_is_divided():
    blocks = street_blocks(streets([]), NONE, box(0, 0, 380, 380))
    several = xy(at(90, 190), at(290, 190))
    assert len(divide(blocks, several[:1], several)) == 1
    pieces = divide(blocks, several, np.empty((0, 2)))
    assert pieces.area.to_numpy() == pytest.approx(380 * 380 / 2)


def test_a_large_block_without_compounds_is_divided_by_those_around_it():
    blocks = street_blocks(streets([line((0, 380), (800, 380))]), NONE, box(0, 0, 800, 600))
    pieces = divide(blocks, np.empty((0, 2)), xy(at(200, 500), at(600, 500)))
    assert sorted(pieces.area) == pytest.approx([220 * 800 / 2] * 2 + [380 * 800 / 2] * 2)


def test_an_estate_listed_twice_or_beside_an_anchor_divides_nothing():
    blocks = street_blocks(streets([]), NONE, box(0, 0, 600, 600))
    nowhere = np.empty((0, 2))
    assert len(divide(blocks, nowhere, xy(at(150, 150), at(150, 180)))) == 1
    assert len(divide(blocks, xy(at(150, 150)), xy(at(150, 180)))) == 1
    assert len(divide(blocks, nowhere, xy(at(150, 150), at(150, 180.5)))) == 2
    # two anchors are told apart down to a metre
    assert len(divide(blocks, xy(at(150, 150), at(150, 152)), nowhere)) == 2


def test_shared_borders_are_measured_on_both_sides():
    frame, border = town(2, 1)
    beside = adjacency(street_blocks(frame, NONE, border).geometry.to_numpy())
    assert (beside.first.tolist(), beside.second.tolist()) == ([0], [1])
    assert beside.border_m == pytest.approx([BLOCK_M])
    assert beside.outer_m == pytest.approx([3 * BLOCK_M] * 2)


place = st.tuples(st.integers(-100, 1100), st.integers(-100, 1100))
ways = st.lists(st.lists(place, min_size=2, max_size=4, unique=True), max_size=14)
inner = st.lists(st.tuples(st.integers(1, 999), st.integers(1, 999)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(ways, inner, inner)
def test_blocks_and_pieces_of_any_streets_are_a_coverage_that_fills_the_border(ways, anchors, compounds):
    border = shapely.Polygon([(EAST + x, NORTH + y) for x, y in [(0, 0), (1003, 7), (998, 1001), (400, 870), (3, 990)]])
    blocks = street_blocks(streets([line(*way) for way in ways]), NONE, border)
    pieces = divide(blocks, xy(*[at(*p) for p in anchors]), xy(*[at(*p) for p in compounds]))
    for part in (blocks, pieces):
        ground = part.geometry.to_numpy()
        assert set(part.geom_type) == {"Polygon"}
        assert shapely.is_valid(ground).all()
        assert shapely.coverage_is_valid(ground)
        assert shapely.coverage_union_all(ground).symmetric_difference(border).area < 0.5
        beside = adjacency(ground)
        assert 2 * beside.border_m.sum() + beside.outer_m.sum() == pytest.approx(part.length.sum())
    inside = blocks.geometry.to_numpy()[pieces.parent].tolist()
    assert shapely.area(shapely.difference(pieces.geometry.to_numpy(), np.array(inside, dtype=object))).max() < 0.5
    assert isinstance(pieces, gpd.GeoDataFrame)
