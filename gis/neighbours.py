"""Who lies next door, and on which side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

NEAR_M = 1.0  # borders drawn twice may lie this far apart
LEAST_M = 5.0  # touching at a corner is no neighbourhood
SIDES = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


@dataclass(frozen=True)
class Neighbour:
    """One place next door: its row among those given, the side it lies on, and the metres of border shared."""

    row: int
    side: str
    border_m: float


def neighbours(place: shapely.Geometry, others: NDArray[np.object_]) -> Sequence[Neighbour]:
    """The places that share a border with a place, clockwise from the north.

    Polygons in one metric CRS. The side is that of the middle of the shared border, seen from the place's centroid.
    """
    near = place.buffer(NEAR_M)
    shared = shapely.intersection(near, shapely.boundary(others)) if len(others) else others
    length = shapely.length(shared)
    here = place.centroid
    found = []
    for row in np.flatnonzero(length >= LEAST_M):
        middle = shared[row].centroid
        turn = float(np.degrees(np.arctan2(middle.x - here.x, middle.y - here.y))) % 360
        found.append((turn, Neighbour(int(row), SIDES[round(turn / 45) % 8], float(length[row]))))
    found.sort(key=lambda one: ((one[0] + 22.5) % 360, one[1].row))
    return [one for _, one in found]
