"""The bundled sample district 澄安区 (610199): one call, all layers, nothing in it real.

No street, estate, count or service point is copied from any data set. Every row says `synthetic`;
show it as 合成示例数据.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import shapely

from data.sample import frames, town

DATA_DATE = frames.DATA_DATE


def make_district(seed: int = 7, buildings: bool = True) -> dict[str, gpd.GeoDataFrame]:
    """Draw the sample district.

    Layers: districts, subdistricts, communities, compounds (polygons), gates, service_points, streets, barriers,
    candidate_sites, backdrop (`kind` water | green | railway | landuse) and, where wanted, buildings. All are in
    EPSG:4490, rounded to 1e-9 degrees, with the columns `synthetic` and `data_date`. Equal seeds give equal frames,
    in another process too. Streets, water and service points run 1.25 km beyond the district.
    """
    return frames.layers(town.build(seed), seed, buildings)


def drawing() -> str:
    """Sixteen hex digits over the generator's own source: another drawing has another one."""
    state = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        state.update(path.read_bytes())
    return state.hexdigest()[:16]


def digest(layers: Mapping[str, gpd.GeoDataFrame]) -> str:
    """Sixteen hex digits over the attributes and coordinates of all layers."""
    state = hashlib.sha256()
    for name in sorted(layers):
        state.update(name.encode())
        state.update(layers[name].drop(columns="geometry").to_csv(index=False).encode())
        state.update(b"".join(shapely.to_wkb(layers[name].geometry.to_numpy())))
    return state.hexdigest()[:16]
