"""Grid sets of several departments over one community: where they disagree, and one set they could agree on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.adjacency import Adjacency, adjacency
from gis.noding import faces_of
from gis.strips import dissolved

# ground without anybody that is smaller than this, or narrower on the mean, is borders drawn twice, not disagreement
NOISE_M2: Final = 500.0
NOISE_M: Final = 3.0
# far below one household, so that area only breaks ties
AREA_TIE: Final = 1e-9
NOBODY: Final = -1

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Crosswalk:
    """Grid sets of one community held against each other.

    cells: GeoDataFrame [one column per set (code of its grid, None where it has none), proposed (code), households,
    area_m2, noise (bool), agreed (bool: all sets see it in grids that answer to each other), geometry Polygon], metric,
    by the codes: every piece of ground by the grids it lies in.
    pairs: DataFrame [first, second (names of sets), households_apart, share_apart, area_apart_m2]: what lies outside
    the grids that answer to each other best, noise left out; share_apart is nan where nobody lives.
    moves: DataFrame [set, households, share]: what would change its grid if the set became the proposed one.
    base: the set whose numbers the proposal keeps; majority: whether households leave their grid of it
    because most sets say so.
    """

    sets: tuple[str, ...]
    cells: gpd.GeoDataFrame
    pairs: pd.DataFrame
    moves: pd.DataFrame
    base: str
    majority: bool

    def table(self) -> pd.DataFrame:
        """The crosswalk table: [one column per set, proposed, households, area_m2], noise left out, by the codes."""
        keys = [*self.sets, "proposed"]
        rows = pd.DataFrame(self.cells.loc[~self.cells["noise"], [*keys, "households", "area_m2"]])
        sums = rows.groupby(keys, dropna=False)[["households", "area_m2"]].sum().reset_index()
        sums[keys] = sums[keys].astype(object).where(sums[keys].notna(), None)
        return pd.DataFrame(sums)

    def proposal(self) -> gpd.GeoDataFrame:
        """The proposed set: [code, households, area_m2, geometry], metric, by code."""
        cells = self.cells[self.cells["proposed"].notna()]
        codes, number = np.unique(cells["proposed"].to_numpy(dtype=str), return_inverse=True)
        ground, _ = dissolved(cells.geometry.to_numpy(), number)
        held = np.bincount(number, weights=cells["households"])
        frame = {"code": codes, "households": held, "area_m2": shapely.area(ground)}
        return gpd.GeoDataFrame(frame, geometry=ground, crs=self.cells.crs)


def crosswalk(sets: Mapping[str, gpd.GeoDataFrame], ground: shapely.Geometry, homes: gpd.GeoDataFrame) -> Crosswalk:
    """Hold two or more grid sets of a community against each other and propose one set.

    sets: by name, in order of preference, [code, geometry Polygon]; ground: the community; homes: [households (nan
    counts nothing), geometry Point], compounds or their buildings; all in one metric CRS. A pair of sets agrees where
    households lie in grids that answer to each other in the assignment with the most households in common. The
    proposal starts from the set from which the fewest households would have to move; where more than half of all sets
    see a cell in another of its grids, the cell goes there, as long as every grid stays in one piece.
    """
    names = tuple(sets)
    codes = [sets[name]["code"].to_numpy(dtype=object) for name in names]
    pieces, label = _overlay([sets[name].geometry.to_numpy() for name in names], ground)
    households = _held(pieces, homes)
    area_m2 = shapely.area(pieces)
    narrow = 2 * area_m2 / shapely.length(pieces) < NOISE_M
    noise = (households == 0) & ((area_m2 < NOISE_M2) | narrow)
    counted = np.where(noise, 0.0, area_m2)
    pairs = [_pair(label[:, a], label[:, b], households, counted) for a, b in combinations(range(len(names)), 2)]
    listed = pd.DataFrame(pairs, columns=["households_apart", "share_apart", "area_apart_m2"])
    for place, column in ((1, "second"), (0, "first")):
        listed.insert(0, column, [pair[place] for pair in combinations(names, 2)])
    apart = [
        listed.loc[(listed["first"] == name) | (listed["second"] == name), "households_apart"].sum() for name in names
    ]
    base = int(np.argmin(apart))
    seen = np.column_stack([_answers(label[:, one], label[:, base], households, counted) for one in range(len(names))])
    proposed = _majority(pieces, label[:, base], seen, households)
    total = max(households.sum(), 1.0)
    moved = [float(households[seen[:, one] != proposed].sum()) for one in range(len(names))]
    moves = pd.DataFrame({"set": names, "households": moved, "share": np.array(moved) / total})
    frame: dict[str, object] = {name: _named(codes[one], label[:, one]) for one, name in enumerate(names)}
    frame |= {"proposed": _named(codes[base], proposed), "households": households, "area_m2": area_m2, "noise": noise}
    frame["agreed"] = (seen == seen[:, [base]]).all(axis=1)
    cells = gpd.GeoDataFrame(frame, geometry=pieces, crs=homes.crs)
    order = np.lexsort(label.T[::-1])
    return Crosswalk(
        names,
        cells.iloc[order].reset_index(drop=True),
        listed,
        moves,
        names[base],
        moved[base] > 0,
    )


def _named(codes: Geometries, row: Ints) -> Geometries:
    """Codes of rows, None for no row."""
    named = np.full(len(row), None, dtype=object)
    named[row != NOBODY] = codes[row[row != NOBODY]]
    return named


def _overlay(grids: Sequence[Geometries], ground: shapely.Geometry) -> tuple[Geometries, Ints]:
    """Pieces of the ground with the same grids, and per piece and set the row of the grid, -1 where there is none."""
    faces = faces_of(shapely.boundary(np.concatenate([*grids, [ground]])))
    middle = shapely.point_on_surface(faces)
    shapely.prepare(ground)
    inside = shapely.intersects(ground, middle)
    faces, middle = faces[inside], middle[inside]
    label = np.full((len(faces), len(grids)), NOBODY, dtype=np.int64)
    for one, shapes in enumerate(grids):
        face, row = shapely.STRtree(shapes).query(middle, predicate="intersects")
        order = np.lexsort((-row, face))
        label[face[order], one] = row[order]
    kept, number = np.unique(label, axis=0, return_inverse=True)
    whole, _ = dissolved(faces, number)
    pieces, row = shapely.get_parts(whole, return_index=True)
    return pieces, kept[row]


def _held(pieces: Geometries, homes: gpd.GeoDataFrame) -> Floats:
    """Households of each piece, a home outside all of them in the nearest."""
    points = homes.geometry.to_numpy()
    counts = np.nan_to_num(homes["households"].to_numpy(dtype=np.float64))
    return np.bincount(holders(pieces, points), weights=counts, minlength=len(pieces)).astype(np.float64)


def holders(pieces: Geometries, points: Geometries) -> Ints:
    """The piece each point lies in, the first where it lies in several, the nearest where in none."""
    tree = shapely.STRtree(pieces)
    point, piece = tree.query(points, predicate="intersects")
    owner: Ints = tree.nearest(points) if len(points) else np.empty(0, dtype=np.int64)
    order = np.lexsort((-piece, point))
    owner[point[order]] = piece[order]
    return owner


def _matched(first: Ints, second: Ints, households: Floats, area_m2: Floats) -> tuple[Ints, Ints]:
    """Rows of two sets that answer to each other: the assignment with the most households, then ground, in common."""
    both = (first != NOBODY) & (second != NOBODY)
    shape = (first.max(initial=0) + 1, second.max(initial=0) + 1)
    common = coo_array((households[both] + AREA_TIE * area_m2[both], (first[both], second[both])), shape=shape)
    dense = common.toarray()
    a, b = linear_sum_assignment(dense, maximize=True)
    meet = dense[a, b] > 0
    return a[meet], b[meet]


def _pair(first: Ints, second: Ints, households: Floats, area_m2: Floats) -> tuple[float, float, float]:
    """Households apart, their share of all, and ground apart."""
    agreed = _answers(first, second, households, area_m2) == second
    agreed &= second != NOBODY
    total = households.sum()
    apart = float(households[~agreed].sum())
    return apart, apart / total if total else np.nan, float(area_m2[~agreed].sum())


def _answers(one: Ints, base: Ints, households: Floats, area_m2: Floats) -> Ints:
    """Per piece the row of the base set that the piece's grid answers to, -1 where it answers to none."""
    a, b = _matched(one, base, households, area_m2)
    answer = np.full(one.max(initial=0) + 2, NOBODY, dtype=np.int64)
    answer[a] = b
    return answer[one]


def _majority(pieces: Geometries, base: Ints, seen: Ints, households: Floats) -> Ints:
    """Row of the base set proposed for every piece; ground that the base lacks goes to the grid beside it."""
    beside = adjacency(pieces)
    kept = _filled(base, beside)
    proposed = kept.copy()
    for piece, row in enumerate(seen):
        rows, votes = np.unique(row[row != NOBODY], return_counts=True)
        if len(rows) and 2 * votes.max() > seen.shape[1]:
            proposed[piece] = rows[votes.argmax()]
    size = households + AREA_TIE * shapely.area(pieces)
    while (astray := _astray(proposed, beside, size) & (proposed != kept)).any():
        proposed[astray] = kept[astray]
    return proposed if _astray(proposed, beside, size).sum() <= _astray(kept, beside, size).sum() else kept


def _filled(base: Ints, beside: Adjacency) -> Ints:
    """Ground without a grid given to the one it shares most border with, from its rim inwards."""
    filled = base.copy()
    while True:
        gain = np.zeros((len(base), base.max(initial=0) + 1))
        for one, other in ((beside.first, beside.second), (beside.second, beside.first)):
            rim = (filled[one] == NOBODY) & (filled[other] != NOBODY)
            np.add.at(gain, (one[rim], filled[other[rim]]), beside.border_m[rim])
        won = np.flatnonzero(gain.any(axis=1))
        if not len(won):
            return filled
        filled[won] = gain[won].argmax(axis=1)


def _astray(owner: Ints, beside: Adjacency, size: Floats) -> NDArray[np.bool_]:
    """Pieces not connected with the greatest part of their grid."""
    same = owner[beside.first] == owner[beside.second]
    ways = (np.ones(same.sum()), (beside.first[same], beside.second[same]))
    _, part = connected_components(coo_array(ways, shape=(len(owner), len(owner))), directed=False)
    held = np.bincount(part, weights=size)
    greatest = np.zeros(owner.max(initial=0) + 2)
    np.maximum.at(greatest, owner, held[part])
    return np.asarray(held[part] < greatest[owner], dtype=np.bool_)
