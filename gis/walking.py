"""Every compound's walk to every category of service point: snap, search, and the straight line to compare with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis import reach, snapping
from gis.kernels import Ints
from gis.network import Bools, Network
from gis.snapping import SnapLimits, Snaps
from gis.standards import Category

# part of every digest: numbers of another engine are other numbers
ENGINE: Final = "walk-1"
NONE: Final = reach.NO_WALK


@dataclass(frozen=True, eq=False)
class Walking:
    """Walks of m compounds to K categories, (m, K) int32 centimetres, -1 = none within the search distance.

    `net_cm` the whole walk, `snap_cm` its part off the streets, `service` the row of the service point reached,
    `straight_cm` the straight line to the nearest point. `homes`, `doors`: how compounds and points are attached.
    `snapped` False = 无法判定. `recorded`: the categories whose points say which community they serve.
    """

    categories: tuple[str, ...]
    net_cm: Ints
    snap_cm: Ints
    service: Ints
    straight_cm: Ints
    snapped: Bools
    homes: Snaps
    doors: Snaps
    recorded: frozenset[str]


def walk_to_services(
    network: Network,
    compounds: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    categories: Mapping[str, Category],
    limit_cm: int,
    snapping_limits: SnapLimits,
) -> Walking:
    """Walk from every compound to the nearest point of every category.

    compounds: uid, community_uid, Point; gates: compound_uid, Point; points: category, serves_uid, Point; all metric
    with a RangeIndex. Catchment `own` counts a point only for the community it serves; a point that does not say
    whom it serves counts for everybody (CONTRACT, "Catchment").
    """
    homes = snapping.snap_compounds(network, compounds, gates, barriers, snapping_limits)
    doors = snapping.snap(network, shapely.get_coordinates(points.geometry.to_numpy()), barriers, snapping_limits)
    home_xy = shapely.get_coordinates(compounds.geometry.to_numpy())
    point_xy = shapely.get_coordinates(points.geometry.to_numpy())
    serves = points["serves_uid"].notna().to_numpy()
    kind = points["category"].to_numpy()
    rows = {one: np.flatnonzero(kind == one) for one in categories}
    # a point that serves one community is out of the common search
    open_rows = {
        one: rows[one][~serves[rows[one]]] if categories[one].catchment == "own" else rows[one] for one in categories
    }
    lanes = [doors.select(chosen) for chosen in open_rows.values()]
    found = reach.walks(network, reach.distances(network, lanes, limit_cm), homes, len(compounds), lanes, limit_cm)
    answer = np.stack([found.net_cm, found.snap_cm, _named(found.destination, list(open_rows.values()))])
    recorded = set()
    for lane, (one, category) in enumerate(categories.items()):
        own = rows[one][serves[rows[one]]]
        if category.catchment == "own" and len(own):
            recorded.add(one)
            answer[:, :, lane] = _nearer(
                answer[:, :, lane], _own_walks(network, compounds, points, homes, doors, own, limit_cm)
            )
    straight = np.stack([straight_lengths(home_xy, point_xy[rows[one]]) for one in categories], axis=1)
    snapped = np.bincount(homes.owner, minlength=len(compounds)) > 0
    return Walking(
        tuple(categories), answer[0], answer[1], answer[2], straight, snapped, homes, doors, frozenset(recorded)
    )


def _own_walks(
    network: Network,
    compounds: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    homes: Snaps,
    doors: Snaps,
    own: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    limit_cm: int,
) -> Ints:
    served = points["serves_uid"].to_numpy()[own]
    number = {uid: index for index, uid in enumerate(dict.fromkeys(served))}
    home_group = np.array([number.get(uid, -1) for uid in compounds["community_uid"]], np.int64)
    door_group = np.array([number[uid] for uid in served], np.int64)
    found = reach.grouped_walks(network, homes, home_group, doors.select(own), door_group, limit_cm)
    return np.stack([found.net_cm[:, 0], found.snap_cm[:, 0], _named(found.destination, [own])[:, 0]])


def _nearer(one: Ints, other: Ints) -> Ints:
    """The shorter of two walks per compound; both are rows net, off-street, destination."""
    better = (other[0] != NONE) & ((one[0] == NONE) | (other[0] < one[0]))
    return np.where(better, other, one).astype(np.int32)


def _named(destination: Ints, rows: Sequence["np.ndarray[tuple[int], np.dtype[np.int64]]"]) -> Ints:
    """Rows within a category as rows of the whole frame."""
    named = np.full(destination.shape, NONE, np.int32)
    for lane, chosen in enumerate(rows):
        hit = destination[:, lane] >= 0
        named[hit, lane] = chosen[destination[hit, lane]]
    return named


def straight_lengths(
    home_xy: "np.ndarray[tuple[int, int], np.dtype[np.float64]]",
    point_xy: "np.ndarray[tuple[int, int], np.dtype[np.float64]]",
) -> Ints:
    """Straight centimetres from every home (m, 2) to the nearest of the points (n, 2), NONE where there is no point."""
    if len(point_xy) == 0 or len(home_xy) == 0:
        return np.full(len(home_xy), NONE, np.int32)
    metres, _ = cKDTree(point_xy).query(home_xy)
    straight: Ints = np.rint(metres * 100).astype(np.int32)
    return straight
