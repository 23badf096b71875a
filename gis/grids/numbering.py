"""The order in which grids are numbered: rows from north to south, each from west to east."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# grids whose middles are closer than this share of a usual grid's side stand in one row
ROW_SHARE: Final = 0.5

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def reading_order(xy: Floats, side_m: float) -> Ints:
    """Positions of the places in the order of reading a map (DB6101/T 3185-2024: west to east, north to south).

    xy: (n, 2) metres east and north; side_m: side of a usual grid. A row begins at the northernmost place left and
    takes what lies at most half a side south of it.
    """
    order: list[int] = []
    left = np.lexsort((xy[:, 0], -xy[:, 1])).tolist()
    while left:
        edge = xy[left[0], 1] - ROW_SHARE * side_m
        row = [place for place in left if xy[place, 1] >= edge]
        order += sorted(row, key=lambda place: (xy[place, 0], -xy[place, 1], place))
        left = left[len(row) :]
    return np.array(order, dtype=np.int64)
