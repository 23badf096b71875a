"""Size watch: which communities lie over or under a bound, and in how many parts a large one would be right again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from gis.errors import BadInputError
from gis.standards import SizeMetric, Threshold

Side = Literal["over", "under"]
_BOUNDS: dict[Side, tuple[str, ...]] = {"over": (">", "<="), "under": ("<", ">=")}


@dataclass(frozen=True)
class Bound:
    """A size that communities should not pass: `metric` over or under `value`.

    `rule` is the row of the thresholds it comes from, None where the user gave the number.
    """

    metric: SizeMetric
    side: Side
    value: int
    rule: Threshold | None = None


@dataclass(frozen=True)
class Candidate:
    """A community past a bound; `suggested_parts` is 1 where it is too small."""

    code: str
    name: str
    metric: SizeMetric
    value: int
    threshold: int
    suggested_parts: int


@dataclass(frozen=True)
class Watch:
    """Communities past a bound, the farthest first; how many were judged, and how many have no such count."""

    bound: Bound
    candidates: tuple[Candidate, ...]
    judged: int
    without: int


def choose(
    rules: Sequence[Threshold], metric: SizeMetric | None, side: Side, value: int | None, place: str | None = None
) -> Bound:
    """The bound asked for: the user's number, else the default rule's, else the first rule of the metric and side.

    What a rule says of the size of new communities bounds them too. Raises BadInputError where no rule fits.
    """
    default = next(rule for rule in rules if rule.default)
    wanted = metric or default.metric
    if value is not None:
        if value <= 0:
            raise BadInputError("门槛要大于 0。改正 --threshold 再试")
        return Bound(wanted, side, value)
    fitting = [
        rule
        for rule in sorted(rules, key=lambda rule: not rule.default)
        if rule.metric == wanted and rule.op in _BOUNDS[side] and (place is None or rule.place == place)
    ]
    if not fitting:
        where = "" if place is None else f"{place}"
        raise BadInputError(f"标准里没有{where}这个指标（{wanted}）的门槛。用 --threshold 给出数字")
    return Bound(wanted, side, fitting[0].value, fitting[0])


def watch(communities: pd.DataFrame, bound: Bound) -> Watch:
    """Communities past a bound.

    `communities`: code, name and the metric (counts, empty where unknown: neither over nor under, but told). The
    bound itself is not passed. Of a large one, parts are suggested so that none would be over it when they are equal.
    """
    counts = pd.to_numeric(communities[bound.metric], errors="coerce").to_numpy(dtype=float)
    known = ~np.isnan(counts)
    past = known & (counts > bound.value if bound.side == "over" else counts < bound.value)
    found = [
        Candidate(str(code), str(name), bound.metric, int(count), bound.value, max(1, math.ceil(count / bound.value)))
        for code, name, count in zip(
            communities["code"].to_numpy()[past], communities["name"].to_numpy()[past], counts[past], strict=True
        )
    ]
    away = -1 if bound.side == "over" else 1
    found.sort(key=lambda one: (away * one.value, one.code))
    return Watch(bound, tuple(found), int(known.sum()), int((~known).sum()))
