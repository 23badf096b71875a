"""Who is outside of what, why, and what would fix it: the list a street office works through, 每周清单."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from sqlalchemy import Connection

from api.flows.coverage import Asked
from api.flows.detail import number
from api.flows.planning import Ground
from api.flows.siting import Candidates, candidates
from api.flows.whatif import head
from data import results
from gis import explain, fixes, pairs
from gis.coverage import limit_cm
from gis.errors import BadInputError, NotFoundError
from gis.standards import COUNT_COLUMN, StandardRow
from gis.walked import minutes_up
from gis.whatif import Session


@dataclass(frozen=True, eq=False)
class _Item:
    """One row of the standard over all compounds: walks, straight lengths, who is outside, whom it is for."""

    row: StandardRow
    lane: int
    far_cm: int
    net_cm: np.ndarray
    straight_cm: np.ndarray
    outside: np.ndarray
    people: np.ndarray


@dataclass(frozen=True)
class _Remedy:
    """Kinds of barrier in between, in words, and what would help."""

    between: tuple[str, ...]
    fix: dict[str, Any]


def gaps(connection: Connection, ground: Ground, asked: Asked, category: str | None = None) -> Mapping[str, object]:
    """Compounds of the area outside the limit of each item, most people first, with reason and remedy."""
    items = [_item(ground, row) for row in ground.rules.standard.rows if category in (None, row.category.id)]
    judged = [item for item in items if item is not None]
    if not judged:
        raise NotFoundError(f"标准“{ground.rules.standard.title}”里没有能评价的这一项：{category}")
    offered = _offered(connection, ground, asked)
    longest = max(item.far_cm for item in judged)
    near = pairs.pairs(ground.warm.frozen, offered.snaps, len(offered.frame), longest) if offered else None
    listed = [_listed(connection, ground, item, offered, near) for item in judged]
    missing = np.sum([item.outside for item in judged], axis=0)
    compounds = ground.compounds
    named = ground.warm.rows.frames["subdistricts"]
    worst = np.argsort(-missing, kind="stable")[:20]
    return {
        **head(ground),
        "subdistricts": dict(zip(named["code"], named["name"], strict=True)),
        "items": listed,
        "most_missing": [
            {
                "uid": compounds["uid"].iloc[home],
                "name": compounds["name"].iloc[home],
                "community": compounds["community"].iloc[home],
                "residents": number(compounds["residents"].iloc[home]),
                "items_missing": int(missing[home]),
            }
            for home in worst.tolist()
            if missing[home]
        ],
    }


def _item(ground: Ground, row: StandardRow) -> _Item | None:
    far_cm = limit_cm(row, ground.rules.speeds)
    if far_cm is None:
        return None
    frozen, lane = ground.warm.frozen, ground.lane(row.category.id)
    net, straight = frozen.walks(lane), ground.warm.straight(row.category.id)
    snapped = np.bincount(frozen.homes.owner, minlength=frozen.n_homes) > 0
    outside = ground.inside & snapped & ~((net >= 0) & (net <= far_cm))
    count = pd.to_numeric(ground.compounds[COUNT_COLUMN[row.group]], errors="coerce")
    return _Item(row, lane, far_cm, net, straight, outside, count.to_numpy(np.float64, na_value=np.nan))


def _offered(connection: Connection, ground: Ground, asked: Asked) -> Candidates | None:
    try:
        return candidates(connection, ground, asked, "sites")
    except BadInputError:
        return None


def _listed(
    connection: Connection, ground: Ground, item: _Item, offered: Candidates | None, near: pairs.Pairs | None
) -> dict[str, Any]:
    homes = np.flatnonzero(item.outside)
    homes = homes[np.argsort(-np.nan_to_num(item.people[homes]), kind="stable")]
    served = results.walks(connection, ground.warm.rows.digest, item.row.category.id)
    service_of = dict(zip(served["uid"], served["service_uid"], strict=True))
    remedies = _remedies(ground, item, homes, offered, near)
    lines = [_line(ground, item, home, service_of, remedies[home]) for home in homes.tolist()]
    return {
        "category": item.row.category.id,
        "name": item.row.category.name,
        "circle_min": item.row.circle_min,
        "limit_m": item.far_cm // 100,
        "group": item.row.group,
        "compounds_outside": len(homes),
        "people_outside": number(np.nansum(item.people[homes])),
        "by_fix": pd.Series([line["fix"]["kind"] for line in lines], dtype=object).value_counts().to_dict(),
        "compounds": lines,
    }


def _line(
    ground: Ground, item: _Item, home: int, service_of: Mapping[str, str | None], found: _Remedy
) -> dict[str, Any]:
    told, speeds = ground.warm.told, ground.rules.speeds
    net, straight = int(item.net_cm[home]), int(item.straight_cm[home])
    service = service_of.get(told["uid"][home])
    reached, line = (None if cm < 0 else cm for cm in (net, straight))
    gate = found.fix["kind"] == "gate"
    return {
        **{name: told[name][home] for name in ("uid", "name", "community", "subdistrict")},
        "people": number(item.people[home]),
        "service_uid": service,
        "service": None if service is None else _name_of(ground, service),
        "net_m": None if net < 0 else -(-net // 100),
        "minutes": None if net < 0 else minutes_up(net, speeds[item.row.group].cm_s),
        "straight_m": None if straight < 0 else -(-straight // 100),
        "between": list(found.between),
        "cause": explain.cause(item.far_cm, reached, line, found.between, gate),
        "fix": found.fix,
    }


def _name_of(ground: Ground, uid: str) -> str | None:
    row = ground.warm.rows_by_uid["service_points"].get(uid)
    name = None if row is None else ground.warm.rows.frames["service_points"]["name"].iloc[row]
    return None if name is None else str(name)


def _remedies(
    ground: Ground, item: _Item, homes: np.ndarray, offered: Candidates | None, near: pairs.Pairs | None
) -> dict[int, _Remedy]:
    """What would bring each home within: a gate, a crossing, a site; the first of them that does."""
    warm, frames = ground.warm, ground.warm.rows.frames
    gated = set(frames["gates"]["compound_uid"])
    walled = np.array([home for home in homes.tolist() if warm.told["uid"][home] in gated], np.int64)
    gates = fixes.gates(warm.frozen, item.lane, walled, warm.home_xy[walled], frames["barriers"], item.far_cm)
    sites = _best_sites(item, homes, near)
    place_xy = warm.places[item.row.category.id][1]
    nearest = cKDTree(place_xy).query(warm.home_xy[homes])[1] if len(place_xy) else None
    kinds, lines = frames["barriers"]["kind"].to_numpy(object), frames["barriers"].geometry.to_numpy()
    session = Session(warm.frozen, [item.lane])
    found: dict[int, _Remedy] = {}
    for at, home in enumerate(homes.tolist()):
        line, met = None, np.empty(0, np.int64)
        if nearest is not None and item.straight_cm[home] <= item.far_cm:
            line = shapely.LineString([warm.home_xy[home], place_xy[nearest[at]]])
            met = warm.barriers.query(line, predicate="intersects")
        between = () if line is None else explain.kinds_between(kinds[met], lines[met], line)
        remedy = _gate(ground, gates.get(home))
        crossed = met[np.isin(kinds[met].astype(str), list(fixes.CROSSED))]
        if remedy is None and line is not None and len(crossed):
            words = "、".join(explain.kinds_between(kinds[crossed], lines[crossed], line))
            way = fixes.crossing(session, item.lane, home, line, lines[crossed], warm.walls, item.far_cm)
            remedy = _crossing(ground, way, words)
        if remedy is None and home in sites and offered is not None:
            remedy = _site(ground, offered, *sites[home])
        found[home] = _Remedy(between, remedy or _nothing(item, offered))
    return found


def _best_sites(item: _Item, homes: np.ndarray, near: pairs.Pairs | None) -> dict[int, tuple[int, int, float]]:
    """Per home the candidate that would serve most people outside, with the walk to it and those people."""
    if near is None:
        return {}
    reach = near.within(item.far_cm)
    keep = item.outside[reach.home]
    home, place, cm = reach.home[keep], reach.place[keep], reach.cm[keep]
    served = np.bincount(place, weights=np.nan_to_num(item.people[home]), minlength=int(place.max(initial=0)) + 1)
    found: dict[int, tuple[int, int, float]] = {}
    for row in np.lexsort((cm, -served[place])).tolist():
        found.setdefault(int(home[row]), (int(place[row]), int(cm[row]), float(served[place[row]])))
    return {one: found[one] for one in homes.tolist() if one in found}


def _gate(ground: Ground, gate: fixes.Gate | None) -> dict[str, Any] | None:
    if gate is None:
        return None
    name = ground.warm.rows.frames["streets"]["name"].iloc[int(ground.warm.graph.seg_street[gate.segment])]
    street = f"{name}一侧" if isinstance(name, str) and name else "另一侧的路"
    words = f"朝{street}开一个出入口，步行 {-(-gate.after_cm // 100):,} 米"
    return {"kind": "gate", "at": ground.warm.lonlat(gate.xy), "after_m": -(-gate.after_cm // 100), "words": words}


def _crossing(ground: Ground, way: fixes.Crossing | None, kinds: str) -> dict[str, Any] | None:
    if way is None:
        return None
    words = f"建一处过{kinds}的通道，步行 {-(-way.after_cm // 100):,} 米"
    at = {"at": ground.warm.lonlat(way.one), "to": ground.warm.lonlat(way.other)}
    return {"kind": "crossing", **at, "after_m": -(-way.after_cm // 100), "words": words}


def _site(ground: Ground, offered: Candidates, place: int, net_cm: int, served: float) -> dict[str, Any]:
    point = offered.frame.geometry.iloc[place]
    words = f"在{offered.frame['name'].iloc[place]}新建，步行 {-(-net_cm // 100):,} 米；一处共补上 {served:,.0f} 人"
    made = {"kind": "site", "at": ground.warm.lonlat((point.x, point.y)), "uid": offered.frame["uid"].iloc[place]}
    return {**made, "after_m": -(-net_cm // 100), "words": words}


def _nothing(item: _Item, offered: Candidates | None) -> dict[str, Any]:
    lacking = "还没有导入候选地块" if offered is None else f"{item.far_cm // 100:,} 米内没有候选地块"
    return {"kind": "none", "words": f"{lacking}，开门、架桥也不够；要在附近另找地方"}
