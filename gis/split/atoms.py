"""The basic units (基本单元) a community is split along: what is never cut, and what lies beside what."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.digests import digest
from gis.errors import BadInputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NO_GRID: Final = -1


class AtomsError(BadInputError):
    """Basic units that cannot be split as they are."""

    code = "BAD_ATOMS"


@dataclass(frozen=True)
class Edges:
    """Borders between two atoms, one row each, first < second, sorted.

    first, second: positions of the atoms; border_cm: metres they share, in whole centimetres; kind: street, arterial,
    river, railway, wall, alley …; passable: people can cross there; weight: the cost the maker of the units gave to
    this border, or None; name: of the river, railway or road along it, "" without one, None where nobody asked.
    """

    first: Ints
    second: Ints
    border_cm: Ints
    kind: NDArray[np.object_]
    passable: Mask
    weight: Ints | None = None
    name: NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.first)

    @cached_property
    def plain(self) -> NDArray[np.str_]:
        """The kind of every border, without the mark of a bridge over it."""
        return np.array([str(word).removesuffix("_bridge") for word in self.kind.tolist()], dtype=np.str_)

    def along(self, words: Collection[str]) -> Mask:
        """Borders along anything of these kinds or names."""
        chosen = sorted(words)
        found = np.isin(self.plain, chosen)
        return found if self.name is None else found | np.isin(self.name.astype(np.str_), chosen)


@dataclass(frozen=True)
class Atoms:
    """The units of one community.

    kind: compounds | blocks | grids | file; names, households, residents: per atom; elderly, children: per atom or None
    where nobody counted; grid: number of the grid, -1 where there is none; groups: atoms that stay together; centres:
    the atom of each service centre, the first one that of the old community where `has_core`; xy: (n, 2) metres;
    area_m2, perimeter_m, ground (Polygons): per atom or None; notes: Chinese sentences about how the
    atoms came about. Frozen; arrays are never written to.
    """

    kind: str
    names: tuple[str, ...]
    households: Ints
    residents: Ints
    edges: Edges
    elderly: Ints | None = None
    children: Ints | None = None
    grid: Ints | None = None
    groups: tuple[tuple[int, ...], ...] = ()
    centres: tuple[int, ...] = ()
    has_core: bool = False
    xy: Floats | None = None
    area_m2: Floats | None = None
    perimeter_m: Floats | None = None
    notes: tuple[str, ...] = ()
    ground: NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.households)

    @property
    def core(self) -> int | None:
        """The atom with the old centre."""
        return self.centres[0] if self.has_core and self.centres else None

    @cached_property
    def digest(self) -> str:
        """Digest of everything a plan depends on, lengths in cm and areas in m2."""
        edges = self.edges
        named = {} if edges.name is None else {"names": edges.name}
        return digest(
            {
                "households": self.households,
                "residents": self.residents,
                "elderly": self.elderly,
                "children": self.children,
                "grid": self.grid,
                "groups": self.groups,
                "centres": self.centres,
                "core": self.core,
                "edges": [edges.first, edges.second, edges.border_cm, edges.kind, edges.passable, edges.weight],
                "area_m2": None if self.area_m2 is None else np.rint(self.area_m2).astype(np.int64),
            }
            | named
        )

    @cached_property
    def neighbours(self) -> tuple[tuple[int, ...], ...]:
        """Per atom the atoms across a passable border, ascending."""
        around: list[list[int]] = [[] for _ in range(len(self))]
        passable = self.edges.passable
        for a, b in zip(self.edges.first[passable].tolist(), self.edges.second[passable].tolist(), strict=True):
            around[a].append(b)
            around[b].append(a)
        return tuple(tuple(sorted(row)) for row in around)

    def without_crossing(self, words: frozenset[str]) -> "Atoms":
        """The same units where nobody crosses borders of these kinds or names, on bridges neither."""
        closed = self.edges.along(words)
        return replace(self, edges=replace(self.edges, passable=self.edges.passable & ~closed))


def checked(atoms: Atoms) -> Atoms:
    """The same value, or AtomsError with the first thing that is wrong with it."""
    n, edges = len(atoms), atoms.edges
    if n == 0:
        raise AtomsError("没有基本单元，无法划分")
    given: dict[str, object] = {
        "户数": atoms.households,
        "人数": atoms.residents,
        "60岁以上人数": atoms.elderly,
        "0—14岁人数": atoms.children,
        "面积": atoms.area_m2,
        "周长": atoms.perimeter_m,
    }
    for name, values in given.items():
        if isinstance(values, np.ndarray):
            if len(values) != n:
                raise AtomsError(f"{name}有 {len(values)} 个，基本单元有 {n} 个，对不上")
            if (wrong := np.flatnonzero(values < 0)).size:
                raise AtomsError(f"基本单元 {atoms.names[wrong[0]]} 的{name}是负数，请核对")
    if len(edges) and (min(edges.first.min(), edges.second.min()) < 0 or edges.second.max() >= n):
        raise AtomsError(f"相邻关系里有不存在的基本单元；编号应在 0 到 {n - 1} 之间")
    if (wrong := np.flatnonzero(edges.border_cm < 0)).size:
        a, b = edges.first[wrong[0]], edges.second[wrong[0]]
        raise AtomsError(f"基本单元 {atoms.names[a]} 与 {atoms.names[b]} 的共同边界长度是负数，请核对")
    if (edges.first >= edges.second).any():
        raise AtomsError("有基本单元与自己相邻，请核对相邻关系")
    for what, places in (("服务中心", atoms.centres), ("不可拆开的组", [a for group in atoms.groups for a in group])):
        if any(not 0 <= place < n for place in places):
            raise AtomsError(f"{what}所在的基本单元不存在；编号应在 0 到 {n - 1} 之间")
    return atoms
