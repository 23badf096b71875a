"""The ground of a run: units, compounds and grids of its communities, kept as they were when it was made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from api.flows.communities import Read, prepare, with_borders
from gis import crs
from gis.grids.borders import with_neighbours, with_own_border
from gis.grids.division import Community
from gis.grids.ticks import MAIN_CLASSES
from gis.split.atoms import NO_GRID, Atoms, Ints, checked
from gis.split.combined import combined
from gis.split.ground import AtomKind
from gis.split.rehoming import areas_by_part
from gis.split.rules import Rules

HOME = (
    "uid",
    "name",
    "households",
    "residents",
    "elderly",
    "elderly_80",
    "children",
    "registered_households",
    "dwelling_units",
    "undelivered_units",
)


@dataclass(frozen=True)
class Material:
    """Units, the community (position) each came from, and their ground in EPSG:4490."""

    atoms: Atoms
    origin: Ints
    ground: NDArray[np.object_]


def material(
    read: Read, codes: Sequence[str], rules: Rules, kind: AtomKind, locks: tuple[tuple[int, ...], ...]
) -> Material:
    """The units of one community, or of several side by side; `locks` are units that stay together."""
    prepared = [prepare(read, code, rules, kind) for code in codes]
    atoms, origin = prepared[0][0], np.zeros(len(prepared[0][0]), dtype=np.int64)
    if len(codes) > 1:
        barriers, streets = read.ground.frames["barriers"], read.ground.frames["streets"]
        streets = streets[~streets["tunnel"].eq(True)]
        lines = np.concatenate([barriers.geometry.to_numpy(), streets.geometry.to_numpy()])
        main = np.where(streets["class"].astype(str).isin(MAIN_CLASSES), "arterial", "street")
        kinds = np.concatenate([barriers["kind"].to_numpy(object), main.astype(object)])
        near = shapely.intersects(shapely.union_all([here.ground for _, here in prepared]), lines)
        atoms, origin = combined([one for one, _ in prepared], lines[near], kinds[near])
    atoms = with_borders(atoms, read, rules)
    if together := (*locks, *(_in_grids(atoms) if "grids" in rules.hard else ())):
        atoms = checked(replace(atoms, groups=(*atoms.groups, *together)))
    ground = [stored_ground(one, here) for one, here in prepared]
    return Material(atoms, origin, ground[0] if len(ground) == 1 else _matched(np.concatenate(ground)))


def _in_grids(atoms: Atoms) -> tuple[tuple[int, ...], ...]:
    """Units on one grid, where there are several."""
    if atoms.grid is None:
        return ()
    held = [np.flatnonzero(atoms.grid == one).tolist() for one in np.unique(atoms.grid[atoms.grid != NO_GRID])]
    return tuple(tuple(one) for one in held if len(one) > 1)


def stored_ground(atoms: Atoms, here: Community) -> NDArray[np.object_]:
    """The ground of the atoms in EPSG:4490, with exactly the border of their community."""
    pieces, of = shapely.get_parts(atoms.ground, return_index=True)
    stored = crs.to_storage(gpd.GeoDataFrame(geometry=pieces, crs=here.streets.crs)).geometry.to_numpy()
    own = with_own_border(stored, here.border)
    return np.array([_one(own[of == atom]) for atom in range(len(atoms))], dtype=object)


def homes(read: Read, ground: NDArray[np.object_], codes: Sequence[str]) -> list[dict[str, Any]]:
    """The compounds of the communities with the atom each stands on."""
    frame = read.ground.frames["compounds"]
    own = frame[frame["community"].isin(list(codes))].sort_values("uid")
    places = own.geometry.to_crs(crs.STORAGE).to_numpy()
    atom = np.full(len(own), -1, dtype=np.int64)
    row, on = shapely.STRtree(ground).query(places, predicate="intersects")
    atom[row[::-1]] = on[::-1]
    lost = atom < 0
    if lost.any():
        atom[lost] = shapely.STRtree(ground).nearest(places[lost])
    names = [name for name in HOME if name in own]
    columns = [[_value(value) for value in own[name].tolist()] for name in names]
    rows = zip(*columns, atom.tolist(), strict=True)
    return [dict(zip([*names, "atom"], row, strict=True)) for row in rows]


def grids(read: Read, ground: NDArray[np.object_], codes: Sequence[str]) -> list[dict[str, Any]]:
    """The basic grids of the communities: which atoms each lies on, with how many square metres, and whose it is."""
    rows = read.grids[read.grids["community"].isin(list(codes)) & (read.grids["tier"] == 1)].sort_values(
        ["set", "code"]
    )
    metric = gpd.GeoSeries(ground, crs=crs.STORAGE).to_crs(read.grids.crs).to_numpy()
    area = areas_by_part(rows.geometry.to_numpy(), metric)
    return [
        {
            "code": code,
            "set": name,
            "home": list(codes).index(community),
            "atoms": np.flatnonzero(mine > 0.5).tolist(),
            "m2": np.round(mine[mine > 0.5], 1).tolist(),
        }
        for code, name, community, mine in zip(rows["code"], rows["set"], rows["community"], area, strict=True)
    ]


def _matched(ground: NDArray[np.object_]) -> NDArray[np.object_]:
    """The same ground with a vertex wherever a neighbour has one."""
    pieces, of = shapely.get_parts(ground, return_index=True)
    own = with_neighbours(pieces)
    return np.array([_one(own[of == atom]) for atom in range(len(ground))], dtype=object)


def _one(pieces: NDArray[np.object_]) -> shapely.Geometry:
    return pieces[0] if len(pieces) == 1 else shapely.multipolygons(pieces)


def _value(value: object) -> object:
    if isinstance(value, float):
        return None if np.isnan(value) else round(value)
    return value
