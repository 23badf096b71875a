"""What a grid border between two basic units would run along: a barrier, a street, or the inside of a block."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.adjacency import segments
from gis.blocks import INNER_BARRIERS

STEP_M: Final = 10.0
# a river bank or the middle of two carriageways lies this far from the line that is drawn for it, at most
BESIDE_M: Final = 30.0
MAIN_CLASSES: Final = frozenset({"motorway", "trunk", "primary", "secondary"})
# metres of border are counted at these prices: the lower, the better a border fits there
BARRIER_PRICE: Final = 0.0
MAIN_PRICE: Final = 0.35
STREET_PRICE: Final = 0.6
INNER_PRICE: Final = 1.0
# a link is what can be crossed on the ground: this long, and this share of the common border
OPEN_M: Final = 5.0
OPEN_SHARE: Final = 0.3

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Links:
    """Pairs of units with a common border, first < second, each pair once, sorted.

    border_m: its metres; open_m: those not along a barrier; price: metres weighted by what the border follows.
    """

    first: Ints
    second: Ints
    border_m: Floats
    open_m: Floats
    price: Floats

    @property
    def crossable(self) -> NDArray[np.bool_]:
        """Pairs that may lie in one grid without a barrier between them."""
        return (self.open_m >= OPEN_M) & (self.open_m >= OPEN_SHARE * self.border_m)

    def pick(self, chosen: "NDArray[np.bool_] | Ints") -> "Links":
        """These pairs alone."""
        first, second, border_m = self.first[chosen], self.second[chosen], self.border_m[chosen]
        return Links(first, second, border_m, self.open_m[chosen], self.price[chosen])


def links(faces: Geometries, block: Ints, streets: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> Links:
    """Links between the faces of a vertex-matched coverage.

    block: per face its street block; streets: [class, tunnel]; barriers: [kind]; all in one metric CRS. Every 10 m of a
    common border a tick of 30 m to both sides is held against barriers (walls of single compounds are none) and main
    streets, so that a gap in a barrier, a bridge or an underpass, stays open.
    """
    found = segments(faces)
    shared = (found.second != -1) & (found.first != found.second)
    first, second = found.first[shared], found.second[shared]
    start, end, length = found.start[shared], found.end[shared], found.length[shared]
    samples = np.maximum(np.ceil(length / STEP_M), 1).astype(np.int64)
    row = np.repeat(np.arange(len(length)), samples)
    turn = (np.arange(len(row)) - np.repeat(np.cumsum(samples) - samples, samples) + 0.5) / samples[row]
    middle = start[row] + turn[:, None] * (end - start)[row]
    across = BESIDE_M * ((end - start)[:, ::-1] * (-1.0, 1.0) / length[:, None])[row]
    ticks = shapely.linestrings(np.stack([middle - across, middle + across], axis=1))
    stopped = _hit(ticks, barriers.geometry[~barriers["kind"].isin(INNER_BARRIERS)].to_numpy())
    main = streets["class"].astype(str).isin(MAIN_CLASSES) & ~streets["tunnel"].eq(True)
    inner = (block[first] == block[second])[row]
    price = np.where(_hit(ticks, streets.geometry[main].to_numpy()), MAIN_PRICE, STREET_PRICE)
    price = np.where(stopped, BARRIER_PRICE, np.where(inner, INNER_PRICE, price))
    metres = (length / samples)[row]
    pairs, pair = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)
    pair = pair[row]
    border_m, open_m, priced = (
        np.bincount(pair, weights=metres * part, minlength=len(pairs)).astype(np.float64)
        for part in (1.0, ~stopped, price)
    )
    return Links(pairs[:, 0], pairs[:, 1], border_m, open_m, priced)


def _hit(ticks: Geometries, lines: Geometries) -> NDArray[np.bool_]:
    hit = np.zeros(len(ticks), dtype=bool)
    hit[shapely.STRtree(lines).query(ticks, predicate="intersects")[0]] = True
    return hit
