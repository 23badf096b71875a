"""Which communities an added or shut way can matter to, where a service point serves one community alone."""

from collections.abc import Mapping, Sequence

import numpy as np

from gis.edit_kernels import NO_WALK
from gis.frozen import Frozen
from gis.kernels import Ints
from gis.network import Floats
from gis.snapping import Snaps

# a walk may be shorter than the straight line by the rounding of its pieces
ROUNDING_SHARE, ROUNDING_CM = 0.98, 100.0


def groups_near(
    frozen: Frozen, points: Mapping[int, Sequence[Snaps]], own_cm: Ints, places: Floats, length_cm: int, shut: bool
) -> set[int]:
    """Return the groups with a home whose walk could pass one of the `places` (p, 2), by the straight line.

    `points`: attachments of the open points per group; `own_cm`: the walks now. Never misses one; may name too many.
    """
    found = set()
    for group, parts in points.items():
        homes = np.flatnonzero(frozen.home_group == group)
        if len(homes) == 0 or not any(len(snaps) for snaps in parts):
            continue
        point_xy = np.concatenate([snaps.start_xy for snaps in parts if len(snaps)])
        to_home = _apart(frozen.home_xy[homes], places)
        to_point = _apart(point_xy, places).min(axis=0)
        if shut:
            least = (to_home + to_point).min(axis=1) - 2 * length_cm
        else:
            # from the home to one end, over the way, from the other end to the point
            least = np.minimum(to_home[:, 0] + to_point[1], to_home[:, 1] + to_point[0])
        now = own_cm[homes]
        most = np.where(now == NO_WALK, 0 if shut else frozen.limit_cm, now)
        if (least * ROUNDING_SHARE - ROUNDING_CM <= most).any():
            found.add(group)
    return found


def _apart(one: Floats, other: Floats) -> Floats:
    gap = one[:, None] - other[None]
    cm: Floats = np.hypot(gap[..., 0], gap[..., 1]) * 100
    return cm
