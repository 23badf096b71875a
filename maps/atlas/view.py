"""What an atlas holds: one frozen value that a flow fills; the pages of the places come one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd

from maps.press.chart import Terrain

Size = Literal["A4", "A3"]
SIZES_MM: Final[Mapping[str, tuple[float, float]]] = {"A4": (210.0, 297.0), "A3": (420.0, 297.0)}
WALL_MM: Final = (420.0, 297.0)


@dataclass(frozen=True)
class Entry:
    """A page to come: code, name and label of a grid or community, and what it lies in."""

    code: str
    name: str
    label: str
    community: str
    community_name: str
    subdistrict: str


@dataclass(frozen=True, eq=False)
class AtlasView:
    """An atlas.

    `entries` in order of the pages; `subdistricts`: name by code, in order; `cells`: what the pages are about, and what
    lies around [code, name, community, geometry]; `communities` [code, name, parent_code, geometry]; `borders` of
    subdistricts [code, name, geometry]; all in EPSG `zone` (metres). `households` by code, inside the viewer's scope.
    """

    title: str
    area: str
    code: str
    above: str
    size: Size
    grids: bool
    grid_set: str
    entries: tuple[Entry, ...]
    subdistricts: Mapping[str, str]
    zone: int
    terrain: Terrain
    cells: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    borders: gpd.GeoDataFrame
    households: Mapping[str, int]
    as_of: str
    today: str
    synthetic: bool
    draft: bool
    osm: bool
    map_number: str = ""

    @property
    def kind(self) -> str:
        """What a page is about."""
        return "网格" if self.grids else "社区"

    @property
    def marks(self) -> str:
        """What every page says of itself."""
        return "　".join(["内部使用", *["合成示例数据"] * self.synthetic, *["草拟边界，非法定"] * self.draft])

    @property
    def source(self) -> str:
        """The line under every page."""
        ground = "道路 © OpenStreetMap 贡献者（ODbL）　" if self.osm else ""
        return f"{ground}审图号：{self.map_number or '待填'}　数据日期 {self.as_of}　印 {self.today}"

    def of(self, subdistrict: str) -> Sequence[Entry]:
        """The entries of a subdistrict."""
        return [one for one in self.entries if one.subdistrict == subdistrict]
