"""What an edit does to people and scorecards: the items it touches, before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.coverage import Item, Speeds, limit_cm, score, score_by
from gis.crowds import HUNDREDTHS, whole
from gis.standards import COUNT_COLUMN, Standard, StandardRow
from gis.verdicts import CategoryFacts
from gis.walked import Ints, Walked, within

Lengths = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Situation:
    """Walks and straight lengths (m, K) of `categories`, K of them, to all m compounds, and facts of the categories."""

    categories: tuple[str, ...]
    net_cm: Lengths
    straight_cm: Lengths
    facts: Mapping[str, CategoryFacts]


@dataclass(frozen=True)
class Both:
    """One item of a scorecard before and after."""

    before: Item
    after: Item

    @property
    def differs(self) -> bool:
        """Whether anything a reader sees is another."""
        return self.before != self.after


def compare(
    compounds: pd.DataFrame,
    snapped: NDArray[np.bool_],
    chosen: NDArray[np.bool_],
    before: Situation,
    after: Situation,
    standard: Standard,
    speeds: Speeds,
    area_of: str | None = None,
    codes: Sequence[str] = (),
) -> dict[str, tuple[Both, ...]]:
    """Score the items of the situations' categories, the chosen compounds alone.

    With `area_of` (a column of `compounds`) one entry per code of `codes`, else a single one under ''.
    """
    rows = tuple(row for row in standard.rows if row.category.id in before.categories)
    judged = replace(standard, rows=rows)
    named = [] if area_of is None else [area_of]
    some = compounds.loc[chosen, [*COUNT_COLUMN.values(), "residents_estimated", *named]]
    scores = []
    for one in (before, after):
        lengths = Walked(
            some, one.categories, one.net_cm[chosen], one.straight_cm[chosen], snapped[chosen], dict(one.facts)
        )
        if area_of is None:
            scores.append({"": score(lengths, judged, speeds)})
        else:
            scores.append(score_by(lengths, some[area_of], codes, judged, speeds))
    first, second = scores
    return {
        code: tuple(Both(a, b) for a, b in zip(first[code].items, second[code].items, strict=True)) for code in first
    }


@dataclass(frozen=True)
class Turn:
    """People of a row's group who come within its limit (`gain`) or fall out of it (`loss`)."""

    gain: int | float
    loss: int | float


def turn(compounds: pd.DataFrame, row: StandardRow, speeds: Speeds, before_cm: Ints, after_cm: Ints) -> Turn:
    """Count those whose compound changes sides; both lengths are of these compounds in this order."""
    far_cm = limit_cm(row, speeds)
    if far_cm is None:
        return Turn(0, 0)
    count = pd.to_numeric(compounds[COUNT_COLUMN[row.group]], errors="coerce").fillna(0).to_numpy(np.float64)
    hundredths = np.rint(count * HUNDREDTHS).astype(np.int64)
    was, now = within(before_cm, far_cm), within(after_cm, far_cm)
    return Turn(whole(int(hundredths[~was & now].sum())), whole(int(hundredths[was & ~now].sum())))
