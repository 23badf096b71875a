"""A small prepared instance on disk, as JSON and as GeoPackage."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely


def instance() -> dict[str, Any]:
    """Six by four atoms of 100 m: a railway under the second row, crossed in the first column."""
    columns, rows = 6, 4
    edges = []
    for r in range(rows):
        for c in range(columns):
            here = r * columns + c
            if c + 1 < columns:
                edges.append({"u": here, "v": here + 1, "length": 100.0, "kind": "street", "passable": True, "w": 100})
            if r + 1 < rows:
                rail, bridge = r == 1, r == 1 and c == 0
                kind = "rail_bridge" if bridge else "rail" if rail else "street"
                weight = 30 if bridge else 0 if rail else 100
                passable = bridge or not rail
                edges.append(
                    {"u": here, "v": here + columns, "length": 100, "kind": kind, "passable": passable, "w": weight}
                )
    n = rows * columns
    return {
        "n": n,
        "k": 2,
        "tolerance": 0.1,
        "households": [50 + 7 * (i % 5) for i in range(n)],
        "residents": [120 + 15 * (i % 5) for i in range(n)],
        "grid": [i // 4 for i in range(n)],
        "centres": [8, 15, 21],
        "together": [[0, 1]],
        "edges": edges,
        "area": [10_000.0] * n,
        "perimeter": [400.0] * n,
    }


def as_json(folder: Path, **changes: Any) -> Path:
    """Write the instance, with other values or (None) without some."""
    value = {key: one for key, one in (instance() | changes).items() if one is not None}
    path = folder / "units.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def as_package(folder: Path, *, layers: tuple[str, ...] = ("atoms", "barriers", "centres")) -> Path:
    """Write the same units as polygons."""
    value = instance()
    cells = [shapely.box(c * 100, -r * 100 - 100, c * 100 + 100, -r * 100) for r in range(4) for c in range(6)]
    columns = {"atom_id": range(24), "households": value["households"], "residents": value["residents"]}
    atoms = gpd.GeoDataFrame({**columns, "elderly": [0.2] * 24, "grid_id": value["grid"]}, geometry=cells, crs=4547)
    rail = gpd.GeoDataFrame({"kind": ["rail"]}, geometry=[shapely.LineString([(100, -200), (600, -200)])], crs=4547)
    points = [cells[i].centroid for i in value["centres"]]
    frames = {"atoms": atoms, "barriers": rail, "centres": gpd.GeoDataFrame(geometry=points, crs=4547)}
    path = folder / "ground.gpkg"
    for layer in layers:
        frames[layer].to_file(path, layer=layer, driver="GPKG")
    return path
