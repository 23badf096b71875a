"""Any answer with tables in it as a workbook: a sheet per list of rows, columns in Chinese, the single facts last."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from data.exports.sheets import Sheet, write_sheets

Row = Mapping[str, Any]
WORDS: Mapping[str, str] = {
    "code": "代码",
    "uid": "编号",
    "name": "名称",
    "level": "层级",
    "item": "设施",
    "category": "类别",
    "circle_min": "生活圈（分钟）",
    "limit_m": "标准距离（米）",
    "limit_min": "标准时间（分钟）",
    "time_limit_min": "步行时间限（分钟）",
    "group": "人群",
    "people": "人数",
    "people_in": "达到的人",
    "people_estimated": "其中推算",
    "people_in_time": "按步行时间达到的人",
    "people_in_radius": "按直线半径达到的人",
    "people_outside": "未覆盖的人",
    "people_out": "掉出的人",
    "people_more": "多覆盖人次",
    "people_fewer": "少覆盖人次",
    "compounds": "小区数",
    "compounds_in": "达到的小区",
    "compounds_outside": "未覆盖的小区",
    "compounds_without": "走不到的小区",
    "compounds_changed": "有变化的小区",
    "undecided": "无法判定",
    "share": "覆盖率",
    "share_time": "按步行时间的覆盖率",
    "share_radius": "按直线半径的覆盖率",
    "share_then": "当时覆盖率",
    "share_now": "现在覆盖率",
    "change": "变化",
    "pass_share": "达标线",
    "verdict": "结论",
    "nearest_p50_min": "半数人步行（分钟）",
    "data_date": "数据日期",
    "stale": "待重算",
    "note": "说明",
    "met": "达标项",
    "required": "评价项",
    "no_data": "无数据项",
    "community": "社区代码",
    "subdistrict": "街道代码",
    "residents": "居民",
    "households": "户数",
    "before_cm": "改前（厘米）",
    "after_cm": "改后（厘米）",
    "minutes_before": "改前（分钟）",
    "minutes_after": "改后（分钟）",
    "within_before": "改前达到",
    "within_after": "改后达到",
    "service": "最近服务点",
    "service_uid": "最近服务点编号",
    "net_m": "步行（米）",
    "minutes": "步行（分钟）",
    "straight_m": "直线（米）",
    "between": "隔着",
    "cause": "原因",
    "words": "怎么做",
    "items_missing": "缺几项",
    "added": "新增",
    "total": "累计",
    "share_of_asking": "占还缺的",
    "nearest": "最近候选点",
    "nearest_m": "最近候选点（米）",
    "why": "为什么",
    "lon": "经度",
    "lat": "纬度",
    "capacity": "容量",
    "per_thousand": "每千人",
    "standard": "标准",
    "title": "标题",
    "status": "来源状态",
    "as_of": "数据日",
    "computed_at": "计算时间",
    "digest": "结果摘要",
    "base": "数据状态",
    "clause": "条文",
    "catchment": "服务范围",
    "rows": "行数",
    "layer": "图层",
    "file_name": "文件",
    "inventory": "全量登记",
    "size_m2": "面积（平方米）",
    "per_100_households_m2": "每百户（平方米）",
    "goal": "目标",
    "start": "起点",
    "existing": "现有",
    "headline": "一句话",
    "synthetic": "合成示例数据",
    "district": "区",
    "parent_code": "上级代码",
    "community_code": "社区代码",
    "area_code": "区划代码",
    "in_m": "按标准距离达到的人",
    "in_min": "按步行时间达到的人",
    "in_radius": "按直线半径达到的人",
    "households_estimated": "户数推算",
    "estimated": "人数推算",
    "state": "够不够得着",
    "groups": "人群",
    "speeds": "步速（米/秒）",
    "beyond_min": "最远找到（分钟）",
    "areas": "各地",
    "communities": "社区",
    "subdistricts": "街道",
    "proxy": "用相近年龄代替",
    "sample": "样本",
    "reference": "参考（一半以上推算）",
    "osm": "道路来自 OpenStreetMap",
    "draft_borders": "草拟边界",
    "off_main": "不与主路网相连",
    "search_m": "最远找到（米）",
    "undecided_points": "无法判定的服务点",
    "unchecked": "待核项数",
    "place": "哪里",
    "progress": "做到多少",
    "districts": "区",
    "places": "处数",
    "largest_m2": "最大一处（平方米）",
    "hall": "有大厅",
    "enough": "够不够",
    "rule": "规则",
    "summary": "合计",
    "measured": "有面积的",
    "average_m2": "平均（平方米）",
    "average_met": "平均达标",
    "with_hall": "有大厅的",
    "hall_m2": "大厅（平方米）",
    "model": "选点模型",
    "unit": "单位",
    "candidates": "候选点",
    "asking": "还缺的",
    "objective": "求的是",
    "proof": "证明",
    "kind": "种类",
    "bound": "上界",
    "gap": "最多还能多",
    "coverage": "覆盖",
    "before": "之前",
    "after": "之后",
    "sentence": "一句话",
    "versions": "版本数",
    "document_no": "文号",
    "number": "这个数",
    "stamps": "数据戳",
    "since": "与这一天比",
    "network": "路网",
    "software": "软件",
    "gates": "出入口",
    "streets": "道路",
    "barriers": "阻隔",
    "service_points": "服务点",
}
SHEETS: Mapping[str, str] = {
    "items": "各项",
    "children": "下一级",
    "changes": "步行变化",
    "area": "改前改后",
    "communities": "社区",
    "subdistricts": "街道",
    "sites": "选点",
    "unmet": "够不着的小区",
    "losses": "掉出",
    "compounds": "小区",
    "most_missing": "缺得最多",
    "grids": "网格",
    "targets": "目标",
    "layers": "数据来源",
    "batches": "导入批次",
    "trend": "趋势",
    "groups": "分类",
}
VALUES: Mapping[str, str] = {
    "met": "达标",
    "unmet": "未达标",
    "no_data": "无数据，不评价",
    "all": "全体",
    "elderly": "60 岁以上",
    "elderly_80": "80 岁以上",
    "children": "0–14 岁",
    "in": "够得着",
    "out": "够不着",
    "undecided": "无法判定",
    "legal": "法定",
    "draft": "草拟",
    "local": "本地自定",
    "merged": "综合对照表",
    "recalled": "转引，待核",
    "any": "最近一处",
    "own": "自己的一处",
    "optimal": "已证明最优",
    "compounds": "小区",
    "service_points": "服务点",
    "streets": "道路",
    "barriers": "阻隔",
    "gates": "出入口",
    "communities": "社区",
    "subdistricts": "街道",
}
WIDE = 18
LONGEST = 32_000


def to_file(found: Row, target: Path) -> int:
    """Write the tables of an answer; returns their rows."""
    return write_sheets(target, *_book(found))


def to_bytes(found: Row) -> bytes:
    """The workbook of an answer."""
    box = BytesIO()
    write_sheets(box, *_book(found))
    return box.getvalue()


def _book(found: Row) -> tuple[list[Sheet], list[tuple[str, object]]]:
    sheets = [_sheet(title, rows) for title, rows in _tables(found, ())]
    plain = {key: value for key, value in found.items() if not _is_table(value)}
    return sheets, [(name, _plain(value)) for name, value in _flat(plain).items()]


def _tables(found: Row, above: tuple[tuple[str, Any], ...], prefix: str = "") -> Iterator[tuple[str, list[Row]]]:
    """Every list of rows with its title; rows of a list within rows repeat who they belong to."""
    for key, value in found.items():
        if isinstance(value, Mapping):
            yield from _tables(value, above, prefix)
        elif _is_table(value):
            title = prefix + SHEETS.get(key, WORDS.get(key, key))
            yield title, [dict(above) | {k: v for k, v in row.items() if not _is_table(v)} for row in value]
            inner: dict[str, list[Row]] = {}
            for row in value:
                whose = SHEETS.get(key, key)
                named = tuple((f"{WORDS[k]}（{whose}）", row[k]) for k in ("code", "name") if k in row)
                for below, rows in _tables(row, (*above, *named), title + "·"):
                    inner.setdefault(below, []).extend(rows)
            yield from inner.items()


def _is_table(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and bool(value) and isinstance(value[0], Mapping)


def _sheet(title: str, rows: Sequence[Row]) -> Sheet:
    flat = [_flat(row) for row in rows]
    heads = list(dict.fromkeys(name for row in flat for name in row))
    return Sheet(title, [(head, WIDE) for head in heads], [[_plain(row.get(head)) for head in heads] for row in flat])


def _flat(row: Row, prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in row.items():
        name = prefix + (WORDS.get(key) or VALUES.get(key, key))
        if isinstance(value, Mapping):
            found |= _flat(value, f"{name}·")
        else:
            found[name] = value
    return found


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "；".join(str(_plain(one)) for one in value)[:LONGEST]
    return VALUES.get(value, value) if isinstance(value, str) else value
