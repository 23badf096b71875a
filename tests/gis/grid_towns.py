"""Lattice towns as communities to be divided into grids."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely

from gis.crs import to_storage
from gis.drafting import metric_border
from gis.grids.division import Community
from tests.gis.lattice import BLOCK_M, EAST, NORTH, ZONE, barriers, town

CODE = "610199001001"


@dataclass
class Town:
    """Compounds of a lattice town, added one by one; columns and rows of 100 m blocks."""

    columns: int
    rows: int
    homes: list[dict[str, object]] = field(default_factory=list)
    houses: list[dict[str, object]] = field(default_factory=list)
    lots: list[dict[str, object]] = field(default_factory=list)
    walls: list[tuple[str, shapely.LineString]] = field(default_factory=list)

    def compound(self, column: int, row: int, households: float, width: int = 1, outline: bool = True) -> None:
        """A compound 10 m inside one block, or inside several of a row."""
        x, y = EAST + column * BLOCK_M, NORTH + row * BLOCK_M
        shape = shapely.box(x + 10, y + 10, x + width * BLOCK_M - 10, y + BLOCK_M - 10)
        counts = {"residents": 2 * households, "elderly": households // 3, "elderly_80": 0.0, "children": np.nan}
        place = {"outline": shape if outline else None, "geometry": shape.representative_point()}
        uid = f"c{len(self.homes)}"
        self.homes.append({"uid": uid, "name": f"小区{uid}", "households": households} | counts | place)

    def buildings(self, across: int, up: int) -> None:
        """Equal houses of the last compound."""
        home = self.homes[-1]
        west, south, east, north = shapely.bounds(home["outline"])
        for x in np.linspace(west, east, across + 1)[:-1] + (east - west) / across / 2:
            for y in np.linspace(south, north, up + 1)[:-1] + (north - south) / up / 2:
                house = {"compound_uid": home["uid"], "size": 1.0, "geometry": shapely.box(x - 3, y - 3, x + 3, y + 3)}
                self.houses.append(house)

    def lot(self, column: int, row: int, width: int, name: str) -> None:
        """Other land over several blocks of a row."""
        x, y = EAST + column * BLOCK_M, NORTH + row * BLOCK_M
        shape = shapely.box(x + 5, y + 5, x + width * BLOCK_M - 5, y + 2 * BLOCK_M - 5)
        self.lots.append({"name": name, "geometry": shape})

    def asked(self) -> Community:
        """The town as a community."""
        streets, border = town(self.columns, self.rows)
        stored = to_storage(gpd.GeoDataFrame({"code": [CODE]}, geometry=[border], crs=ZONE))
        return Community(
            CODE,
            stored.geometry.iloc[0],
            metric_border(stored, ZONE),
            streets,
            barriers(*self.walls),
            _frame(
                self.homes, ("uid", "name", "outline", "households", "residents", "elderly", "elderly_80", "children")
            ),
            _frame(self.houses, ("compound_uid", "size")),
            _frame(self.lots, ("name",)),
        )


def _frame(rows: list[dict[str, object]], columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    table = {name: [row[name] for row in rows] for name in columns}
    return gpd.GeoDataFrame(table, geometry=[row["geometry"] for row in rows], crs=ZONE)
