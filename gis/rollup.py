"""Scorecards of parts put together: a city from its districts. People are added, never averaged."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gis.coverage import Item, Score
from gis.standards import weakest
from gis.verdicts import Verdict

ADDED = ("people", "people_in", "people_estimated", "compounds", "compounds_in", "undecided")
ADDED_TOO = ("people_in_time", "people_in_radius")
PART = "只含有数据的区"


def roll_up(parts: Sequence[Score]) -> Score:
    """Return one scorecard of parts judged by the same standard, items in the order of the first.

    An item is judged over the parts that have data; where some have none the note says so. The median walk cannot be
    added and is left out.
    """
    items = [_together([part.items[row] for part in parts]) for row in range(len(parts[0].items))] if parts else []
    verdicts = [item.verdict for item in items]
    met = verdicts.count("met")
    return Score(tuple(items), met, met + verdicts.count("unmet"), verdicts.count("no_data"))


def _together(items: Sequence[Item]) -> Item:
    first = items[0]
    judged = [item for item in items if item.verdict != "no_data"]
    counted = judged or list(items)
    sums: dict[str, Any] = {name: _sum(counted, name) for name in (*ADDED, *ADDED_TOO)}
    people = sums["people"] or 0

    def share(inside: int | float | None) -> float | None:
        return inside / people if inside is not None and people else None

    known = any(item.share is not None for item in counted)
    value = share(sums["people_in"]) if known else None
    verdict: Verdict | None = None
    if first.verdict is not None:
        verdict = "no_data" if value is None or not judged else "met" if value >= first.pass_share else "unmet"
    notes = [PART] if judged and len(judged) < len(items) else [] if judged else [first.note or ""]
    return replace(
        first,
        **sums,
        share=value,
        share_time=share(sums["people_in_time"]) if known else None,
        share_radius=share(sums["people_in_radius"]) if known else None,
        verdict=verdict,
        nearest_p50_min=None,
        reference=(sums["people_estimated"] or 0) * 2 > people,
        sample=any(item.sample for item in counted),
        data_date=min((item.data_date for item in counted if item.data_date), default=None),
        status=weakest(tuple(item.status for item in items)),
        note="；".join(filter(None, notes)) or None,
    )


def _sum(items: Sequence[Item], name: str) -> int | float | None:
    values = [getattr(item, name) for item in items]
    return None if all(value is None for value in values) else sum(value or 0 for value in values)
