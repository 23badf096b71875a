"""What would bring a compound within the limit: one gate more, or one crossing of what lies between.

Both are tried on the frozen walks, so what is promised is what the what-if engine gives.
"""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis import reach, snapping
from gis.edit_kernels import NO_WALK, walks_of
from gis.frozen import ANYBODY, Frozen
from gis.isochrone import ENCLOSURES
from gis.kernels import Ints
from gis.network import Floats, Longs
from gis.snapping import SnapLimits, Snaps
from gis.whatif import Session

# how far a gate may lead: farther off it is a new road, not a gate
GATE_M: Final = 200.0
# a footbridge starts this far before what it crosses and may be this long
LANDING_M: Final = 15.0
LONGEST_CROSSING_M: Final = 300.0
CROSSED: Final = frozenset({"river", "railway", "expressway", "motorway", "moat", "city_wall"})


@dataclass(frozen=True)
class Gate:
    """A gate towards a street: the place on the street (x, y metres), its segment, the walk to the service then."""

    xy: tuple[float, float]
    segment: int
    after_cm: int


@dataclass(frozen=True)
class Crossing:
    """A way over or under what lies between: both ends (x, y metres) and the walk to the service then."""

    one: tuple[float, float]
    other: tuple[float, float]
    after_cm: int


def gates(
    frozen: Frozen, lane: int, homes: Longs, home_xy: Floats, barriers: gpd.GeoDataFrame, limit_cm: int
) -> dict[int, Gate]:
    """Return for those of `homes` (rows, at `home_xy`) that one gate more brings within the limit the shortest such.

    The way there is straight, passes walls compounds stand in and no other barrier (kind, LineString).
    """
    if len(homes) == 0:
        return {}
    walls = snapping.wall_tree(barriers[~barriers["kind"].isin(ENCLOSURES)])
    ways = snapping.snap(frozen.network, home_xy, walls, SnapLimits(GATE_M, GATE_M))
    cm = np.full(len(ways), NO_WALK, np.int32)
    for group, distance in _distances(frozen, lane, frozen.home_group[homes]):
        mine = np.flatnonzero(frozen.home_group[homes][ways.owner] == group)
        cm[mine] = _alone(frozen, lane, ways.take(mine), distance, limit_cm)
    found: dict[int, Gate] = {}
    for way in np.flatnonzero(cm != NO_WALK)[np.argsort(cm[cm != NO_WALK], kind="stable")].tolist():
        place = frozen.network.point_on(ways.segment[way : way + 1], ways.pos_cm[way : way + 1])[0]
        gate = Gate((float(place[0]), float(place[1])), int(ways.segment[way]), int(cm[way]))
        found.setdefault(int(homes[ways.owner[way]]), gate)
    return found


def crossing(
    session: Session,
    lane: int,
    home: int,
    line: shapely.LineString,
    barriers: NDArray[np.object_],
    walls: shapely.STRtree | None,
    limit_cm: int,
) -> Crossing | None:
    """Return the way across that brings a home within the limit, None where there is none.

    `line`: from the home to its nearest point; `barriers`: the lines to be crossed, of kinds as in CROSSED; `walls`:
    what a way to the street must not cross. The session is left as it was.
    """
    met = shapely.intersection(shapely.union_all(barriers), line)
    if met.is_empty:
        return None
    at = shapely.line_locate_point(line, shapely.points(shapely.get_coordinates(met)))
    span = max(0.0, float(at.min()) - LANDING_M), min(line.length, float(at.max()) + LANDING_M)
    if span[1] - span[0] > LONGEST_CROSSING_M:
        return None
    ends = shapely.get_coordinates(shapely.line_interpolate_point(line, span))
    snaps = snapping.snap(session.frozen.network, ends, walls)
    one, other = snaps.select([0]), snaps.select([1])
    if len(one) == 0 or len(other) == 0:
        return None
    session.add_way(one, other, round(float(np.hypot(*(ends[1] - ends[0]))) * 100))
    after = int(session.walks(lane)[home])
    session.undo()
    if not 0 <= after <= limit_cm:
        return None
    return Crossing((float(ends[0, 0]), float(ends[0, 1])), (float(ends[1, 0]), float(ends[1, 1])), after)


def _distances(frozen: Frozen, lane: int, groups: Longs) -> "list[tuple[int, Ints]]":
    """Distances from the nodes to what serves each of the groups."""
    common = frozen.distance[lane]
    answer = []
    for group in np.unique(groups).tolist():
        points = [] if group == ANYBODY else frozen.own_points[lane].get(group, ())
        if not points:
            answer.append((group, common))
            continue
        own = reach.node_distances(frozen.network, frozen.doors.select(list(points)), frozen.limit_cm)
        distance = common.copy()
        distance[: len(own)] = np.minimum(distance[: len(own)], own)
        answer.append((group, distance))
    return answer


def _alone(frozen: Frozen, lane: int, ways: Snaps, distance: Ints, limit_cm: int) -> Ints:
    """The walk through each way by itself."""
    each = np.arange(len(ways) + 1, dtype=np.int32)
    none, streets = np.empty((0, 5), np.int32), np.zeros(frozen.network.n_segments, np.int32)
    rows = np.stack([each[:-1], ways.segment, ways.pos_cm, ways.off_cm], axis=1).astype(np.int32)
    points = np.ones(len(frozen.point_lane), np.int32)
    tables = each, rows, none, frozen.ends, streets, none, frozen.places.pointer, frozen.places.rows, none, points
    net: Ints = walks_of(each[:-1], *tables, lane, distance, limit_cm)
    return net
