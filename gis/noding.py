"""Lines noded together on one grid, and the faces between them."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

# finer than anything surveyed, coarse enough that rounding to 1e-9 degrees cannot turn a face inside out
GRID_M: Final = 1e-4

Geometries = NDArray[np.object_]


def faces_of(lines: Geometries) -> Geometries:
    """Polygons between the lines, in a fixed order; neighbours share every vertex. Metric CRS, 0.1 mm grid."""
    noded = shapely.union_all(lines, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    ordered: Geometries = shapely.normalize(faces[np.lexsort(shapely.bounds(faces).T[::-1])])
    return ordered
