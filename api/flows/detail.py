"""One item of a scorecard in full: every community, and every compound with its walk."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from api.flows.coverage import Found
from api.flows.district import Rules
from data import layers, results
from data.viewers import Viewer
from gis.coverage import limit_cm, time_limit_cm
from gis.errors import NotFoundError
from gis.standards import COUNT_COLUMN, GROUPS, Group, StandardRow, time_limit_min
from gis.walked import minutes_up

CIRCLE_MINUTES = (5, 10, 15)


def row_of(rules: Rules, category: str, circle_min: int | None) -> StandardRow:
    """The standard's row of a category: of the level asked for, else its first."""
    rows = [row for row in rules.standard.rows if row.category.id == category]
    chosen = [row for row in rows if circle_min is None or row.circle_min == circle_min]
    if not chosen:
        raise NotFoundError(f"标准“{rules.standard.title}”里没有这一项：{category}")
    return chosen[0]


def item(
    connection: Connection, found: Found, viewer: Viewer, as_of: date, rules: Rules, row: StandardRow
) -> Mapping[str, object]:
    """Every compound's walk of one item, and people within per community and subdistrict, by all measures."""
    area = found.area
    walks = results.walks(connection, found.head.digest, row.category.id)
    if area.level == "community":
        walks = walks[walks["community"] == area.code]
    elif area.level == "subdistrict":
        walks = walks[walks["subdistrict"] == area.code]
    walks = with_people(_with_guesses(walks.reset_index(drop=True), found), rules)
    tiers = {}
    for layer, column in (("communities", "community"), ("subdistricts", "subdistrict")):
        query = layers.select(layer, as_of=as_of, viewer=viewer, area=area)
        named = layers.frame(connection, query).drop(columns="geometry")
        tiers[layer] = _by_area(walks, named, walks[column], row, rules)
    search_cm = int(rules.halo_m * 100)
    return {
        "category": row.category.id,
        "name": row.category.name,
        "circle_min": row.circle_min,
        "limit_m": row.limit_m,
        "limit_min": row.limit_min,
        "time_limit_min": time_limit_min(row),
        "group": row.group,
        "groups": list(GROUPS),
        "speeds": {group: rules.speeds[group].cm_s / 100 for group in GROUPS},
        "beyond_min": {group: search_cm // (60 * rules.speeds[group].cm_s) for group in GROUPS},
        "stale": found.touched(area.code, row.category.id),
        "areas": tiers,
        "compounds": _compounds(walks, row, rules),
    }


def own_compounds(connection: Connection, viewer: Viewer, as_of: date) -> frozenset[str]:
    """Uids of the compounds inside the viewer's scope."""
    rows = layers.select("compounds", as_of=as_of, viewer=viewer).subquery()
    return frozenset(connection.scalars(select(rows.c.uid)))


def check_own(connection: Connection, viewer: Viewer, as_of: date, compound_uid: str) -> None:
    """NotFoundError where a compound lies outside the viewer's scope, as where there is none."""
    if viewer.scope and compound_uid not in own_compounds(connection, viewer, as_of):
        raise NotFoundError("没有找到它，或它不在你的管辖范围。核对编号再试")


def _with_guesses(walks: pd.DataFrame, found: Found) -> pd.DataFrame:
    """Walks of a result with estimated households: the missing counts filled in as they were scored, and flagged."""
    facts: Mapping[str, Any] = found.head.facts
    told = facts.get("estimated", {}).get("by_compound", {})
    guessed = walks["households"].isna() & walks["uid"].isin(told)
    return walks.assign(
        households=walks["households"].where(~guessed, walks["uid"].map(told)), households_estimated=guessed
    )


def with_people(walks: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Walks with residents, estimated and flagged where only households are known."""
    guess = walks["households"].astype(float) * rules.people.residents_per_household
    residents = walks["residents"].astype(float)
    estimated = residents.isna() & guess.notna()
    return walks.assign(residents=residents.where(residents.notna(), guess), residents_estimated=estimated)


def _inside(walks: pd.DataFrame, row: StandardRow, rules: Rules, group: Group) -> dict[str, "pd.Series[bool]"]:
    """Who is within: by distance (or the row's minutes), by time at the group's speed, and by straight radius."""
    far_cm = limit_cm(row, rules.speeds)
    time_cm = time_limit_cm(row, group, rules.speeds)
    never = pd.Series(False, index=walks.index)
    net, straight = walks["net_cm"].astype(float), walks["straight_cm"].astype(float)
    return {
        "in_m": never if far_cm is None else net <= far_cm,
        "in_min": never if time_cm is None else net <= time_cm,
        "in_radius": never if far_cm is None else straight <= far_cm,
    }


def _by_area(
    walks: pd.DataFrame, named: pd.DataFrame, code: "pd.Series[str]", row: StandardRow, rules: Rules
) -> list[dict[str, object]]:
    decided = walks["snapped"].astype(bool)
    sums: dict[str, dict[Group, dict[Any, float]]] = {"people": {}, "in_m": {}, "in_min": {}, "in_radius": {}}
    for group in GROUPS:
        people = walks[COUNT_COLUMN[group]].astype(float).fillna(0)
        masks = {"people": decided} | {key: decided & mask for key, mask in _inside(walks, row, rules, group).items()}
        for key, mask in masks.items():
            sums[key][group] = people.where(mask, 0).groupby(code).sum().to_dict()
    return [
        {key: one[key] for key in ("code", "name", "parent_code", "status")}
        | {key: {group: number(per.get(one["code"], 0.0)) for group, per in by.items()} for key, by in sums.items()}
        for one in named.sort_values("code").to_dict("records")
    ]


def _compounds(walks: pd.DataFrame, row: StandardRow, rules: Rules) -> list[dict[str, object]]:
    inside = _inside(walks, row, rules, row.group)
    within = inside["in_m"] if limit_cm(row, rules.speeds) is not None else inside["in_min"]
    nobody = bool(walks["net_cm"].isna().all())
    return [
        {
            "uid": walk["uid"],
            "name": walk["name"],
            "community": walk["community"],
            "lon": round(walk["lon"], 7),
            "lat": round(walk["lat"], 7),
            "households": whole(walk["households"]),
            "households_estimated": bool(walk["households_estimated"]),
            "people": {group: number(walk[COUNT_COLUMN[group]]) for group in GROUPS},
            "estimated": bool(walk["residents_estimated"]),
            "net_m": _metres(walk["net_cm"]),
            "straight_m": _metres(walk["straight_cm"]),
            "minutes": minutes_of(whole(walk["net_cm"]), rules),
            "state": _state(walk, bool(within.loc[place]), nobody),
            "service_uid": walk["service_uid"],
        }
        for place, walk in zip(walks.index, walks.to_dict("records"), strict=True)
    ]


def _state(walk: Mapping[Any, Any], within: bool, nobody: bool) -> str:
    if not walk["snapped"]:
        return "undecided"
    if within:
        return "in"
    return "unreachable" if nobody else "out"


def minutes_of(net_cm: int | None, rules: Rules) -> dict[Group, int | None]:
    """Whole minutes of a walk at every group's speed, rounded up."""
    return {group: None if net_cm is None else minutes_up(net_cm, rules.speeds[group].cm_s) for group in GROUPS}


def whole(value: Any) -> int | None:
    """A database number as int, nothing as None."""
    return None if value is None or pd.isna(value) else int(value)


def number(value: Any) -> int | float | None:
    """People as int where no fraction is left, nothing as None."""
    if value is None or pd.isna(value):
        return None
    return int(value) if float(value).is_integer() else round(float(value), 2)


def _metres(length_cm: Any) -> int | None:
    cm = whole(length_cm)
    return None if cm is None else -(-cm // 100)
