"""The drawn lines of the sample district: what a planner would sketch first.

All coordinates are metres east / north of the anchor (lon 108.9, lat 34.27) in EPSG:4545. Everything here is
invented. The seed bends these lines a little; the layout itself is fixed, so that the readable stories
(railway side, old quarter, giant estate, village) always exist.
"""

import math
from typing import NamedTuple

ANCHOR = (108.9, 34.27)
TURN = math.radians(-4.0)  # the old town stands 4 degrees askew
CORE_AT = (2850.0, -1350.0)
MARGIN_M = 1250.0  # streets, water and service points run on this far beyond the district
XY = tuple[float, float]


def core(u: float, v: float) -> XY:
    """Old-town coordinates (u east, v north, along its own grid) to plan coordinates."""
    c, s = math.cos(TURN), math.sin(TURN)
    return (CORE_AT[0] + u * c - v * s, CORE_AT[1] + u * s + v * c)


def core_uv(x: float, y: float) -> XY:
    """Plan coordinates to old-town coordinates."""
    c, s = math.cos(TURN), math.sin(TURN)
    dx, dy = x - CORE_AT[0], y - CORE_AT[1]
    return (dx * c + dy * s, -dx * s + dy * c)


class Corridor(NamedTuple):
    """A line nothing crosses unasked: centre line and half width of the reserved strip."""

    name: str
    points: tuple[XY, ...]
    half_m: float


class Road(NamedTuple):
    """A drawn road. `crosses`: r river, t railway, m motorway, w moat and wall; `twin_m`: where the second
    carriageway runs (left of the drawing direction), 0 for a single one."""

    name: str
    cls: str
    crosses: str
    points: tuple[XY, ...]
    twin_m: float = 0.0


RIVER = Corridor(
    "澄河",
    (
        *((-2300, -5200), (-2480, -3400), (-2130, -2150), (-2380, -1000), (-2080, 0)),
        *((-1640, 850), (-1760, 1700), (-1380, 2600), (-1150, 3600), (-1300, 5200)),
    ),
    36.0,
)
RAIL = Corridor(
    "澄北铁路",
    (
        *((-7000, 2420), (-4600, 2120), (-2800, 1790), (-1200, 1520), (400, 1390)),
        *((2000, 1370), (3500, 1330), (5000, 1190), (7000, 900)),
    ),
    15.0,
)
MOTORWAY = Corridor(
    "绕城快速路",
    (
        *((-3750, -5200), (-3640, -2600), (-3560, -900), (-3520, 500), (-3300, 1700)),
        *((-2650, 2560), (-1300, 2980), (500, 3090), (2500, 3050), (7000, 2950)),
    ),
    24.0,
)
MOAT = Corridor("护城河", (core(-1215, -2900), core(-1215, 1120), core(2900, 1120)), 13.0)
WALL = Corridor("城墙", (core(-1158, -2900), core(-1158, 1058), core(2900, 1058)), 0.0)
MOAT_STRIP = (
    *(core(-1274, -2900), core(-1274, 1184), core(2900, 1184)),
    *(core(2900, 1023), core(-1125, 1023), core(-1125, -2900)),
)

EAST_WEST = (
    Road(
        "景安西路",
        "primary",
        "rmw",
        ((-7000, -2480), (-4400, -2480), (-3000, -2360), (-1500, -2490), (0, -2420), core(-1290, -1250)),
    ),
    Road("景安街", "primary", "w", (core(-1290, -1250), core(1250, -1250), core(2900, -1250))),
    Road(
        "枣林南街", "secondary", "m", ((-7000, -1480), (-4380, -1480), (-3560, -1420), (-2900, -1500), (-2300, -1530))
    ),
    Road("文昌路", "primary", "w", ((-2090, -1520), (-1300, -1490), (300, -1560), core(-1290, -350))),
    Road("文昌街", "primary", "w", (core(-1290, -350), core(1250, -350), core(2900, -350))),
    Road(
        "庆和路",
        "primary",
        "rmw",
        (
            *((-7000, 520), (-5400, 160), (-4350, -120), (-3560, -330), (-2880, -520)),
            *((-1700, -660), (-600, -720), (500, -770), core(-1290, 400)),
        ),
        -24.0,
    ),
    Road("庆和街", "secondary", "w", (core(-1290, 400), core(1250, 400), core(2900, 400))),
    Road(
        "槐荫路",
        "primary",
        "rm",
        (
            *((-7000, 1330), (-5400, 1130), (-4350, 900), (-3500, 720), (-2700, 520)),
            *((-1500, 270), (-400, 120), (700, 50), core(-1290, 1200)),
        ),
    ),
    Road("环城北路", "primary", "", (core(-1290, 1200), core(1250, 1200), core(2900, 1200)), 24.0),
    Road(
        "青桐路",
        "primary",
        "",
        ((-1720, 1010), (-950, 900), (300, 800), (1500, 765), (2700, 690), (4200, 600), (7000, 480)),
    ),
    Road(
        "货场北路",
        "primary",
        "rm",
        (
            *((-7000, 3000), (-4400, 2700), (-3300, 2450), (-1600, 2190)),
            *((0, 2050), (1600, 2010), (3000, 1960), (7000, 1850)),
        ),
    ),
)
NORTH_SOUTH = (
    Road(
        "西塬大道",
        "primary",
        "t",
        (
            *((-4500, -5200), (-4390, -2500), (-4330, -1000), (-4400, 400)),
            *((-4300, 1300), (-4330, 2500), (-4250, 5200)),
        ),
        24.0,
    ),
    Road(
        "枣林路",
        "primary",
        "tm",
        (
            *((-2980, -5200), (-2920, -2400), (-2860, -1500), (-2960, -500)),
            *((-2800, 500), (-2560, 1500), (-2450, 2330), (-2380, 5200)),
        ),
        -24.0,
    ),
    Road(
        "红机路",
        "primary",
        "",
        ((-1380, -5200), (-1320, -2500), (-1240, -1500), (-1190, -700), (-1060, 180), (-930, 900)),
    ),
    Road(
        "建工路",
        "primary",
        "tm",
        (
            *((-520, -5200), (-440, -2450), (-390, -1500), (-360, -720), (-260, 110)),
            *((-170, 850), (-90, 1440), (10, 2050), (60, 3080), (100, 5200)),
        ),
    ),
    Road("丰泽路", "secondary", "", ((480, -5200), (550, -2440), (640, -1590), (690, -790), (720, 50), (770, 780))),
    Road("环城西路", "primary", "", (core(-1290, -3900), core(-1290, 1200)), 24.0),
    Road(
        "星河路",
        "primary",
        "tm",
        (core(-1290, 1200), (1690, 760), (1750, 1380), (1800, 2005), (1860, 3060), (1900, 5200)),
    ),
    Road("大有街", "secondary", "w", (core(-350, -3900), core(-350, 1200), (2640, 700))),
    Road("鼓坊街", "secondary", "w", (core(520, -1250), core(520, 1200))),
    Road(
        "中轴街",
        "primary",
        "tmw",
        (core(1250, -3900), core(1250, 1200), (4215, 600), (4240, 1300), (4265, 1900), (4300, 5200)),
    ),
)
# roads older than the grid, or laid across it
OBLIQUE = (
    Road("顺城巷", "living_street", "w", (core(-1118, -1250), core(-1118, 1016), core(1250, 1016))),
    Road("红机北路", "tertiary", "", ((-930, 900), (-860, 1440))),
    Road("驿道街", "secondary", "", ((-1060, 180), (-640, -60), (-300, -330), (180, -560), (690, -790))),
    Road(
        "渠边路",
        "secondary",
        "",
        ((-2560, 1500), (-2230, 1080), (-2200, 620), (-2420, 150), (-2380, -250), (-2700, -545)),
    ),
    Road("机务路", "secondary", "", ((-60, 1640), (420, 1730), (1000, 1640), (1765, 1700))),
    Road("纺织路", "secondary", "", ((-2400, 2560), (-1900, 2420), (-1350, 2640), (-700, 2420), (40, 2560))),
    Road("塬边路", "secondary", "", ((-4350, -120), (-3990, 200), (-4020, 560), (-3750, 800))),
    Road("站前斜街", "tertiary", "", ((2760, 690), (3250, 900), (3700, 1010), (4230, 1100))),
    Road("粮道街", "tertiary", "", ((-1310, -2300), (-1020, -2050), (-760, -1900), (-390, -1640))),
    Road("柳渠斜街", "tertiary", "", ((640, -1620), (900, -1800), (1200, -1900), (1490, -2120))),
    Road("砖窑路", "tertiary", "", ((30, 2260), (480, 2360), (960, 2330), (1400, 2280), (1830, 2440))),
    Road("水塔路", "tertiary", "", ((-4350, -640), (-4060, -600), (-3850, -760), (-3610, -830))),
    Road("漕渠路", "tertiary", "", ((-2900, -1010), (-2700, -990), (-2520, -1120), (-2450, -1300))),
)
ROADS = (*EAST_WEST, *NORTH_SOUTH, *OBLIQUE)

RIVERSIDE = (("滨河西路", 88.0), ("滨河东路", -88.0))  # offset left of the stream = west bank
PROMENADES = (("澄河西岸步道", 41.0), ("澄河东岸步道", -41.0))
MOAT_WALK = ("环城公园步道", (core(-1181, -2900), core(-1181, 1084), core(2900, 1084)))
FACE_CUTS = (((-2350, -1531), (-2055, -1523)),)  # block borders where no street runs: across the river
FOOTBRIDGES = (("河湾步行桥", "river", (-2200, -1520), 95.0), ("铁路人行天桥", "rail", (820, 1385), 75.0))
ROUNDABOUTS = (("鼓楼环岛", "文昌街", "大有街", 48.0), ("枣林环岛", "槐荫路", "枣林路", 46.0))
INTERCHANGES = ("庆和路", "货场北路", "建工路", "星河路")  # roads with ramps to the motorway
SLIP_JUNCTIONS = (
    *(("红机路", "文昌路"), ("建工路", "文昌路"), ("建工路", "青桐路"), ("建工路", "槐荫路"), ("红机路", "槐荫路")),
    *(
        ("星河路", "青桐路"),
        ("中轴街", "青桐路"),
        ("建工路", "货场北路"),
        ("星河路", "货场北路"),
        ("红机路", "景安西路"),
    ),
)
