"""Next door: on which side, and what only touches at a corner is none."""

import numpy as np
import pytest
import shapely

from gis.neighbours import SIDES, neighbours

HOME = shapely.box(0, 0, 100, 100)
AROUND = {
    "北": shapely.box(0, 100, 100, 200),
    "东": shapely.box(100, 0, 200, 100),
    "南": shapely.box(0, -100, 100, 0),
    "西": shapely.box(-100, 0, 0, 100),
}


def test_the_four_sides_clockwise_from_the_north() -> None:
    others = np.array([AROUND[side] for side in ("西", "南", "北", "东")])
    found = neighbours(HOME, others)
    assert [(one.side, one.row) for one in found] == [("北", 2), ("东", 3), ("南", 1), ("西", 0)]
    assert all(100 <= one.border_m < 105 for one in found)


def test_a_corner_and_a_distance_are_no_neighbours() -> None:
    others = np.array([shapely.box(100, 100, 200, 200), shapely.box(110, 0, 200, 100)])
    assert neighbours(HOME, others) == []
    assert neighbours(HOME, np.array([], dtype=object)) == []


@pytest.mark.parametrize("gap_m", [0.0, 0.5])
def test_borders_drawn_twice_count_as_one(gap_m: float) -> None:
    assert len(neighbours(HOME, np.array([shapely.box(100 + gap_m, 0, 200, 100)]))) == 1


@pytest.mark.parametrize("number", range(8))
def test_every_side_has_its_word(number: int) -> None:
    octagon = shapely.Point(0, 0).buffer(100, quad_segs=2)
    turned = shapely.affinity.rotate(octagon, 22.5, origin=(0, 0))
    turn = np.radians(45 * number)
    beside = shapely.transform(
        turned, lambda xy: xy + 2 * 100 * np.cos(np.pi / 8) * np.array([np.sin(turn), np.cos(turn)])
    )
    assert [one.side for one in neighbours(turned, np.array([beside]))] == [SIDES[number]]
