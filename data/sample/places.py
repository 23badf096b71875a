"""What stands where in the sample district: outline, special sites, subdistricts, parts of town.

Coordinates as in `plan`: metres east / north of the anchor.
"""

from typing import NamedTuple

import numpy as np
import shapely
from shapely import Polygon

from data.sample.plan import core, core_uv

CITY = "6101"
DISTRICT = ("610199", "澄安区")
COMMUNITIES = 131
CLOSED_VILLAGE = "高家堡村"  # one side of it has no gate at all


class Site(NamedTuple):
    """A block with a known use; the subdivision of its superblock stops at `stop_ha`."""

    use: str
    at: tuple[float, float]
    stop_ha: float
    name: str


class Subdistrict(NamedTuple):
    """A subdistrict grown from `seeds`; old places have small communities: a higher `weight` in sharing them out."""

    name: str
    seeds: tuple[tuple[float, float], ...]
    weight: float


# wish outline; the district is the union of the superblocks that lie mostly inside
OUTLINE = (
    *((-4350, -1460), (-4350, 2080), (-3250, 1890), (-3170, 1900), (-2650, 2560), (-1300, 2980), (60, 3085)),
    *((1850, 3070), (1800, 2005), (4265, 1930), (4200, -240), core(1250, -1250), core(-1290, -1250), (-440, -2440)),
    *((-1320, -2490), (-2100, -2440), (-2065, -2150), (-2150, -1560), (-2290, -1530), (-2900, -1500)),
)

SITES = (
    # estates that fill a block of their own: the long tail of compound sizes
    Site("giant", (-3200, 120), 37, "云澜府"),
    Site("estate", (-3130, 1280), 24, "澜悦新城"),
    Site("estate", (-4030, 1120), 24, "西塬国际城"),
    Site("estate", (2420, 1010), 24, "锦绣北城"),
    Site("estate", (3650, 300), 24, "天朗半岛"),
    Site("estate", (-2480, 1150), 20, "澄河一品"),
    Site("estate", (-3200, -760), 20, "枫林绿洲"),
    Site("works_estate", (-830, -420), 24, "红星厂家属区"),
    Site("works_estate", (330, 2780), 30, "纺织厂家属区"),
    Site("campus", (-820, -1150), 40, "澄安理工学院"),
    Site("park", (230, -1180), 24, "文昌公园"),
    Site("stadium", (1150, 380), 12, "区体育场"),
    Site("yard", (-560, 1720), 22, "澄北货场"),
    Site("factory", (950, 1680), 20, "红星机械厂"),
    Site("factory", (-500, 2620), 22, "澄安纺织厂"),
    Site("factory", (1480, 2760), 16, "澄安水泥制品厂"),
    Site("yard", (2350, 1660), 18, "机务段"),
    Site("depot", (-1750, 1990), 12, "客车整备所"),
    Site("logistics", (-4020, -1050), 26, "西塬物流园"),
    Site("hospital", (1180, -1180), 9, "澄安区医院"),
    Site("heritage", core(840, 700), 6, "景安寺"),
    Site("heritage", core(-350, -350), 1, "鼓楼"),
    Site("village", (-1150, 2500), 13, "北坊村"),
    Site("village", (980, 2560), 14, "高家堡村"),
    Site("village", (-3960, 480), 13, "西塬村"),
    Site("village", (-1700, -2100), 9, "河湾村"),
    Site("village", (3350, 1660), 10, "店子村"),
    Site("park", (3000, 320), 8, "北门公园"),
    Site("park", (-3260, -1150), 12, "枣林公园"),
    Site("park", (-1150, 480), 7, "红机公园"),
    Site("park", core(-750, -750), 3, "莲塘园"),
    Site("park", (900, 2180), 5, "货场公园"),
    Site("hospital", (-2650, 60), 6, "枣林医院"),
    Site("mall", (300, 300), 5, "青桐广场"),
    Site("mall", (-2700, -1180), 6, "澄河天地"),
    Site("factory", (-3850, 1500), 20, "西塬产业园"),
)

SUBDISTRICTS = (
    Subdistrict("景安门街道", (core(350, 500), core(-700, 300)), 1.28),
    Subdistrict("文昌里街道", (core(350, -850), core(-700, -800)), 1.36),
    Subdistrict("环西街道", ((1100, -1250), (1000, -2000), (200, -1900), (1150, -350), (300, -300)), 1.0),
    Subdistrict("青桐路街道", ((2900, 250), (2900, 1000), (2200, 200)), 1.0),
    Subdistrict("建工路街道", ((300, 450), (600, 1100), (1200, 450), (-600, 500), (-600, 1150)), 0.95),
    Subdistrict("红机路街道", ((-900, -1100), (-900, 0), (-900, -2000), (-1700, -1100)), 1.05),
    Subdistrict("澄河街道", ((-2700, -900), (-3200, 100), (-2500, 700), (-2800, 1400)), 0.95),
    Subdistrict("西塬街道", ((-3900, 300), (-3900, -900), (-3800, 1500)), 0.95),
    Subdistrict("北货场街道", ((0, 2250), (-1500, 2600), (1300, 2500), (3000, 1650), (-2600, 2200)), 0.95),
)

SITE_POINTS = shapely.points([site.at for site in SITES])


def sites_in(poly: Polygon) -> list[Site]:
    """The sites that lie in a polygon."""
    return [SITES[i] for i in np.flatnonzero(shapely.contains(poly, SITE_POINTS))]


def zone(x: float, y: float, rail_y: float) -> str:
    """Which part of town a point lies in; `rail_y` is the railway's northing there."""
    u, v = core_uv(x, y)
    if u > -1215 and v < 1120:
        return "core"
    if y > rail_y:
        return "north"
    if x < -3540:
        return "west"
    if x < -2000 + 0.35 * max(y, 0):
        return "riverwest"
    return "inner" if x < 450 else "ring"
