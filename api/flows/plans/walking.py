"""Walks kept with a run, from every compound to what it needs and to the service centres: moves need no search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine

from api.flows.coverage import Asked
from api.flows.planning import Ground, ground, row_limit
from api.flows.warm import Shelf
from data.plans import Run
from data.session import transaction
from data.viewers import Viewer
from gis import pairs
from gis.coverage import score
from gis.errors import WanggeError
from gis.split.services import CENTRE
from gis.standards import COUNT_COLUMN, StandardRow
from gis.walked import NO_WALK, Walked


@dataclass(frozen=True)
class Walks:
    """Walks by uid of compound (None: undecided), items then centres; the items; centres with place (EPSG:4490)."""

    by_uid: Mapping[str, list[int] | None]
    items: tuple[dict[str, Any], ...]
    centres: tuple[tuple[str, shapely.Point], ...]
    cm_s: int


def walks(
    engine: Engine, shelf: Shelf | None, codes: Sequence[str], viewer: Viewer, day: date, standards: Path | None
) -> Walks | str:
    """Walks of the compounds of communities; where there are none, why."""
    try:
        with transaction(engine, viewer.whole) as connection:
            asked = Asked(codes[0], day, viewer.whole, folder=standards)
            here = ground(connection, shelf or Shelf(), asked)
    except WanggeError as error:
        return error.detail
    return _walks(here, codes)


def with_walks(run: Run, found: Walks | str, grounds: NDArray[np.object_]) -> Run:
    """The run with the walks of its homes and where its centres stand."""
    if isinstance(found, str):
        return replace(run, facts={**run.facts, "services": None, "services_note": found})
    places = np.array([place for _, place in found.centres], dtype=object)
    tree = shapely.STRtree(grounds)
    facts = {
        "items": list(found.items),
        "centre_names": [name for name, _ in found.centres],
        "centre_atom": [int(one) for one in tree.nearest(places)] if len(places) else [],
        "cm_s": found.cm_s,
    }
    homes = [{**home, "walks": found.by_uid.get(home["uid"])} for home in run.homes]
    return replace(run, homes=homes, facts={**run.facts, "services": facts})


def _walks(here: Ground, codes: Sequence[str]) -> Walks:
    warm, rules = here.warm, here.rules
    frames, frozen = warm.rows.frames, warm.frozen
    chosen = here.compounds["community"].isin(list(codes)).to_numpy()
    communities = frames["communities"]
    grounds = communities.set_index("code").geometry.loc[list(codes)].to_numpy()
    points = frames["service_points"]
    mine = (points["category"] == CENTRE) & shapely.intersects(shapely.union_all(grounds), points.geometry.to_numpy())
    uid = str(communities.loc[communities["code"] == codes[0], "uid"].iloc[0])
    centres = points[mine].assign(other=points["serves_uid"][mine] != uid).sort_values(["other", "uid"]).index
    ways = np.full((len(here.compounds), len(centres)), NO_WALK, dtype=np.int64)
    if len(centres):
        near = pairs.pairs(frozen, warm.doors.select(centres.to_numpy()), len(centres), frozen.limit_cm)
        ways[near.home, near.place] = near.cm
    snapped = np.isin(np.arange(len(here.compounds)), warm.homes.owner)
    rows, shares = _judged(here, chosen, snapped)
    nearest = [frozen.walks(here.lane(row.category.id)) for row in rows]
    table = np.column_stack([*nearest, ways]).astype(np.int64)
    uids = here.compounds["uid"].to_numpy()
    by_uid = {str(uids[row]): table[row].tolist() if snapped[row] else None for row in np.flatnonzero(chosen)}
    items = tuple(_item(here, row, share) for row, share in zip(rows, shares, strict=True))
    stored = points.geometry.to_crs(4490)
    named = tuple((str(points["name"][one] or "党群服务中心"), stored[one]) for one in centres)
    return Walks(by_uid, items, named, rules.speeds["all"].cm_s)


def _judged(
    here: Ground, chosen: NDArray[np.bool_], snapped: NDArray[np.bool_]
) -> tuple[list[StandardRow], list[float]]:
    """The rows of the standard that have a verdict in the communities today, and their share."""
    standard, speeds = here.rules.standard, here.rules.speeds
    now = here.now(tuple(dict.fromkeys(row.category.id for row in standard.rows)))
    some = here.compounds.loc[chosen].reset_index(drop=True)
    walked = Walked(some, now.categories, now.net_cm[chosen], now.straight_cm[chosen], snapped[chosen], dict(now.facts))
    found = score(walked, standard, speeds).items
    kept = [
        (row, float(item.share))
        for row, item in zip(standard.rows, found, strict=True)
        if item.verdict in ("met", "unmet") and item.share is not None
    ]
    return [row for row, _ in kept], [share for _, share in kept]


def _item(here: Ground, row: StandardRow, share: float) -> dict[str, Any]:
    return {
        "category": row.category.id,
        "name": row.category.name,
        "circle_min": row.circle_min,
        "column": COUNT_COLUMN[row.group],
        "pass_share": row.pass_share,
        "far_cm": row_limit(here, row),
        "own": row.category.id == CENTRE,
        "before": round(share, 4),
    }
