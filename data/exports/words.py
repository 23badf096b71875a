"""What layers and columns are called in Chinese: column aliases of files, heads of sheets; import knows them again."""

from collections.abc import Mapping
from types import MappingProxyType

SYNTHETIC = "合成示例数据"
OSM = "道路等来自 © OpenStreetMap 贡献者（ODbL）"

LAYER_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "districts": "区县",
        "subdistricts": "街道",
        "communities": "社区",
        "sub_areas": "片区",
        "grids": "网格",
        "compounds": "小区",
        "buildings": "楼栋",
        "service_points": "服务设施",
        "gates": "出入口",
        "streets": "道路",
        "barriers": "阻隔",
        "candidate_sites": "备选点",
        "life_circles": "生活服务圈",
        "backdrop": "底图",
    }
)

_SHARED = {
    "uid": "编号",
    "code": "代码",
    "name": "名称",
    "kind": "类型",
    "status": "状态",
    "parent_code": "上级代码",
    "approximate": "约（四舍五入到 5）",
    "community": "社区代码",
    "community_code": "社区代码",
    "set_name": "网格类别",
    "tier": "级别",
    "registered_households": "户籍户数",
    "resident_households": "常住户数",
    "dwelling_units": "住房套数",
    "undelivered_units": "未交付套数",
    "population": "人口",
    "residents": "人口",
    "households": "户数",
    "elderly": "60岁以上",
    "elderly_80": "80岁以上",
    "children": "0-14岁",
    "quality": "数据质量",
    "compound_uid": "小区编号",
    "category": "类别",
    "size_m2": "面积",
    "capacity": "容量",
    "open_hours": "开放时间",
    "hours": "开放时间",
    "step_free": "无障碍",
    "verified_on": "核实日期",
    "serves_code": "服务社区代码",
    "access": "通行",
    "class": "道路等级",
    "bridge": "桥梁",
    "tunnel": "隧道",
    "layer": "层",
    "walkable": "可步行",
    "main": "主路网",
    "area_m2": "面积",
    "tenure": "权属",
    "floors": "层数",
    "floor_area_m2": "建筑面积",
    "units": "套数",
    "minutes": "分钟",
    "group": "人群",
    "service_uid": "设施编号",
    "synthetic": "合成示例",
}
_OWN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"communities": {"code": "代码"}, "grids": {"kind": "网格类型"}}
)


def title(layer: str, column: str) -> str:
    """The Chinese name of a column; a column without one keeps its own name."""
    return _OWN.get((layer, column)) or _SHARED.get(column, column)


def layer_title(layer: str) -> str:
    """The Chinese name of a layer."""
    return LAYER_TITLES.get(layer, layer)
