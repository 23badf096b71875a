"""Which areas there are, and how a chain of areas over a position looks."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from data import areas as registry
from data.viewers import Viewer


@dataclass(frozen=True)
class AreaItem:
    """One area as the lists show it."""

    code: str
    name: str
    level: str
    parent_code: str | None
    status: str
    synthetic: bool
    has_border: bool


@dataclass(frozen=True)
class Page:
    """A page of a list; `next` is the cursor of the following page."""

    items: list[AreaItem]
    next: str | None


@dataclass(frozen=True)
class ChainLink:
    """One area of a chain."""

    code: str
    name: str
    level: str
    status: str


@dataclass(frozen=True)
class Chain:
    """The areas over a position, largest first, and the grid where there is one; empty outside every area."""

    areas: list[ChainLink]
    synthetic: bool
    detail: str | None


@dataclass(frozen=True)
class Chains:
    """Answers in the order of the positions."""

    items: list[Chain]


def areas(
    connection: Connection,
    viewer: Viewer,
    as_of: date,
    level: str | None,
    prefix: str,
    limit: int | None,
    cursor: str | None,
) -> Page:
    """The areas of a level (all levels if None) under a code prefix, in order of code."""
    found = registry.list_areas(connection, as_of, viewer, level=level, prefix=prefix, after=cursor, limit=limit)
    shown = found[:limit] if limit is not None else found
    items: list[AreaItem] = [AreaItem(**row) for row in shown]
    return Page(items=items, next=items[-1].code if len(found) > len(shown) else None)
