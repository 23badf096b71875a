"""The columns of every kind of import: their meaning, the names other people give them, and the bounds of belief."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from gis.errors import BadInputError

ValueType = Literal["word", "count", "number", "flag", "integer", "date"]
Family = Literal["point", "line", "polygon", "none"]


class UnknownKindError(BadInputError):
    """No such kind of import."""

    code = "UNKNOWN_KIND"


class ColumnError(BadInputError):
    """A column that is needed or was named by the user is not there."""

    code = "COLUMN_MISSING"


@dataclass(frozen=True, slots=True)
class Field:
    """A target column; `most` is the largest count believed, from the largest found in 2026 Chinese data, doubled."""

    name: str
    type: ValueType
    aliases: tuple[str, ...] = ()
    most: int | None = None
    required: bool = False


@dataclass(frozen=True)
class Schema:
    """A kind of import: its columns, its geometry, and whether its rows only make sense all together."""

    kind: str
    title: str
    family: Family
    fields: tuple[Field, ...]
    tessellated: bool = False
    parts: tuple[tuple[str, str], ...] = ()


_UID = Field("uid", "word", ("id", "osm_id", "编号", "唯一编号", "标识"))
_NAME = Field("name", "word", ("名称", "名字", "name:zh", "name_zh", "title"))
_CODE = Field("code", "word", ("代码", "编码", "区划代码", "行政区划代码", "adcode", "区域代码"), required=True)
_PARENT = Field("parent_code", "word", ("上级代码", "父代码", "parent"))
_FORMER = Field("former_code", "word", ("原代码", "旧代码", "原编码", "原区划代码"))
_SERVES = Field(
    "serves_uid", "word", ("服务社区", "服务社区代码", "所属社区代码", "community_code", "serves_code", "serves_cod")
)


def _ages(most: int) -> tuple[Field, ...]:
    return (
        Field("elderly", "count", ("60岁以上", "60岁及以上", "老年人", "老年人口", "elderly_60"), most),
        Field("elderly_80", "count", ("80岁以上", "80岁及以上", "高龄老人"), most),
        Field("children", "count", ("0-14岁", "0至14岁", "儿童", "少儿"), most),
    )


_AREA_COUNTS = (
    Field("registered_households", "count", ("户籍户数", "登记户数"), 2_000_000),
    Field("resident_households", "count", ("常住户数", "户数", "households"), 2_000_000),
    Field("dwelling_units", "count", ("住房套数", "套数"), 2_000_000),
    Field("undelivered_units", "count", ("未交付套数", "在建套数"), 2_000_000),
    Field("population", "count", ("人口", "常住人口", "residents"), 6_000_000),
    *_ages(2_000_000),
)
_PARTS = (("elderly", "population"), ("children", "population"), ("elderly_80", "elderly"))
_HOUSEHOLDS_MOST = 30_000
_PEOPLE_MOST = 100_000

_SCHEMAS = (
    Schema(
        "areas",
        "区域边界",
        "polygon",
        (_CODE, _NAME, _PARENT, _FORMER, Field("status", "word", ("状态",)), *_AREA_COUNTS),
        tessellated=True,
        parts=_PARTS,
    ),
    Schema(
        "codes",
        "代码表",
        "none",
        (
            _CODE,
            _NAME,
            _PARENT,
            _FORMER,
            Field("subdistrict_code", "word", ("streetCode", "street_code", "街道代码")),
            Field("subdistrict_name", "word", ("streetName", "street_name", "街道", "街道名称")),
            *_AREA_COUNTS,
        ),
        parts=_PARTS,
    ),
    Schema(
        "streets",
        "道路",
        "line",
        (
            _UID,
            _NAME,
            Field("class", "word", ("fclass", "highway", "类别", "道路等级", "等级"), required=True),
            Field("bridge", "flag", ("桥梁", "桥")),
            Field("tunnel", "flag", ("隧道",)),
            Field("layer", "integer", ("层", "高程层")),
            Field("access", "word", ("通行",)),
            Field("foot", "word", ("步行",)),
        ),
    ),
    Schema(
        "barriers",
        "阻隔",
        "line",
        (
            _UID,
            _NAME,
            Field("kind", "word", ("类型", "类别", "type", "fclass")),
            Field("railway", "word"),
            Field("waterway", "word"),
            Field("barrier", "word"),
            Field("highway", "word"),
        ),
    ),
    Schema(
        "compounds",
        "小区",
        "point",
        (
            _UID,
            Field("name", "word", ("名称", "小区名称", "小区", "楼盘"), required=True),
            Field("kind", "word", ("类型", "bld_type", "建筑类型")),
            Field("address", "word", ("地址",)),
            Field("community", "word", ("社区代码", "所属社区代码", "community_code")),
            Field("subdistrict", "word", ("街道代码", "subdistrict_code")),
            Field("district_code", "word", ("区县代码", "adcode")),
            Field("district", "word", ("区县", "所属区")),
            Field("households", "count", ("户数", "总户数", "常住户数"), _HOUSEHOLDS_MOST),
            Field("registered_households", "count", ("户籍户数",), _HOUSEHOLDS_MOST),
            Field("dwelling_units", "count", ("套数", "住房套数"), _HOUSEHOLDS_MOST),
            Field("undelivered_units", "count", ("未交付套数",), _HOUSEHOLDS_MOST),
            Field("residents", "count", ("人口", "人数", "常住人口", "population"), _PEOPLE_MOST),
            *_ages(_PEOPLE_MOST),
        ),
        parts=(("elderly", "residents"), ("children", "residents"), ("elderly_80", "elderly")),
    ),
    Schema(
        "buildings",
        "楼栋",
        "polygon",
        (
            _UID,
            _NAME,
            Field("compound_uid", "word", ("小区编号", "所属小区编号")),
            Field("floors", "count", ("层数", "楼层", "building:levels"), 200),
            Field("floor_area_m2", "number", ("建筑面积", "面积")),
            Field("units", "count", ("套数", "户数"), 5_000),
        ),
    ),
    Schema(
        "service_points",
        "服务设施",
        "point",
        (
            _UID,
            Field("name", "word", ("名称", "设施名称"), required=True),
            Field("category", "word", ("类别", "设施类别", "类型", "type", "分类")),
            Field("tag", "word", ("标签",)),
            Field("address", "word", ("地址",)),
            Field("district", "word", ("区县", "所属区")),
            Field("size_m2", "number", ("面积", "建筑面积", "规模")),
            Field("capacity", "count", ("床位", "床位数", "容量", "班数"), 100_000),
            Field("open_hours", "word", ("开放时间", "营业时间", "opening_hours")),
            Field("step_free", "flag", ("无障碍", "wheelchair")),
            Field("verified_on", "date", ("核实日期", "更新日期")),
            _SERVES,
        ),
    ),
    Schema(
        "grids",
        "网格",
        "polygon",
        (
            _CODE,
            _NAME,
            _PARENT,
            Field("tier", "integer", ("级别", "层级")),
            Field("kind", "word", ("类型", "网格类型")),
            Field("status", "word", ("状态",)),
            Field("leader", "word", ("网格长", "网格长姓名")),
            Field("work_phone", "word", ("工作电话", "网格长工作电话", "办公电话")),
            *_AREA_COUNTS,
        ),
        tessellated=True,
        parts=_PARTS,
    ),
    Schema(
        "staff",
        "网格人员",
        "none",
        (
            Field("code", "word", ("代码", "编码", "网格代码", "网格编码"), required=True),
            Field("role", "word", ("岗位", "职务", "角色")),
            Field("name", "word", ("姓名", "名字"), required=True),
            Field("work_phone", "word", ("工作电话", "办公电话")),
        ),
    ),
    Schema(
        "gates",
        "出入口",
        "point",
        (
            _UID,
            _NAME,
            Field("compound_uid", "word", ("小区编号", "所属小区编号", "小区"), required=True),
            Field("access", "word", ("通行", "通行规定")),
            Field("hours", "word", ("开放时间", "open_hours", "opening_hours")),
        ),
    ),
    Schema(
        "candidate_sites",
        "备选点",
        "point",
        (_UID, _NAME, Field("area_m2", "number", ("面积",)), Field("tenure", "word", ("权属",))),
    ),
    Schema("anchors", "社区锚点", "point", (_CODE, _NAME)),
)
SCHEMAS: Mapping[str, Schema] = MappingProxyType({schema.kind: schema for schema in _SCHEMAS})
# anchors only serve to draft borders; they are no layer
KINDS: tuple[str, ...] = tuple(kind for kind in SCHEMAS if kind != "anchors")

_LON = ("lon", "lng", "longitude", "经度", "x", "coord_x", "东经")
_LAT = ("lat", "latitude", "纬度", "y", "coord_y", "北纬")
_SHAPEFILE_NAME = 10  # bytes that a Shapefile leaves of a column's name
_PERSONAL = ("身份证", "手机", "电话", "phone", "mobile", "户主", "居民姓名")


@dataclass(frozen=True)
class Columns:
    """Which source column fills which target; `unused` are source columns left alone, `personal` those about people."""

    source: Mapping[str, str]
    lon: str | None
    lat: str | None
    unused: tuple[str, ...]
    personal: tuple[str, ...]


def schema_of(kind: str) -> Schema:
    """The schema of a kind; raises UnknownKindError."""
    if kind not in SCHEMAS:
        raise UnknownKindError(f"没有“{kind}”这种数据，可以导入：{'、'.join(KINDS)}。")
    return SCHEMAS[kind]


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "").replace("_", "")


def match(schema: Schema, names: Sequence[str], mapping: Mapping[str, str], has_geometry: bool) -> Columns:
    """Find the columns of a kind among a file's columns; `mapping` (target to source, by the user) goes first.

    Raises ColumnError.
    """
    known = {field.name for field in schema.fields} | {"lon", "lat"}
    for target, source in mapping.items():
        if target not in known:
            raise ColumnError(f"{schema.title}没有“{target}”这一项，--map 可用：{'、'.join(sorted(known))}。")
        if source not in names:
            raise ColumnError(f"文件里没有列“{source}”，有：{'、'.join(names) or '（没有列）'}。")
    by_plain = {_plain(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for field in schema.fields:
        names_of_it = (field.name, *field.aliases, field.name[:_SHAPEFILE_NAME])
        choices = (mapping.get(field.name), *(by_plain.get(_plain(one)) for one in names_of_it))
        chosen = next((one for one in choices if one is not None), None)
        if chosen is not None:
            found[field.name] = chosen
    lon = mapping.get("lon") or next((by_plain[one] for one in map(_plain, _LON) if one in by_plain), None)
    lat = mapping.get("lat") or next((by_plain[one] for one in map(_plain, _LAT) if one in by_plain), None)
    _require(schema, found, names)
    if schema.family != "none" and not has_geometry and (lon is None or lat is None):
        raise ColumnError("表格里没有认出经度、纬度两列，请用 --map lon=列名 --map lat=列名 指明。")
    used = set(found.values()) | {one for one in (lon, lat) if one is not None and not has_geometry}
    unused = tuple(name for name in names if name not in used)
    personal = tuple(name for name in unused if any(word in name.lower() for word in _PERSONAL))
    return Columns(MappingProxyType(found), lon, lat, unused, personal)


def _require(schema: Schema, found: Mapping[str, str], names: Sequence[str]) -> None:
    missing = [field for field in schema.fields if field.required and field.name not in found]
    if missing:
        words = "、".join(f"{field.name}（{'/'.join(field.aliases[:2])}）" for field in missing)
        raise ColumnError(
            f"{schema.title}缺少必需的列：{words}；文件里有：{'、'.join(names) or '（没有列）'}。"
            "请用 --map 目标=列名 指明。"
        )
