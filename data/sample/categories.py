"""The 27 categories of service points: how many, where, how large, when open."""

from collections.abc import Mapping
from typing import NamedTuple

ALL_DAY = "00:00-24:00"
OFFICE, SHOP, LONG = "08:30-17:30", "08:00-21:30", "07:00-23:00"


class Category(NamedTuple):
    """How one category is sited.

    `where`: community, subdistrict or grid (each area gets its own), street (beside a street), stop (beside a great
    street), compound (at a gate), or lot:USE (on a lot of that use, then beside streets). `number` is what the
    district has where areas do not decide it. `planned` is the share of sites put where most people are still
    without; the others are drawn. `hub` is the pull of shopping centres, `zones` the odds by part of town.
    """

    name: str
    number: int
    where: str
    gap_m: float
    size_m2: float
    size_spread: float
    hours: str
    group: str = "residents"
    hub: float = 0.0
    planned: float | None = None
    zones: Mapping[str, float] = {}
    m2_per_place: float | None = None


CATEGORIES = {
    "party_service_center": Category("党群服务中心", 0, "community", 150, 620, 0.35, OFFICE),
    "street_service_center": Category("街道社区服务中心", 0, "subdistrict", 150, 1150, 0.25, OFFICE),
    "health_center": Category("社区卫生服务中心", 0, "subdistrict", 800, 2300, 0.25, ALL_DAY, m2_per_place=60),
    "health_station": Category(
        *("社区卫生服务站", 200, "street", 240, 185, 0.25, "08:00-18:00"),
        planned=0.7,
        zones={"riverwest": 0.55, "west": 0.6},
    ),
    "elderly_center": Category("养老服务中心", 0, "subdistrict", 150, 1400, 0.3, "08:00-18:00", "elderly"),
    "elderly_station": Category(
        *("老年服务站", 190, "street", 240, 360, 0.3, OFFICE, "elderly"), planned=0.6, zones={"riverwest": 0.6}
    ),
    "elderly_daycare": Category(
        *("日间照料中心", 190, "street", 240, 480, 0.25, "08:00-18:00", "elderly"),
        planned=0.75,
        zones={"core": 0.0, "riverwest": 0.8},
        m2_per_place=16,
    ),
    "elderly_home": Category(
        *("养老院", 17, "street", 600, 4200, 0.35, ALL_DAY, "elderly"), zones={"core": 0.5}, m2_per_place=38
    ),
    "canteen": Category(
        *("社区食堂", 124, "street", 320, 210, 0.4, "07:00-19:00", "elderly"),
        planned=0.6,
        zones={"riverwest": 0.3, "west": 0.35, "north": 0.6},
        m2_per_place=3.4,
    ),
    "fitness_outdoor": Category("户外健身点", 340, "compound", 110, 320, 0.5, ALL_DAY),
    "culture_room": Category("文化活动室", 142, "street", 260, 390, 0.35, "09:00-18:00", planned=0.4),
    "culture_center": Category("文化活动中心", 0, "subdistrict", 150, 3600, 0.25, "09:00-21:00"),
    "pay_point": Category("便民缴费点", 185, "street", 220, 60, 0.5, "08:30-18:00", hub=0.8),
    "parcel_station": Category("快递驿站", 640, "compound", 60, 55, 0.45, "08:00-21:00", zones={"core": 0.8}),
    "grid_post": Category("网格服务站", 0, "grid", 160, 65, 0.4, OFFICE),
    "kindergarten": Category(
        "幼儿园", 196, "lot:kindergarten", 240, 3100, 0.35, "07:30-18:00", "children", m2_per_place=9.5
    ),
    "nursery": Category(
        *("托育园", 92, "street", 300, 330, 0.35, "07:30-18:30", "children"),
        planned=0.4,
        zones={"core": 0.5, "riverwest": 1.3},
        m2_per_place=6.5,
    ),
    "primary_school": Category("小学", 80, "lot:school", 380, 9800, 0.3, "07:30-17:30", "children", m2_per_place=7.2),
    "junior_school": Category(
        "初级中学", 32, "lot:school", 700, 15500, 0.3, "07:20-18:30", "children", m2_per_place=9.8
    ),
    "market": Category(
        "菜市场", 101, "street", 330, 1350, 0.4, "06:00-20:00", hub=0.5, zones={"north": 0.0, "west": 0.7}
    ),
    "convenience": Category("便利店", 860, "street", 45, 85, 0.5, LONG, hub=0.5, zones={"north": 0.7}),
    "pharmacy": Category("药店", 345, "street", 90, 95, 0.4, SHOP, hub=0.8, zones={"north": 0.7}),
    "community_retail": Category("社区商业网点", 96, "street", 300, 2600, 0.6, SHOP, hub=1.6),
    "park": Category("公园", 46, "lot:park", 180, 6200, 0.8, "06:00-22:00"),
    "public_toilet": Category("公共厕所", 265, "street", 150, 62, 0.3, ALL_DAY, hub=0.8, zones={"core": 2.2}),
    "waste_point": Category("生活垃圾收集点", 720, "compound", 40, 28, 0.3, ALL_DAY),
    "bus_stop": Category("公交站", 320, "stop", 270, 0, 0, "06:00-22:30"),
}
BRANDS = {
    "convenience": ("家门口便利", "惠邻便利店", "鲜生活小超市", "好邻居便利", "便民超市", "美佳便利"),
    "pharmacy": ("康民大药房", "仁和药店", "百姓平价药房", "同益堂药店"),
    "market": ("菜市场", "农贸市场", "便民市场", "生鲜超市"),
    "community_retail": ("邻里中心", "便民商业街", "生活广场"),
}
