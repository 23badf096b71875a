"""What became of an area in time: its versions, and what it came from and went into."""

from collections.abc import Callable
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
    name: str
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
class VersionList:
    """All versions of an area; the list is whole."""

    code: str
    items: list[VersionItem]
    next: None = None


@dataclass(frozen=True)
class LinkItem:
    """One link of a lineage; `kind_name` is its word on screen."""

    old_code: str
    old_name: str
    new_code: str
    new_name: str
    kind: str
    kind_name: str
    document_no: str | None
    effective: date


@dataclass(frozen=True)
class LinkList:
    """The whole chain of changes an area stands in, by date."""

    code: str
    items: list[LinkItem]
    next: None = None


def versions(connection: Connection, viewer: Viewer, code: str) -> VersionList:
    """Every version of the area that has or had the code."""
    items: list[VersionItem] = []
    outside = not viewer.covers(code)
    count: Callable[[Any], Any] = rounding.about if outside else int
    border: dict[str, Any] = {}
    for row in history.versions_of(connection, code, viewer):
        said = row._mapping
        items.append(
            VersionItem(
                **{name: said[name] for name in ("code", "name", "parent_code", "status", "valid_from", "valid_to")},
                recorded_from=said["recorded_from"],
                recorded_to=said["recorded_to"],
                current=said["recorded_to"] is None,
                border_changed=said["border"] != border.get(said["uid"]),
                area_m2=said["area_m2"],
                counts={name: count(said[name]) for name in tables.SIZE_METRICS if said[name] is not None},
                approximate=outside,
                document_no=said["document_no"],
                source=f"{said['source_kind']} {said['file_name']}",
            )
        )
        border[said["uid"]] = said["border"]
    return VersionList(code, items)


def lineage(connection: Connection, viewer: Viewer, code: str) -> LinkList:
    """What the area of a code came from and went into."""
    rows = history.lineage_of(connection, code, viewer)
    return LinkList(code, [LinkItem(**row._mapping, kind_name=KINDS[row._mapping["kind"]]) for row in rows])
