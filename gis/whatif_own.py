"""Which communities an added or shut way can matter to, where a service point serves one community alone."""

import numpy as np

from gis.edit_kernels import NO_WALK
from gis.frozen import Frozen
from gis.kernels import Ints
from gis.network import Floats, Longs

# a walk may be shorter than the straight line by the rounding of its pieces
ROUNDING_SHARE, ROUNDING_CM = 0.98, 100.0


def groups_near(
    frozen: Frozen, point_xy: Floats, point_group: Longs, own_cm: Ints, places: Floats, length_cm: int, shut: bool
) -> list[int]:
    """Return the groups with a home whose walk could pass one of the `places` (p, 2), by the straight line.

    `point_xy`, `point_group`: the open points that serve a group; `own_cm` (homes): the walks now. Never misses a
    group; may name too many.
    """
    if len(point_xy) == 0:
        return []
    to_point = np.full((int(max(point_group.max(), frozen.home_group.max(initial=0))) + 1, len(places)), np.inf)
    np.minimum.at(to_point, point_group, _apart(point_xy, places))
    served = np.flatnonzero(frozen.home_group >= 0)
    group = frozen.home_group[served]
    to_home, beyond = _apart(frozen.home_xy[served], places), to_point[group]
    if shut:
        least = (to_home + beyond).min(axis=1) - 2 * length_cm
    else:
        # from the home to one end, over the way, from the other end to the point
        least = np.minimum(to_home[:, 0] + beyond[:, 1], to_home[:, 1] + beyond[:, 0]) + length_cm
    now = own_cm[served]
    most = np.where(now == NO_WALK, 0 if shut else frozen.limit_cm, now)
    near: list[int] = np.unique(group[least * ROUNDING_SHARE - ROUNDING_CM <= most]).tolist()
    return near


def _apart(one: Floats, other: Floats) -> Floats:
    gap = one[:, None] - other[None]
    cm: Floats = np.hypot(gap[..., 0], gap[..., 1]) * 100
    return cm
