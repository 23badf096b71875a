"""Which faces of a seamless coverage lie side by side, and along how many metres."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Adjacency:
    """Pairs of faces with a shared border of positive length.

    first, second: positions of the faces, first < second, each pair once, sorted; border_m: metres they share;
    outer_m: per face, metres of border with no face on the other side.
    """

    first: Ints
    second: Ints
    border_m: Floats
    outer_m: Floats


def adjacency(faces: NDArray[np.object_]) -> Adjacency:
    """Adjacency of vertex-matched faces (Polygons, metric): borders count where both faces have the same segment."""
    rings, owner = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    _, vertex = np.unique(xy, axis=0, return_inverse=True)
    step = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.sort(np.column_stack([vertex[step], vertex[step + 1]]), axis=1)
    length = np.hypot(*(xy[step + 1] - xy[step]).T)
    face = owner[ring[step]]
    order = np.lexsort((face, ends[:, 1], ends[:, 0]))
    ends, length, face = ends[order], length[order], face[order]
    twin = np.flatnonzero((ends[1:] == ends[:-1]).all(axis=1))
    single = np.ones(len(face), dtype=bool)
    single[twin] = single[twin + 1] = False
    pairs, row = np.unique(np.column_stack([face[twin], face[twin + 1]]), axis=0, return_inverse=True)
    apart = pairs[:, 0] != pairs[:, 1]
    return Adjacency(
        pairs[apart, 0],
        pairs[apart, 1],
        np.bincount(row, weights=length[twin], minlength=len(pairs))[apart].astype(np.float64),
        np.bincount(face[single], weights=length[single], minlength=len(faces)).astype(np.float64),
    )
