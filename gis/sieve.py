"""Rows on their way in: which still stand, and what was noticed about the others."""

from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.findings import Finding, Severity
from gis.shapes import Geometries

Mask: TypeAlias = NDArray[np.bool_]


class Sieve:
    """Collects findings row by row while one file is read; lives no longer than that.

    `frame` has one row per source row, `geometry` likewise (or None); `good` marks the rows that still stand.
    """

    def __init__(self, frame: pd.DataFrame, geometry: Geometries | None) -> None:
        self.frame = frame
        self.geometry = geometry
        self.rows: NDArray[np.int64] = np.arange(1, len(frame) + 1, dtype=np.int64)
        self.good: Mask = np.ones(len(frame), dtype=np.bool_)
        self.aside: Mask = np.zeros(len(frame), dtype=np.bool_)
        self.findings: list[Finding] = []

    def refuse(
        self, mask: Mask, code: str, message: str, field: str | None = None, severity: Severity = "error"
    ) -> None:
        """Refuse the standing rows of the mask."""
        hit = mask & self.good
        self._note(hit, code, message, field, severity, refuses=True)
        self.good = self.good & ~hit

    def flag(
        self, mask: Mask, code: str, message: str, field: str | None = None, severity: Severity = "warning"
    ) -> None:
        """Remark on the standing rows of the mask; they stay."""
        self._note(mask & self.good, code, message, field, severity, refuses=False)

    def set_aside(self, mask: Mask) -> None:
        """Leave standing rows out without calling them faulty."""
        hit = mask & self.good
        self.aside = self.aside | hit
        self.good = self.good & ~hit

    def take(self, geometry: Geometries, good: Mask, findings: tuple[Finding, ...]) -> None:
        """Take over what a check of the geometry found about the rows that stand."""
        standing = set(self.rows[self.good].tolist())
        self.findings.extend(one for one in findings if one.row in standing)
        self.geometry = geometry
        self.good = self.good & good

    def column(self, name: str) -> "pd.Series[Any]":
        """A column of the frame, all None where the file has none."""
        if name in self.frame.columns:
            return self.frame[name]
        return pd.Series([None] * len(self.frame), index=self.frame.index, dtype=object)

    def _note(self, hit: Mask, code: str, message: str, field: str | None, severity: Severity, refuses: bool) -> None:
        where = np.flatnonzero(hit)
        places = self._places(where)
        self.findings.extend(
            Finding(code, severity, message, row, field, lon, lat, refuses)
            for row, (lon, lat) in zip(self.rows[where].tolist(), places, strict=True)
        )

    def _places(self, where: NDArray[np.intp]) -> list[tuple[float | None, float | None]]:
        if self.geometry is None:
            return [(None, None)] * len(where)
        box = shapely.bounds(self.geometry[where])
        middle = np.round((box[:, :2] + box[:, 2:]) / 2, 7)
        return [(x, y) if x == x else (None, None) for x, y in middle.tolist()]
