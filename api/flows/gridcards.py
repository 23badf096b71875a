"""Scorecards of grids: the same items on the compounds of each grid; with those on no grid, the community."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from api.flows import district as reading
from api.flows.coverage import Asked, as_score
from api.flows.planning import Ground
from data import layers
from data.grids import DEFAULT_SET
from gis import coverage, crs, wording
from gis.errors import NotFoundError
from gis.standards import Group
from gis.walked import Walked

COMMUNITY_DIGITS = len("610104006001")
OUTSIDE = ""


def is_grid(code: str) -> bool:
    """Whether a code is that of a grid: longer than a community's, and not that of a 片区."""
    return len(code) > COMMUNITY_DIGITS and code[COMMUNITY_DIGITS] != "A"


def grid_cards(
    connection: Connection, ground: Ground, asked: Asked, group: Group | None, grid_set: str = DEFAULT_SET
) -> Mapping[str, object]:
    """A scorecard per grid of a community, and one of the compounds that lie on no grid."""
    query = layers.select(
        "grids", as_of=asked.as_of, viewer=asked.viewer.whole, area=ground.area, grid_set=grid_set, tier=1
    )
    grids = crs.to_zone(layers.frame(connection, query), ground.warm.rows.zone)
    if len(grids) == 0:
        raise NotFoundError(f"{ground.area.name}还没有“{grid_set}”网格。先划分或导入网格")
    homes = ground.warm.rows.frames["compounds"][ground.inside].reset_index(drop=True)
    owner = pd.Series(reading.first_cover(grids, homes), dtype=object).fillna(OUTSIDE)
    codes = [*grids.sort_values("code")["code"], OUTSIDE]
    now = ground.now(ground.warm.lanes)
    frozen = ground.warm.frozen
    snapped = np.bincount(frozen.homes.owner, minlength=frozen.n_homes) > 0
    lengths = Walked(
        ground.compounds[ground.inside].reset_index(drop=True),
        now.categories,
        now.net_cm[ground.inside],
        now.straight_cm[ground.inside],
        snapped[ground.inside],
        dict(now.facts),
    )
    scores = coverage.score_by(lengths, owner, codes, ground.rules.standard, ground.rules.speeds, group)
    names = dict(zip(grids["code"], grids["name"], strict=True))
    return {
        "code": ground.area.code,
        "name": ground.area.name,
        "set": grid_set,
        "digest": ground.warm.rows.digest,
        "grids": [_card(code, names[code] or f"第 {code[-3:]} 网格", scores[code]) for code in codes if code],
        "outside": {"compounds": int((owner == OUTSIDE).sum()), **_card(OUTSIDE, "不在任何网格", scores[OUTSIDE])},
    }


def grid_card(connection: Connection, ground: Ground, asked: Asked, group: Group | None) -> Mapping[str, object]:
    """The scorecard of one grid in the form of those of areas; `ground` is that of its community."""
    found: Any = grid_cards(connection, ground, asked, group)
    mine = next((one for one in found["grids"] if one["code"] == asked.code), None)
    if mine is None:
        raise NotFoundError(f"没有找到网格 {asked.code}。查对代码，或先划分网格")
    standard = ground.rules.standard
    return {
        **{key: mine[key] for key in ("code", "name")},
        "level": "grid",
        "as_of": asked.as_of.isoformat(),
        "digest": found["digest"],
        "stale": False,
        "synthetic": ground.area.synthetic,
        "standard": {
            "id": standard.id,
            "title": standard.title,
            "status": standard.status,
            "unchecked": standard.unchecked,
        },
        "draft_borders": ground.area.status == "draft",
        "speeds": {name: speed.cm_s / 100 for name, speed in ground.rules.speeds.items()},
        **mine,
        "children": [],
        "headline": wording.headline(as_score({**mine, "items": mine["items"]})),
    }


def _card(code: str, name: str, score: coverage.Score) -> dict[str, object]:
    items = [dict(vars(item)) for item in score.items]
    return {
        "code": code,
        "name": name,
        "met": score.met,
        "required": score.required,
        "no_data": score.no_data,
        "items": items,
    }
