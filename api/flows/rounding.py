"""What leaves a viewer's scope: counts to the nearest 5, shares made of those, no names of places."""

from collections.abc import Mapping
from typing import Any

from data.viewers import Viewer

NEAREST = 5
COUNTED = ("people", "people_in", "people_estimated", "compounds", "compounds_in", "undecided")
SHARES = {"share": "people_in", "share_time": "people_in_time", "share_radius": "people_in_radius"}
NAMED = ("undecided", "undecided_points", "off_main")


def about(count: float | None) -> int | None:
    """A count to the nearest 5: 0-2 become 0; nothing stays nothing."""
    return None if count is None else int((count + NEAREST / 2) // NEAREST) * NEAREST


def card(found: Mapping[str, Any], viewer: Viewer) -> Mapping[str, Any]:
    """A scorecard as a viewer may see it: as it is inside the scope, else rounded and marked `approximate`.

    Names of places that could not be judged are those of a whole district and stay with whom it lies in.
    """
    code = str(found["code"])
    nameless = {} if viewer.covers(code[:6]) else {key: _nobody(found[key]) for key in NAMED if key in found}
    if viewer.covers(code):
        return {**found, **nameless}
    return {**found, **nameless, "items": [_item(one) for one in found["items"]], "approximate": True}


def places(found: Mapping[str, Any], viewer: Viewer, own: frozenset[str]) -> Mapping[str, Any]:
    """One item in full as a viewer may see it: areas outside the scope rounded, compounds only those of `own`."""
    areas = {tier: [_area(one, viewer) for one in listed] for tier, listed in found["areas"].items()}
    return {**found, "areas": areas, "compounds": [one for one in found["compounds"] if one["uid"] in own]}


def _nobody(named: Any) -> object:
    """The same without a name in it."""
    return {key: [] for key in named} if isinstance(named, Mapping) else []


def _item(one: Mapping[str, Any]) -> Mapping[str, Any]:
    rounded = {key: about(one[key]) for key in (*COUNTED, "people_in_time", "people_in_radius")}
    shares = {share: _share(one[share], rounded[part], rounded["people"]) for share, part in SHARES.items()}
    return {**one, **rounded, **shares}


def _share(exact: float | None, part: int | None, people: int | None) -> float | None:
    if exact is None or part is None or not people:
        return None
    return min(1.0, round(part / people, 2))


def _area(one: Mapping[str, Any], viewer: Viewer) -> Mapping[str, Any]:
    if viewer.covers(str(one["code"])):
        return one
    counted = ("people", "in_m", "in_min", "in_radius")
    rounded = {key: {group: about(count) for group, count in one[key].items()} for key in counted}
    return {**one, **rounded, "approximate": True}
