"""A community cut into grids: units, parts on each side of the barriers, numbers, counts and what could not be met."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import to_storage
from gis.errors import BadInputError
from gis.findings import Finding
from gis.grids.borders import with_own_border
from gis.grids.exclusive import exclusive_units
from gis.grids.groups import in_groups
from gis.grids.houses import shared_out
from gis.grids.links import Links, links
from gis.grids.numbering import reading_order
from gis.grids.partition import Sizes, components, fitted
from gis.grids.remarks import Cut, remarks
from gis.grids.units import Units, units_of
from gis.growth import NOBODY

COUNTS: Final = ("households", "residents", "elderly", "elderly_80", "children")
BASE, EXCLUSIVE = "基础", "专属"
MOST_GRIDS: Final = 999

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Community:
    """What a community is cut with; frames and `ground` in one metric CRS.

    border: its Polygon as stored, EPSG:4490; ground: the same densified and projected (`drafting.metric_border`);
    streets: [class, tunnel, geometry]; barriers: [kind, geometry]; compounds: [uid, name, outline (Polygon or None),
    households, residents, elderly, elderly_80, children (floats, nan = unknown), geometry Point], its own alone;
    buildings: [compound_uid, size (anything proportional to households), geometry]; lots: [name, geometry], other land
    with an outline.
    """

    code: str
    border: shapely.Geometry
    ground: shapely.Geometry
    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    lots: gpd.GeoDataFrame


@dataclass(frozen=True)
class Division:
    """Grids of one community.

    grids: GeoDataFrame, EPSG:4490, in order of code [code, name, kind ('基础'|'专属'), households, residents, elderly,
    elderly_80, children (whole numbers, a column unknown throughout is nan), compounds, area_m2, geometry]: a
    vertex-matched coverage of the community with the community's own border.
    holding: DataFrame [compound_uid, code, share], where the households of each compound are.
    grouped: uids of compounds cut into groups of buildings; cut: compounds in several grids that are not;
    broken: grids in several pieces.
    """

    code: str
    grids: gpd.GeoDataFrame
    holding: pd.DataFrame
    grouped: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def cut(self) -> int:
        """Compounds in several grids without being groups of buildings."""
        several = self.holding.groupby("compound_uid")["code"].nunique() > 1
        return int((several & ~several.index.isin(self.grouped)).sum())

    @property
    def broken(self) -> int:
        """Grids in several pieces."""
        return int((self.grids.geometry.geom_type != "Polygon").sum())


def divide(community: Community, sizes: Sizes, seed: int, exclusive: bool = False) -> Division:
    """Cut a community into contiguous grids of about the target households, each compound whole.

    The number of grids is round(households / target) on each side of a barrier, at least 1, or one fewer or more where
    that keeps grids inside the range; a compound over the range is one grid, or groups of buildings where they are
    known. Ground behind a barrier with less than half of the smallest grid joins its neighbour. The range warns and
    never refuses. Equal input and seed give equal grids. Raises BadInputError.
    """
    compounds = community.compounds
    units = units_of(community.ground, community.streets, community.barriers, compounds, community.lots)
    units = in_groups(units, compounds, community.buildings, sizes, seed)
    households = units.sums(compounds["households"].to_numpy(dtype=np.float64, na_value=np.nan))
    beside = links(units.ground, units.block, community.streets, community.barriers)
    apart = exclusive_units(units, households, beside.pick(beside.crossable)) if exclusive else np.empty(0, np.int64)
    part, forced = _parts(units, households, beside, apart, sizes, seed)
    if part.max() >= MOST_GRIDS:
        raise BadInputError(
            f"{community.code}要划 {part.max() + 1} 个网格，编号只有三位；请先调整社区规模或加大每格户数。"
        )
    return _dressed(community, units, part, apart, sizes, forced)


def _parts(
    units: Units, households: Floats, beside: Links, apart: Ints, sizes: Sizes, seed: int
) -> tuple[Ints, "list[tuple[int, int]]"]:
    """Grid of every unit, and the pairs of units joined across a barrier."""
    base = np.ones(len(households), dtype=bool)
    base[apart] = False
    usable, forced = _joined(base, households, beside, sizes)
    piece = components(len(households), usable)
    piece[apart] = NOBODY
    part = np.full(len(households), NOBODY, dtype=np.int64)
    used = 0
    for one in np.unique(piece[base]).tolist():
        mine = np.flatnonzero(piece == one)
        inner = _among(usable, mine, len(households))
        part[mine] = used + fitted(units.ground[mine], households[mine], inner, sizes, seed)
        used = int(part.max()) + 1
    part[apart] = used + np.arange(len(apart))
    return part, forced


def _joined(
    base: NDArray[np.bool_], households: Floats, beside: Links, sizes: Sizes
) -> tuple[Links, "list[tuple[int, int]]"]:
    """Links that may be used, ground too small to stand alone joined over its longest border to a neighbour."""
    inner = base[beside.first] & base[beside.second]
    used = inner & beside.crossable
    forced: list[tuple[int, int]] = []
    while True:
        piece = components(len(base), beside.pick(used))
        held = np.bincount(piece, weights=households, minlength=len(base))
        over = inner & (piece[beside.first] != piece[beside.second])
        small = np.minimum(held[piece[beside.first]], held[piece[beside.second]]) < sizes.low / 2
        ways = np.flatnonzero(over & small)
        if not len(ways):
            return beside.pick(used), forced
        weak = np.minimum(held[piece[beside.first[ways]]], held[piece[beside.second[ways]]])
        best = int(ways[np.lexsort((ways, -beside.border_m[ways], -beside.open_m[ways], weak))[0]])
        used[best] = True
        a, b = int(beside.first[best]), int(beside.second[best])
        if weak.min() > 0:
            forced.append((a, b))


def _among(all_links: Links, mine: Ints, n: int) -> Links:
    """The links inside a set of units, renumbered to positions in it."""
    number = np.full(n, NOBODY, dtype=np.int64)
    number[mine] = np.arange(len(mine))
    inner = all_links.pick((number[all_links.first] != NOBODY) & (number[all_links.second] != NOBODY))
    return Links(number[inner.first], number[inner.second], inner.border_m, inner.open_m, inner.price)


def _dressed(
    community: Community, units: Units, part: Ints, apart: Ints, sizes: Sizes, forced: "list[tuple[int, int]]"
) -> Division:
    k = int(part.max()) + 1
    ground = np.array([shapely.coverage_union_all(units.ground[part == one]) for one in range(k)], dtype=object)
    order = _order(ground, k - len(apart))
    number = np.empty(k, dtype=np.int64)
    number[order] = np.arange(k)
    codes = np.array([f"{community.code}{one + 1:03d}" for one in range(k)])
    grid = number[part]
    compounds = community.compounds
    holding = units.holding.assign(grid=grid[units.holding["unit"]])
    holding = pd.DataFrame(holding.groupby(["compound", "grid"])["share"].sum().reset_index())
    counts = {
        name: shared_out(compounds[name].to_numpy(dtype=np.float64, na_value=np.nan), holding, k) for name in COUNTS
    }
    names = [f"第{one + 1}网格" for one in range(k)]
    kind = np.where(order >= k - len(apart), EXCLUSIVE, BASE)
    for unit in apart.tolist():
        names[grid[unit]] = community.lots["name"].iloc[units.lot[unit]] or names[grid[unit]]
    frame = gpd.GeoDataFrame(
        {"code": codes, "name": names, "kind": kind}
        | counts
        | {"compounds": holding.groupby("grid")["compound"].nunique().reindex(range(k), fill_value=0).to_numpy()}
        | {"area_m2": shapely.area(ground[order])},
        geometry=ground[order],
        crs=community.streets.crs,
    )
    stored = to_storage(frame)
    stored = stored.set_geometry(
        gpd.GeoSeries(with_own_border(stored.geometry.to_numpy(), community.border), crs=stored.crs)
    )
    several = units.holding.groupby("compound")["unit"].nunique() > 1
    grouped = tuple(compounds["uid"].iloc[several.index[several]].astype(str))
    cut = Cut(stored, compounds, holding, grouped, [(int(grid[a]), int(grid[b])) for a, b in forced], sizes)
    listed = pd.DataFrame(
        {
            "compound_uid": compounds["uid"].to_numpy()[holding["compound"]],
            "code": codes[holding["grid"]],
            "share": holding["share"],
        }
    )
    return Division(community.code, stored, listed, grouped, remarks(cut))


def _order(ground: Geometries, base: int) -> Ints:
    """Base grids in reading order, then those of their own in the same."""
    xy = shapely.get_coordinates(shapely.centroid(ground))
    side_m = float(np.sqrt(np.median(shapely.area(ground))))
    first = reading_order(xy[:base], side_m)
    return np.concatenate([first, base + reading_order(xy[base:], side_m)])
