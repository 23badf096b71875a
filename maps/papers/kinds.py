"""What the papers of each kind of adjustment say that the others do not: 分设, 合并, 边界微调, 划分片区."""

from __future__ import annotations

from gis import bounds
from maps.papers.view import Community, Estate, PapersView

JOIN, SHIFT, SUB_AREAS = "合并", "边界微调", "划分片区"
SUBJECTS = {JOIN: "合并{0}", SHIFT: "调整{0}边界", SUB_AREAS: "{0}划分片区"}
TITLES = {JOIN: "合并", SHIFT: "边界调整", SUB_AREAS: "划分片区"}
MOST_NAMED = 12  # estates in running text; all of them are in the annex


def subject(view: PapersView) -> str:
    """What the papers are about: 关于…的请示."""
    return SUBJECTS.get(view.kind, "调整{0}规模").format(view.name)


def title(view: PapersView) -> str:
    """What is done, in the names of files."""
    return TITLES.get(view.kind, "规模调整")


def parts_word(view: PapersView) -> str:
    """What the plan makes."""
    return "片区" if view.kind == SUB_AREAS else "社区"


def why(view: PapersView) -> str:
    """First paragraph of the request: legal basis and what is wanted."""
    basis = view.basis
    if view.kind == SUB_AREAS:
        return (
            f"为{basis.principles}，拟在{view.name}内划分 {len(view.after)} 个片区，社区的名称、代码和范围不变，"
            "现将有关情况请示如下。"
        )
    doubt = "" if basis.status == "verified" else "（条文为转述，印发前核对原文）"
    wanted = {JOIN: f"拟将{view.name}合并", SHIFT: f"拟对{view.name}之间的边界作局部调整"}
    return (
        f"为{basis.principles}，根据《{basis.law}》（{basis.version}）{basis.article}关于“{basis.says}”的规定{doubt}，"
        f"{wanted.get(view.kind, f'拟对{view.name}规模作如下调整')}，现将有关情况请示如下。"
    )


def in_short(view: PapersView) -> str:
    """The whole change in one paragraph."""
    names = "、".join(one.name for one in view.after)
    if view.kind == JOIN:
        gone = "、".join(one.name for one in view.before if one.code != view.after[0].code)
        return f"将{view.name}合并为{names}，{gone}不再单设，社区名称以批复为准。"
    if view.kind == SHIFT:
        return f"将{view.name}之间的边界作局部调整，各社区的代码和办公用房不变。{moves(view)}"
    if view.kind == SUB_AREAS:
        return f"将{view.name}划分为{names}，共 {len(view.after)} 个片区，片区名称以批复为准。"
    kept = next((one.name for one in view.after if one.old), "")
    said = f"，其中{kept}保留原名" if kept else ""
    return f"将{view.name}分设为{names}，共 {len(view.after)} 个{said}，新社区名称以批复为准。"


def announced(view: PapersView) -> str:
    """The same in the public notice, as the end of a sentence."""
    names = "、".join(one.name for one in view.after)
    if view.kind == SHIFT:
        return f"拟对{view.name}之间的边界作局部调整"
    if view.kind == SUB_AREAS:
        return f"拟在{view.name}内划分 {len(view.after)} 个片区：{names}，社区的名称和范围不变"
    if view.kind == JOIN:
        return f"拟将{view.name}合并为{names}"
    return f"拟调整{view.name}规模，将其分设为{names}，共 {len(view.after)} 个"


def lead(view: PapersView, place: int) -> str:
    """How the paragraph of one community or sub-area begins."""
    one = view.after[place]
    if view.kind == JOIN:
        return f"由{view.name}合并而成"
    if view.kind == SHIFT:
        was = view.before[place]
        return (
            f"代码和办公用房不变，调整前 {was.households:,} 户、面积 {was.area_km2} 平方公里"
            if was.households != one.households or was.area_km2 != one.area_km2
            else "代码和办公用房不变"
        )
    if view.kind == SUB_AREAS:
        return f"{view.name}的一个片区"
    return "保留原社区名称和办公用房" if one.old else "新设"


def balance(view: PapersView, one: Community) -> str:
    """How far a part is from the mean, where parts are meant to be alike."""
    if view.kind in (JOIN, SHIFT):
        return ""
    share = one.households / (sum(other.households for other in view.after) / len(view.after)) - 1
    return f"，比各{parts_word(view)}平均{'多' if share >= 0 else '少'} {abs(share):.1%}"


def grounds(view: PapersView) -> str:
    """Why this border: balance, what it runs along, who changes, what is proven."""
    if view.kind == JOIN:
        return f"合并不新划边界。{moved(view)}"
    where = "调整后社区之间的边界" if view.kind == SHIFT else "新边界"
    natural = f"{where}长 {view.border_m:,.0f} 米，其中 {view.natural_share:.0%} 沿主干路、河流或铁路。"
    if view.kind == SHIFT:
        return natural + moved(view)
    alike = f"各{parts_word(view)}户数与平均数相差不超过 {view.tolerance:.0%}；" if view.tolerance else ""
    proof = f"边界长度：{view.proof}。" if view.proof else ""
    return f"{alike}{natural}{moved(view)}{proof}"


def moved(view: PapersView) -> str:
    """Who belongs to another community afterwards."""
    if view.kind == SUB_AREAS:
        return "居民所属的社区不变。"
    if not view.moved_residents:
        return "没有居民变更所属社区。"
    aged = "" if view.moved_elderly is None else f"，其中 60 岁以上约 {tens(view.moved_elderly)} 人"
    return f"调整后约 {tens(view.moved_residents)} 名居民变更所属社区{aged}。"


def who_changes(view: PapersView) -> str:
    """The same for residents, in the public notice."""
    cut = any(estate.part for one in view.after for estate in one.estates)
    whole = "" if cut else f"每个小区都整个归一个{parts_word(view)}，不拆开。"
    if view.kind == SUB_AREAS:
        return f"居民所属的社区不变，只在社区内部分片服务。{whole}"
    if not view.moved_residents:
        return f"没有居民所在的社区会改变。{whole}"
    listed = moves(view) if view.kind == SHIFT else ""
    return f"约 {tens(view.moved_residents)} 名居民所在的社区会改变，其余居民不变。{listed}{whole}"


def moves(view: PapersView) -> str:
    """Estates that go from one community to another, each way in a sentence; "" where none does."""
    said = []
    for was in view.before:
        for now, after in zip(view.before, view.after, strict=False):
            going = [one for one in after.estates if one.was == was.name] if was is not now else []
            if going:
                said.append(f"由{was.name}划入{after.name}的小区：{_listed(going)}。")
    return "".join(said)


def place_of(one: Community) -> str:
    """Where it lies: its four sides."""
    return f"四至：{bounds.words(one.sides)}"


def estates(one: Community) -> str:
    """The estates of a community in running text."""
    return _names(one.estates) if one.estates else "没有登记小区"


def tens(people: int) -> str:
    """People to the nearest ten, as notices say them; fewer than ten as they are."""
    return f"{round(people, -1):,}" if people >= 10 else str(people)


def _listed(going: list[Estate]) -> str:
    known = [one.households for one in going if one.households is not None]
    return _names(going) + (f"，共 {sum(known):,} 户" if known else "")


def _names(several: tuple[Estate, ...] | list[Estate]) -> str:
    names = [one.name + ("（部分楼栋）" if one.part else "") for one in several]
    return "、".join(names[:MOST_NAMED]) + (f"等 {len(names)} 个" if len(names) > MOST_NAMED else "")
