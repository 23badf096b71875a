"""四至: what an area ends at on each of its four sides, for papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

Kind = Literal["road", "river", "railway", "border", "edge"]
Points = NDArray[np.float64]

NEAR_M: Final = 40.0  # a border runs along a road or river this close to it
TOUCH_M: Final = 15.0  # borders drawn twice may lie this far apart
TICKS: Final = 96  # places looked at on each side
LEAST_FIRST: Final = 0.12  # of a side, for a name to count: what only touches a corner does not
LEAST_SECOND: Final = 0.2  # for a second name
KIND_OF_BARRIER: Final[dict[str, Kind]] = {"river": "river", "railway": "railway", "expressway": "road"}
# order in which papers name the sides
SIDES: Final = ("东", "南", "西", "北")


@dataclass(frozen=True)
class Limit:
    """One thing a side ends at: its name, what it is, and the share of the side (0..1) it runs along."""

    name: str
    kind: Kind
    share: float


@dataclass(frozen=True)
class Side:
    """A side (东 南 西 北) with what it ends at, in order of the compass: west to east, north to south."""

    side: str
    limits: tuple[Limit, ...]

    @property
    def words(self) -> str:
        """The side as papers say it."""
        named = "、".join(_said(one) for one in self.limits)
        return f"{self.side}至{named}" if self.limits[0].kind != "edge" else f"{self.side}至{named}{self.side}界"


def bounds(
    ground: shapely.Geometry, streets: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, others: gpd.GeoDataFrame
) -> tuple[Side, ...]:
    """The four sides of a polygon, in the order of `SIDES`.

    All in one metric CRS with x east and y north. streets: [name, geometry LineString]; barriers: [kind, name,
    geometry LineString]; others: [name, geometry Polygon], the areas around it. A side is what is seen of the border
    from far away in its direction. Each of its places belongs to the nearest named road, river or railway within 40 m,
    else to the area beyond it, else to nobody; the name along most of the side counts, and a second one
    where it runs along a fifth.
    """
    lines, names, kinds = _named(streets, barriers)
    beyond = others[others["name"].notna() & (others["name"] != "")]
    tree = shapely.STRtree(lines)
    area_tree = shapely.STRtree(beyond.geometry.to_numpy())
    area_names = beyond["name"].astype(str).to_numpy()
    found = []
    for side, places in _seen(ground).items():
        told = np.full(len(places), -1, dtype=np.int64)
        place, line = tree.query_nearest(shapely.points(places), max_distance=NEAR_M, all_matches=False)
        told[place] = line
        words = [(names[i], kinds[i]) if i >= 0 else None for i in told.tolist()]
        missing = np.flatnonzero(told < 0)
        place, area = area_tree.query_nearest(shapely.points(places[missing]), max_distance=TOUCH_M, all_matches=False)
        for here, over in zip(missing[place].tolist(), area.tolist(), strict=True):
            words[here] = (area_names[over], "border")
        found.append(Side(side, _limits(words)))
    return tuple(found)


def words(sides: Sequence[Side]) -> str:
    """The four sides in one sentence without a full stop."""
    return "，".join(one.words for one in sides)


def _said(limit: Limit) -> str:
    if limit.kind == "edge":
        return "本社区"
    return f"与{limit.name}交界处" if limit.kind == "border" else limit.name


def _named(streets: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> tuple[NDArray[np.object_], list[str], list[Kind]]:
    """Lines with a name: streets, rivers, railways; walls are no border that anybody knows by name."""
    roads = streets[streets["name"].notna() & (streets["name"] != "")]
    stops = barriers[barriers["kind"].isin(list(KIND_OF_BARRIER)) & barriers["name"].notna() & (barriers["name"] != "")]
    lines = np.concatenate([roads.geometry.to_numpy(), stops.geometry.to_numpy()])
    kinds: list[Kind] = ["road"] * len(roads)
    kinds += [KIND_OF_BARRIER[kind] for kind in stops["kind"].astype(str)]
    return lines, [*roads["name"].astype(str), *stops["name"].astype(str)], kinds


def _seen(ground: shapely.Geometry) -> dict[str, Points]:
    """Places on the border seen from each side, evenly spaced across it, from west to east or north to south."""
    west, south, east, north = ground.bounds
    steps = (np.arange(TICKS) + 0.5) / TICKS
    across, down = west + steps * (east - west), north - steps * (north - south)
    columns = shapely.linestrings(np.stack([_pairs(across, south - 1), _pairs(across, north + 1)], axis=1))
    rows = shapely.linestrings(np.stack([_pairs(west - 1, down), _pairs(east + 1, down)], axis=1))
    tall = shapely.bounds(shapely.intersection(columns, ground))
    wide = shapely.bounds(shapely.intersection(rows, ground))
    seen = {
        "东": np.column_stack([wide[:, 2], down]),
        "南": np.column_stack([across, tall[:, 1]]),
        "西": np.column_stack([wide[:, 0], down]),
        "北": np.column_stack([across, tall[:, 3]]),
    }
    return {side: places[np.isfinite(places).all(axis=1)] for side, places in seen.items()}


def _pairs(x: Points | float, y: Points | float) -> Points:
    return np.column_stack(np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)))


def _limits(words: Sequence[tuple[str, Kind] | None]) -> tuple[Limit, ...]:
    """The names that count on a side, in the order they are met; nobody's side where there is none."""
    places: dict[tuple[str, Kind], list[int]] = {}
    for place, word in enumerate(words):
        if word is not None:
            places.setdefault(word, []).append(place)
    ranked = sorted(places, key=lambda word: (-len(places[word]), word))[:2]
    shares = {word: len(places[word]) / len(words) for word in ranked}
    kept = [word for word, least in zip(ranked, (LEAST_FIRST, LEAST_SECOND), strict=False) if shares[word] >= least]
    kept.sort(key=lambda word: float(np.mean(places[word])))
    return tuple(Limit(*word, round(shares[word], 3)) for word in kept) or (Limit("", "edge", 1.0),)
