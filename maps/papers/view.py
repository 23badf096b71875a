"""What the papers of a plan say: one frozen value that a flow fills."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import shapely

from gis.bounds import Side
from gis.standards import LegalBasis
from maps.press.chart import Terrain

LETTERS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True)
class Estate:
    """A compound of a community, `was` that of today; counts are None where nobody counted; `part` = some buildings."""

    name: str
    was: str
    households: int | None
    residents: int | None
    estimated: bool = False
    part: bool = False

    @property
    def remark(self) -> str:
        """What is to be known about it."""
        return "部分楼栋" if self.part else "推算" if self.estimated else ""


@dataclass(frozen=True)
class Room:
    """A service centre or office; its size where recorded."""

    name: str
    size_m2: float | None


@dataclass(frozen=True, eq=False)
class Community:
    """A community before or after, its outline in the metric zone.

    `letter` is that of the part on screen, empty for the one before; `old` = it keeps the name and the old centre.
    """

    name: str
    code: str
    letter: str
    old: bool
    households: int
    residents: int
    elderly: int | None
    children: int | None
    area_m2: float
    sides: tuple[Side, ...]
    estates: tuple[Estate, ...]
    rooms: tuple[Room, ...]
    grids: int
    outline: shapely.Geometry

    @property
    def area_km2(self) -> str:
        """Square kilometres in words, two places."""
        return f"{self.area_m2 / 1e6:.2f}"


@dataclass(frozen=True)
class Plate:
    """A grid whose 网格公示牌 says something else after the change; `why` in words."""

    grid: str
    old_code: str
    old_community: str
    new_code: str
    new_community: str
    leader: str
    why: str


@dataclass(frozen=True, eq=False)
class PapersView:
    """A plan as papers show it.

    `others`: the communities around, [name, geometry] in the metric zone. `moved_*`: people whose community changes.
    `border_m`: metres of new border; `natural_share` of it along roads, rivers and railways. `remarks`: soft rules the
    plan breaks. `comment_days`: length of the public notice. `effective`, `document_no`: empty until decided.
    """

    plan: str
    kind: str
    subdistrict: str
    district: str
    basis: LegalBasis
    before: tuple[Community, ...]
    after: tuple[Community, ...]
    moved_residents: int
    moved_elderly: int | None
    border_m: float
    natural_share: float
    tolerance: float
    proof: str
    remarks: tuple[str, ...]
    plates: tuple[Plate, ...]
    terrain: Terrain
    others: gpd.GeoDataFrame
    as_of: str
    today: str
    digest: str
    synthetic: bool
    draft: bool
    map_number: str = ""
    state: str = "草案"
    document_no: str = ""
    effective: str = ""
    comment_days: int = 30
    osm: bool = False

    @property
    def name(self) -> str:
        """What is changed: the communities as they are."""
        return "、".join(one.name for one in self.before)

    @property
    def government(self) -> str:
        """To whom the request goes."""
        return f"{self.district}人民政府"

    @property
    def office(self) -> str:
        """Who makes the request."""
        return f"{self.subdistrict}办事处"

    @property
    def footer(self) -> str:
        """What stands under every map and page."""
        number = f"审图号：{self.map_number or '待填'}"
        ground = "道路 © OpenStreetMap 贡献者（ODbL）　" if self.osm else ""
        return f"内部使用　{ground}{number}　数据 {self.as_of}　摘要 {self.digest[:8]}"

    @property
    def marks(self) -> tuple[str, ...]:
        """What every page says of itself."""
        said = ["合成示例数据"] * self.synthetic + ["草拟边界，非法定"] * self.draft
        return tuple(said)
