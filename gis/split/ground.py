"""Atoms of a community from what exists: compounds on street blocks, or its grids."""

from typing import Final, Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.grids.division import Community
from gis.grids.groups import in_groups
from gis.grids.links import links
from gis.grids.partition import Sizes
from gis.grids.ticks import Geometries, main_lines, ticks_of
from gis.grids.units import Units, units_of
from gis.growth import NOBODY
from gis.split.atoms import NO_GRID, Atoms, AtomsError, Edges, Ints, Mask
from gis.split.polygons import opened

AtomKind = Literal["compounds", "blocks", "grids"]

# what a border is named after, the more important first
ARTERIAL, STREET, ALLEY = "arterial", "street", "alley"
STOPS: Final = ("river", "railway", "expressway", "wall")
GROUPING_SEED: Final = 0
COUNTS: Final = ("households", "residents", "elderly", "children")


def atoms_of(
    community: Community, centres: gpd.GeoDataFrame, grids: gpd.GeoDataFrame, kind: AtomKind, most: int
) -> Atoms:
    """Atoms of a community, and what lies between them.

    centres: [geometry Point], the old centre first; grids: [geometry], the present grids; all in the metric CRS of the
    community. blocks: street blocks shared out among the compounds on them; compounds: the same, ground without a
    compound added to a neighbour; grids: the present grids, cut nowhere. A compound is in one atom, unless it has more
    than `most` households and its buildings are known: then groups of buildings are atoms, and a note says so. Raises
    AtomsError, BadInputError.
    """
    compounds = community.compounds
    whole = units_of(community.ground, community.streets, community.barriers, compounds, community.lots)
    units = in_groups(whole, compounds, community.buildings, Sizes(high=float(most)), GROUPING_SEED)
    beside = links(units.ground, units.block, community.streets, community.barriers)
    edges = Edges(
        beside.first,
        beside.second,
        np.rint(beside.border_m * 100).astype(np.int64),
        _kinds(units, community),
        beside.crossable,
    )
    edges, notes = opened(len(units.ground), edges)
    counts = {name: units.sums(compounds[name].to_numpy(dtype=np.float64, na_value=np.nan)) for name in COUNTS}
    known = {name: bool(compounds[name].notna().any()) for name in COUNTS}
    if not known["households"]:
        raise AtomsError("小区都没有户数，无法按户数划分。先补上户数")
    grid = _over(units.ground, grids.geometry.to_numpy())
    group = _merged(units, edges, grid, kind)
    of = {name: _sum(counts[name], group) if known[name] else None for name in COUNTS}
    households = of["households"]
    residents = of["residents"]
    assert households is not None
    joined = _joined(edges, group)
    ground = np.array([shapely.coverage_union_all(units.ground[group == g]) for g in range(int(group.max()) + 1)])
    return Atoms(
        kind,
        _names(units, community, group),
        households,
        households if residents is None else residents,
        joined,
        of["elderly"],
        of["children"],
        _over(ground, grids.geometry.to_numpy()),
        (),
        tuple(g for g in _over(shapely.points(_xy(centres)), ground).tolist() if g >= 0),
        len(centres) > 0,
        shapely.get_coordinates(shapely.centroid(ground)),
        shapely.area(ground),
        shapely.length(ground),
        (*notes, *_remarks(community, units)),
        ground,
    )


def _xy(points: gpd.GeoDataFrame) -> NDArray[np.float64]:
    return np.asarray(shapely.get_coordinates(points.geometry.to_numpy()), dtype=np.float64).reshape(-1, 2)


def _kinds(units: Units, community: Community) -> NDArray[np.object_]:
    """What runs along most of each border of `links`, in its order: a barrier, a main street, a street, or an alley."""
    ticks = ticks_of(units.ground)
    names = (*STOPS, ARTERIAL, STREET, ALLEY)
    word = np.where(ticks.inside(units.block), names.index(ALLEY), names.index(STREET))
    word[ticks.meet(main_lines(community.streets))] = names.index(ARTERIAL)
    for stop in reversed(STOPS):
        lines = community.barriers.geometry[community.barriers["kind"] == stop].to_numpy()
        word[ticks.meet(lines)] = names.index(stop)
    metres = np.zeros((len(ticks.pairs), len(names)))
    np.add.at(metres, (ticks.pair, word), ticks.metres)
    return np.asarray(np.array(names, dtype=object)[metres.argmax(axis=1)], dtype=object)


def _over(places: Geometries, grounds: Geometries) -> Ints:
    """The ground each place (by a point inside it) lies on, -1 on none."""
    on = np.full(len(places), NO_GRID, dtype=np.int64)
    place, ground = shapely.STRtree(grounds).query(shapely.point_on_surface(places), predicate="intersects")
    on[place[::-1]] = ground[::-1]
    return on


def _merged(units: Units, edges: Edges, grid: Ints, kind: AtomKind) -> Ints:
    """Atom of every unit."""
    group = np.arange(len(units.ground))
    if kind == "grids":
        if not (grid != NO_GRID).any():
            raise AtomsError("这个社区还没有网格，不能以网格为基本单元。先划分网格，或用 --atoms blocks")
        held = grid != NO_GRID
        group[held] = np.array([np.flatnonzero(grid == g)[0] for g in grid[held].tolist()])
    lived = np.zeros(len(units.ground), dtype=np.bool_)
    lived[units.holding["unit"].to_numpy()] = True
    if kind != "blocks":
        lived = lived if kind == "compounds" else grid != NO_GRID
        _add_empty(group, edges, lived)
    return np.unique(group, return_inverse=True)[1].astype(np.int64)


def _add_empty(group: Ints, edges: Edges, lived: Mask) -> None:
    """Give ground nobody lives on to the atom it shares the longest passable border with, from the inside out."""
    order = np.argsort(-edges.border_cm, kind="stable")
    done = lived.copy()
    changed = True
    while changed:
        changed = False
        for i in order[edges.passable[order]].tolist():
            a, b = int(edges.first[i]), int(edges.second[i])
            if done[a] != done[b]:
                near, far = (a, b) if done[a] else (b, a)
                group[far] = group[near]
                done[far] = changed = True


def _sum(counts: NDArray[np.float64], group: Ints) -> Ints:
    return np.rint(np.bincount(group, weights=counts)).astype(np.int64)


def _joined(edges: Edges, group: Ints) -> Edges:
    """Borders between atoms: those of their units, kept apart by kind and by whether they can be crossed."""
    ends = np.sort(np.column_stack([group[edges.first], group[edges.second]]), axis=1)
    apart = np.flatnonzero(ends[:, 0] != ends[:, 1])
    rows: dict[tuple[int, int, str, bool], int] = {}
    for i in apart.tolist():
        key = (int(ends[i, 0]), int(ends[i, 1]), str(edges.kind[i]), bool(edges.passable[i]))
        rows[key] = rows.get(key, 0) + int(edges.border_cm[i])
    keys = sorted(rows)
    return Edges(
        np.array([key[0] for key in keys], dtype=np.int64),
        np.array([key[1] for key in keys], dtype=np.int64),
        np.array([rows[key] for key in keys], dtype=np.int64),
        np.array([key[2] for key in keys], dtype=object),
        np.array([key[3] for key in keys], dtype=np.bool_),
    )


def _names(units: Units, community: Community, group: Ints) -> tuple[str, ...]:
    """The compounds of an atom, else its lot, else a number."""
    names = community.compounds["name"].fillna("未命名小区").astype(str).tolist()
    lots = community.lots["name"].tolist() if "name" in community.lots else [None] * len(community.lots)
    held: dict[int, list[str]] = {}
    for compound, unit in zip(units.holding["compound"].tolist(), units.holding["unit"].tolist(), strict=True):
        held.setdefault(int(group[unit]), []).append(names[compound])
    found = []
    for g in range(int(group.max()) + 1):
        lot = next((lots[row] for row in units.lot[group == g].tolist() if row != NOBODY and lots[row]), None)
        found.append("、".join(held.get(g, [])) or (str(lot) if lot else f"街坊{g + 1}"))
    return tuple(found)


def _remarks(community: Community, units: Units) -> tuple[str, ...]:
    """How the atoms came about, and how good the counts are."""
    shared = int(np.sum(np.unique(units.block, return_counts=True)[1] > 1))
    said = [f"{len(units.ground)} 个单元，其中 {shared} 个街坊按就近原则分给其中的小区和地块"]
    missing = int(community.compounds["households"].isna().sum())
    if missing:
        said.append(f"{missing} 个小区没有户数，按 0 户计")
    several = units.holding.groupby("compound").size()
    cut = community.compounds.iloc[several.index[several > 1]]
    for name, households in zip(cut["name"], cut["households"], strict=True):
        said.append(f"{name}有 {households:,.0f} 户，超过一个部分的上限，按楼栋组作基本单元；须在特殊情况说明里写明")
    return tuple(said)
