"""How far every compound walks to every category: what scoring starts from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.verdicts import CategoryFacts

NO_WALK = -1

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Walked:
    """The walks of all compounds of a district to the nearest service point of each category.

    `compounds` has columns `uid, name, residents, elderly, elderly_80, children` (counts, NaN = unknown) and
    `residents_estimated` (bool). `net_cm`, `straight_cm` are (compounds, categories) in whole centimetres, the first
    the whole walk including the ways to the street, -1 = none within the search distance (for `straight_cm`: no point).
    `net_cm` already follows the catchment of the category. `snapped` False = 无法判定. Raises ValueError where the
    shapes do not agree.
    """

    compounds: pd.DataFrame
    categories: tuple[str, ...]
    net_cm: NDArray[np.integer]
    straight_cm: NDArray[np.integer]
    snapped: Mask
    facts: Mapping[str, CategoryFacts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.compounds), len(self.categories))
        if self.net_cm.shape != shape or self.straight_cm.shape != shape or self.snapped.shape != shape[:1]:
            raise ValueError(f"walks do not fit {shape[0]} compounds and {shape[1]} categories")

    def net(self, category: str) -> Ints:
        """Return the walks to a category, all NO_WALK where it is not among the categories."""
        return self._column(self.net_cm, category)

    def straight(self, category: str) -> Ints:
        """Return the straight distances to a category."""
        return self._column(self.straight_cm, category)

    def facts_of(self, category: str) -> CategoryFacts:
        """Return what is known of a category; without any facts there are no points."""
        return self.facts.get(category, CategoryFacts())

    def _column(self, lengths: NDArray[np.integer], category: str) -> Ints:
        if category not in self.categories:
            return np.full(len(self.compounds), NO_WALK, np.int64)
        return np.asarray(lengths[:, self.categories.index(category)], np.int64)


def within(length_cm: Ints, limit_cm: int) -> Mask:
    """Tell which lengths exist and are at most the limit, to the centimetre."""
    reached: Mask = (length_cm != NO_WALK) & (length_cm <= limit_cm)
    return reached


def minutes_up(length_cm: int, cm_s: int) -> int:
    """Return the walking minutes, rounded up to whole ones and never 0."""
    return max(1, -(-length_cm // (60 * cm_s)))
