"""A city from the stored results of its districts, and a scorecard beside an earlier one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from api.flows.coverage import Asked, as_score, ensure
from data import areas, results
from data.session import transaction
from gis import wording
from gis.digests import digest
from gis.errors import NotFoundError
from gis.rollup import roll_up
from gis.standards import Group

CITY_DIGITS = 4


def is_city(code: str) -> bool:
    """Whether a code is that of a city."""
    return len(code) == CITY_DIGITS


def city(connection: Connection, asked: Asked, group: Group | None) -> Mapping[str, object]:
    """The scorecard of a city, summed over its districts that have a result; those without are named."""
    rules = asked.rules()
    listed = areas.list_areas(
        connection, asked.as_of, asked.viewer, level="district", prefix=asked.code, after=None, limit=None
    )
    listed = [one for one in listed if asked.viewer.covers(one["code"])]
    heads = {one["code"]: results.latest(connection, one["code"], rules.key) for one in listed}
    stored = {
        code: results.score(connection, head.digest, code, group or "")
        for code, head in heads.items()
        if head is not None
    }
    found = {code: as_score(card) for code, card in stored.items() if card is not None}
    if not found:
        raise NotFoundError(f"{asked.code} 下还没有一个区算过覆盖。先对各区运行 wangge coverage")
    total = roll_up(list(found.values()))
    names = {one["code"]: one["name"] for one in listed}
    facts = next(head.facts for code, head in heads.items() if head is not None and code in found)
    standard = rules.standard
    return {
        "code": asked.code,
        "name": f"全市（{len(found)} 个区）",
        "level": "city",
        "as_of": asked.as_of.isoformat(),
        "digest": digest(sorted(heads[code].digest for code in found)),  # type: ignore[union-attr]
        "stale": False,
        "synthetic": any(one["synthetic"] for one in listed if one["code"] in found),
        "draft_borders": any(bool(head.facts["draft_borders"]) for head in heads.values() if head is not None),
        "standard": {
            "id": standard.id,
            "title": standard.title,
            "status": standard.status,
            "unchecked": standard.unchecked,
        },
        "speeds": facts["speeds"],
        "without": [names[code] for code in names if code not in found],
        **vars(total) | {"items": [dict(vars(item)) for item in total.items]},
        "children": [
            {"code": code, "name": names[code], "met": card.met, "required": card.required}
            for code, card in found.items()
        ],
        "headline": wording.headline(total),
    }


def trend(engine: Engine, asked: Asked, card: Mapping[str, Any], since: date, now: datetime) -> Mapping[str, object]:
    """Every item's share then and now; where either is from a sample there is no trend (CONTRACT)."""
    earlier = ensure(engine, replace(asked, as_of=since), now)
    with transaction(engine, asked.viewer.whole) as connection:
        stored = results.score(connection, earlier.head.digest, asked.code, "")
    if stored is None:
        raise NotFoundError(f"{since} 没有 {asked.code} 的结果。换一个日期")
    then = {(item.category, item.circle_min): item for item in as_score(stored).items}
    lines = []
    for item in card["items"]:
        old = then.get((item["category"], item["circle_min"]))
        known = old is not None and not old.sample and not item["sample"]
        before = old.share if known and old is not None else None
        change = None if before is None or item["share"] is None else item["share"] - before
        why = None if known else "样本不比较" if old is not None else "当时没有这一项"
        lines.append(
            {
                "category": item["category"],
                "name": item["name"],
                "circle_min": item["circle_min"],
                "share_then": before,
                "share_now": item["share"] if known else None,
                "change": change,
                "note": why,
            }
        )
    return {"since": since.isoformat(), "digest": earlier.head.digest, "items": lines}
