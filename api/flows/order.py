"""An import as it was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data.grids import DEFAULT_SET


@dataclass(frozen=True)
class Order:
    """One import as it was asked for; `repairs` as `gis.repair.parse` reads them."""

    kind: str
    path: Path
    day: date
    layer: str | None = None
    datum: str | None = None
    columns: Mapping[str, str] | None = None
    area: str | None = None
    inventory: bool = False
    dry_run: bool = False
    standards: Path | None = None
    grid_set: str = DEFAULT_SET
    document: str | None = None
    repairs: tuple[str, ...] = ()
