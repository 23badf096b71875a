"""情景: what-ifs kept by name, opened again, taken back edit by edit, computed again when the data has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from api.flows import district as reading
from api.flows.coverage import Asked
from api.flows.edits import Edit
from api.flows.planning import ground
from api.flows.warm import Shelf
from api.flows.whatif import what_if
from data import scenarios
from data.scenarios import Draft, Scenario
from data.viewers import Viewer
from gis.errors import BadInputError, WanggeError

LONGEST_NAME = 60


def save(connection: Connection, shelf: Shelf, asked: Asked, name: str, edits: Sequence[Edit]) -> Mapping[str, object]:
    """Compute a what-if on today's state and keep it under a name; one of the same name in the area is replaced."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadInputError(f"给情景起个名字，1 到 {LONGEST_NAME} 个字")
    return told(_kept(connection, shelf, asked, name, edits), stale=False)


def list_of(connection: Connection, code: str, viewer: Viewer, today: date, asked: Asked) -> Mapping[str, object]:
    """The scenarios of an area, without their results."""
    rows = scenarios.listed(connection, code, viewer)
    digests: dict[tuple[str, str], str | None] = {}
    items = []
    for one in rows:
        key = (one.area_code[:6], one.standard_id)
        if key not in digests:
            digests[key] = _digest(connection, one, asked, today)
        items.append({key: value for key, value in told(one, digests[key] != one.base).items() if key != "result"})
    return {"code": code, "items": items, "next": None}


def open_one(connection: Connection, one: Scenario, asked: Asked, today: date) -> Mapping[str, object]:
    """A scenario with its result as it was saved, marked where the data has changed since."""
    return told(one, _digest(connection, one, asked, today) != one.base)


def undo(connection: Connection, shelf: Shelf, one: Scenario, asked: Asked) -> Mapping[str, object]:
    """Take back the last edit and compute again; BadInputError where there is only one."""
    if len(one.edits) < 2:
        raise BadInputError("情景里只有一个修改，撤回就空了。不要了就删除这个情景")
    return again(connection, shelf, one, asked, edits_of(one)[:-1])


def again(
    connection: Connection, shelf: Shelf, one: Scenario, asked: Asked, edits: Sequence[Edit] | None = None
) -> Mapping[str, object]:
    """Compute a scenario on the data of the day asked for; its own edits where none are given."""
    own = replace(asked, code=one.area_code, standard_id=_standard(one), strict=_strict(one))
    return told(_kept(connection, shelf, own, one.name, edits_of(one) if edits is None else edits), stale=False)


def edits_of(one: Scenario) -> list[Edit]:
    """The edits as they were asked for."""
    return [Edit(**{**edit, **{k: tuple(edit[k]) for k in ("at", "to") if edit.get(k)}}) for edit in one.edits]


def told(one: Scenario, stale: bool) -> dict[str, Any]:
    """A scenario as JSON."""
    result = one.result
    turned = [both for both in result["area"] if both["before"]["verdict"] != both["after"]["verdict"]]
    gains = [(both["after"]["people_in"] or 0) - (both["before"]["people_in"] or 0) for both in result["area"]]
    return {
        "id": one.id,
        "name": one.name,
        "code": one.area_code,
        "area": result["name"],
        "standard": result["standard"],
        "as_of": one.as_of.isoformat(),
        "base": one.base,
        "stale": stale,
        "edits": list(one.edits),
        "words": result["edits"],
        "compounds_changed": result["compounds_changed"],
        "people_more": sum(gain for gain in gains if gain > 0),
        "people_fewer": -sum(gain for gain in gains if gain < 0),
        "verdicts_turned": len(turned),
        "by": one.actor,
        "created_at": one.created_at.isoformat(timespec="seconds"),
        "changed_at": one.changed_at.isoformat(timespec="seconds"),
        "result": result,
    }


def _kept(connection: Connection, shelf: Shelf, asked: Asked, name: str, edits: Sequence[Edit]) -> Scenario:
    here = ground(connection, shelf, asked)
    result = what_if(here, edits)
    plain = [{key: value for key, value in vars(edit).items() if value is not None} for edit in edits]
    base = here.warm.rows.digest
    draft = Draft(here.area.code, name, here.rules.key, asked.as_of, base, plain, result)
    return scenarios.save(connection, draft, asked.viewer)


def _digest(connection: Connection, one: Scenario, asked: Asked, today: date) -> str | None:
    """Of the rows it would read today; None where it could not be computed any more."""
    viewer = asked.viewer.whole
    try:
        rules = replace(asked, standard_id=_standard(one), strict=_strict(one)).rules()
        area = reading.district_of(connection, one.area_code, today, viewer)
    except WanggeError:
        return None
    return reading.digest_of(connection, area, today, viewer, rules)


def _standard(one: Scenario) -> str:
    return one.standard_id.split(":")[0]


def _strict(one: Scenario) -> bool:
    return ":strict" in one.standard_id
