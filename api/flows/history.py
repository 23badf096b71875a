"""What became of an area in time: its versions, and what it came from and went into."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from api.flows import rounding
from data import history, tables
from data.viewers import Viewer

KINDS = {"split": "分设", "merge": "合并", "adjust": "边界微调", "subdivide": "划分片区", "recode": "换码"}


@dataclass(frozen=True)
class VersionItem:
    """One version: what was so from `valid_from` until before `valid_to`, as known from `recorded_from` on.

    `current` is false for what was corrected later; `border_changed` compares with the version before it in the list.
    Outside the viewer's scope counts are rounded and `approximate` says so.
    """

    code: str
    name: str | None
    parent_code: str | None
    status: str
    valid_from: date
    valid_to: date | None
    recorded_from: datetime
    recorded_to: datetime | None
    current: bool
    border_changed: bool
    area_m2: float | None
    counts: dict[str, int]
    document_no: str | None
    source: str
    approximate: bool


@dataclass(frozen=True)
class GridVersionItem(VersionItem):
    """One version of a grid: its parent is the community."""

    set: str
    tier: int
    kind: str


@dataclass(frozen=True)
class GridVersionList:
    """All versions of the grids of a code, of every set or of one; the list is whole."""

    code: str
    items: list[GridVersionItem]
    next: None = None


@dataclass(frozen=True)
class VersionList:
    """All versions of an area; the list is whole."""

    code: str
    items: list[VersionItem]
    next: None = None


@dataclass(frozen=True)
class LinkItem:
    """One link of a lineage; `kind_name` is its word on screen, the sets are those of grids."""

    old_code: str
    old_name: str | None
    old_set: str | None
    new_code: str
    new_name: str | None
    new_set: str | None
    kind: str
    kind_name: str
    document_no: str | None
    effective: date


@dataclass(frozen=True)
class LinkList:
    """The whole chain of changes an area or grid stands in, by date."""

    code: str
    items: list[LinkItem]
    next: None = None


def versions(connection: Connection, viewer: Viewer, code: str) -> VersionList:
    """Every version of the area that has or had the code."""
    outside = not viewer.covers(code)
    rows = history.versions_of(connection, code, viewer)
    return VersionList(code, [VersionItem(**said) for said in _items(rows, outside)])


def grid_versions(connection: Connection, viewer: Viewer, code: str, grid_set: str | None) -> GridVersionList:
    """Every version of the grids that have or had the code, of all sets or of one."""
    rows = history.versions_of(connection, code, viewer, "grid", grid_set)
    told = zip(rows, _items(rows, outside=False), strict=True)
    items = [
        GridVersionItem(**said, **{name: row._mapping[name] for name in ("set", "tier", "kind")}) for row, said in told
    ]
    return GridVersionList(code, items)


def _items(rows: Sequence[Any], outside: bool) -> list[dict[str, Any]]:
    """What versions of areas and grids have in common; counts are rounded outside the viewer's scope."""
    count: Callable[[Any], Any] = rounding.about if outside else int
    border: dict[str, Any] = {}
    items = []
    for row in rows:
        said = row._mapping
        own = ("code", "name", "parent_code", "status", "valid_from", "valid_to", "recorded_from", "recorded_to")
        items.append(
            {name: said[name] for name in (*own, "area_m2", "document_no")}
            | {
                "current": said["recorded_to"] is None,
                "border_changed": said["border"] != border.get(said["uid"]),
                "counts": {name: count(said[name]) for name in tables.SIZE_METRICS if said[name] is not None},
                "approximate": outside,
                "source": f"{said['source_kind']} {said['file_name']}",
            }
        )
        border[said["uid"]] = said["border"]
    return items


def lineage(connection: Connection, viewer: Viewer, code: str, grid_set: str | None = None) -> LinkList:
    """What the area or the grids of a code (of every set or of one) came from and went into."""
    rows = history.lineage_of(connection, code, viewer, grid_set)
    return LinkList(code, [LinkItem(**row._mapping, kind_name=KINDS[row._mapping["kind"]]) for row in rows])
