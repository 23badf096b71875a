"""The ground every planning question stands on: a warm district, its frozen walks, the area asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection

from api.flows.coverage import Asked
from api.flows.district import Rules, district_of
from api.flows.warm import Shelf, Warm
from data.areas import Area, find_area
from gis import crs
from gis.coverage import limit_cm
from gis.effects import Situation
from gis.errors import BadInputError, NotFoundError
from gis.standards import StandardRow
from gis.verdicts import CategoryFacts
from gis.walked import Mask


@dataclass(frozen=True, eq=False)
class Ground:
    """A warm district, the area asked for, and which compounds lie in it."""

    warm: Warm
    area: Area
    inside: Mask
    facts: Mapping[str, CategoryFacts]

    @property
    def rules(self) -> Rules:
        """By what is judged."""
        return self.warm.rows.rules

    @property
    def compounds(self) -> pd.DataFrame:
        """All compounds of the district."""
        return self.warm.compounds

    def lane(self, category: str) -> int:
        """The lane of a category; NotFoundError for one that is none."""
        if category not in self.warm.lanes:
            raise NotFoundError(f"没有“{category}”这个类别。可选：{'、'.join(self.warm.lanes)}")
        return self.warm.lanes.index(category)

    def now(self, categories: tuple[str, ...]) -> Situation:
        """Walks as they are today."""
        frozen = self.warm.frozen
        net = np.stack([frozen.walks(self.lane(category)) for category in categories], axis=1)
        straight = np.stack([self.warm.straight(category) for category in categories], axis=1)
        return Situation(categories, net, straight, self.facts)


def ground(connection: Connection, shelf: Shelf, asked: Asked, digest: str | None = None) -> Ground:
    """The ground of an area; with `digest` the state an earlier answer was computed from, if it is still at hand.

    Thinking is over the whole district whatever the viewer's scope; NotFoundError where the area lies outside it.
    """
    warm = None if digest is None else shelf.held(digest)
    if digest is None:
        area = find_area(connection, asked.code, asked.as_of, asked.viewer)
        district = district_of(connection, asked.code, asked.as_of, asked.viewer.whole)
        warm = shelf.take(connection, district, asked.as_of, asked.viewer.whole, asked.rules())
        warm.areas[area.code] = area
    elif warm is None or asked.code not in warm.areas:
        raise NotFoundError("这个状态已不在手边。去掉 base 再试，按现在的数据算")
    elif warm.rows.rules.standard.id != asked.standard_id or warm.rows.rules.standard.strict != asked.strict:
        raise BadInputError("base 是另一个标准的状态。去掉 base 再试")
    area = warm.areas[asked.code]
    if not asked.viewer.covers(area.code):
        raise NotFoundError(f"{area.name}不全在您的范围内。换成范围内的区划再试")
    return Ground(warm, area, _inside(warm, area), warm.facts(asked.as_of))


def row_limit(ground: Ground, row: StandardRow) -> int:
    """The limit of a row in centimetres; BadInputError where it has none."""
    far_cm = limit_cm(row, ground.rules.speeds)
    if far_cm is None:
        raise BadInputError(f"{row.category.name}在“{ground.rules.standard.title}”里没有距离或时间，算不了。换一个标准")
    return far_cm


def positions(
    lonlat: "list[tuple[float, float]]", ground: Ground
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Positions in metres of the district's zone; BadInputError far outside the district."""
    xy = crs.xy_of(np.array(lonlat, np.float64).reshape(-1, 2), ground.warm.rows.zone)
    far = shapely.distance(ground.warm.rows.border, shapely.points(xy)) > ground.rules.halo_m
    if not np.isfinite(xy).all() or far.any():
        raise BadInputError(f"位置不在{ground.warm.rows.area.name}及周边。检查经纬度的次序（经度在前）和坐标系")
    return xy


def _inside(warm: Warm, area: Area) -> Mask:
    if area.level == "district":
        return np.ones(len(warm.compounds), bool)
    column = "subdistrict" if area.level == "subdistrict" else "community"
    return np.asarray(warm.compounds[column] == area.code, dtype=bool)
