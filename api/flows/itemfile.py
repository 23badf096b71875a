"""One item as it is seen on the map, as a GeoPackage: communities with their shares, compounds with their walks."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from api.flows.coverage import Asked, Found
from data import layers
from data.tables import STORAGE_SRID


def geopackage(connection: Connection, found: Found, asked: Asked, item: Mapping[str, Any]) -> bytes:
    """The layers `communities` and `compounds` of an item (`api.flows.detail.item`), EPSG:4490."""
    query = layers.select("communities", as_of=asked.as_of, viewer=asked.viewer.whole, area=found.area)
    borders = layers.frame(connection, query)[["code", "geometry"]]
    shares = pd.DataFrame([_area(one) for one in item["areas"]["communities"]])
    communities = borders.merge(shares, on="code") if len(shares) else borders
    compounds = pd.DataFrame([_compound(one) for one in item["compounds"]])
    points = gpd.points_from_xy(compounds["lon"], compounds["lat"]) if len(compounds) else []
    homes = gpd.GeoDataFrame(compounds, geometry=points, crs=STORAGE_SRID)
    with tempfile.TemporaryDirectory(prefix="wangge-item-") as folder:
        target = Path(folder) / "item.gpkg"
        gpd.GeoDataFrame(communities, crs=STORAGE_SRID).to_file(target, layer="communities", driver="GPKG")
        homes.to_file(target, layer="compounds", driver="GPKG")
        return target.read_bytes()


def said(found: Found, item: Mapping[str, Any]) -> dict[str, object]:
    """What a file of an item says beside its tables: of which area, as of when, by which standard, made up or not."""
    facts: Mapping[str, Any] = found.head.facts
    return {
        "code": found.area.code,
        "name": f"{found.area.name}{item['name']}",
        "as_of": found.head.as_of.isoformat(),
        "computed_at": found.head.computed_at.isoformat(timespec="seconds"),
        "digest": found.head.digest,
        "synthetic": found.area.synthetic,
        **{key: facts[key] for key in ("standard", "data_date", "draft_borders")},
    }


def _area(one: Mapping[str, Any]) -> dict[str, object]:
    people = one["people"]["all"]
    counts = {f"{key}_{group}": value for key in ("people", "in_m") for group, value in one[key].items()}
    share = one["in_m"]["all"] / people if people else None
    return {"code": one["code"], "name": one["name"], "share": share, **counts}


def _compound(one: Mapping[str, Any]) -> dict[str, object]:
    plain = ("uid", "name", "community", "households", "net_m", "straight_m", "state", "service_uid", "lon", "lat")
    return {**{key: one[key] for key in plain}, "people": one["people"]["all"], "minutes": one["minutes"]["all"]}
