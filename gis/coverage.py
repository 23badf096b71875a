"""Score areas against a standard: who has what within the limit, and which items are met."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.crowds import Crowd, crowd
from gis.standards import Catchment, Group, Speed, Standard, StandardRow, Status, time_limit_min
from gis.verdicts import CategoryFacts, Turnout, Verdict, is_reference, judge
from gis.walked import NO_WALK, Ints, Mask, Walked, minutes_up, within

Speeds = Mapping[Group, Speed]


@dataclass(frozen=True)
class Item:
    """One row of a scorecard; the names up to `nearest_p50_min` are those of the JSON.

    `people` of `group`, `people_in` of them within the row's own limit (metres on foot, or minutes of the reference
    adult where the row has minutes only), `people_estimated` of them; `compounds` decided, `compounds_in` within,
    `undecided` = 无法判定. `share` = people_in / people. All that does not exist is None.
    By time: `people_in_time` within `time_limit_min` at the speed of the group. By radius: `people_in_radius` within
    the same limit in a straight line, to show the difference. `reference` = more than half of the people estimated.
    """

    category: str
    name: str
    circle_min: int | None
    limit_m: int | None
    limit_min: int | None
    group: Group
    people: int | float
    people_in: int | float | None
    people_estimated: int | float
    compounds: int
    compounds_in: int | None
    undecided: int
    share: float | None
    proxy: str | None
    verdict: Verdict | None
    nearest_p50_min: int | None
    time_limit_min: int | None
    people_in_time: int | float | None
    share_time: float | None
    people_in_radius: int | float | None
    share_radius: float | None
    pass_share: float
    reference: bool
    sample: bool
    data_date: str | None
    catchment: Catchment
    status: Status
    clause: str
    note: str | None


@dataclass(frozen=True)
class Score:
    """The scorecard of an area. `required` = items judged = met + unmet; rows without a limit are in no number."""

    items: tuple[Item, ...]
    met: int
    required: int
    no_data: int


@dataclass(frozen=True)
class Child:
    """One line of the `children` of an area."""

    code: str
    name: str
    met: int
    required: int


@dataclass(frozen=True, eq=False)
class _Reach:
    """Which decided compounds of a row are within its limits; None where it has no such limit."""

    crowd: Crowd
    net_cm: Ints
    by_limit: Mask | None
    by_radius: Mask | None
    by_time: Mask | None
    row: StandardRow
    facts: CategoryFacts
    known: bool
    cm_s: int


def score(walked: Walked, standard: Standard, speeds: Speeds, group: Group | None = None) -> Score:
    """Score all compounds together.

    `group` replaces the target group of every row (shares and verdicts are then of that group); None keeps the rows'.
    """
    label = np.zeros(len(walked.compounds), np.intp)
    return _score(walked, label, 1, standard, speeds, group)[0]


def score_by(
    walked: Walked,
    area_of: Sequence[Hashable] | pd.Series,
    codes: Sequence[str],
    standard: Standard,
    speeds: Speeds,
    group: Group | None = None,
) -> dict[str, Score]:
    """Score every area of `codes` at once, in that order; `area_of` gives the area of each compound.

    Compounds whose area is None or not among `codes` count nowhere. An area without compounds is scored too: no data.
    """
    label = pd.Index(np.array(codes, object)).get_indexer(pd.Index(np.array(area_of, object)))
    return dict(zip(codes, _score(walked, label, len(codes), standard, speeds, group), strict=True))


def children(scores: Mapping[str, Score], names: Mapping[str, str]) -> tuple[Child, ...]:
    """Return one line per scored area, in the order given."""
    return tuple(Child(code, names[code], each.met, each.required) for code, each in scores.items())


def limit_cm(row: StandardRow, speeds: Speeds) -> int | None:
    """Return how far the verdict of a row reaches, minutes as the way of the reference adult; None without a limit."""
    if row.limit_m is not None:
        return row.limit_m * 100
    return None if row.limit_min is None else row.limit_min * 60 * speeds["all"].cm_s


def time_limit_cm(row: StandardRow, group: Group, speeds: Speeds) -> int | None:
    """Return how far the group walks within the minutes of a row; None where neither row nor circle has minutes."""
    minutes = time_limit_min(row)
    return None if minutes is None else minutes * 60 * speeds[group].cm_s


def _score(
    walked: Walked, label: NDArray[np.intp], n: int, standard: Standard, speeds: Speeds, group: Group | None
) -> list[Score]:
    decided = walked.snapped & (label >= 0)
    undecided = np.bincount(label[~walked.snapped & (label >= 0)], minlength=n).tolist()
    rows = standard.rows if group is None else tuple(_for_group(row, group) for row in standard.rows)
    crowds = {each: crowd(walked.compounds, each, label, n, decided) for each in {row.group for row in rows}}
    columns = [_items(_reach(walked, row, crowds[row.group], decided, speeds), undecided) for row in rows]
    return [_total(items) for items in zip(*columns, strict=True)] if columns else [_total(())] * n


def _for_group(row: StandardRow, group: Group) -> StandardRow:
    return row if row.group == group else replace(row, group=group, proxy=None)


def _reach(walked: Walked, row: StandardRow, crowd: Crowd, decided: Mask, speeds: Speeds) -> _Reach:
    net_cm, straight_cm = walked.net(row.category.id), walked.straight(row.category.id)
    facts = walked.facts_of(row.category.id)
    known = facts.points > 0 or bool((net_cm != NO_WALK).any())
    net_cm, straight_cm = net_cm[decided], straight_cm[decided]
    far_cm, time_cm = limit_cm(row, speeds), time_limit_cm(row, row.group, speeds)
    by_limit = None if far_cm is None else within(net_cm, far_cm)
    by_radius = None if far_cm is None else within(straight_cm, far_cm)
    by_time = None if time_cm is None else within(net_cm, time_cm)
    return _Reach(crowd, net_cm, by_limit, by_radius, by_time, row, facts, known, speeds[row.group].cm_s)


def _items(reach: _Reach, undecided: list[int]) -> list[Item]:
    """Return the item of one row for every area."""
    crowd = reach.crowd
    absent: list[None] = [None] * crowd.n

    def counted(chosen: Mask | None) -> Sequence[int | float | None]:
        return absent if chosen is None else crowd.people(chosen)

    compounds_in = absent if reach.by_limit is None else crowd.compounds(reach.by_limit).tolist()
    turnouts = map(
        Turnout,
        crowd.compounds().tolist(),
        crowd.compounds(crowd.counted).tolist(),
        crowd.people(),
        crowd.people(crowd.estimated),
    )
    median_cm = crowd.median(reach.net_cm).tolist()
    inside = zip(counted(reach.by_limit), counted(reach.by_time), counted(reach.by_radius), compounds_in, strict=True)
    return [
        _item(reach, turnout, *people_in, undecided=not_snapped, median_cm=median)
        for turnout, people_in, not_snapped, median in zip(turnouts, inside, undecided, median_cm, strict=True)
    ]


def _item(
    reach: _Reach,
    turnout: Turnout,
    people_in: int | float | None,
    people_in_time: int | float | None,
    people_in_radius: int | float | None,
    compounds_in: int | None,
    *,
    undecided: int,
    median_cm: int,
) -> Item:
    row, facts = reach.row, reach.facts

    def share(inside: int | float | None) -> float | None:
        exists = inside is not None and reach.known and turnout.people > 0
        return inside / turnout.people if exists and inside is not None else None

    verdict, note = judge(row, facts, turnout, share(people_in))
    return Item(
        category=row.category.id,
        name=row.category.name,
        circle_min=row.circle_min,
        limit_m=row.limit_m,
        limit_min=row.limit_min,
        group=row.group,
        people=turnout.people,
        people_in=people_in,
        people_estimated=turnout.people_estimated,
        compounds=turnout.compounds,
        compounds_in=compounds_in,
        undecided=undecided,
        share=share(people_in),
        proxy=row.proxy,
        verdict=verdict,
        nearest_p50_min=None if median_cm == NO_WALK else minutes_up(median_cm, reach.cm_s),
        time_limit_min=time_limit_min(row),
        people_in_time=people_in_time,
        share_time=share(people_in_time),
        people_in_radius=people_in_radius,
        share_radius=share(people_in_radius),
        pass_share=row.pass_share,
        reference=is_reference(turnout),
        sample=not facts.inventory and facts.points > 0,
        data_date=facts.data_date,
        catchment=row.category.catchment,
        status=row.status,
        clause=row.clause,
        note=note,
    )


def _total(items: Sequence[Item]) -> Score:
    verdicts = [item.verdict for item in items]
    met = verdicts.count("met")
    return Score(tuple(items), met, met + verdicts.count("unmet"), verdicts.count("no_data"))
