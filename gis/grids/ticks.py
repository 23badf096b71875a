"""What runs beside the common borders of a coverage, looked at in short steps, so that a gap is seen as one."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.adjacency import segments

STEP_M: Final = 10.0
# a river bank or the middle of two carriageways lies this far from the line that is drawn for it, at most
BESIDE_M: Final = 30.0
MAIN_CLASSES: Final = frozenset({"motorway", "trunk", "primary", "secondary"})

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ticks:
    """Short lines across the common borders of faces.

    pairs: (m, 2) faces with a common border, first < second, each pair once, sorted; parallel per tick: `pair` its row
    in them, `metres` the length of border it stands for, `lines` itself.
    """

    pairs: Ints
    pair: Ints
    metres: NDArray[np.float64]
    lines: Geometries

    def inside(self, block: Ints) -> NDArray[np.bool_]:
        """Ticks between two faces of one block."""
        same: NDArray[np.bool_] = block[self.pairs[:, 0]] == block[self.pairs[:, 1]]
        return same[self.pair]

    def meet(self, lines: Geometries) -> NDArray[np.bool_]:
        """Ticks that some of these lines cross or touch."""
        met = np.zeros(len(self.lines), dtype=np.bool_)
        met[shapely.STRtree(lines).query(self.lines, predicate="intersects")[0]] = True
        return met


def ticks_of(faces: Geometries) -> Ticks:
    """A tick of 30 m to both sides for every 10 m of border between faces of a vertex-matched coverage, in metres."""
    found = segments(faces)
    shared = (found.second != -1) & (found.first != found.second)
    start, end, length = found.start[shared], found.end[shared], found.length[shared]
    samples = np.maximum(np.ceil(length / STEP_M), 1).astype(np.int64)
    row = np.repeat(np.arange(len(length)), samples)
    turn = (np.arange(len(row)) - np.repeat(np.cumsum(samples) - samples, samples) + 0.5) / samples[row]
    middle = start[row] + turn[:, None] * (end - start)[row]
    across = BESIDE_M * ((end - start)[:, ::-1] * (-1.0, 1.0) / length[:, None])[row]
    lines = shapely.linestrings(np.stack([middle - across, middle + across], axis=1))
    both = np.column_stack([found.first[shared], found.second[shared]])
    pairs, pair = np.unique(both, axis=0, return_inverse=True)
    return Ticks(pairs, pair[row], (length / samples)[row], lines)


def main_lines(streets: gpd.GeoDataFrame) -> Geometries:
    """Lines of the main streets that are not in a tunnel; streets: [class, tunnel]."""
    main = streets["class"].astype(str).isin(MAIN_CLASSES) & ~streets["tunnel"].eq(True)
    return np.asarray(streets.geometry[main].to_numpy(), dtype=object)
