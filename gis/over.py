"""Which polygons of a set lie over positions: one index for many questions, borders belong to both sides."""

from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.errors import BadInputError

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


class Ground:
    """Polygons in a fixed order, ready to be asked; two sides of a border both cover it."""

    def __init__(self, polygons: NDArray[np.object_]) -> None:
        self._polygons = np.array(polygons, dtype=object)
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)

    def at(self, x: float, y: float) -> tuple[int, ...]:
        """The polygons covering one position, ascending; quicker than `over` for one."""
        found = self._tree.query(shapely.Point(x, y), predicate="covered_by")
        return tuple(sorted(found.tolist()))

    def over(self, xy: Floats) -> tuple[Ints, Ints]:
        """Pairs (position, polygon) of positions `xy` (n, 2) and the polygons covering them, both ascending.

        Positions that are not finite lie nowhere. Raises BadInputError for another shape.
        """
        if xy.ndim != 2 or xy.shape[1] != 2:
            raise BadInputError("位置要写成 [经度, 纬度]")
        points = shapely.points(np.where(np.isfinite(xy).all(axis=1, keepdims=True), xy, np.nan))
        position, polygon = self._tree.query(points, predicate="covered_by")
        order = np.lexsort((polygon, position))
        return position[order].astype(np.int64), polygon[order].astype(np.int64)
