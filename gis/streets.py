"""Streets and barriers as they come from maps of others: class words, access on foot, lines in single pieces."""

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

CLASS_WORDS = {
    "高速公路": "motorway",
    "高速": "motorway",
    "快速路": "trunk",
    "主干路": "primary",
    "主干道": "primary",
    "次干路": "secondary",
    "次干道": "secondary",
    "支路": "tertiary",
    "居住区道路": "residential",
    "小区路": "service",
    "步行街": "pedestrian",
    "人行道": "footway",
    "小路": "path",
    "台阶": "steps",
    "unknown": "unclassified",
}
_RIVERS = frozenset({"river", "canal", "stream", "riverbank", "water", "河流", "河", "渠", "水系", "river_bank"})
_RAILWAYS = frozenset({"rail", "railway", "light_rail", "narrow_gauge", "铁路", "铁道"})
_EXPRESSWAYS = frozenset({"motorway", "expressway", "高速", "高速公路", "快速路"})
_WALLS = frozenset({"wall", "fence", "retaining_wall", "围墙", "墙", "栅栏"})
_CITY_WALLS = frozenset({"city_wall", "城墙"})
_MOATS = frozenset({"moat", "护城河"})
_COMPOUND_WALLS = frozenset({"compound_wall", "小区围墙"})


def street_class(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """OSM class words from OSM or Chinese ones; grades of tracks become `track`."""
    lower = column.str.lower().str.replace(r"^track_grade\d$", "track", regex=True)
    return lower.map(lambda word: CLASS_WORDS.get(word, word)).astype(object)


def foot_access(streets: pd.DataFrame) -> "pd.Series[Any]":
    """What holds for people on foot: the `foot` word, where there is none the `access` word."""
    return streets["foot"].where(streets["foot"].notna(), streets["access"]).str.lower().astype(object)


def barrier_kind(rows: pd.DataFrame) -> "pd.Series[Any]":
    """Kind of a barrier from its columns kind, waterway, railway, barrier, highway; None where none of them tells."""
    sets = (
        ("compound_wall", _COMPOUND_WALLS),
        ("river", _RIVERS),
        ("railway", _RAILWAYS),
        ("expressway", _EXPRESSWAYS),
        ("city_wall", _CITY_WALLS),
        ("moat", _MOATS),
        ("wall", _WALLS),
    )
    table = {word: kind for kind, words in sets for word in words}
    found = pd.Series([None] * len(rows), index=rows.index, dtype=object)
    for name in ("kind", "waterway", "railway", "barrier", "highway"):
        kind = rows[name].str.lower().map(table).astype(object)
        found = found.where(found.notna(), kind)
    return found.where(found.notna(), None)


def single_lines(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One LineString a row: further pieces of a MultiLineString get the uid with `.2`, `.3` and so on."""
    pieces, owner = shapely.get_parts(frame.geometry.to_numpy(), return_index=True)
    if len(pieces) == len(frame):
        return frame.set_geometry(gpd.GeoSeries(pieces, index=frame.index, crs=frame.crs))
    rows = frame.drop(columns="geometry").iloc[owner].reset_index(drop=True)
    number = pd.Series(owner).groupby(owner).cumcount().to_numpy()
    uid = rows["uid"].where(number == 0, rows["uid"] + "." + pd.Series(number + 1).astype(str))
    return gpd.GeoDataFrame(rows.assign(uid=uid), geometry=pieces, crs=frame.crs)
