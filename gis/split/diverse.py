"""Clearly different good plans: other aims and dearer used borders, kept where a tenth of the residents differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.split.atoms import Atoms, Floats, Ints
from gis.split.plan import Plan, difference
from gis.split.scores import NATURAL, Score

LEAST_DIFFERENCE: Final = 0.10
# a plan over so many times the shortest border is not good any more
LONGEST: Final = 1.6
NATURAL_FACTOR: Final = 0.3
DEARER: Final = 1.0


@dataclass(frozen=True)
class Candidate:
    """A plan, what it was made for, its numbers, and whether every pair of adjacent parts is proven."""

    plan: Plan
    aim: str
    score: Score
    pairwise: bool = False


def natural_cost(atoms: Atoms) -> Ints:
    """Border lengths, those along arterials, rivers and railways at 0.3."""
    natural = np.isin(atoms.edges.plain, sorted(NATURAL))
    factor = np.where(natural, NATURAL_FACTOR, 1.0)
    return np.rint(atoms.edges.border_cm * factor).astype(np.int64)


def dearer(cost: Ints, first: Ints, second: Ints, used: Iterable[Ints]) -> Floats:
    """Costs of borders, doubled for every plan that already cuts there."""
    price = cost.astype(np.float64)
    for part in used:
        price = price + DEARER * cost * (part[first] != part[second])
    return price


def choose(atoms: Atoms, best: Candidate, others: Sequence[Candidate], most: int) -> list[Candidate]:
    """The best plan and those others that differ from all chosen ones, are good and not worse in everything."""
    kept = [best]
    for other in sorted(others, key=lambda one: (one.score.border_cm, one.plan.digest)):
        if len(kept) == most:
            break
        good = other.score.border_cm <= LONGEST * best.score.border_cm
        apart = all(difference(atoms, other.plan, one.plan) >= LEAST_DIFFERENCE for one in kept)
        if good and apart and not any(_dominates(one.score, other.score) for one in kept[1:]):
            kept.append(other)
    return kept


def _dominates(one: Score, other: Score) -> bool:
    """Whether a plan is at least as good in border, balance, natural borders and residents who change."""
    return (
        one.border_cm <= other.border_cm
        and one.deviation <= other.deviation
        and one.natural_share >= other.natural_share
        and one.moved_residents <= other.moved_residents
    )
