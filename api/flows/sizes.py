"""Which communities are too large or too small, by the dated thresholds or a number of the user's."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
from sqlalchemy import Connection
from sqlalchemy import select as sql_select

from api.flows import managing
from api.settings import Settings
from data import layers, standards, tables
from data.areas import find_area, list_areas
from data.viewers import Viewer
from gis.sizes import Side, Watch, choose, watch
from gis.standards import SizeMetric, Threshold
from maps.sizes import Rule, SizesView


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
UNITS = dict(zip(tables.SIZE_METRICS, ("户", "户", "套", "套", "人"), strict=True))
SIDES: Mapping[str, Side] = MappingProxyType({">": "over", ">=": "under", "<": "under", "<=": "over"})
FOUNDED = MappingProxyType({"verified": "", "secondary": "转引", "recalled": "未核对原文", "local": "本地设定"})


def view(connection: Connection, viewer: Viewer, as_of: date, code: str | None, settings: Settings) -> SizesView:
    """What the page of the size watch says: the district asked for, else the first with a border; all thresholds.

    A rule on the size of new communities bounds those that are there from its other side.
    """
    area = managing.district(connection, viewer, as_of, code or "")
    listed = list_areas(connection, as_of, viewer, level="district", prefix="", after=None, limit=None)
    rules = sorted(standards.thresholds(settings.standards), key=lambda rule: not rule.default)
    return SizesView(
        bounds=managing.bounds_of(area),
        district="" if area is None else area.code,
        name="" if area is None else area.name,
        districts=[(row["code"], row["name"]) for row in listed if row["has_border"]],
        metrics=[
            (name, METRIC_NAMES[name], UNITS[name]) for name in tables.SIZE_METRICS if name != "undelivered_units"
        ],
        rules=[_rule(one) for one in rules],
        as_of=as_of.isoformat(),
        synthetic=area is not None and area.synthetic,
        basemap=settings.basemap_address,
        map_number=settings.review_number,
    )


def _rule(one: Threshold) -> Rule:
    side = SIDES[one.op]
    word = "超过" if side == "over" else "低于"
    title = f"{one.place} {one.date or ''}　{METRIC_NAMES[one.metric]}{word} {one.value:,}"
    return Rule(title, one.metric, side, one.value, "；".join(part for part in (FOUNDED[one.status], one.note) if part))
