"""纠错: what somebody on the spot says is wrong, and what its community makes of it."""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine

from data import corrections, places
from data.corrections import Correction
from data.session import transaction
from data.viewers import STRANGER, Viewer
from gis.errors import LaterError

MOST_WAITING = 50  # of one place
A_DAY_S = 86_400
LONGEST = 80
UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


@dataclass(frozen=True)
class Item:
    """One correction as the list shows it; `name` is that of its place."""

    id: int
    code: str
    name: str
    kind: str
    words: str
    state: str
    created_at: str
    decided_by: str | None
    decided_at: str | None


@dataclass(frozen=True)
class Items:
    """A page of corrections and the number to go on before, or None."""

    items: list[Item]
    next: int | None


def say(engine: Engine, code: str, kind: str, words: str, as_of: date) -> int:
    """Remember that something is wrong with a place: neither who says it nor from where. NotFoundError, LaterError."""
    with transaction(engine, STRANGER) as connection:
        place = places.find_place(connection, code, as_of, STRANGER)
        if corrections.waiting(connection, place.code) >= MOST_WAITING:
            raise LaterError("这里已有很多条还没处理。急的话请打值班电话", A_DAY_S)
        return corrections.add(connection, place.code, kind, UNSEEN.sub(" ", words).strip()[:LONGEST], STRANGER)


def listed(
    connection: Connection, viewer: Viewer, as_of: date, state: str | None, before: int | None, limit: int
) -> Items:
    """Corrections inside the scope, the newest first."""
    found = corrections.listed(connection, viewer, state, before, limit + 1)
    names = places.names(connection, {one.code for one in found}, as_of)
    items = [_item(one, names.get(one.code, one.code)) for one in found[:limit]]
    return Items(items, found[limit - 1].id if len(found) > limit else None)


def decide(engine: Engine, number: int, accepted: bool, viewer: Viewer, as_of: date) -> Item:
    """Take it up or not, once."""
    with transaction(engine, viewer.whole) as connection:
        done = corrections.decide(connection, number, accepted, viewer)
        return _item(done, places.names(connection, {done.code}, as_of).get(done.code, done.code))


def _item(one: Correction, name: str) -> Item:
    decided = None if one.decided_at is None else one.decided_at.isoformat(timespec="seconds")
    said = one.created_at.isoformat(timespec="seconds")
    return Item(one.id, one.code, name, one.kind, one.words, one.state, said, one.decided_by, decided)
