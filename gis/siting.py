"""Where to build next: the classical location models, solved exactly or with the gap that is left shown.

MCLP: Church and ReVelle 1974; LSCP: Toregas et al. 1971; p-median: Hakimi 1964, as savings; capacitated MCLP: Current
and Storbeck 1988, with demand that may be split. Solver: HiGHS through scipy. What stands already stays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from gis.errors import BadInputError
from gis.kernels import Ints
from gis.network import Bools, Floats, Longs
from gis.pairs import Pairs

Model = Literal["mclp", "lscp", "pmedian", "capacitated"]
MODELS: Final[tuple[Model, ...]] = get_args(Model)
# people come in hundredths, so what differs by less is equal
ROUND: Final = 1e-6


@dataclass(frozen=True)
class Demand:
    """What is asked for.

    `weight` (homes): people who ask, 0 = nobody. `pairs`: walks from homes to candidates within reach. `now_cm`
    (homes): the walk today, read by pmedian only. `capacity` (candidates): people each can serve, inf = any number;
    `standing` (candidates): those that are there already; both read by capacitated only.
    """

    weight: Floats
    pairs: Pairs
    now_cm: Ints
    capacity: Floats
    standing: Bools


@dataclass(frozen=True)
class Siting:
    """Chosen candidates, the one that adds most first, what each `added`, and how good the choice can be at best.

    `objective`: people newly served (mclp, capacitated), person-kilometres of walking saved (pmedian), sites (lscp).
    `added` is in the same unit, for lscp in people. `bound`: no choice is better; `gap`: the distance to it as a share.
    `unmet`: homes that ask and that no candidate reaches.
    """

    model: Model
    chosen: tuple[int, ...]
    added: tuple[float, ...]
    objective: float
    bound: float
    gap: float
    unmet: Longs

    @property
    def proven(self) -> bool:
        """Whether no choice can be better."""
        return self.gap <= ROUND


@dataclass(frozen=True)
class _Program:
    """Maximise `gain` over x = (candidates 0/1, shares 0..1) under rows @ x <= most; `worth` of a set of candidates."""

    gain: Floats
    rows: csr_array
    most: Floats
    n_candidates: int
    worth: Callable[[Sequence[int]], float]


def solve(model: Model, demand: Demand, add: int, most_s: float = 20.0) -> Siting:
    """Choose at most `add` candidates; lscp chooses as few as serve everybody it can, and does not read `add`.

    Raises BadInputError where there is no candidate. `most_s` bounds the search; what it leaves open is the `gap`.
    """
    if (~demand.standing).sum() == 0:
        raise BadInputError("没有候选点。先导入候选地块（wangge import candidate_sites），或改用街区作候选。")
    if add < 1:
        raise BadInputError("至少要加 1 处。")
    near, asks = demand.pairs, demand.weight > 0
    reached = np.bincount(near.home, minlength=len(asks)) > 0
    unmet = np.flatnonzero(asks & ~reached)
    keep = asks[near.home]
    near = Pairs(near.home[keep], near.place[keep], near.cm[keep])
    if len(near.home) == 0:
        return Siting(model, (), (), 0.0, 0.0, 0.0, unmet)
    if model == "lscp":
        return _lscp(near, demand, unmet, most_s)
    program = {"mclp": _mclp, "pmedian": _pmedian, "capacitated": _capacitated}[model](near, demand)
    x, bound = _run(program, demand.standing, add, most_s)
    chosen = np.flatnonzero((x[: program.n_candidates] > 0.5) & ~demand.standing).tolist()
    order, added = _ordered(chosen, program.worth)
    value = sum(added)
    bound = max(bound - program.worth([]), value)
    return Siting(model, order, added, value, bound, (bound - value) / bound if bound > ROUND else 0.0, unmet)


def _run(program: _Program, standing: Bools, add: int, most_s: float) -> tuple[Floats, float]:
    """The best x found and the bound on the gain of any."""
    n, width = program.n_candidates, len(program.gain)
    new = np.concatenate([~standing, np.zeros(width - n, bool)]).astype(float)
    rows = vstack([program.rows, csr_array(new[None])]).tocsr()
    most = np.append(program.most, float(add))
    least = np.concatenate([standing, np.zeros(width - n, bool)]).astype(float)
    whole = np.concatenate([np.ones(n), np.zeros(width - n)])
    found = _milp(-program.gain, rows, -np.inf, most, Bounds(least, 1.0), whole, most_s)
    x = least if found.x is None else np.asarray(found.x, dtype=np.float64)
    return x, float(program.gain.sum()) if found.mip_dual_bound is None else -float(found.mip_dual_bound)


def _milp(cost: Floats, rows: csr_array, least: Any, most: Any, bounds: Bounds, whole: Floats, most_s: float) -> Any:
    options = {"time_limit": most_s, "mip_rel_gap": 0.0}
    limits = LinearConstraint(rows, least, most)
    return milp(cost, constraints=limits, bounds=bounds, integrality=whole, options=options)


def _ordered(chosen: list[int], worth: Callable[[Sequence[int]], float]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Put the one that adds most first; those that add nothing are left out."""
    order: list[int] = []
    added: list[float] = []
    total = worth([])
    while left := [one for one in chosen if one not in order]:
        values = [worth([*order, one]) for one in left]
        best = int(np.argmax(values))
        if values[best] - total <= ROUND:
            break
        order.append(left[best])
        added.append(round(values[best] - total, 6))
        total = values[best]
    return tuple(order), tuple(added)


def _classes(near: Pairs, weight: Floats) -> tuple[list[Ints], Floats]:
    """Homes with the same candidates ask as one: candidate sets and their people."""
    order = np.lexsort((near.place, near.home))
    home, place = near.home[order], near.place[order]
    first = np.flatnonzero(np.diff(home, prepend=-1))
    merged: dict[bytes, float] = {}
    for at, stop in zip(first, [*first[1:], len(home)], strict=True):
        key = place[at:stop].tobytes()
        merged[key] = merged.get(key, 0.0) + float(weight[home[at]])
    return [np.frombuffer(key, np.int32) for key in merged], np.array(list(merged.values()))


def _members(sets: list[Ints], n: int) -> csr_array:
    """Which class (rows) has which candidates (columns)."""
    row = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    column = np.concatenate(sets)
    return coo_array((np.ones(len(row)), (row, column)), shape=(len(sets), n)).tocsr()


def _mclp(near: Pairs, demand: Demand) -> _Program:
    n = len(demand.standing)
    sets, weight = _classes(near, demand.weight)
    member = _members(sets, n)
    rows = hstack([-member, csr_array(np.eye(len(sets)))]).tocsr()
    gain = np.concatenate([np.zeros(n), weight])
    return _Program(gain, rows, np.zeros(len(sets)), n, lambda some: float(weight[_any(member, some)].sum()))


def _lscp(near: Pairs, demand: Demand, unmet: Longs, most_s: float) -> Siting:
    n = len(demand.standing)
    sets, weight = _classes(near, demand.weight)
    member = _members(sets, n)
    found = _milp(np.ones(n), member, 1.0, np.inf, Bounds(0.0, 1.0), np.ones(n), most_s)
    chosen = list(range(n)) if found.x is None else np.flatnonzero(found.x > 0.5).tolist()
    order, added = _ordered(chosen, lambda some: float(weight[_any(member, some)].sum()))
    bound = 1.0 if found.mip_dual_bound is None else float(np.ceil(found.mip_dual_bound - ROUND))
    return Siting("lscp", order, added, float(len(order)), bound, max(0.0, 1 - bound / len(order)), unmet)


def _any(member: csr_array, some: Sequence[int]) -> Bools:
    covered: Bools = (
        np.asarray(member[:, list(some)].sum(axis=1) > 0).ravel() if some else np.zeros(member.shape[0], bool)
    )
    return covered


def _pmedian(near: Pairs, demand: Demand) -> _Program:
    n = len(demand.standing)
    saved = (demand.now_cm[near.home] - near.cm) * demand.weight[near.home] / 100_000
    useful = saved > 0
    home, place, saved = near.home[useful], near.place[useful], saved[useful]
    pair = np.arange(len(home))
    once = coo_array((np.ones(len(home)), (home, n + pair)), shape=(len(demand.weight), n + len(home)))
    rows = vstack([once, _open(place, n)]).tocsr()
    most = np.concatenate([np.ones(len(demand.weight)), np.zeros(len(home))])

    def worth(some: Sequence[int]) -> float:
        best = np.zeros(len(demand.weight))
        here = np.isin(place, some)
        np.maximum.at(best, home[here], saved[here])
        return float(best.sum())

    return _Program(np.concatenate([np.zeros(n), saved]), rows, most, n, worth)


def _capacitated(near: Pairs, demand: Demand) -> _Program:
    n = len(demand.standing)
    sets, weight = _classes(near, demand.weight)
    place = np.concatenate(sets)
    group = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    pair = np.arange(len(place))
    width = n + len(place)
    capacity = np.minimum(demand.capacity, weight.sum())
    once = coo_array((np.ones(len(place)), (group, n + pair)), shape=(len(sets), width))
    room = coo_array((weight[group], (place, n + pair)), shape=(n, width))
    seats = coo_array((capacity, (np.arange(n), np.arange(n))), shape=(n, width))
    rows = vstack([once, room - seats, _open(place, n)]).tocsr()
    most = np.concatenate([np.ones(len(sets)), np.zeros(n + len(place))])
    gain = np.concatenate([np.zeros(n), weight[group]])

    def worth(some: Sequence[int]) -> float:
        fixed = np.zeros(width)
        fixed[list(some)] = 1.0
        fixed[:n][demand.standing] = 1.0
        bounds = Bounds(fixed, np.concatenate([fixed[:n], np.ones(len(place))]))
        return -float(_milp(-gain, rows, -np.inf, most, bounds, np.zeros(width), 60.0).fun)

    return _Program(gain, rows, most, n, worth)


def _open(place: Ints, n: int) -> coo_array:
    """Rows that let a pair count only where its candidate is chosen: share - x <= 0."""
    pair = np.arange(len(place))
    values = np.concatenate([np.ones(len(place)), -np.ones(len(place))])
    cells = np.tile(pair, 2), np.concatenate([n + pair, place])
    return coo_array((values, cells), shape=(len(place), n + len(place)))
