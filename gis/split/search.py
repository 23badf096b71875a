"""A portfolio of annealing runs, equal seed equal plan."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.split import annealing
from gis.split.atoms import Floats, Ints
from gis.split.units import Units

ROUNDS_IN_ALL: Final = 15_000_000
LEAST_RUNS, MOST_RUNS = 8, 32
ROUNDS_A_UNIT: Final = 3_000
LEAST_ROUNDS: Final = 100_000
# in mean border costs: first and last temperature, a household outside the window, a missing centre
HEAT: Final = (3.75, 0.025)
FINE: Final = (0.06, 25.0)


@dataclass(frozen=True)
class Target:
    """What every part must keep: households in [low, high], and `centres` service centres."""

    parts: int
    low: int
    high: int
    centres: int = 0


def windows(number: int, target: Target, total: int) -> tuple[int, int]:
    """Least and most households of so many parts together, of `total` in all."""
    rest = target.parts - number
    return (
        max(number * target.low, total - rest * target.high),
        min(number * target.high, total - rest * target.low),
    )


def anneal(
    units: Units, target: Target, seed: int, *, price: Floats | None = None, start: Ints | None = None
) -> Ints | None:
    """One run: a plan (part per unit) that keeps the target, cheap in `price` (the cost of the borders), or None."""
    indptr, across, cost, passable = units.slots()
    priced = cost.astype(np.float64) if price is None else _per_slot(units, price)
    mean = max(float(priced[passable].mean()), 1.0)
    part, least = annealing.anneal(
        np.empty(0, dtype=np.int64) if start is None else start.astype(np.int64).copy(),
        target.parts,
        indptr,
        across,
        priced,
        passable,
        np.column_stack([units.households, units.centres]),
        np.array([target.low, target.high, target.centres], dtype=np.int64),
        mean * np.array(FINE),
        mean * np.array(HEAT),
        _rounds(units),
        seed,
    )
    return part if np.isfinite(least) else None


def portfolio(units: Units, target: Target, seed: int) -> list[Ints]:
    """The plans of several runs that kept the target, cheapest first; small graphs get more runs."""
    runs = min(max(ROUNDS_IN_ALL // _rounds(units), LEAST_RUNS), MOST_RUNS)
    found = [anneal(units, target, seed * 1009 + run) for run in range(runs)]
    return sorted((plan for plan in found if plan is not None), key=units.cut)


def _rounds(units: Units) -> int:
    return max(LEAST_ROUNDS, ROUNDS_A_UNIT * len(units))


def _per_slot(units: Units, price: Floats) -> Floats:
    ends = np.concatenate([units.first, units.second])
    order = np.lexsort((np.concatenate([units.second, units.first]), ends))
    return np.tile(price, 2)[order]
