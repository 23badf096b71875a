"""People of compounds summed by area, in hundredths of a person so that sums of parts equal sums of wholes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.standards import COUNT_COLUMN, Group
from gis.walked import NO_WALK, Ints, Mask

HUNDREDTHS = 100
FAR = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Crowd:
    """A group at the decided compounds of `n` areas: parallel arrays of area position, weight and flags."""

    area: NDArray[np.intp]
    n: int
    weight: Ints
    counted: Mask
    estimated: Mask

    def compounds(self, chosen: Mask | None = None) -> Ints:
        """Return the number of compounds per area."""
        area = self.area if chosen is None else self.area[chosen]
        return np.bincount(area, minlength=self.n)

    def hundredths(self, chosen: Mask | None = None) -> Ints:
        """Return the people per area in hundredths."""
        area, weight = (self.area, self.weight) if chosen is None else (self.area[chosen], self.weight[chosen])
        # exact: float64 holds integers to 2**53, far above a city's people in hundredths
        return np.bincount(area, weights=weight, minlength=self.n).astype(np.int64)

    def people(self, chosen: Mask | None = None) -> list[int | float]:
        """Return the people per area, whole numbers as int."""
        return [whole(value) for value in self.hundredths(chosen).tolist()]

    def median(self, length_cm: Ints) -> Ints:
        """Return the lower median length per area, weighted by people (by compounds where there are none).

        A compound without a walk counts as infinitely far; NO_WALK where the median is infinite or the area empty.
        """
        peopled = self.hundredths() > 0
        weight = np.where(peopled[self.area], self.weight, 1)
        length = np.where(length_cm == NO_WALK, FAR, length_cm)
        order = np.lexsort((length, self.area))
        total = np.bincount(self.area, weights=weight, minlength=self.n).astype(np.int64)
        before = np.cumsum(total) - total
        # the first compound at which the running weight reaches half of the area's
        place = np.searchsorted(2 * np.cumsum(weight[order]), 2 * before + total)
        found = np.full(self.n, FAR)
        full = total > 0
        found[full] = length[order][place[full]]
        return np.where(found == FAR, NO_WALK, found)


def crowd(compounds: pd.DataFrame, group: Group, area: NDArray[np.intp], n: int, chosen: Mask) -> Crowd:
    """Return the group at the chosen compounds; a compound without a count of the group weighs nothing."""
    rows = compounds[chosen]
    count = pd.to_numeric(rows[COUNT_COLUMN[group]], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    counted = ~np.isnan(count)
    weight = np.rint(np.where(counted, count, 0) * HUNDREDTHS).astype(np.int64)
    estimated = rows["residents_estimated"].fillna(False).to_numpy(bool)
    return Crowd(area[chosen], n, weight, counted, estimated)


def whole(hundredths: int) -> int | float:
    """Return people from hundredths, as int where no fraction is left."""
    return hundredths // HUNDREDTHS if hundredths % HUNDREDTHS == 0 else hundredths / HUNDREDTHS
