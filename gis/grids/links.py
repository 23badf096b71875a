"""What a grid border between two basic units would run along: a barrier, a street, or the inside of a block."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gis.blocks import INNER_BARRIERS
from gis.grids.ticks import Geometries, Ints, main_lines, ticks_of

# metres of border are counted at these prices: the lower, the better a border fits there
BARRIER_PRICE: Final = 0.0
MAIN_PRICE: Final = 0.35
STREET_PRICE: Final = 0.6
INNER_PRICE: Final = 1.0
# a link is what can be crossed on the ground: this long, and this share of the common border
OPEN_M: Final = 5.0
OPEN_SHARE: Final = 0.3

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
    ticks = ticks_of(faces)
    stopped = ticks.meet(barriers.geometry[~barriers["kind"].isin(INNER_BARRIERS)].to_numpy())
    price = np.where(ticks.meet(main_lines(streets)), MAIN_PRICE, STREET_PRICE)
    price = np.where(stopped, BARRIER_PRICE, np.where(ticks.inside(block), INNER_PRICE, price))
    border_m, open_m, priced = (
        np.bincount(ticks.pair, weights=ticks.metres * part, minlength=len(ticks.pairs)).astype(np.float64)
        for part in (1.0, ~stopped, price)
    )
    return Links(ticks.pairs[:, 0], ticks.pairs[:, 1], border_m, open_m, priced)
