"""Coverages of random cells with known neighbours, and what is done to spoil them."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gis.topology import Ground

METRIC = 4545
EAST, NORTH = 500_000.0, 3_790_000.0
SUBDISTRICT = "610104001"


def cells(side: int, seed: int, step_m: float = 100.0) -> np.ndarray[Any, np.dtype[np.object_]]:
    """side x side crooked quadrilaterals that fill a square without gap or overlap, every corner shared."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0), indexing="ij"), axis=-1)
    inner = (grid > 0) & (grid < side)
    grid = np.round((grid + np.where(inner, rng.uniform(-0.3, 0.3, grid.shape), 0)) * step_m, 4)
    grid = grid + np.array([EAST, NORTH])
    corners = [grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]]
    return shapely.polygons(np.stack(corners, axis=2).reshape(-1, 4, 2))


def frame(shapes: Any, level: str = "community") -> gpd.GeoDataFrame:
    """Cells as communities of one subdistrict (or grids of one community), in order of code."""
    n = len(shapes)
    parent = SUBDISTRICT if level == "community" else SUBDISTRICT + "001"
    digits = 3
    columns = {
        "code": [f"{parent}{i + 1:0{digits}d}" for i in range(n)],
        "name": [f"第{i + 1}社区" for i in range(n)],
        "level": [level] * n,
        "parent_code": [parent] * n,
        "source_row": np.arange(1, n + 1),
    }
    if level == "grid":
        columns["tier"] = [1] * n
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=METRIC)


def square(side: int, step_m: float = 100.0) -> Ground:
    """The subdistrict that the cells fill."""
    whole = shapely.box(EAST, NORTH, EAST + side * step_m, NORTH + side * step_m)
    parents = gpd.GeoDataFrame(
        {"code": [SUBDISTRICT], "name": ["甲街道"], "level": ["subdistrict"]}, geometry=[whole], crs=METRIC
    )
    none = gpd.GeoDataFrame({"code": [], "name": [], "level": []}, geometry=[], crs=METRIC)
    return Ground(parents=parents, siblings=none, known=frozenset([SUBDISTRICT]))


def spoiled(shapes: Any, seed: int, most_m: float = 6.0) -> Any:
    """Some cells grown, some shrunk, one shifted: overlaps and gaps of every width."""
    rng = np.random.default_rng(seed)
    out = np.asarray(shapes, dtype=object).copy()
    for i in rng.choice(len(out), size=max(1, len(out) // 4), replace=False):
        out[i] = shapely.buffer(out[i], rng.uniform(-most_m, most_m), join_style="mitre")
    one = int(rng.integers(len(out)))
    shift = rng.uniform(-most_m, most_m, 2)
    out[one] = shapely.transform(out[one], lambda xy: xy + shift)
    return out
