"""Supply against demand: floating catchment areas, for services that can be full.

2SFCA: Luo and Wang 2003; E2SFCA, its weighted form: Luo and Qi 2009. Step one shares a place's capacity among all who
can walk there; step two adds up the shares a home can walk to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis.errors import BadInputError
from gis.network import Floats
from gis.pairs import Pairs


@dataclass(frozen=True)
class Band:
    """Walks up to `up_to_cm` (inclusive) count `weight` times; bands come from near to far."""

    up_to_cm: int
    weight: float


@dataclass(frozen=True)
class Supply:
    """`share` (places): capacity per person of those who can come, nan where nobody can.

    `access` (homes): capacity per person that a home can walk to, 0 where there is none.
    """

    share: Floats
    access: Floats


def floating_catchment(pairs: Pairs, people: Floats, capacity: Floats, bands: Sequence[Band]) -> Supply:
    """Share capacities (places) among people (homes) over walks; one band of weight 1 is 2SFCA, several are E2SFCA.

    Walks beyond the last band count nothing. Raises BadInputError where a capacity or a count is unknown or negative.
    """
    if not (
        np.isfinite(people).all() and np.isfinite(capacity).all() and (people >= 0).all() and (capacity >= 0).all()
    ):
        raise BadInputError("容量和人数要是不小于 0 的数；未知的先剔除。")
    limits = np.array([band.up_to_cm for band in bands])
    if len(limits) == 0 or (np.diff(limits) <= 0).any():
        raise BadInputError("距离段要从近到远写，至少一段。")
    near = pairs.within(int(limits[-1]))
    weight = np.array([band.weight for band in bands])[np.searchsorted(limits, near.cm, side="left")]
    demand = np.bincount(near.place, weights=people[near.home] * weight, minlength=len(capacity))
    share = np.divide(capacity, demand, out=np.full(len(capacity), np.nan), where=demand > 0)
    gets = np.where(demand[near.place] > 0, share[near.place] * weight, 0.0)
    access = np.asarray(np.bincount(near.home, weights=gets, minlength=len(people)), dtype=np.float64)
    return Supply(share, access)
