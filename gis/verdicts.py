"""Met, unmet or no data: the one place that decides, and the words for why not."""

from dataclasses import dataclass
from typing import Literal

from gis.standards import StandardRow

Verdict = Literal["met", "unmet", "no_data"]

NO_LIMIT = "标准没有给出距离或时间，只列出"
NO_POINTS = "全区没有登记这类服务点"
SAMPLE = "样本"
UNDATED = "数据日期不明"
NOBODY = "没有登记这类人群"
NO_AGES = "无分年龄数据"
NO_PEOPLE = "无人口数据"
NO_COMPOUNDS = "没有能判定的小区"
NEAREST_INSTEAD = "没有登记服务哪个社区，按最近的算"
REFERENCE = "推算人口过半，仅供参考"


@dataclass(frozen=True)
class CategoryFacts:
    """What is known of a category in the district as a whole.

    `points` = accepted service points inside the district; `inventory` False = the source is a sample; `data_date`
    ISO date of the data with its `age_days`; `serves_recorded` = points say which community they serve.
    """

    points: int = 0
    inventory: bool = True
    data_date: str | None = None
    age_days: int | None = None
    serves_recorded: bool = True


@dataclass(frozen=True)
class Turnout:
    """Who was counted in an area: `compounds` decided, `counted` of them with a count of the group, `people` of it."""

    compounds: int
    counted: int
    people: float
    people_estimated: float


def judge(
    row: StandardRow, facts: CategoryFacts, turnout: Turnout, share: float | None
) -> tuple[Verdict | None, str | None]:
    """Return the verdict of an item, None where the row has no limit, and a note in Chinese or None.

    Rule: CONTRACT "What a coverage number means". `share` is that of the people within the row's limit.
    """
    lacks = _lacks(row, facts, turnout)
    remarks = _remarks(row, facts, turnout)
    if row.measure is None:
        return None, _joined([NO_LIMIT, *remarks])
    if lacks or share is None:
        return "no_data", _joined([*lacks, *remarks])
    return ("met" if share >= row.pass_share else "unmet"), _joined(remarks)


def is_reference(turnout: Turnout) -> bool:
    """Tell whether more than half of the people are estimated."""
    return turnout.people_estimated * 2 > turnout.people


def _lacks(row: StandardRow, facts: CategoryFacts, turnout: Turnout) -> list[str]:
    lacks = []
    if facts.points == 0:
        lacks.append(NO_POINTS)
    elif not facts.inventory:
        lacks.append(SAMPLE)
    if row.max_age is not None and facts.points:
        if facts.age_days is None:
            lacks.append(UNDATED)
        elif facts.age_days > row.max_age:
            lacks.append(f"数据超过 {row.max_age} 天")
    if turnout.compounds == 0:
        lacks.append(NO_COMPOUNDS)
    elif turnout.counted == 0:
        lacks.append(NO_PEOPLE if row.group == "all" else NO_AGES)
    elif turnout.people == 0:
        lacks.append(NOBODY)
    return lacks


def _remarks(row: StandardRow, facts: CategoryFacts, turnout: Turnout) -> list[str]:
    remarks = []
    if row.proxy is not None and row.group == "children":
        remarks.append(f"以 0–14 岁代 {row.proxy.replace('-', '–')} 岁")
    if row.category.catchment == "own" and facts.points and not facts.serves_recorded:
        remarks.append(NEAREST_INSTEAD)
    if turnout.people and is_reference(turnout):
        remarks.append(REFERENCE)
    return remarks


def _joined(notes: list[str]) -> str | None:
    return "；".join(notes) or None
