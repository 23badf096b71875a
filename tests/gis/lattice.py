"""Lattice towns with known answers for the drafting tests."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.anchors import Anchors
from gis.network import Network, build

ZONE = 4545
EAST, NORTH = 500_000.0, 3_790_000.0
BLOCK_M = 100.0


def town(columns: int, rows: int) -> tuple[gpd.GeoDataFrame, shapely.Polygon]:
    """Streets every 100 m, each crossing a shared vertex, and the border along the outermost of them."""
    lines = [[(i, j) for j in range(rows + 1)] for i in range(columns + 1)]
    lines += [[(i, j) for i in range(columns + 1)] for j in range(rows + 1)]
    corner = np.array([EAST, NORTH])
    return (
        streets([shapely.LineString(corner + BLOCK_M * np.array(line)) for line in lines]),
        shapely.box(EAST, NORTH, EAST + columns * BLOCK_M, NORTH + rows * BLOCK_M),
    )


def streets(lines: list[shapely.LineString], kinds: list[str] | None = None, tunnel: bool = False) -> gpd.GeoDataFrame:
    frame = {
        "class": kinds or ["residential"] * len(lines),
        "bridge": False,
        "tunnel": tunnel,
        "layer": 0,
        "walkable": True,
        "main": True,
    }
    return gpd.GeoDataFrame(frame, geometry=lines, crs=ZONE, index=range(len(lines)))


def barriers(*rows: tuple[str, shapely.LineString]) -> gpd.GeoDataFrame:
    kinds = pd.Series([kind for kind, _ in rows], dtype=object)
    return gpd.GeoDataFrame({"kind": kinds}, geometry=[line for _, line in rows], crs=ZONE)


def at(x: float, y: float) -> shapely.Point:
    """A place in metres from the south-west corner of the town."""
    return shapely.Point(EAST + x, NORTH + y)


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(np.array([EAST, NORTH]) + np.array(places))


def anchors(*places: shapely.Point, parents: list[str] | None = None) -> Anchors:
    """Accepted anchors 610199001001, 610199001002, … and nothing else."""
    codes = [f"610199001{k + 1:03d}" for k in range(len(places))]
    frame = {
        "code": codes,
        "name": [f"社区{k + 1}" for k in range(len(places))],
        "parent_code": parents or ["610199001"] * len(places),
        "matches": 2,
        "kept": 2,
    }
    accepted = gpd.GeoDataFrame(frame, geometry=list(places), crs=ZONE, index=range(len(places)))
    nothing = pd.DataFrame({"code": [], "name": [], "reason": []}, dtype=object)
    return Anchors(accepted, nothing, nothing)


def compounds(*places: shapely.Point, residents: list[float] | None = None) -> gpd.GeoDataFrame:
    frame = {"residents": pd.Series(residents or [100.0] * len(places), dtype=float)}
    return gpd.GeoDataFrame(frame, geometry=list(places), crs=ZONE)


def network(frame: gpd.GeoDataFrame) -> Network:
    return build(frame)
