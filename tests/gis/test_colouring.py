"""Neighbours on a map never share a colour, and four are enough."""

import numpy as np
import pytest
import shapely
from shapely import voronoi_polygons

from gis.colouring import colours


def cells(seed: int, n: int) -> np.ndarray:
    points = shapely.points(np.random.default_rng(seed).uniform(0, 2000, (n, 2)))
    frame = shapely.box(0, 0, 2000, 2000)
    found = voronoi_polygons(shapely.multipoints(points), extend_to=frame)
    return shapely.intersection(shapely.get_parts(found), frame)


@pytest.mark.parametrize("seed", range(12))
def test_neighbours_differ_and_four_are_enough(seed: int) -> None:
    shapes = cells(seed, 10 + 6 * seed)
    found = colours(shapes)
    assert found.min() == 0
    assert found.max() <= 3
    for a in range(len(shapes)):
        for b in range(a):
            if shapely.length(shapely.intersection(shapes[a], shapes[b])) > 3:
                assert found[a] != found[b]


def test_corners_are_no_border_and_the_same_map_has_the_same_colours() -> None:
    board = np.array([shapely.box(x, y, x + 100, y + 100) for x in range(0, 600, 100) for y in range(0, 600, 100)])
    found = colours(board)
    assert found.max() == 1
    assert (found == colours(board)).all()
    assert len(colours(board[:0])) == 0
