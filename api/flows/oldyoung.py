"""一老一小: what the old and the young of an area reach, from stored scorecards; nothing is computed for it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from api.access import day_of
from api.flows import coverage, rounding
from api.flows.coverage import Asked, Found
from api.settings import Settings
from data import results
from data.areas import Area, find_area, list_areas
from data.standards import load_grouping
from data.viewers import Viewer
from gis import wording
from gis.coverage import Item, Score
from gis.groupings import Bundle
from gis.standards import Group
from maps.oldyoung import OldYoungView, PoorLine, ReachLine, Side

GROUPING, WORST, DISTRICT = "old_young", 6, 6
NOT_COMPUTED = "还没有算过覆盖。打开服务覆盖一张图，就会算出来。"


class Counted(NamedTuple):
    """Whom a side counts: the group, how the page calls it, and the frail ones among them."""

    group: Group
    who: str
    frail: Group | None


COUNTED = (Counted("elderly", "60 岁以上", "elderly_80"), Counted("children", "0–14 岁", None))
Cards = Mapping[str, Score]


def old_young_view(
    connection: Connection, viewer: Viewer, as_of: date, code: str, settings: Settings, now: datetime
) -> OldYoungView:
    """Both sides of a district, subdistrict or community, with the communities in it that lack most."""
    area = find_area(connection, code, as_of, viewer)
    asked = Asked(area.code, as_of, viewer.whole, folder=settings.standards)
    found = coverage.stored(connection, asked, now)
    base: dict[str, Any] = {
        "code": area.code,
        "name": area.name,
        "district": area.code[:DISTRICT],
        "as_of": as_of.isoformat(),
        "chosen": as_of != day_of(now),
        "areas": _areas(connection, area, as_of, viewer),
        "synthetic": area.synthetic,
        "map_number": settings.review_number,
    }
    if found is None:
        return OldYoungView(**base, empty=NOT_COMPUTED)
    grouping = load_grouping(GROUPING, settings.standards)
    listed = list_areas(connection, as_of, viewer, level="community", prefix=area.code, after=None, limit=None)
    names = {row["code"]: row["name"] for row in listed if row["code"] != area.code}
    sides = []
    for bundle, counted in zip(grouping.groups, COUNTED, strict=True):
        cards = {
            group: _cards(connection, found, group, viewer, bundle)
            for group in (counted.group, counted.frail)
            if group is not None
        }
        sides.append(_side(bundle, counted, cards, area, names, viewer))
    facts: Mapping[str, Any] = found.head.facts
    days = sorted(set(facts["data_date"].values()))
    return OldYoungView(
        **base,
        sides=sides,
        communities=len(names),
        stale=found.touched(area.code),
        about=not viewer.covers(area.code),
        dates=f"数据 {' 至 '.join(dict.fromkeys([days[0], days[-1]]))}。" if days else "",
        standard=facts["standard"]["title"],
        unverified=facts["standard"]["unchecked"],
        source=grouping.source,
        proof=f"摘要 {found.head.digest[:8]}",
        osm=facts["osm"],
    )


def leads(connection: Connection, found: Found, area: Area, viewer: Viewer, folder: Path | None) -> tuple[str, ...]:
    """The first sentence of each side."""
    said = []
    for bundle, counted in zip(load_grouping(GROUPING, folder).groups, COUNTED, strict=True):
        card = results.score(connection, found.head.digest, area.code, counted.group)
        if card is not None:
            said.append(_lead(_cut(card, area.code, viewer, bundle), counted, area, viewer))
    return tuple(said)


def _lead(score: Score, counted: Counted, area: Area, viewer: Viewer) -> str:
    urgent, everyone = wording.most_urgent(score), f"{area.name} {counted.who}的"
    if urgent is None:
        return f"{everyone}人各项都走得到。" if score.required else f"{area.name}没有能评价的项。"
    return wording.distance_sentence(urgent, everyone, not viewer.covers(area.code))


def _areas(connection: Connection, area: Area, as_of: date, viewer: Viewer) -> list[tuple[str, str]]:
    """The district, its subdistricts, and the community that is looked at."""
    prefix = area.code[:DISTRICT]
    above = [
        (row["code"], row["name"])
        for level in ("district", "subdistrict")
        for row in list_areas(connection, as_of, viewer, level=level, prefix=prefix, after=None, limit=None)
    ]
    return above if area.code in dict(above) else [*above, (area.code, area.name)]


def _cards(connection: Connection, found: Found, group: Group, viewer: Viewer, bundle: Bundle) -> Cards:
    """Scorecards of one group by area, only the items of the side; rounded outside the viewer's scope."""
    stored = results.scores(connection, found.head.digest, group)
    return {code: _cut(card, code, viewer, bundle) for code, card in stored.items()}


def _cut(card: Mapping[str, Any], code: str, viewer: Viewer, bundle: Bundle) -> Score:
    mine = [one for one in card["items"] if one["category"] in bundle.categories]
    score = coverage.as_score(rounding.card({**card, "items": mine, "code": code}, viewer))
    judged = [item.verdict for item in score.items]
    met, unmet = judged.count("met"), judged.count("unmet")
    return Score(score.items, met, met + unmet, judged.count("no_data"))


def _side(
    bundle: Bundle,
    counted: Counted,
    cards: Mapping[Group, Cards],
    area: Area,
    names: Mapping[str, str],
    viewer: Viewer,
) -> Side:
    mine = cards[counted.group]
    frail = {} if counted.frail is None else _by_key(cards[counted.frail][area.code])
    return Side(
        title=bundle.name,
        who=counted.who,
        people=_most(mine[area.code].items),
        frail=_most(tuple(frail.values())),
        lead=_lead(mine[area.code], counted, area, viewer),
        items=tuple(_line(item, frail.get(_key(item)), counted) for item in mine[area.code].items),
        worst=_worst({code: mine[code] for code in names if code in mine}, names, counted, viewer),
    )


def _most(items: Sequence[Item]) -> int | None:
    """How many of the group live here: an item without a limit, or with homes that cannot be judged, counts fewer."""
    return max((round(item.people) for item in items), default=None)


def _key(item: Item) -> tuple[str, int | None]:
    return item.category, item.circle_min


def _by_key(score: Score) -> dict[tuple[str, int | None], Item]:
    return {_key(item): item for item in score.items}


def _out(item: Item | None) -> int | None:
    return None if item is None or item.share is None else round(item.people - (item.people_in or 0))


def _line(item: Item, frail: Item | None, counted: Counted) -> ReachLine:
    circle = "" if item.circle_min is None else f"&circle_min={item.circle_min}"
    return ReachLine(
        category=item.category,
        name=item.name,
        limit=wording.limit_words(item),
        share=item.share,
        pass_share=item.pass_share,
        out=_out(item),
        frail_out=_out(frail),
        link=f"category={item.category}{circle}&group={counted.group}",
    )


def _worst(cards: Cards, names: Mapping[str, str], counted: Counted, viewer: Viewer) -> list[PoorLine]:
    lines = []
    for code, urgent in wording.poorest(cards, WORST):
        said = wording.distance_sentence(urgent, "", not viewer.covers(code)).strip()
        sentence = f"{cards[code].required} 项里 {cards[code].required - cards[code].met} 项没到达标线；最多：{said}"
        lines.append(PoorLine(code, names[code], sentence, f"{_line(urgent, None, counted).link}&area={code}"))
    return lines
