"""Capacity against people: how much of a category each community can walk to, and which places are full."""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from api.flows.detail import number, row_of
from api.flows.planning import Ground, row_limit
from api.flows.whatif import head
from gis import pairs
from gis.capacity import Band, floating_catchment
from gis.errors import BadInputError
from gis.standards import COUNT_COLUMN

Method = Literal["2sfca", "e2sfca"]
# weights of the three thirds of the distance, Luo and Qi 2009
THIRDS: Final = (1.0, 0.68, 0.22)
HOURS: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
PER: Final = 1_000


def supply(
    ground: Ground, category: str, circle_min: int | None, method: Method, open_at: str | None = None
) -> Mapping[str, object]:
    """Capacity per thousand people within the item's limit, per community and per place.

    `open_at` (HH:MM) leaves out places that say they are closed then. Places without a capacity are counted, not used.
    """
    row = row_of(ground.rules, category, circle_min)
    far_cm = row_limit(ground, row)
    points = ground.warm.rows.frames["service_points"]
    mine = np.flatnonzero(points["category"] == category)
    capacity = pd.to_numeric(points["capacity"].iloc[mine], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    known = np.isfinite(capacity) & (capacity >= 0)
    if not known.any():
        raise BadInputError(f"{row.category.name}没有一处登记容量，算不了。先在服务点里补上容量")
    awake = np.array([_is_open(hours, open_at) for hours in points["open_hours"].iloc[mine]], bool)
    used = mine[known & awake]
    near = pairs.pairs(ground.warm.frozen, ground.warm.doors.select(used), len(used), far_cm)
    count = pd.to_numeric(ground.compounds[COUNT_COLUMN[row.group]], errors="coerce").fillna(0).to_numpy(np.float64)
    bands = [Band(far_cm, 1.0)]
    if method == "e2sfca":
        bands = [Band(far_cm * step // 3, weight) for step, weight in enumerate(THIRDS, start=1)]
    found = floating_catchment(near, count, capacity[known & awake], bands)
    return {
        **head(ground),
        "category": category,
        "item": row.category.name,
        "circle_min": row.circle_min,
        "limit_m": far_cm // 100,
        "group": row.group,
        "method": method,
        "open_at": open_at,
        "places": {"all": len(mine), "without_capacity": int((~known).sum()), "closed": int((known & ~awake).sum())},
        "communities": _communities(ground, count, found.access),
        "sites": [
            {
                "uid": points["uid"].iloc[at],
                "name": points["name"].iloc[at],
                "capacity": number(points["capacity"].iloc[at]),
                "per_thousand": None if np.isnan(share) else round(float(share) * PER, 3),
            }
            for at, share in zip(used.tolist(), found.share, strict=True)
        ],
    }


def _communities(ground: Ground, count: np.ndarray, access: np.ndarray) -> list[dict[str, Any]]:
    """People and their mean access, those with least first."""
    frame = pd.DataFrame({"code": ground.warm.told["community"], "people": count, "gets": count * access})[
        ground.inside
    ]
    sums = frame.groupby("code")[["people", "gets"]].sum()
    frames = ground.warm.rows.frames["communities"]
    names = dict(zip(frames["code"], frames["name"], strict=True))
    rows = [
        {
            "code": code,
            "name": names.get(code),
            "people": number(people),
            "per_thousand": round(gets / people * PER, 3) if people else None,
        }
        for code, people, gets in sums.itertuples()
    ]
    return sorted(rows, key=lambda one: (one["per_thousand"] is None, one["per_thousand"] or 0.0, one["code"]))


def _is_open(hours: object, at: str | None) -> bool:
    """Whether a place is open at a time; places that do not say so are taken to be."""
    if at is None or not isinstance(hours, str):
        return True
    asked = re.fullmatch(r"(\d{1,2}):(\d{2})", at)
    if asked is None or int(asked[1]) > 23 or int(asked[2]) > 59:
        raise BadInputError(f"时刻“{at}”要写成 08:30 这样")
    spans = [(int(a) * 60 + int(b), int(c) * 60 + int(d)) for a, b, c, d in HOURS.findall(hours)]
    minute = int(asked[1]) * 60 + int(asked[2])
    # a span over midnight ends before it starts
    return not spans or any(
        start <= minute < stop if start < stop else minute >= start or minute < stop for start, stop in spans
    )
