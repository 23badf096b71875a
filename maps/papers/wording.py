"""The words of the papers: request, public notice, and the tables they rest on."""

from __future__ import annotations

from collections.abc import Sequence

from gis import bounds
from maps.papers import kinds
from maps.papers.blocks import (
    Address,
    Block,
    Exhibit,
    Head,
    Heading,
    Map,
    Paper,
    Paragraph,
    Signature,
    Table,
    Title,
)
from maps.papers.view import Community, PapersView

NUMERALS = "一二三四五六七八九十"
UNKNOWN = "—"


def request(view: PapersView) -> Paper:
    """请示: from the subdistrict to the district, with legal basis, the change, and numbered annexes."""
    blocks: list[Block] = [
        Head(f"{view.office}文件", _number(view), "签发人：　　　　"),
        Title((f"{view.office}", f"关于{kinds.subject(view)}的请示")),
        Address(f"{view.government}："),
        Paragraph(kinds.why(view)),
        Heading("一、基本情况"),
        *(Paragraph(_as_is(one, view)) for one in view.before),
        Heading("二、调整方案"),
        Paragraph(kinds.in_short(view)),
    ]
    for place, one in enumerate(view.after):
        blocks += [Heading(f"（{_numeral(place)}）{one.name}", 2), Paragraph(_one(place, view))]
    blocks += [Heading("三、方案依据"), Paragraph(kinds.grounds(view))]
    blocks += [Heading("四、居民意见"), Paragraph(_voice(view))]
    if view.remarks:
        said = "；".join(view.remarks)
        blocks += [Heading("五、特殊情况说明"), Paragraph(f"本方案有以下情况需要说明：{said}。")]
    blocks += [Paragraph("妥否，请批示。"), Paragraph("附件：1. 调整前后对照表")]
    annexes = _annexes(view)
    blocks += [Paragraph(f"　　　{no}. {title}") for no, title in enumerate(annexes, 2)]
    blocks.append(Signature(view.office, _day(view.today)))
    blocks += [Exhibit(1, "调整前后对照表"), _comparison(view), Paragraph(_about_counts(view), small=True)]
    blocks += [Exhibit(2, annexes[0]), Map("before", f"{view.name}调整前示意图")]
    blocks += [Exhibit(3, annexes[1]), Map("after", f"{view.name}调整后示意图")]
    blocks += [Exhibit(4, annexes[2]), _estates(view), Exhibit(5, annexes[3]), _plates(view)]
    return Paper(f"关于{kinds.subject(view)}的请示", view.marks, blocks, view.footer)


def _annexes(view: PapersView) -> tuple[str, str, str, str]:
    return ("调整前示意图", "调整后示意图", f"各{kinds.parts_word(view)}小区清单", "网格公示牌重印清单")


def notice(view: PapersView) -> Paper:
    """公示: the change in plain words for residents, with the map after, and where to object."""
    days = f"{view.comment_days} 天"
    blocks: list[Block] = [
        Title((f"关于{_noticed(view)}方案的公示",)),
        Paragraph(
            f"为{view.basis.principles}，{view.office}{kinds.announced(view)}。"
            f"现将方案公示，公示期 {days}，自＿＿＿＿年＿＿月＿＿日至＿＿＿＿年＿＿月＿＿日。"
        ),
    ]
    for place, one in enumerate(view.after):
        blocks += [Heading(f"{_numeral(place)}、{one.name}"), Paragraph(_plain(one))]
    last = len(view.after)
    blocks += [
        Heading(f"{_numeral(last)}、哪些居民会变"),
        Paragraph(kinds.who_changes(view)),
        Heading(f"{_numeral(last + 1)}、怎样提意见"),
        Paragraph(
            "对方案有意见的，请在公示期内以书面或口头方式向街道办事处提出。"
            "受理地址：＿＿＿＿＿＿＿＿；联系人：＿＿＿＿；电话：＿＿＿＿＿＿。"
        ),
        Signature(view.office, _day(view.today)),
        Exhibit(0, "调整后示意图"),
        Map("after", f"{view.name}调整后示意图"),
    ]
    return Paper(f"关于{_noticed(view)}方案的公示", view.marks, blocks, view.footer)


def estate_rows(view: PapersView) -> list[tuple[str, str, str, int | None, int | None, str]]:
    """Compound, old community, new community, households, residents, remark; by new community, then name."""
    return [
        (one.name, one.was, community.name, one.households, one.residents, one.remark)
        for community in view.after
        for one in community.estates
    ]


def _noticed(view: PapersView) -> str:
    return f"{view.name}{kinds.title(view)}" if view.kind not in kinds.SUBJECTS else kinds.subject(view)


def _as_is(one: Community, view: PapersView) -> str:
    basis = view.basis
    over = (
        f"超过一般 {basis.high:,} 户的规模"
        if one.households > basis.high
        else f"在一般 {basis.low:,} 至 {basis.high:,} 户的规模之内"
        if one.households >= basis.low
        else f"不足一般 {basis.low:,} 户的规模"
    )
    return (
        f"{one.name}（代码 {one.code}）{bounds.words(one.sides)}，面积 {one.area_km2} 平方公里，"
        f"有小区 {len(one.estates)} 个、网格 {one.grids} 个，{_people(one)}，{over}。{_rooms(one)}。"
    )


def _one(place: int, view: PapersView) -> str:
    one = view.after[place]
    return (
        f"{kinds.lead(view, place)}。{kinds.place_of(one)}。面积 {one.area_km2} 平方公里，{_people(one)}"
        f"{kinds.balance(view, one)}；网格 {one.grids} 个；"
        f"小区 {len(one.estates)} 个：{kinds.estates(one)}。{_rooms(one)}。"
    )


def _plain(one: Community) -> str:
    return f"{kinds.place_of(one)}。约 {one.households:,} 户。小区：{kinds.estates(one)}。{_rooms(one)}。"


def _voice(view: PapersView) -> str:
    return (
        f"拟公示 {view.comment_days} 天。居民会议或者居民代表会议意见：＿＿＿＿＿＿＿＿；"
        "收到意见＿＿条，采纳＿＿条（公示结束后填写，会议记录和签到作为附件另附）。"
    )


def _people(one: Community) -> str:
    aged = "" if one.elderly is None else f"，其中 60 岁以上 {one.elderly:,} 人"
    return f"{one.households:,} 户、{one.residents:,} 人{aged}"


def _rooms(one: Community) -> str:
    if not one.rooms:
        return "办公和服务用房：待落实（地址＿＿＿＿＿＿，面积＿＿平方米）"
    said = "、".join(f"{room.name}{_size(room.size_m2)}" for room in one.rooms)
    return f"办公和服务用房：{said}"


def _size(size_m2: float | None) -> str:
    return "（面积待核）" if size_m2 is None else f"（{size_m2:,.0f} 平方米）"


def _comparison(view: PapersView) -> Table:
    heads = [("项目", 0.22), *(("调整前", 0.0) for _ in view.before), *(("调整后", 0.0) for _ in view.after)]
    wide = (1 - 0.22) / (len(heads) - 1)
    columns = (*view.before, *view.after)
    rows: list[Sequence[str]] = [
        ("名称" if view.kind == kinds.SUB_AREAS else "社区名称", *(one.name for one in columns)),
        ("代码", *(one.code or "待定" for one in columns)),
        ("户数", *(f"{one.households:,}" for one in columns)),
        ("人口", *(f"{one.residents:,}" for one in columns)),
        ("60岁以上", *(_count(one.elderly) for one in columns)),
        ("0—14岁", *(_count(one.children) for one in columns)),
        ("面积（平方公里）", *(one.area_km2 for one in columns)),
        ("小区（个）", *(f"{len(one.estates)}" for one in columns)),
        ("网格（个）", *(f"{one.grids}" for one in columns)),
        ("用房（平方米）", *(_total_size(one) for one in columns)),
        *((f"{side}", *(one.sides[place].words[2:] for one in columns)) for place, side in enumerate(SIDE_HEADS)),
    ]
    return Table([(name, width or wide) for name, width in heads], rows)


SIDE_HEADS = ("东至", "南至", "西至", "北至")


def _total_size(one: Community) -> str:
    known = [room.size_m2 for room in one.rooms if room.size_m2 is not None]
    return f"{sum(known):,.0f}" if known else "待核" if one.rooms else "待落实"


def _estates(view: PapersView) -> Table:
    heads = (("小区", 0.34), ("调整前", 0.2), ("调整后", 0.2), ("户数", 0.13), ("人口", 0.13))
    rows = [
        (name + (f"（{said}）" if said else ""), old, new, _count(households), _count(residents))
        for name, old, new, households, residents, said in estate_rows(view)
    ]
    return Table(heads, rows, frozenset({3, 4}))


def _plates(view: PapersView) -> Table:
    heads = (("网格", 0.13), ("原代码", 0.23), ("新社区", 0.18), ("新代码", 0.23), ("改什么", 0.23))
    rows = [(one.grid, one.old_code, one.new_community, one.new_code or "待定", one.why) for one in view.plates]
    return Table(heads, rows or [(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "没有需要重印的公示牌")])


def _about_counts(view: PapersView) -> str:
    kinds = "按小区合计，其中有推算数" if any(e.estimated for one in view.after for e in one.estates) else "按小区合计"
    return (
        f"注：户数、人口{kinds}；四至由系统按边界与最近的有名道路、河流、铁路生成，须实地核对。数据日期 {view.as_of}。"
    )


def _count(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def _numeral(place: int) -> str:
    return NUMERALS[place] if place < len(NUMERALS) else f"{place + 1}"


def _number(view: PapersView) -> str:
    return view.document_no or f"　　〔{view.today[:4]}〕　号"


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{int(year)}年{int(month)}月{int(day)}日"
