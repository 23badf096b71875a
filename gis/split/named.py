"""Which river, road or railway runs along the borders between basic units, by its name."""

from dataclasses import replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.split.atoms import Atoms
from gis.split.ground import ALLEY, ARTERIAL, STOPS, STREET
from gis.split.polygons import IMPASSABLE

# words that are kinds of border; any other word is a name
KINDS: Final = frozenset({*STOPS, *IMPASSABLE, ARTERIAL, STREET, ALLEY})
# a border lies along a line that is no farther away than this over so much of its length
NEAR_M: Final = 15.0
ALONG: Final = 0.5
# the ground of two communities may lie so far apart along their border
SEAM_M: Final = 0.05


def named(atoms: Atoms, lines: NDArray[np.object_], names: NDArray[np.object_]) -> Atoms:
    """The same units; every border knows the name of the line along most of it, "" without one.

    lines, names: rivers, railways, roads in the metric CRS of the ground, one name per line.
    """
    assert atoms.ground is not None
    edges, ground = atoms.edges, atoms.ground
    shared = shapely.intersection(shapely.boundary(ground)[edges.first], shapely.buffer(ground, SEAM_M)[edges.second])
    length = shapely.length(shared)
    best, found = np.full(len(edges), ALONG), np.full(len(edges), "", dtype=object)
    for name in sorted(set(names.tolist())):
        strip = shapely.buffer(shapely.union_all(lines[names == name]), NEAR_M, cap_style="flat")
        share = shapely.length(shapely.intersection(shared, strip)) / np.maximum(length, SEAM_M)
        found[share > best] = name
        best = np.maximum(best, share)
    return replace(atoms, edges=replace(edges, name=found))
