"""The walk that stands for a place: that of the compound at which half of its people walk less and half more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Typical:
    """The middle compound (`row`, None where none can be judged) and who is within the limit.

    `people` decided, `inside` of them within the limit (None without a limit); where nobody is counted, compounds
    count instead and `counted` is False.
    """

    row: int | None
    people: float
    inside: float | None
    counted: bool

    @property
    def share(self) -> float | None:
        """Share within the limit, None where nothing can be said."""
        return None if self.inside is None or self.people == 0 else self.inside / self.people


def typical(net_cm: Floats, people: Floats, snapped: Mask, limit_cm: int | None) -> Typical:
    """The weighted median walk of some compounds to one category.

    Parallel arrays per compound: `net_cm` whole walk in centimetres, NaN = none within the search distance; `people`
    of the group, NaN = unknown and without weight; `snapped` False = 无法判定, left out. Of equal walks the earlier.
    """
    rows = np.flatnonzero(snapped)
    if len(rows) == 0:
        return Typical(None, 0.0, None, False)
    length = np.where(np.isnan(net_cm[rows]), np.inf, net_cm[rows])
    known = np.nan_to_num(people[rows], nan=0.0)
    counted = bool(known.sum() > 0)
    weight = known if counted else np.ones(len(rows))
    order = np.argsort(length, kind="stable")
    middle = int(np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2))
    inside = None if limit_cm is None else float(weight[length <= limit_cm].sum())
    return Typical(int(rows[order[middle]]), float(weight.sum()), inside, counted)
