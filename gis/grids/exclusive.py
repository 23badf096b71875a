"""Grids of their own (专属网格) for campuses, markets, parks and works: large lots where few people live."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.grids.links import Links
from gis.grids.partition import components
from gis.grids.units import Units
from gis.growth import NOBODY

EXCLUSIVE_M2: Final = 20_000.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def exclusive_units(units: Units, households: Floats, links: Links) -> Ints:
    """Units that become grids of their own: lots of 2 ha and more without households, largest first.

    links: those of the units that may lie in one grid. A lot whose leaving would cut the rest of the community apart
    stays with its neighbours, and so does one that would leave nothing. Returns positions of units, sorted.
    """
    area_m2 = shapely.area(units.ground)
    wanted = np.flatnonzero((units.lot != NOBODY) & (households == 0) & (area_m2 >= EXCLUSIVE_M2))
    rest = np.ones(len(units.ground), dtype=bool)
    pieces = _pieces(rest, links)
    for unit in wanted[np.argsort(-area_m2[wanted], kind="stable")].tolist():
        rest[unit] = False
        if not rest.any() or _pieces(rest, links) > pieces:
            rest[unit] = True
    return np.flatnonzero(~rest)


def _pieces(rest: NDArray[np.bool_], links: Links) -> int:
    inner = links.pick(rest[links.first] & rest[links.second])
    return len(np.unique(components(len(rest), inner)[rest]))
