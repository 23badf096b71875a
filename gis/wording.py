"""What a scorecard says in a sentence, in the short plain Chinese of the pages."""

from collections.abc import Mapping

from gis.coverage import Item, Score

IN_WORDS_FROM = 100_000


def people_words(people: float) -> str:
    """Return people as words: 12,409 人, from 100,000 on 19.8 万人."""
    return f"{people / 10_000:.1f} 万人" if round(people) >= IN_WORDS_FROM else f"{round(people):,} 人"


def limit_words(item: Item) -> str:
    """Return the limit of the verdict: 500 米 or 8 分钟, empty where the row has none."""
    if item.limit_m is not None:
        return f"{item.limit_m:,} 米"
    return "" if item.limit_min is None else f"{item.limit_min} 分钟"


def headline(score: Score) -> str:
    """Return the first sentences of a scorecard: how many items are met, what is not judged, what is most urgent."""
    if score.required == 0:
        return f"没有能评价的项；{score.no_data} 项无数据，不评价。" if score.no_data else "没有能评价的项。"
    unmet = score.required - score.met
    text = f"评价 {score.required} 项，达标 {score.met} 项，未达标 {unmet} 项"
    if score.no_data:
        text += f"；另有 {score.no_data} 项无数据，不评价"
    worst = most_urgent(score)
    return f"{text}。" if worst is None else f"{text}。最急：{worst.name}（{_lacking(worst)}）。"


def most_urgent(score: Score) -> Item | None:
    """Return the unmet item with most people outside its limit, the earlier row on a tie."""
    unmet = [item for item in score.items if item.verdict == "unmet"]
    return max(unmet, key=_outside, default=None)


def poorest(cards: Mapping[str, Score], most: int) -> list[tuple[str, Item]]:
    """Return areas with unmet items by code, each with the most urgent: most items first, then most people outside."""

    def lacking(score: Score) -> float:
        return sum(_outside(item) for item in score.items if item.verdict == "unmet")

    order = sorted(cards, key=lambda code: (cards[code].met - cards[code].required, -lacking(cards[code]), code))
    urgent = [(code, most_urgent(cards[code])) for code in order[:most]]
    return [(code, item) for code, item in urgent if item is not None]


def distance_sentence(item: Item, place: str, about: bool = False) -> str:
    """Return what an item says by its limit: 全区 19.8 万人走 500 米到不了菜市场; `about` where counts are rounded."""
    if not limit_words(item):
        return f"{place}{item.name}：标准没有给出距离或时间，只列出。"
    if item.share is None:
        return f"{place}{item.name}：无数据（不等于 0）。"
    if _outside(item) == 0:
        return f"{place}所有人走 {limit_words(item)}都能到{item.name}。"
    return f"{place} {'约 ' if about else ''}{people_words(_outside(item))}走 {limit_words(item)}到不了{item.name}。"


def _outside(item: Item) -> float:
    return item.people - (item.people_in or 0)


def _lacking(item: Item) -> str:
    return f"{people_words(_outside(item))}走 {limit_words(item)}到不了"
