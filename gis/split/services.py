"""What a plan means for daily walks: the way to each part's service centre, and which items its people have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.split.atoms import Floats, Ints
from gis.walked import NO_WALK, minutes_up, within

CENTRE: Final = "party_service_center"


@dataclass(frozen=True)
class Services:
    """Walks of the homes of a run; h homes, i items judged, c centres.

    atom: (h,) atom of each home; residents (h,); people, near: (i, h) people of the item's group, and whether they are
    within its limit of the nearest point there is; items: category, name, circle_min, pass_share, far_cm, own (only
    the centre of the own community counts), before (share of the whole community, None where nobody is counted);
    centre_cm: (h, c) walks to the centres, -1 none; centre_atom (c,); centre_names; cm_s: speed of the adult.
    """

    atom: Ints
    residents: Floats
    people: Floats
    near: NDArray[np.bool_]
    items: tuple[Mapping[str, Any], ...]
    centre_cm: Ints
    centre_atom: Ints
    centre_names: tuple[str, ...]
    cm_s: int


@dataclass(frozen=True)
class Served:
    """One part: minutes to its centre and to the old one (weighted median, None: no way), the centre's name (None: it
    has none of its own, the nearest is meant), and per item the share before and after and whether it is met."""

    centre: str | None
    centre_min: int | None
    centre_min_before: int | None
    met: int
    required: int
    met_before: int
    required_before: int
    items: tuple[Mapping[str, Any], ...]


def from_plain(value: Mapping[str, Any], homes: Sequence[Mapping[str, Any]]) -> Services:
    """The value kept with a run; every home has `walks`, in the order of items and then of centres, None: undecided."""
    items = tuple(value["items"])
    groups = {item["column"] for item in items}
    width = len(items) + len(value["centre_atom"])
    known = np.array([home["walks"] is not None for home in homes], dtype=np.bool_)
    counts = {name: [home.get(name) or 0 if home["walks"] is not None else 0 for home in homes] for name in groups}
    listed = [home["walks"] or [NO_WALK] * width for home in homes]
    walks = np.array(listed, dtype=np.int64).reshape(len(homes), width)
    near = [within(walks[:, row], item["far_cm"]) for row, item in enumerate(items)]
    return Services(
        np.array([home["atom"] for home in homes], dtype=np.int64),
        np.where(known, np.array([home.get("residents") or 0 for home in homes], dtype=np.float64), 0.0),
        np.array([counts[item["column"]] for item in items], dtype=np.float64).reshape(len(items), len(homes)),
        np.array(near, dtype=np.bool_).reshape(len(items), len(homes)),
        items,
        walks[:, len(items) :],
        np.array(value["centre_atom"], dtype=np.int64),
        tuple(value["centre_names"]),
        value["cm_s"],
    )


def served(services: Services, part: Ints, parts: int) -> tuple[Served, ...]:
    """How the people of every part are served; `part`: part of every atom."""
    home = part[services.atom]
    centre = part[services.centre_atom]
    return tuple(_one(services, home == p, np.flatnonzero(centre == p)) for p in range(parts))


def _one(services: Services, mine: NDArray[np.bool_], centres: Ints) -> Served:
    own = centres if len(centres) else np.arange(len(services.centre_names))
    to_own = _shortest(services.centre_cm[mine][:, own])
    to_old = _shortest(services.centre_cm[mine][:, :1])
    rows, met, required, met_before, required_before = [], 0, 0, 0, 0
    for row, item in enumerate(services.items):
        people = services.people[row, mine]
        near = (
            within(to_own, item["far_cm"]) if item["own"] and len(services.centre_names) else services.near[row, mine]
        )
        total = float(people.sum())
        share = float(people[near].sum()) / total if total else None
        before = item["before"]
        if share is not None:
            required += 1
            met += share >= item["pass_share"]
        if before is not None:
            required_before += 1
            met_before += before >= item["pass_share"]
        said = {name: item[name] for name in ("category", "name", "circle_min")}
        rows.append(said | {"before": before, "after": None if share is None else round(share, 4)})
    return Served(
        services.centre_names[int(centres[0])] if len(centres) else None,
        _median(to_own, services.residents[mine], services.cm_s),
        _median(to_old, services.residents[mine], services.cm_s),
        met,
        required,
        met_before,
        required_before,
        tuple(rows),
    )


def _shortest(lengths: Ints) -> Ints:
    """The shortest walk of every row, -1 where there is none."""
    if not lengths.shape[1]:
        return np.full(len(lengths), NO_WALK, dtype=np.int64)
    far = np.where(lengths < 0, np.iinfo(np.int64).max, lengths).min(axis=1)
    return np.where(far == np.iinfo(np.int64).max, NO_WALK, far)


def _median(lengths: Ints, people: Floats, cm_s: int) -> int | None:
    """Whole minutes within which half of the people walk; None where half of them have no way."""
    if not people.sum():
        return None
    order = np.argsort(np.where(lengths < 0, np.iinfo(np.int64).max, lengths), kind="stable")
    half = order[np.searchsorted(np.cumsum(people[order]), people.sum() / 2)]
    return None if lengths[half] < 0 else minutes_up(int(lengths[half]), cm_s)
