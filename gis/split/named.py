"""Which river, road or railway runs along the borders between basic units, by its name; which lie in a community."""

from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.grids.ticks import MAIN_CLASSES
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
# what follows the outer border lies this near to it, and a community is not cut along less than this
RIM_M: Final = 25.0
LEAST_M: Final = 150.0
MOST_LINES: Final = 10
WALLS: Final = frozenset({"wall", "compound_wall"})


@dataclass(frozen=True)
class Line:
    """A named barrier or street in a community: what it is, and how many metres of it lie inside."""

    name: str
    kind: str
    length_m: float


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


def lines_within(border: shapely.Geometry, streets: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> tuple[Line, ...]:
    """The named barriers and streets that a community may be divided along: barriers, main streets, then the longest.

    border: (Multi)Polygon; streets: [name, class, geometry]; barriers: [name, kind, geometry]; all in one metric CRS.
    """
    kinds = [
        barriers["kind"].astype(object).to_numpy(),
        np.where(streets["class"].astype(str).isin(MAIN_CLASSES), ARTERIAL, STREET).astype(object),
    ]
    both = gpd.GeoDataFrame(
        {"name": [*barriers["name"], *streets["name"]], "kind": np.concatenate(kinds)},
        geometry=np.concatenate([barriers.geometry.to_numpy(), streets.geometry.to_numpy()]),
    )
    both = both[both["name"].notna() & both["name"].ne("") & ~both["kind"].isin(WALLS)]
    metres = shapely.length(shapely.intersection(both.geometry.to_numpy(), shapely.buffer(border, -RIM_M)))
    total = both.assign(metres=metres).groupby(["name", "kind"])["metres"].sum()
    found = [Line(str(name), str(kind), float(length)) for (name, kind), length in total.items() if length >= LEAST_M]
    rank = {ARTERIAL: 1, STREET: 2}
    return tuple(sorted(found, key=lambda one: (rank.get(one.kind, 0), -one.length_m, one.name))[:MOST_LINES])
