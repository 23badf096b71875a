"""Read the smaller rules beside the standards: speeds, thresholds, walking, people."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from data.standards.reading import Place, Shape, read_toml, tables
from gis.groupings import Bundle, Grouping
from gis.standards import (
    GROUPS,
    SIZE_METRICS,
    STATUSES,
    Category,
    Group,
    LegalBasis,
    PeopleRule,
    Speed,
    Threshold,
    WalkingRule,
)

SPEED: Shape = {"group": (str,), "title": (str,), "m_s": (Decimal, int), "status": (str,), "source": (str,)}
THRESHOLD: Shape = {
    "place": (str,),
    "metric": (str,),
    "op": (str,),
    "value": (int,),
    "action": (str,),
    "status": (str,),
    "sources": (list,),
}
THRESHOLD_MAY: Shape = {"date": (str,), "default": (bool,), "note": (str,)}
WALKING: Shape = {
    "title": (str,),
    "excluded_classes": (list,),
    "closed_access": (list,),
    "snap_all_m": (int,),
    "snap_max_m": (int,),
    "halo_factor": (Decimal, int),
    "status": (str,),
    "source": (str,),
}
BASIS: Shape = {
    **dict.fromkeys(("law", "version", "article", "since", "says", "principles", "status"), (str,)),
    **dict.fromkeys(("low", "high"), (int,)),
    "sources": (list,),
}
GROUPING: Shape = {"id": (str,), "title": (str,), "status": (str,), "source": (str,)}
GROUP: Shape = {"name": (str,), "categories": (list,)}
GROUP_MAY: Shape = {"note": (str,)}
PEOPLE: Shape = {"residents_per_household": (Decimal, int), "status": (str,), "source": (str,)}
PEOPLE_MAY: Shape = {"estimate_missing": (bool,), "neighbours": (int,)}


def read_speeds(path: Path) -> dict[Group, Speed]:
    """Return the walking speed of every group; refuses a missing group and a fraction of a centimetre."""
    file = Place(path.name)
    found: dict[Group, Speed] = {}
    for number, table in enumerate(tables(read_toml(path), "speed", file), start=1):
        place = file.at(f"第 {number} 行")
        place.check_keys(table, SPEED, {})
        place.check_word(table, "group", GROUPS)
        place.check_word(table, "status", STATUSES)
        cm_s = Decimal(table["m_s"]) * 100
        if cm_s <= 0 or cm_s != int(cm_s):
            raise place.refuse("m_s 应当大于 0，最多两位小数")
        if table["group"] in found:
            raise place.refuse(f"{table['group']} 重复了，留一行")
        found[table["group"]] = Speed(table["group"], table["title"], int(cm_s), table["status"], table["source"])
    if missing := [group for group in GROUPS if group not in found]:
        raise file.refuse(f"缺少 {'、'.join(missing)}，补上后再读")
    return found


def read_thresholds(path: Path) -> tuple[Threshold, ...]:
    """Return the size rules in file order; exactly one is the default."""
    file = Place(path.name)
    hints = get_type_hints(Threshold)
    found = []
    for number, table in enumerate(tables(read_toml(path), "threshold", file), start=1):
        place = file.at(f"第 {number} 行")
        place.check_keys(table, THRESHOLD, THRESHOLD_MAY)
        place.check_word(table, "metric", SIZE_METRICS)
        place.check_word(table, "op", get_args(hints["op"]))
        place.check_word(table, "action", get_args(hints["action"]))
        place.check_word(table, "status", STATUSES)
        found.append(Threshold(**{"date": None, **table, "sources": tuple(table["sources"])}))
    if sum(threshold.default for threshold in found) != 1:
        raise file.refuse("应当有且只有一行写 default = true")
    return tuple(found)


def read_walking(path: Path) -> WalkingRule:
    """Return the rule of the walking graph."""
    table = _single(path, WALKING)
    words = {key: tuple(table[key]) for key in ("excluded_classes", "closed_access")}
    return WalkingRule(**{**table, **words, "halo_factor": float(table["halo_factor"])})


def read_people(path: Path) -> PeopleRule:
    """Return how residents are estimated."""
    table = _single(path, PEOPLE, PEOPLE_MAY)
    if table.get("neighbours", 1) < 1:
        raise Place(path.name).refuse("neighbours 应当至少是 1")
    return PeopleRule(**{**table, "residents_per_household": float(table["residents_per_household"])})


def read_grouping(path: Path, categories: Mapping[str, Category]) -> Grouping:
    """Return a view of the scorecard; refuses a category that does not exist."""
    file = Place(path.name)
    document = read_toml(path)
    head = document.get("grouping")
    file.check_keys(head, GROUPING, {})
    assert head is not None
    file.check_word(head, "status", STATUSES)
    groups = []
    for number, table in enumerate(tables(document, "group", file), start=1):
        place = file.at(f"第 {number} 行")
        place.check_keys(table, GROUP, GROUP_MAY)
        if unknown := [one for one in table["categories"] if one not in categories]:
            raise place.refuse(f"没有这些类别：{'、'.join(map(str, unknown))}，见 categories.toml")
        groups.append(Bundle(table["name"], tuple(table["categories"]), table.get("note")))
    return Grouping(**head, groups=tuple(groups))


def _single(path: Path, shape: Shape, may: Shape = MappingProxyType({})) -> dict[str, Any]:
    place = Place(path.name)
    table = read_toml(path)
    place.check_keys(table, shape, may)
    place.check_word(table, "status", STATUSES)
    return table


def read_legal_basis(path: Path) -> tuple[LegalBasis, ...]:
    """Return what requests about the size of a community rest on, the newest first."""
    file = Place(path.name)
    found = []
    for number, table in enumerate(tables(read_toml(path), "basis", file), start=1):
        place = file.at(f"第 {number} 行")
        place.check_keys(table, BASIS, {})
        place.check_word(table, "status", STATUSES)
        found.append(LegalBasis(**{**table, "sources": tuple(table["sources"])}))
    return tuple(sorted(found, key=lambda one: one.since, reverse=True))


@dataclass(frozen=True)
class RoomRule:
    """How much room the service place of a community should have: one hall, the average of all, per 100 households."""

    category: str
    title: str
    hall_m2: int
    average_m2: int
    per_100_households_m2: int
    status: str
    note: str


@dataclass(frozen=True)
class CityTarget:
    """How many points of a category a place (code prefix) means to have: from `start` to `goal`."""

    place: str
    category: str
    title: str
    start: int
    goal: int
    status: str
    note: str


def read_targets(path: Path, categories: Mapping[str, Category]) -> tuple[RoomRule, tuple[CityTarget, ...]]:
    """Return the rule for rooms and what cities have set themselves; StandardFileError names what is not meant."""
    document, place = read_toml(path), Place(path.name)
    place.check_keys(document, {"facility": (dict,)}, {"target": (list,)})
    words: Shape = dict.fromkeys(("category", "title", "status", "note"), (str,))
    areas: Shape = dict.fromkeys(("hall_m2", "average_m2", "per_100_households_m2"), (int,))
    place.at("facility").check_keys(document["facility"], {**words, **areas}, {})
    goals: Shape = {"place": (str,), "start": (int,), "goal": (int,)}
    listed = document.get("target", [])
    for number, one in enumerate(listed, start=1):
        place.at(f"target {number}").check_keys(one, {**words, **goals}, {})
    for one in (document["facility"], *listed):
        place.check_word(one, "category", list(categories))
        place.check_word(one, "status", STATUSES)
    return RoomRule(**document["facility"]), tuple(CityTarget(**one) for one in listed)
