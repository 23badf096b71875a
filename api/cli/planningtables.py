"""Planning answers as tables for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table

from api.cli.output import table
from api.cli.tables import GROUPS, VERDICTS, share_words


def closures_table(found: Mapping[str, Any]) -> Table:
    """Who loses what by each closing."""
    rows = [
        (
            site["name"] or "（无名）",
            f"{site['compounds']:,}",
            f"{round(site['people']['all'] or 0):,}",
            "；".join(f"{GROUPS[loss['group']]} {round(loss['people_out']):,}" for loss in site["losses"]) or "—",
        )
        for site in found["sites"]
    ]
    columns = [("关掉哪一处", False), ("走得更远的小区", True), ("人", True), ("掉出标准距离的人", False)]
    return table(columns, rows, f"{found['name']}（{found['code']}）{len(rows)} 处有人受影响")


def site_table(found: Mapping[str, Any]) -> Group:
    """Chosen sites, what each adds, and who stays outside."""
    rows = [
        (
            str(place),
            one["name"] or one["uid"],
            f"{one['added']:,}",
            f"{one['total']:,}",
            share_words(one["share_of_asking"]),
        )
        for place, one in enumerate(found["sites"], start=1)
    ]
    unit = "人·公里" if found["model"] == "pmedian" else "人"
    columns = [("次序", True), ("候选", False), (f"新增（{unit}）", True), ("累计", True), ("占还缺的", True)]
    lines = [found["sentence"]]
    if found["coverage"]:
        before, after = found["coverage"]["before"], found["coverage"]["after"]
        shares = f"{share_words(before['share'])} → {share_words(after['share'])}"
        verdicts = f"{VERDICTS[before['verdict']]} → {VERDICTS[after['verdict']]}"
        lines.append(f"{found['item']}（{GROUPS[found['group']]}）{shares}，{verdicts}")
    lines += [f"够不着：{one['name']}（{one['people'] or 0:,} 人）{one['why']}" for one in found["unmet"][:5]]
    return Group("\n".join(lines), table(columns, rows))


def gaps_table(found: Mapping[str, Any]) -> Table:
    """Who is outside of what, by item."""
    words = {"gate": "开门", "crossing": "架桥或过街", "site": "建点", "none": "另找"}
    rows = [
        (
            item["name"],
            f"{item['limit_m']:,} 米",
            GROUPS[item["group"]],
            f"{item['compounds_outside']:,}",
            f"{round(item['people_outside'] or 0):,}",
            "；".join(f"{words[kind]} {number}" for kind, number in item["by_fix"].items()) or "—",
        )
        for item in found["items"]
    ]
    columns = [
        ("服务设施", False),
        ("限", True),
        ("人群", False),
        ("未覆盖小区", True),
        ("人", True),
        ("怎么补", False),
    ]
    return table(columns, rows, f"{found['name']}（{found['code']}）未覆盖清单；写成 Excel 加 -o 每周清单.xlsx")


def capacity_table(found: Mapping[str, Any]) -> Table:
    """Capacity per thousand people, communities with least first."""
    rows = [
        (one["name"] or one["code"], f"{round(one['people'] or 0):,}", _figure(one["per_thousand"]))
        for one in found["communities"]
    ]
    places = found["places"]
    head = f"{found['item']} {found['limit_m']:,} 米内：{places['all']} 处，{places['without_capacity']} 处没有登记容量"
    closed = f"，{places['closed']} 处 {found['open_at']} 不开门" if found["open_at"] else ""
    return table([("社区", False), ("人", True), ("每千人", True)], rows, head + closed)


def targets_table(found: Mapping[str, Any]) -> Group:
    """City goals in a sentence each, then the room per community, least first."""
    lines = []
    for one in found["targets"]:
        done = "" if one["progress"] is None else f"，完成增量的 {one['progress']:.1%}"
        lines.append(
            f"{one['title']}：目标 {one['start']} → {one['goal']}，这里现有 {one['existing']} 处{done}（{one['note']}）"
        )
    listed = sorted(
        found.get("communities", []),
        key=lambda one: (one["per_100_households_m2"] is None, one["per_100_households_m2"] or 0),
    )
    if "summary" in found:
        of, rule = found["summary"], found["rule"]
        average = f"平均 {_figure(of['average_m2'])} 平方米（目标 {rule['average_m2']}）"
        lines.append(f"{rule['title']}：{of['communities']} 个社区，{of['measured']} 个登记了面积，{average}")
        hall = f"有 {rule['hall_m2']} 平方米大厅的 {of['with_hall']} 个"
        enough = f"每百户够 {rule['per_100_households_m2']} 平方米的 {of['enough_per_100_households']} 个"
        lines.append(f"{hall}，{enough}")
    rows = [
        (one["name"], f"{one['households'] or 0:,}", _figure(one["size_m2"]), _figure(one["per_100_households_m2"]))
        for one in listed
    ]
    columns = [("社区", False), ("户", True), ("面积（平方米）", True), ("每百户（平方米）", True)]
    return Group("\n".join(lines), *([table(columns, rows)] if rows else []))


def provenance_table(found: Mapping[str, Any]) -> Group:
    """What a number rests on, layer by layer."""
    number, standard, net = found["number"], found["standard"], found["network"]
    stale = " · 数据已变化，待重算" if found["stale"] else ""
    whose = f"{found['name']}（{found['code']}）{number['name']}"
    lines = [
        f"{whose}：{share_words(number['share'])}，{VERDICTS[number['verdict']]}",
        f"结果摘要 {found['digest']} · {found['computed_at']} 计算{stale}",
        f"标准：{standard['title']}，{standard['clause']}（{standard['status']}）",
        f"步速 {found['speed']['m_s']:.2f} 米/秒",
        f"路网：{net['streets']:,} 条路，坐标系 EPSG:{net['epsg']}，查到 {net['search_m']:,} 米",
        "软件：" + "，".join(f"{name} {one}" for name, one in found["software"].items()),
    ]
    rows = [
        (one["layer"], f"{one['rows']:,}", "；".join(f"{b['file_name']}（{b['data_date']}）" for b in one["batches"]))
        for one in found["layers"]
    ]
    return Group("\n".join(lines), table([("图层", False), ("行", True), ("来自", False)], rows))


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:,.1f}"
