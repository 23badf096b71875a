"""Where a number comes from: rows of which layers and dates, network, standard, speed, software."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection

from api.flows.coverage import Found
from api.flows.detail import row_of
from api.flows.planning import Ground
from data import batches, inputs, results
from gis.errors import NotFoundError
from gis.walking import ENGINE

SOFTWARE = ("wangge", "numpy", "numba", "scipy", "shapely", "pyproj", "geopandas")
NAMED = ("compounds", "gates", "service_points")


def provenance(
    connection: Connection, found: Found, ground: Ground, category: str, circle_min: int | None, group: str
) -> Mapping[str, object]:
    """What one number of an area rests on; rows are named by uid and version, streets and barriers counted.

    The rows are those of today; where the number waits to be computed again, `stale` says so and `rows_of` is null.
    """
    row = row_of(ground.rules, category, circle_min)
    score = results.score(connection, found.head.digest, found.area.code, "" if group == row.group else group)
    if score is None:
        raise NotFoundError(f"{found.area.name}没有覆盖结果。先计算覆盖")
    item = next(one for one in score["items"] if (one["category"], one["circle_min"]) == row.key)
    stale = found.touched(found.area.code, category)
    frames = _frames(ground, category)
    stamps = inputs.find(connection, found.head.digest) or {}
    speed = ground.rules.speeds[row.group]
    return {
        "code": found.area.code,
        "name": found.area.name,
        "number": {
            key: item[key]
            for key in ("category", "name", "circle_min", "group", "share", "people", "people_in", "verdict")
        },
        "digest": found.head.digest,
        "stamps": {code: by.get(category) for code, by in stamps.items() if code.startswith(found.area.code)},
        "stale": stale,
        "as_of": found.head.as_of.isoformat(),
        "computed_at": found.head.computed_at.isoformat(timespec="seconds"),
        "rows_of": None if stale else found.head.digest,
        "layers": [_layer(connection, name, frame) for name, frame in frames.items()],
        "network": {
            "streets": len(frames["streets"]),
            "nodes": ground.warm.graph.n_nodes,
            "segments": ground.warm.graph.n_segments,
            "epsg": ground.warm.rows.zone,
            "search_m": round(ground.rules.halo_m),
        },
        "standard": {
            "id": ground.rules.standard.id,
            "title": ground.rules.standard.title,
            "limit_m": row.limit_m,
            "limit_min": row.limit_min,
            "pass_share": float(row.pass_share),
            "clause": row.clause,
            "status": row.status,
            "catchment": row.category.catchment,
        },
        "speed": {"group": row.group, "m_s": speed.cm_s / 100, "status": speed.status},
        "walking": _plain(vars(ground.rules.walking)),
        "people": _plain(vars(ground.rules.people)),
        "software": {"engine": ENGINE, "python": platform.python_version()}
        | {name: version(name) for name in SOFTWARE},
    }


def _frames(ground: Ground, category: str) -> dict[str, pd.DataFrame]:
    """The rows of each layer a number of the area can rest on."""
    frames, homes = ground.warm.rows.frames, ground.warm.rows.frames["compounds"][ground.inside]
    around = ground.rules.halo_m + ground.rules.walking.snap_max_m
    place = shapely.multipoints(homes.geometry.to_numpy())

    def near(name: str) -> gpd.GeoDataFrame:
        frame = frames[name]
        tree = shapely.STRtree(frame.geometry.to_numpy())
        return frame.iloc[np.sort(tree.query(place, predicate="dwithin", distance=around))]

    points = near("service_points")
    return {
        "compounds": homes,
        "gates": frames["gates"][frames["gates"]["compound_uid"].isin(homes["uid"])],
        "service_points": points[points["category"] == category],
        "streets": near("streets"),
        "barriers": near("barriers"),
    }


def _layer(connection: Connection, name: str, frame: pd.DataFrame) -> dict[str, object]:
    seen = {int(one) for one in frame["batch_id"].dropna().unique()}
    told: dict[str, object] = {
        "layer": name,
        "rows": len(frame),
        "batches": [
            {"id": number, **_said(fact)} for number, fact in sorted(batches.sources(connection, seen).items())
        ],
    }
    if name in NAMED:
        told["versions"] = [f"{uid}@{number}" for uid, number in zip(frame["uid"], frame["id"], strict=True)]
    return told


def _said(source: batches.Source) -> dict[str, object]:
    said = vars(source)
    return {**said, "data_date": source.data_date.isoformat()}


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in said.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Sequence | frozenset | set) and not isinstance(value, str):
        return sorted(map(str, value))
    return value if isinstance(value, bool | int | float | str | None) else str(value)
