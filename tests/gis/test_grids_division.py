"""Communities divided into grids: what must hold of every division, and what particular towns must give."""

import subprocess
import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.grids.division import Division, divide
from gis.grids.partition import Sizes
from tests.gis.grid_towns import CODE, Town
from tests.gis.lattice import ZONE, line

SIZES = Sizes()


@st.composite
def towns(draw) -> Town:
    made = Town(draw(st.integers(2, 5)), draw(st.integers(2, 4)))
    for row in range(made.rows):
        column = 0
        while column < made.columns:
            width = min(draw(st.sampled_from([1, 1, 1, 2])), made.columns - column)
            households = draw(st.sampled_from([0, 0, 40, 120, 260, 400, 690, 1500]))
            if households:
                made.compound(column, row, float(households), width, outline=draw(st.booleans()) or width > 1)
                if households > 700 and draw(st.booleans()):
                    made.buildings(4, 3)
            column += width
    return made


def metric(done: Division) -> gpd.GeoDataFrame:
    return done.grids.to_crs(ZONE)


@given(towns(), st.integers(0, 3))
@settings(max_examples=15, deadline=None)
def test_every_division_is_seamless_contiguous_and_keeps_compounds_whole(made, seed):
    asked = made.asked()
    done = divide(asked, SIZES, seed)
    grids = done.grids
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    assert set(grids.geometry.geom_type) == {"Polygon"}
    whole = shapely.coverage_union_all(grids.geometry.to_numpy())
    # coordinates are rounded to 1e-9 degrees: the border may stray by that much along its whole length, no more
    assert shapely.symmetric_difference(whole, asked.border).area < 1e-9 * asked.border.length
    own = {tuple(xy) for xy in shapely.get_coordinates(asked.border)}
    assert own <= {tuple(xy) for xy in shapely.get_coordinates(grids.geometry.to_numpy())}
    assert grids.households.sum() == asked.compounds.households.sum()
    assert (done.cut, done.broken) == (0, 0)
    whole_homes = asked.compounds[asked.compounds.outline.notna() & ~asked.compounds.uid.isin(done.grouped)]
    held = shapely.intersection(
        whole_homes.outline.to_numpy(dtype=object)[:, None], metric(done).geometry.to_numpy()[None, :]
    )
    shared = shapely.area(held) / shapely.area(whole_homes.outline.to_numpy(dtype=object))[:, None]
    assert (shared.max(axis=1, initial=0) > 0.999).all() if len(whole_homes) else True
    assert done.holding.groupby("compound_uid")["share"].sum().to_numpy() == pytest.approx(1.0)


@given(towns())
@settings(max_examples=8, deadline=None)
def test_grids_are_numbered_north_to_south_and_west_to_east(made):
    grids = metric(divide(made.asked(), SIZES, 0))
    assert grids.code.tolist() == [f"{CODE}{n + 1:03d}" for n in range(len(grids))]
    x, y = grids.centroid.x.to_numpy(), grids.centroid.y.to_numpy()
    half = 0.5 * np.sqrt(np.median(grids.area))
    for one in range(len(grids)):
        for later in range(one + 1, len(grids)):
            assert y[later] <= y[one] + half + 0.01
            # in one row, further east
            assert x[later] > x[one] - 0.01 or y[later] < y[one] + half


def test_equal_towns_give_equal_grids_in_another_process():
    code = """
from tests.gis.test_grids_division import standard
from gis.grids.division import divide
from gis.grids.partition import Sizes
import shapely
grids = divide(standard().asked(), Sizes(), 5).grids
print([shapely.to_wkb(g, hex=True) for g in grids.geometry], grids.households.tolist())
"""
    grids = divide(standard().asked(), SIZES, 5).grids
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert there == str([shapely.to_wkb(g, hex=True) for g in grids.geometry]) + " " + str(grids.households.tolist())


def standard() -> Town:
    """Six by four blocks of 100 households each."""
    made = Town(6, 4)
    for row in range(4):
        for column in range(6):
            made.compound(column, row, 100.0)
    return made


def test_equal_blocks_give_equal_grids_along_the_streets():
    done = divide(standard().asked(), SIZES, 0)
    assert done.grids.households.tolist() == [400] * 6
    assert done.findings == ()
    # every border on a street: grids are whole blocks
    assert metric(done).area.to_numpy() == pytest.approx(40_000, abs=1)


def test_nobody_is_gathered_with_people_across_a_river_unless_they_are_few():
    made = standard()
    made.walls.append(("river", line((-10, 200), (610, 200))))
    done = divide(made.asked(), SIZES, 0)
    south = metric(done).geometry.bounds.maxy < metric(done).geometry.bounds.maxy.max() - 150
    assert done.grids.households[south].sum() == 1200
    assert not [one for one in done.findings if one.code == "CROSSES_BARRIER"]
    few = Town(3, 2)
    few.walls.append(("railway", line((-10, 100), (310, 100))))
    for column in range(3):
        few.compound(column, 1, 130.0)
    few.compound(0, 0, 60.0)
    done = divide(few.asked(), SIZES, 0)
    assert done.grids.households.tolist() == [450]
    assert [one.code for one in done.findings] == ["CROSSES_BARRIER"]


def test_a_compound_of_9000_becomes_groups_of_buildings_or_one_grid_with_a_finding():
    made = Town(4, 3)
    made.compound(0, 1, 9000.0, width=4)
    made.compound(0, 0, 350.0)
    one = divide(made.asked(), SIZES, 0)
    assert sorted(one.grids.households) == [350, 9000]
    assert [found.code for found in one.findings] == ["HOUSEHOLDS_ABOVE"]
    assert "不能再分" in one.findings[0].message
    made.homes.reverse()
    made.buildings(15, 6)
    groups = divide(made.asked(), SIZES, 0)
    big = groups.grids.households[groups.grids.households != 350]
    assert 20 <= len(big) <= 24
    assert big.sum() == 9000
    assert big.between(300, 500).all()
    assert groups.grouped == ("c0",)
    assert (groups.cut, groups.broken) == (0, 0)
    assert shapely.coverage_is_valid(groups.grids.geometry.to_numpy())


def test_a_park_can_be_a_grid_of_its_own():
    made = Town(6, 4)
    for row in (2, 3):
        for column in range(6):
            made.compound(column, row, 100.0)
    made.lot(2, 0, 4, "城南公园")
    done = divide(made.asked(), SIZES, 0, exclusive=True)
    own = done.grids[done.grids.kind == "专属"]
    assert own.name.tolist() == ["城南公园"]
    assert own.code.tolist() == [done.grids.code.max()]
    assert own.households.tolist() == [0]
    assert (divide(made.asked(), SIZES, 0).grids.kind == "基础").all()


def test_sizes_out_of_range_and_missing_counts_are_said_and_never_refuse():
    made = Town(2, 1)
    made.compound(0, 0, 90.0)
    made.compound(1, 0, float("nan"))
    done = divide(made.asked(), SIZES, 0)
    assert len(done.grids) == 1
    assert [one.code for one in done.findings] == ["HOUSEHOLDS_BELOW", "HOUSEHOLDS_MISSING"]
    assert done.grids.children.isna().all()
    nobody = divide(Town(2, 2).asked(), SIZES, 0)
    assert len(nobody.grids) == 1
    assert nobody.grids.households.tolist() == [0]


def test_counts_of_groups_are_whole_and_lose_nobody():
    made = Town(2, 2)
    made.compound(0, 0, 1501.0, width=2)
    made.buildings(5, 3)
    done = divide(made.asked(), SIZES, 0)
    assert done.grids.households.sum() == 1501
    assert done.grids.residents.sum() == 3002
    assert (done.grids.residents % 1 == 0).all()
