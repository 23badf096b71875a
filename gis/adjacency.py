"""Which faces of a seamless coverage lie side by side, and along how many metres."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Segments:
    """Border segments of a coverage: the faces on both sides, second -1 on the outer border, and the ends (n, 2)."""

    first: Ints
    second: Ints
    start: Floats
    end: Floats

    @property
    def length(self) -> Floats:
        """Length of each segment in units of the CRS."""
        metres: Floats = np.hypot(*(self.end - self.start).T)
        return metres


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


def segments(faces: NDArray[np.object_]) -> Segments:
    """Border segments of vertex-matched faces (Polygons): shared where both faces have the same segment."""
    rings, owner = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    _, vertex = np.unique(xy, axis=0, return_inverse=True)
    step = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.sort(np.column_stack([vertex[step], vertex[step + 1]]), axis=1)
    face = owner[ring[step]]
    order = np.lexsort((face, ends[:, 1], ends[:, 0]))
    ends, face, step = ends[order], face[order], step[order]
    twin = np.flatnonzero((ends[1:] == ends[:-1]).all(axis=1))
    first, second = face.copy(), np.full(len(face), -1, dtype=np.int64)
    second[twin] = face[twin + 1]
    kept = np.ones(len(face), dtype=bool)
    kept[twin + 1] = False
    return Segments(first[kept], second[kept], xy[step[kept]], xy[step[kept] + 1])


def adjacency(faces: NDArray[np.object_]) -> Adjacency:
    """Adjacency of vertex-matched faces (Polygons, metric): borders count where both faces have the same segment."""
    found = segments(faces)
    outer = found.second == -1
    length = found.length
    sides = np.column_stack([found.first, found.second])[~outer]
    pairs, row = np.unique(sides, axis=0, return_inverse=True)
    apart = pairs[:, 0] != pairs[:, 1]
    return Adjacency(
        pairs[apart, 0],
        pairs[apart, 1],
        np.bincount(row, weights=length[~outer], minlength=len(pairs))[apart].astype(np.float64),
        np.bincount(found.first[outer], weights=length[outer], minlength=len(faces)).astype(np.float64),
    )
