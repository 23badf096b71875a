"""Overlaps and gaps settled face by face: all borders noded together, every face of the ground given to one row."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gis.adjacency import adjacency
from gis.noding import GRID_M, faces_of
from gis.spikes import without_spikes
from gis.topology import NOISE_M2, NOISE_WIDTH_M, width_m

PARENT_STEP_M: Final = 50.0
ON_GRID_M: Final = 1.5 * GRID_M
ROUNDS: Final = 5

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def settled(
    own: Geometries, fixed: Geometries, parents: Geometries, priority: Ints, overlaps: bool, narrow_m: float
) -> Geometries:
    """The polygons of a set as a vertex-matched coverage, one per row, empty where a row lost all its ground.

    own, fixed (stored neighbours), parents: metric polygons. `priority`: the row with the smallest keeps a face that
    several have, when `overlaps`; a face that a fixed polygon has then goes to it. Faces of nobody inside a parent
    (anywhere enclosed, where there is none) that are narrower than `narrow_m` go to the row with the longest border.
    Noise (under 0.05 m2 or 1 cm) is always settled. The ground of a spike that is taken off beside a parent's border
    is nobody's: it is settled in another round, so that settling what is settled changes nothing.
    """
    for _ in range(ROUNDS):
        made = _once(own, fixed, parents, priority, overlaps, narrow_m)
        own = without_spikes(made)
        if own is made:
            break
    return own


def _once(
    own: Geometries, fixed: Geometries, parents: Geometries, priority: Ints, overlaps: bool, narrow_m: float
) -> Geometries:
    edges = shapely.boundary(np.concatenate([own, fixed]))
    lines = np.concatenate([edges, shapely.segmentize(shapely.boundary(parents), PARENT_STEP_M)])
    ground = faces_of(lines)
    face, row = _owners(ground, own)
    held = np.zeros(len(ground), dtype=np.bool_)
    held[_owners(ground, fixed)[0]] = True
    noise = (shapely.area(ground) < NOISE_M2) | (2 * shapely.area(ground) / shapely.length(ground) < NOISE_WIDTH_M)
    settle = noise | overlaps
    pairs = pd.DataFrame({"face": face, "row": row, "rank": priority[row]}).sort_values(["face", "rank"])
    pairs = pairs[~(settle & held)[pairs["face"]]]
    pairs = pairs.loc[~(settle[pairs["face"]] & pairs["face"].duplicated().to_numpy()), ["face", "row"]]
    free = ~held
    free[face] = False
    if len(parents):
        inside = np.zeros(len(ground), dtype=np.bool_)
        inside[_owners(ground, parents)[0]] = True
        free &= inside
    pairs = pd.concat([pairs, _given(ground, free, noise, pairs, priority, narrow_m)])
    made = np.full(len(own), shapely.Polygon(), dtype=object)
    for which, faces in pairs.groupby("row")["face"]:
        made[int(str(which))] = shapely.coverage_union_all(ground[np.sort(faces.to_numpy())])
    return _restored(made, np.concatenate([fixed, parents, own]))


def _owners(ground: Geometries, polygons: Geometries) -> tuple[Ints, Ints]:
    """Pairs of a face and a polygon that has it."""
    inside = shapely.point_on_surface(ground)
    polygon, face = shapely.STRtree(inside).query(polygons, predicate="intersects")
    return face.astype(np.int64), polygon.astype(np.int64)


def _given(
    ground: Geometries, free: Mask, noise: Mask, pairs: pd.DataFrame, priority: Ints, narrow_m: float
) -> pd.DataFrame:
    """Faces of nobody that are narrow enough, with the row each goes to; faces side by side are one gap."""
    beside = adjacency(ground)
    both = free[beside.first] & free[beside.second]
    n = len(ground)
    graph = coo_array((np.ones(int(both.sum())), (beside.first[both], beside.second[both])), shape=(n, n))
    gap = connected_components(graph, directed=False)[1]
    touch = pd.DataFrame(
        {
            "face": np.concatenate([beside.first, beside.second]),
            "other": np.concatenate([beside.second, beside.first]),
            "border_m": np.concatenate([beside.border_m, beside.border_m]),
        }
    )
    touch = touch[free[touch["face"]]].merge(pairs.rename(columns={"face": "other"}), on="other")
    sums = touch.assign(gap=gap[touch["face"]]).groupby(["gap", "row"], as_index=False)["border_m"].sum()
    sums = sums.assign(rank=priority[sums["row"]], border_m=sums["border_m"].round(3))
    best = sums.sort_values(["gap", "border_m", "rank"], ascending=[True, False, True]).drop_duplicates("gap")
    takes = dict(zip(best["gap"].tolist(), best["row"].tolist(), strict=True))
    face_rows: list[tuple[int, int]] = []
    members = pd.Series(np.flatnonzero(free)).groupby(gap[free])
    for which, listed in members:
        faces = listed.to_numpy()
        owner = takes.get(int(str(which)))
        if owner is None:
            continue
        if noise[faces].all() or (narrow_m and width_m(shapely.coverage_union_all(ground[faces])) < narrow_m):
            face_rows += [(int(face), int(owner)) for face in faces]
    given = np.array(face_rows, dtype=np.int64).reshape(-1, 2)
    return pd.DataFrame({"face": given[:, 0], "row": given[:, 1]})


def _restored(made: Geometries, before: Geometries) -> Geometries:
    """Vertices that the grid moved put back where they were, the same everywhere: what nobody touched stays equal."""
    was = shapely.get_coordinates(before)
    tree = cKDTree(was)
    first = pd.Series(np.arange(len(was))).groupby([was[:, 0], was[:, 1]], sort=False).transform("min").to_numpy()

    def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        away, nearest = tree.query(xy, distance_upper_bound=ON_GRID_M)
        near = np.isfinite(away)
        out = xy.copy()
        out[near] = was[first[nearest[near]]]
        return out

    put = shapely.transform(made, back)
    good = shapely.is_valid(put)
    return np.where(good, put, made) if good.all() else made


def touched(before: gpd.GeoSeries, after: gpd.GeoSeries) -> Mask:
    """Which rows of two series (aligned) have another geometry."""
    same: Mask = shapely.equals_identical(shapely.normalize(before.to_numpy()), shapely.normalize(after.to_numpy()))
    return ~same
