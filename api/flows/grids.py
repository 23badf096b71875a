"""Grids by code: counts, community, and who works there."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from data import grids, layers, tables
from data.viewers import Viewer
from gis.errors import NotFoundError


@dataclass(frozen=True)
class StaffItem:
    """Somebody at work in a grid; nothing but post, name and work phone is kept."""

    role: str
    name: str
    work_phone: str | None


@dataclass(frozen=True)
class GridItem:
    """One grid of one set."""

    code: str
    name: str | None
    set: str
    tier: int
    kind: str
    status: str
    community: str
    parent_code: str
    counts: dict[str, int]
    staff: list[StaffItem]


@dataclass(frozen=True)
class GridList:
    """The grids that a code means, one for each set."""

    items: list[GridItem]
    next: None = None


@dataclass(frozen=True)
class SetItem:
    """A set of grids: whose it is, of which area, and how many grids it has."""

    scope: str
    name: str
    synthetic: bool
    grids: int


@dataclass(frozen=True)
class SetList:
    """The sets that have grids."""

    items: list[SetItem]
    next: None = None


def by_code(connection: Connection, viewer: Viewer, as_of: date, code: str, grid_set: str | None) -> GridList:
    """The grids of a code as of a date, of every set or of one; NotFoundError where there is none."""
    query = layers.select("grids", as_of=as_of, viewer=viewer, grid_set=grid_set)
    rows = query.where(tables.grid_version.c.code == code).order_by(tables.grid_set.c.name)
    found = [row._mapping for row in connection.execute(rows)]
    if not found:
        raise NotFoundError(f"没有找到网格 {code}。查对代码和日期，或先导入网格")
    staff = grids.staff_of(connection, [row["uid"] for row in found], as_of)
    named = ("code", "name", "set", "tier", "kind", "status", "community", "parent_code")
    return GridList(
        [
            GridItem(
                **{name: row[name] for name in named},
                counts={name: row[name] for name in grids.COUNTS if row[name] is not None},
                staff=[StaffItem(**one) for one in staff.get(row["uid"], ())],  # type: ignore[arg-type]
            )
            for row in found
        ]
    )


def sets(connection: Connection, viewer: Viewer, as_of: date) -> SetList:
    """The sets that have grids on the date."""
    return SetList([SetItem(**one) for one in grids.list_sets(connection, viewer, as_of)])  # type: ignore[arg-type]
