"""Atoms from polygons: what lies beside what, along how many metres, and which barrier runs between."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.split.atoms import Atoms, AtomsError, Edges, Ints
from gis.split.units import Units

LEAST_BORDER_M: Final = 0.5
BESIDE_M: Final = 0.5
# a barrier runs along a border when it covers so much of it
ALONG: Final = 0.6
IMPASSABLE: Final = frozenset({"river", "railway", "rail", "expressway", "wall", "compound_wall"})


def beside(
    ground: NDArray[np.object_], lines: NDArray[np.object_], kinds: NDArray[np.object_], otherwise: str = "street"
) -> Edges:
    """Borders of polygons (metric), with the kind of the line that runs along most of each.

    lines, kinds: streets and barriers, the more important first; a border without any is `otherwise`.
    """
    tree = shapely.STRtree(ground)
    first, second = tree.query(ground, predicate="intersects")
    ahead = first < second
    order = np.lexsort((second[ahead], first[ahead]))
    first, second = first[ahead][order], second[ahead][order]
    shared = shapely.intersection(shapely.boundary(ground)[first], shapely.boundary(ground)[second])
    length = shapely.length(shared)
    kept = length >= LEAST_BORDER_M
    first, second, shared, length = first[kept], second[kept], shared[kept], length[kept]
    kind = np.full(len(first), otherwise, dtype=object)
    for name in list(dict.fromkeys(kinds.tolist()))[::-1]:
        strip = shapely.union_all(shapely.buffer(lines[kinds == name], BESIDE_M))
        shapely.prepare(strip)
        kind[shapely.length(shapely.intersection(shared, strip)) > ALONG * length] = name
    passable = ~np.isin(kind.astype(str), sorted(IMPASSABLE))
    return Edges(
        first.astype(np.int64), second.astype(np.int64), np.rint(length * 100).astype(np.int64), kind, passable
    )


def from_frames(units: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, centres: gpd.GeoDataFrame) -> Atoms:
    """Atoms of prepared polygons in one metric CRS.

    units: [atom_id, households, residents, elderly (counts, or shares of the residents where none is over 1), children,
    grid_id, geometry], only households and geometry needed; barriers: [kind, geometry]; centres: [geometry], the first
    one the old centre. Where barriers without a known crossing would tear the units apart, their borders count as
    passable, and a note says so. Raises AtomsError.
    """
    ground = units.geometry.to_numpy()
    if not np.isin(shapely.get_type_id(ground), [3, 6]).all():
        raise AtomsError("基本单元图层里有不是面的要素，请核对")
    households = _counts(units, "households")
    if households is None:
        raise AtomsError("基本单元图层没有 households（户数）列")
    residents = _counts(units, "residents")
    residents = households if residents is None else residents
    edges = beside(ground, barriers.geometry.to_numpy(), barriers["kind"].astype(object).to_numpy())
    edges, notes = opened(len(units), edges)
    elderly = units["elderly"].to_numpy(dtype=np.float64) if "elderly" in units else None
    grid = units.get("grid_id")
    return Atoms(
        "file",
        tuple(str(name) for name in units.get("atom_id", units.index)),
        households,
        residents,
        edges,
        None if elderly is None else _elderly(elderly, residents),
        _counts(units, "children"),
        None if grid is None else np.unique(grid.astype(str), return_inverse=True)[1].astype(np.int64),
        (),
        _places(ground, centres),
        len(centres) > 0,
        shapely.get_coordinates(shapely.centroid(ground)),
        shapely.area(ground),
        shapely.length(ground),
        notes,
    )


def _counts(units: gpd.GeoDataFrame, name: str) -> Ints | None:
    if name not in units:
        return None
    values = units[name].to_numpy(dtype=np.float64, na_value=np.nan)
    if (wrong := np.flatnonzero(~np.isfinite(values) | (values < 0))).size:
        raise AtomsError(f"基本单元第 {wrong[0] + 1} 行的 {name} 不是非负的数，请补上或改正")
    return np.asarray(np.rint(values), dtype=np.int64)


def _elderly(values: NDArray[np.float64], residents: Ints) -> Ints:
    known = np.nan_to_num(values)
    return np.asarray(np.rint(known * residents if (known <= 1).all() else known), dtype=np.int64)


def _places(ground: NDArray[np.object_], centres: gpd.GeoDataFrame) -> tuple[int, ...]:
    point, unit = shapely.STRtree(ground).query(centres.geometry.to_numpy(), predicate="intersects")
    found = dict(zip(point[::-1].tolist(), unit[::-1].tolist(), strict=True))
    return tuple(found[p] for p in range(len(centres)) if p in found)


def opened(n: int, edges: Edges) -> tuple[Edges, tuple[str, ...]]:
    """The same borders, barriers opened where nothing else ties the units together."""
    passable, nobody = edges.passable, np.zeros(n, dtype=np.int64)
    number, piece = Units(nobody, nobody, edges.first, edges.second, edges.border_cm, passable).pieces(nobody)
    if number == 1:
        return edges, ()
    shut = ~passable & (piece[edges.first] != piece[edges.second])
    kinds = "、".join(sorted(set(edges.kind[shut].tolist())))
    note = f"{kinds} 上没有已知的通道，会把基本单元分成 {number} 片；这些边界按可通行处理"
    return Edges(edges.first, edges.second, edges.border_cm, edges.kind, passable | shut), (note,)
