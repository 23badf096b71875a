"""首页: a district at a glance, from what is stored; nothing is computed for it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection

from api.access import day_of
from api.flows import coverage, oldyoung, rounding, sizes
from api.flows.coverage import Asked, Found
from api.settings import Settings
from data import results
from data.areas import Area, find_area, list_areas
from data.viewers import Viewer
from gis import wording
from gis.coverage import Item, Score
from gis.sizes import Watch
from maps.home import HomeView, ItemLine, SizeLine, Task, WorstLine

WORST, LARGEST, NAMED = 8, 8, 5
BEIJING = timezone(timedelta(hours=8))  # the one clock of the country
NOTHING = "还没有区划。先导入区界；想看合成示例，请管理员运行 make demo。"
NOT_YET = "{} 这一天还没有区划。换一个日期看，或导入那时的区界。"
ABOUT = "不在你的管辖范围，只给约数，合计可能对不上。"
NOT_COMPUTED = "还没有算过覆盖。打开服务覆盖一张图，就会算出来。"


def home_view(
    connection: Connection, viewer: Viewer, as_of: date, code: str | None, settings: Settings, now: datetime
) -> HomeView:
    """The home page of a district; the choice among districts where there are several and none is named."""
    found = list_areas(connection, as_of, viewer, level="district", prefix="", after=None, limit=None)
    districts = tuple((row["code"], row["name"]) for row in found if row["has_border"])
    base = HomeView("", "", as_of.isoformat(), as_of != day_of(now), districts, map_number=settings.review_number)
    if not districts:
        return _with(base, empty=NOT_YET.format(as_of) if base.chosen else NOTHING)
    if code is None and len(districts) > 1:
        return _with(base, synthetic=all(row["synthetic"] for row in found))
    asked = Asked(code or districts[0][0], as_of, viewer.whole, folder=settings.standards)
    area = find_area(connection, asked.code, as_of, viewer)
    view = _with(base, code=area.code, name=area.name, synthetic=area.synthetic)
    watched = sizes.candidates(connection, viewer, as_of, area.code, folder=settings.standards)
    result = coverage.stored(connection, asked, now)
    if result is None:
        return _with(view, empty=NOT_COMPUTED, **_sized(watched, viewer), tasks=tuple(_size_tasks(watched)))
    return _with(
        view,
        **_judged(connection, area, result, viewer),
        **_sized(watched, viewer),
        **_said(result, watched, viewer),
        old_young=oldyoung.leads(connection, result, area, viewer, settings.standards),
    )


def _with(view: HomeView, **more: Any) -> HomeView:
    return HomeView(**(vars(view) | more))


def _score(stored: Mapping[str, Any]) -> Score:
    """A stored scorecard as the value that the sentences are made of."""
    items = tuple(Item(**item) for item in stored["items"])
    return Score(items, stored["met"], stored["required"], stored["no_data"])


def _judged(connection: Connection, area: Area, found: Found, viewer: Viewer) -> dict[str, Any]:
    """Sentences, items and the communities that lack most."""
    stored = results.scores(connection, found.head.digest, "")
    cards = {code: _score(rounding.card({**card, "code": code}, viewer)) for code, card in stored.items()}
    score = cards[area.code]
    worst = wording.most_urgent(score)
    about = not viewer.covers(area.code)
    twice = {name for name, count in Counter(item.name for item in score.items).items() if count > 1}
    listed = list_areas(
        connection, found.head.as_of, viewer, level="community", prefix=area.code, after=None, limit=None
    )
    names = {row["code"]: row["name"] for row in listed if row["code"] in cards}
    return {
        "lead": wording.distance_sentence(worst, "全区", about) if worst else wording.headline(score),
        "said": (wording.headline(score) if worst else "") + (ABOUT if about else ""),
        "about": about,
        "items": tuple(_line(item, twice) for item in score.items if item.verdict in ("met", "unmet")),
        "unjudged": tuple(_why_not(item) for item in score.items if item.verdict not in ("met", "unmet")),
        "worst": tuple(_worst({code: cards[code] for code in names}, names, viewer)),
        "communities": len(names),
    }


def _line(item: Item, twice: Collection[str] = ()) -> ItemLine:
    """One row; names that the standard has at several levels carry their level."""
    out = round(item.people - (item.people_in or 0))
    level = f"（{item.circle_min} 分钟圈）" if item.name in twice and item.circle_min else ""
    return ItemLine(
        item.category,
        item.name + level,
        item.circle_min,
        wording.limit_words(item),
        item.share or 0.0,
        item.pass_share,
        out,
        item.verdict == "met",
        item.reference,
    )


def _why_not(item: Item) -> str:
    circle = "" if item.circle_min is None else f"（{item.circle_min} 分钟圈）"
    return f"{item.name}{circle}：{item.note or '无数据（不等于 0）'}"


def _worst(cards: Mapping[str, Score], names: Mapping[str, str], viewer: Viewer) -> list[WorstLine]:
    lines = []
    for code, item in wording.poorest(cards, WORST):
        score = cards[code]
        unmet = score.required - score.met
        urgent = wording.distance_sentence(item, "", not viewer.covers(code))
        sentence = f"评价 {score.required} 项，未达标 {unmet} 项；最急：{urgent.strip()}"
        lines.append(WorstLine(code, names[code], sentence, f"{_line(item).link}&area={code}"))
    return lines


def _sized(watched: Watch, viewer: Viewer) -> dict[str, Any]:
    bound = watched.bound
    metric = sizes.METRIC_NAMES[bound.metric]
    largest = watched.candidates[:LARGEST]
    more = f"，共 {len(watched.candidates)} 个" if len(watched.candidates) > len(largest) else ""
    return {
        "sizes": tuple(
            SizeLine(one.code, one.name, one.value, one.suggested_parts, not viewer.covers(one.code)) for one in largest
        ),
        "size_rule": f"{metric}超过 {bound.value:,}{more}",
    }


def _said(found: Found, watched: Watch, viewer: Viewer) -> dict[str, Any]:
    """What is said once beside the numbers, and what waits."""
    facts: Mapping[str, Any] = found.head.facts
    days = sorted(set(facts["data_date"].values()))
    computed = f"{found.head.computed_at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    proof = f"数据 {' 至 '.join(dict.fromkeys([days[0], days[-1]]))} · " if days else ""
    return {
        "waiting": _waiting(found, computed) if found.stale else None,
        "draft": facts["draft_borders"],
        "standard": facts["standard"]["title"],
        "unverified": facts["standard"]["unchecked"],
        "osm": facts["osm"],
        "proof": f"{proof}标准：{facts['standard']['title']} · 摘要 {found.head.digest[:8]}，{computed} 计算",
        "tasks": tuple(_tasks(found, watched, viewer)),
    }


def _waiting(found: Found, computed: str) -> str:
    known = found.head.facts["communities"]
    drawn = known["drawn"] if isinstance(known, dict) else 0
    return (
        f"全区和 {drawn} 个社区的数还是 {computed} 算的，仍可查看和打印。"
        "在服务覆盖一张图上点“重新计算”，算完这里就是新的。"
    )


def _tasks(found: Found, watched: Watch, viewer: Viewer) -> list[Task]:
    facts: Mapping[str, Any] = found.head.facts
    code, drawn, known = found.head.district_code, facts["communities"]["drawn"], facts["communities"]["known"]
    tasks = _size_tasks(watched)
    if facts["draft_borders"]:
        todo = f"{known} 个社区里画了 {drawn} 个，请街道确认。"
        tasks.append(Task("社区界是草拟的", todo, f"/maps/coverage/{code}", "看草拟边界"))
    for key, what in (("undecided", "小区"), ("undecided_points", "服务点")):
        if viewer.covers(code) and (names := facts[key]):  # names of places stay inside the scope
            todo = f"{_some(names)}离道路太远，无法判定，未计入。核对位置和出入口。"
            tasks.append(Task(f"{len(names)} 个{what}", todo))
    if facts["standard"]["unchecked"]:
        todo = "数值取自二手材料，定之前对一遍原文。"
        tasks.append(Task(f"标准 {facts['standard']['unchecked']} 项待核", todo))
    return tasks


def _size_tasks(watched: Watch) -> list[Task]:
    tasks = []
    metric, value = sizes.METRIC_NAMES[watched.bound.metric], watched.bound.value
    if watched.candidates:
        what = f"{len(watched.candidates)} 个社区{metric}超过 {value:,}"
        tasks.append(Task(what, "要不要调整规模，由你定。", "#sizes", "看名单"))
    if watched.without:
        tasks.append(Task(f"{watched.without} 个社区没有{metric}", "先导入户数，才知道是不是过大。"))
    return tasks


def _some(names: Sequence[str]) -> str:
    more = f" 等 {len(names)} 个" if len(names) > NAMED else ""
    return f"{'、'.join(names[:NAMED])}{more}"
