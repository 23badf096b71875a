"""A scorecard seen by groups of services: 五不出社区, the nine embedded kinds, 一老一小."""

from collections.abc import Sequence
from dataclasses import dataclass

from gis.coverage import Item
from gis.standards import Status
from gis.verdicts import Verdict


@dataclass(frozen=True)
class Bundle:
    """One group of a view; without categories it is named and not judged, `note` says why."""

    name: str
    categories: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True)
class Grouping:
    """A view of the scorecard, with where it comes from."""

    id: str
    title: str
    status: Status
    source: str
    groups: tuple[Bundle, ...]


@dataclass(frozen=True)
class GroupScore:
    """One group judged: met where all its judged items are met, no_data where none is judged."""

    name: str
    verdict: Verdict
    met: int
    required: int
    no_data: int
    items: tuple[Item, ...]
    note: str | None


def group_scores(items: Sequence[Item], grouping: Grouping) -> tuple[GroupScore, ...]:
    """Return one line per group, in its order; an item may stand in several groups or in none."""
    scores = []
    for bundle in grouping.groups:
        mine = tuple(item for item in items if item.category in bundle.categories)
        verdicts = [item.verdict for item in mine]
        met, unmet = verdicts.count("met"), verdicts.count("unmet")
        verdict: Verdict = "unmet" if unmet else "met" if met else "no_data"
        scores.append(GroupScore(bundle.name, verdict, met, met + unmet, verdicts.count("no_data"), mine, bundle.note))
    return tuple(scores)
