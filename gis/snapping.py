"""Where compounds and service points meet the walking network, and how far the way to it is.

CONTRACT "Snap": to the gates where known; else to all topological edges within 60 m, else to the nearest one up to
200 m; never to a bridge, a tunnel or another layer, never across a barrier; the way there is walked and counted.
"""

from dataclasses import dataclass, fields, replace
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from gis.errors import BadInputError
from gis.kernels import Ints
from gis.network import Bools, Floats, Longs, Network

# A gate stands on the wall it opens and a shop front on its own: what a way crosses within the first metre is no
# obstacle. At the street it may touch a barrier drawn along the kerb.
AT_POINT_M: Final = 1.0
AT_STREET_M: Final = 0.01


@dataclass(frozen=True)
class SnapLimits:
    """How far a street is looked for, in metres: all edges within `all_m`, else the nearest one within `nearest_m`."""

    all_m: float = 60.0
    nearest_m: float = 200.0


DEFAULT_LIMITS: Final = SnapLimits()


@dataclass(frozen=True)
class Snaps:
    """Attachments of points to a network, one per row of the parallel arrays, sorted by owner.

    `owner`: row of the point; `segment`; `pos_cm`: along it from its node u; `off_cm`: walk off the street (inner way
    to the gate included); `start_xy`: the point, `door_xy`: its gate, or the point again, both (a, 2) metres.
    """

    owner: Ints
    segment: Ints
    pos_cm: Ints
    off_cm: Ints
    start_xy: Floats
    door_xy: Floats

    def __len__(self) -> int:
        return len(self.owner)

    def missing(self, n: int) -> Longs:
        """Return the rows of 0..n-1 without any attachment: 无法判定."""
        return np.flatnonzero(np.bincount(self.owner, minlength=n)[:n] == 0)

    def take(self, attachments: Longs) -> "Snaps":
        """Return these attachments in this order."""
        return Snaps(*(getattr(self, f.name)[attachments] for f in fields(Snaps)))

    def select(self, rows: Longs | list[int]) -> "Snaps":
        """Return the attachments of these points only, numbered by their position in `rows` (no repeats)."""
        wanted = np.asarray(rows, dtype=np.int64)
        place = np.full(int(max(self.owner.max(initial=-1), wanted.max(initial=-1))) + 1, -1)
        place[wanted] = np.arange(len(wanted))
        owner = place[self.owner]
        order = np.argsort(owner, kind="stable")
        return replace(self, owner=owner.astype(np.int32)).take(order[owner[order] >= 0])


def join(*parts: Snaps) -> Snaps:
    """Put attachments of the same points side by side (frozen ones and added ones), sorted by owner."""
    whole = Snaps(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Snaps)))
    return whole.take(np.argsort(whole.owner, kind="stable"))


def snap(
    network: Network,
    points_xy: Floats,
    barriers: gpd.GeoDataFrame | shapely.STRtree | None = None,
    limits: SnapLimits = DEFAULT_LIMITS,
) -> Snaps:
    """Attach points (n, 2), metres of the network's zone, by the rule above.

    On every edge the nearest place counts, and only the straight way to that place is tested against `barriers`
    (LineString rows, or their `wall_tree`; None or empty = none). Where all edges within `all_m` lie behind a barrier,
    the next nearest one within `nearest_m` counts. Points without an attachment are in `Snaps.missing`.
    """
    xy = np.asarray(points_xy, dtype=np.float64).reshape(-1, 2)
    walls = barriers if isinstance(barriers, shapely.STRtree) else wall_tree(barriers)
    near = _clear(_nearest_places(network, xy, np.arange(len(xy)), limits.all_m), walls)
    alone = np.flatnonzero(np.bincount(near.owner, minlength=len(xy)) == 0)
    far = _first_of_each(_clear(_nearest_places(network, xy, alone, limits.nearest_m), walls))
    owner = np.concatenate([near.owner, far.owner])
    order = np.lexsort((np.concatenate([near.metres, far.metres]), owner))
    segment = np.concatenate([near.segment, far.segment])[order]
    fraction = np.concatenate([near.fraction, far.fraction])[order]
    metres = np.concatenate([near.metres, far.metres])[order]
    owner = owner[order]
    return Snaps(
        owner=owner.astype(np.int32),
        segment=segment.astype(np.int32),
        pos_cm=np.rint(fraction * network.seg_cm[segment]).astype(np.int32),
        off_cm=np.rint(metres * 100).astype(np.int32),
        start_xy=xy[owner],
        door_xy=xy[owner],
    )


def snap_compounds(
    network: Network,
    compounds: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    limits: SnapLimits = DEFAULT_LIMITS,
) -> Snaps:
    """Attach compounds through their gates where gates are known, else by their own point.

    Compounds: uid, Point; gates: compound_uid, Point (other geometries raise BadInputError). The inner way from point
    to gate is a straight line of any length, rounded to cm, part of `off_cm`. A compound none of whose gates finds a
    street stays without attachment: its point does not stand in for gates known to lead nowhere.
    """
    home = point_xy(compounds)
    if gates is None or len(gates) == 0:
        return snap(network, home, barriers, limits)
    row_of = {uid: row for row, uid in enumerate(compounds["uid"])}
    owner = gates["compound_uid"].map(row_of).fillna(-1).to_numpy(dtype=np.int64)
    gate_xy = point_xy(gates)[owner >= 0]
    owner = owner[owner >= 0]
    gated = snap(network, gate_xy, barriers, limits)
    of = owner[gated.owner]
    inner = np.rint(np.hypot(*(gated.start_xy - home[of]).T) * 100).astype(np.int32)
    through = Snaps(of.astype(np.int32), gated.segment, gated.pos_cm, gated.off_cm + inner, home[of], gated.start_xy)
    bare = np.setdiff1d(np.arange(len(home)), owner)
    direct = snap(network, home[bare], barriers, limits)
    return join(through, replace(direct, owner=bare[direct.owner].astype(np.int32)))


def point_xy(frame: gpd.GeoDataFrame) -> Floats:
    """Return one place per row (n, 2); raises BadInputError where a row is no Point or an empty one."""
    points = frame.geometry.to_numpy()
    if not ((shapely.get_type_id(points) == shapely.GeometryType.POINT) & ~shapely.is_empty(points)).all():
        raise BadInputError("接路网只能用点；面状小区请先取代表点，空几何请先剔除。")
    xy: Floats = shapely.get_coordinates(points)
    return xy


def off_main(points_xy: Floats, streets: gpd.GeoDataFrame, limits: SnapLimits = DEFAULT_LIMITS) -> Bools:
    """Return per point (n, 2) whether its nearest walkable street within `nearest_m` is off the main component.

    Streets: walkable, main, LineString. Such points are listed; they still attach to the main component if they can.
    """
    xy = np.asarray(points_xy, dtype=np.float64).reshape(-1, 2)
    rows = np.flatnonzero(streets["walkable"].eq(True).to_numpy(dtype=bool))
    answer = np.zeros(len(xy), dtype=bool)
    if len(rows) == 0:
        return answer
    tree = shapely.STRtree(streets.geometry.to_numpy()[rows])
    point, street = tree.query_nearest(shapely.points(xy), max_distance=limits.nearest_m, all_matches=True)
    on_main = streets["main"].eq(True).to_numpy(dtype=bool)[rows[street]]
    answer[point] = True
    answer[point[on_main]] = False
    return answer


@dataclass(frozen=True)
class _Places:
    """Candidate attachments: nearest place on an edge, as segment and fraction along it, with its distance."""

    owner: Longs
    segment: Longs
    fraction: Floats
    metres: Floats
    from_xy: Floats
    to_xy: Floats

    def keep(self, which: Bools | Longs) -> "_Places":
        return _Places(*(getattr(self, f.name)[which] for f in fields(_Places)))


def _nearest_places(network: Network, xy: Floats, rows: Longs, within_m: float) -> _Places:
    """Return the nearest place on every snappable edge within reach of the points in `rows`."""
    pair = network.snap_tree.query(shapely.points(xy[rows]), predicate="dwithin", distance=within_m)
    owner, segment = rows[pair[0]], network.snappable[pair[1]].astype(np.int64)
    start, stop = network.xy[network.seg_u[segment]], network.xy[network.seg_v[segment]]
    along = stop - start
    fraction = np.clip(((xy[owner] - start) * along).sum(axis=1) / (along**2).sum(axis=1), 0.0, 1.0)
    place = start + along * fraction[:, None]
    metres = np.hypot(*(xy[owner] - place).T)
    found = _Places(owner, segment, fraction, metres, xy[owner], place)
    edge = network.seg_edge[segment]
    order = np.lexsort((segment, metres, edge, owner))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(owner[order]) != 0) | (np.diff(edge[order]) != 0)
    return found.keep(order[first])


def _first_of_each(places: _Places) -> _Places:
    """Keep the nearest place of every point."""
    order = np.lexsort((places.segment, places.metres, places.owner))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(places.owner[order]) != 0
    return places.keep(order[first])


def wall_tree(barriers: gpd.GeoDataFrame | None) -> shapely.STRtree | None:
    """Index the barriers piece by piece: one river is one row, but only a few of its vertices are near a point."""
    if barriers is None or len(barriers) == 0:
        return None
    xy, line = shapely.get_coordinates(shapely.get_parts(barriers.geometry.to_numpy()), return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    return shapely.STRtree(shapely.linestrings(np.stack([xy[first], xy[first + 1]], axis=1)))


def _clear(places: _Places, walls: shapely.STRtree | None) -> _Places:
    """Drop the places whose straight way crosses a barrier beyond the tolerated ends."""
    if walls is None or len(places.owner) == 0:
        return places
    long = np.flatnonzero(places.metres > AT_POINT_M + AT_STREET_M)
    step = (places.to_xy[long] - places.from_xy[long]) / places.metres[long, None]
    ways = np.stack([places.from_xy[long] + step * AT_POINT_M, places.to_xy[long] - step * AT_STREET_M], axis=1)
    blocked = np.zeros(len(places.owner), dtype=bool)
    blocked[long[walls.query(shapely.linestrings(ways), predicate="intersects")[0]]] = True
    return places.keep(~blocked)
