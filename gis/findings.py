"""What was noticed while reading a file: findings for people, and the value an import hands on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import geopandas as gpd

Severity = Literal["error", "warning", "info"]
Unit = Literal["m2", "m"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed.

    `code` is a finding code of the contract; `row` is the 1-based source row (header not counted), None for the whole
    file; `message` is Chinese; `lon`, `lat` are EPSG:4490; `refuses` says that the row (or, with no row, the whole
    file) does not go in because of it. Findings about borders say how much (`measure` in `unit`) and name the codes
    `involved`.
    """

    code: str
    severity: Severity
    message: str
    row: int | None = None
    field: str | None = None
    lon: float | None = None
    lat: float | None = None
    refuses: bool = False
    measure: float | None = None
    unit: Unit | None = None
    involved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """A file, understood: the rows that can go in and everything that was noticed.

    `frame` is in EPSG:4490 with the columns of its kind, `source_row` and geometry (all None for `codes`).
    `read` = `accepted` + `refused` + `set_aside` source rows; `set_aside` are rows of no known category, counted per
    tag in `unmapped`. `provenance` is plain JSON. `left_out` are code and geometry (EPSG:4490, perhaps invalid) of
    refused rows, where borders are judged together later.
    """

    kind: str
    frame: gpd.GeoDataFrame
    findings: tuple[Finding, ...]
    provenance: Mapping[str, Any]
    read: int
    accepted: int
    refused: int
    set_aside: int = 0
    unmapped: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    left_out: tuple[tuple[str | None, Any], ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether a finding about the whole file keeps all of it out."""
        return any(one.refuses and one.row is None for one in self.findings)

    @property
    def counts(self) -> Mapping[str, int]:
        """Findings per code, in order of first appearance."""
        return MappingProxyType(count_by_code(self.findings))


def count_by_code(findings: Iterable[Finding]) -> dict[str, int]:
    """Number of findings per code."""
    counts: dict[str, int] = {}
    for one in findings:
        counts[one.code] = counts.get(one.code, 0) + 1
    return counts
