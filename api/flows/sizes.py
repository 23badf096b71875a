"""Which communities are too large or too small, by the dated thresholds or a number of the user's."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection
from sqlalchemy import select as sql_select

from data import layers, standards, tables
from data.areas import find_area
from data.viewers import Viewer
from gis.sizes import Side, Watch, choose, watch
from gis.standards import SizeMetric


def candidates(
    connection: Connection,
    viewer: Viewer,
    as_of: date,
    code: str | None,
    metric: SizeMetric | None = None,
    threshold: int | None = None,
    side: Side = "over",
    place: str | None = None,
    folder: Path | None = None,
) -> Watch:
    """The communities of an area (all if None) past a bound, as of a date."""
    bound = choose(standards.thresholds(folder), metric, side, threshold, place)
    area = find_area(connection, code, as_of, viewer) if code else None
    rows = layers.select("communities", as_of=as_of, viewer=viewer, area=area).subquery()
    listed = sql_select(rows.c.code, rows.c.name, rows.c[bound.metric]).order_by(rows.c.code)
    if code is not None:
        listed = listed.where(rows.c.code.startswith(code, autoescape=True))
    found = connection.execute(listed)
    return watch(pd.DataFrame.from_records(found.all(), columns=list(found.keys())), bound)


def as_json(found: Watch, viewer: Viewer) -> dict[str, Any]:
    """The candidates with the rule they were held against; `approximate` where they lie outside the scope."""
    rule = found.bound.rule
    return {
        "candidates": [
            asdict(one) | ({} if viewer.covers(one.code) else {"approximate": True}) for one in found.candidates
        ],
        "metric": found.bound.metric,
        "side": found.bound.side,
        "threshold": found.bound.value,
        "rule": None if rule is None else asdict(rule),
        "judged": found.judged,
        "without": found.without,
    }


METRIC_NAMES = dict(zip(tables.SIZE_METRICS, ("户籍户数", "常住户数", "住房套数", "未交付套数", "人口"), strict=True))
