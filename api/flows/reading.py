"""Stored layers as text for the doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from data import layers
from data.areas import find_area
from data.viewers import Viewer


@dataclass(frozen=True)
class Page:
    """GeoJSON text and the cursor of the next page or None."""

    body: str
    next: str | None


def layer(
    connection: Connection,
    viewer: Viewer,
    as_of: date,
    name: str,
    code: str | None,
    bbox: Sequence[float] | None,
    category: str | None,
    limit: int | None,
    cursor: str | None,
    grid_set: str | None = None,
    tier: int | None = None,
) -> Page:
    """A layer's features of an area, in a box."""
    area = find_area(connection, code, as_of, viewer) if code else None
    query = layers.select(
        name, as_of=as_of, viewer=viewer, area=area, bbox=bbox, category=category, grid_set=grid_set, tier=tier
    )
    return Page(*layers.geojson(connection, query, limit, cursor))
