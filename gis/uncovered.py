"""The compounds that are not within a limit, most people first, with why."""

from typing import Literal

import numpy as np
import pandas as pd

from gis.coverage import Speeds, limit_cm, time_limit_cm
from gis.standards import COUNT_COLUMN, Group, StandardRow
from gis.walked import NO_WALK, Walked, minutes_up, within

NOTHING_NEAR = "附近没有"
DETOUR = "绕行"


def uncovered(
    walked: Walked, row: StandardRow, speeds: Speeds, group: Group | None = None, by: Literal["limit", "time"] = "limit"
) -> pd.DataFrame:
    """Return the decided compounds outside a row's limit: that of its verdict, or its minutes at the group's speed.

    Columns `uid, name, people, estimated, net_cm, straight_cm, minutes, cause`: people of the group (the row's own if
    None) or NaN, lengths -1 where there is none within the search distance, minutes at the speed of the group or NA.
    `cause` is 附近没有 where even the straight line is over the limit, else 绕行. A row without a limit gives no rows.
    """
    group = row.group if group is None else group
    far_cm = limit_cm(row, speeds) if by == "limit" else time_limit_cm(row, group, speeds)
    net_cm, straight_cm = walked.net(row.category.id), walked.straight(row.category.id)
    cm_s = speeds[group].cm_s
    found = pd.DataFrame(
        {
            "uid": walked.compounds["uid"],
            "name": walked.compounds["name"],
            "people": pd.to_numeric(walked.compounds[COUNT_COLUMN[group]], errors="coerce"),
            "estimated": walked.compounds["residents_estimated"],
            "net_cm": net_cm,
            "straight_cm": straight_cm,
            "minutes": pd.array([None if cm == NO_WALK else minutes_up(cm, cm_s) for cm in net_cm.tolist()], "Int64"),
        }
    )
    if far_cm is None:
        return found.assign(cause="")[:0]
    found["cause"] = np.where(within(straight_cm, far_cm), DETOUR, NOTHING_NEAR)
    found = found[walked.snapped & ~within(net_cm, far_cm)]
    return found.sort_values(["people", "uid"], ascending=[False, True], na_position="last").reset_index(drop=True)
