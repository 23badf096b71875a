"""Grid sets held against each other: known disagreements, and what must hold of every proposal."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.crosswalk import crosswalk
from gis.grids.partition import Sizes, partition
from tests.gis.lattice import EAST, NORTH, ZONE
from tests.gis.test_grids_parts import box, lattice, open_links


def grids(*shapes):
    codes = [f"610199001001{n + 1:03d}" for n in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes}, geometry=list(shapes), crs=ZONE)


def homes(places):
    points = [shapely.Point(EAST + x, NORTH + y) for x, y, _ in places]
    return gpd.GeoDataFrame({"households": [float(held) for *_, held in places]}, geometry=points, crs=ZONE)


WHOLE = box(0, 0, 300, 100)
PEOPLE = homes([(50, 50, 400), (150, 50, 100), (250, 50, 300)])
EARLY = grids(box(0, 0, 100, 100), box(100, 0, 200, 100))
LATE = grids(box(0, 0, 200, 100), box(200, 0, 100, 100))


def test_a_border_in_another_place_is_counted_in_households_and_ground():
    found = crosswalk({"综治": EARLY, "城管": LATE}, WHOLE, PEOPLE)
    assert found.pairs.to_dict("records") == [
        {"first": "综治", "second": "城管", "households_apart": 100, "share_apart": 0.125, "area_apart_m2": 10_000}
    ]
    table = found.table()
    assert table[["综治", "城管", "households"]].to_numpy().tolist() == [
        [EARLY.code[0], LATE.code[0], 400],
        [EARLY.code[1], LATE.code[0], 100],
        [EARLY.code[1], LATE.code[1], 300],
    ]
    assert (found.base, found.majority) == ("综治", False)
    assert found.moves["households"].tolist() == [0, 100]
    assert found.proposal().households.tolist() == [400, 400]


def test_numbers_do_not_matter_and_neither_do_borders_drawn_twice():
    other = grids(box(100.5, 0, 199.5, 100), box(0, 0, 100.5, 100))
    found = crosswalk({"综治": EARLY, "城管": other}, WHOLE, PEOPLE)
    assert found.pairs.households_apart.tolist() == [0]
    assert found.pairs.area_apart_m2.tolist() == [0]
    assert found.cells.noise.sum() == 1
    assert len(found.table()) == 2


def test_most_departments_decide_where_the_fewest_have_to_move():
    third = grids(box(0, 0, 200, 100), box(200, 0, 100, 100))
    found = crosswalk({"综治": EARLY, "城管": LATE, "党建": third}, WHOLE, PEOPLE)
    assert (found.base, found.majority) == ("城管", False)
    assert found.moves["households"].tolist() == [100, 0, 0]
    assert found.proposal().households.tolist() == [500, 300]


def test_ground_that_a_set_leaves_out_is_no_agreement_and_the_proposal_covers_it():
    short = grids(box(0, 0, 100, 100), box(100, 0, 100, 100))
    found = crosswalk({"综治": short, "城管": LATE}, WHOLE, PEOPLE)
    assert found.pairs.households_apart.tolist() == [400]
    assert found.proposal().area_m2.sum() == pytest.approx(30_000)
    assert shapely.coverage_is_valid(found.proposal().geometry.to_numpy())


@given(st.lists(st.integers(0, 300), min_size=20, max_size=20).filter(sum), st.integers(2, 4), st.integers(0, 9))
@settings(max_examples=15, deadline=None)
def test_every_proposal_covers_the_community_in_contiguous_grids(households, number, seed):
    ground = lattice(5, 4)
    beside, held = open_links(ground), np.array(households, dtype=float)
    sets = {}
    for one in range(number):
        part = partition(ground, held, beside, 3 + one % 2, Sizes(held.sum() / 4, 1.0, held.sum()), 10 * seed + one)
        sets[str(one)] = grids(*(shapely.coverage_union_all(ground[part == k]) for k in range(part.max() + 1)))
    places = shapely.get_coordinates(shapely.centroid(ground)) - [EAST, NORTH]
    people = homes([(x, y, n) for (x, y), n in zip(places, households, strict=True)])
    whole = shapely.coverage_union_all(ground)
    found = crosswalk(sets, whole, people)
    assert found.cells.households.sum() == sum(households)
    assert found.cells.area_m2.sum() == pytest.approx(whole.area)
    proposal = found.proposal()
    assert set(proposal.geom_type) == {"Polygon"}
    assert shapely.coverage_is_valid(proposal.geometry.to_numpy())
    assert proposal.households.sum() == sum(households)
    assert proposal.area_m2.sum() == pytest.approx(whole.area)
    assert set(proposal.code) <= set(sets[found.base].code)
    # nobody is moved by a set that most agree with already more than by the set taken as it is
    adopted = found.pairs[(found.pairs["first"] == found.base) | (found.pairs["second"] == found.base)]
    assert found.moves["households"].sum() <= adopted["households_apart"].sum() + 1e-6
