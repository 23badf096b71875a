"""A prepared instance: units a team brings itself, as one JSON object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.split.atoms import Atoms, AtomsError, Edges, Ints, checked


@dataclass(frozen=True)
class Instance:
    """Checked atoms, and the number of parts and the tolerance the file proposes (None where it does not)."""

    atoms: Atoms
    parts: int | None = None
    tolerance: float | None = None


def from_json(value: object) -> Instance:
    """Read `{households, residents, edges: [{u, v, length, kind, passable, w}], …}`; AtomsError says what is wrong.

    Optional: n, k, tolerance, names, elderly, children, grid, centres (the first one is the old centre), together, xy
    (metres), area, perimeter. length is in metres; passable is true where it is missing; w is the weight of a border.
    """
    if not isinstance(value, Mapping):
        raise AtomsError("文件内容应是一个 JSON 对象，里面有 households 和 edges")
    households = _counts(value, "households")
    if households is None:
        raise AtomsError("文件里没有 households（每个基本单元的户数）")
    n = len(households)
    if "n" in value and value["n"] != n:
        raise AtomsError(f"n 写的是 {value['n']}，households 有 {n} 个，对不上")
    residents = _counts(value, "residents")
    centres = _places(value.get("centres", []), "centres")
    names = value.get("names", range(n))
    atoms = Atoms(
        "file",
        tuple(str(name) for name in names),
        households,
        households if residents is None else residents,
        _edges(value.get("edges"), n),
        _counts(value, "elderly"),
        _counts(value, "children"),
        _counts(value, "grid"),
        tuple(_places(group, "together") for group in _list(value.get("together", []), "together")),
        centres,
        bool(centres),
        _floats(value, "xy", 2),
        _floats(value, "area", 1),
        _floats(value, "perimeter", 1),
    )
    if len(atoms.names) != n or (atoms.grid is not None and len(atoms.grid) != n):
        raise AtomsError(f"names 和 grid 应各有 {n} 个")
    return Instance(checked(atoms), _whole(value.get("k")), _share(value.get("tolerance")))


def with_ground(instance: Instance, ground: Atoms) -> Instance:
    """The instance with the areas, perimeters and counts of the same units as polygons, where it has none itself."""
    atoms = instance.atoms
    if len(ground) != len(atoms):
        raise AtomsError(f"JSON 里有 {len(atoms)} 个基本单元，GeoPackage 里有 {len(ground)} 个，对不上")
    return replace(
        instance,
        atoms=replace(
            atoms,
            elderly=ground.elderly if atoms.elderly is None else atoms.elderly,
            children=ground.children if atoms.children is None else atoms.children,
            area_m2=ground.area_m2 if atoms.area_m2 is None else atoms.area_m2,
            perimeter_m=ground.perimeter_m if atoms.perimeter_m is None else atoms.perimeter_m,
        ),
    )


def _edges(rows: object, n: int) -> Edges:
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        raise AtomsError("文件里没有 edges（相邻关系）")
    merged: dict[tuple[int, int, str, bool], list[int]] = {}
    weighted = all(isinstance(row, Mapping) and "w" in row for row in rows)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping) or not {"u", "v", "length"} <= row.keys():
            raise AtomsError(f"edges 第 {number} 行缺少 u、v 或 length")
        u, v = _whole(row["u"]), _whole(row["v"])
        length, weight = _number(row["length"]), _number(row.get("w", 0))
        if u is None or v is None or not (0 <= u < n and 0 <= v < n):
            raise AtomsError(f"edges 第 {number} 行的 u、v 应是 0 到 {n - 1} 的整数")
        if length is None or weight is None or length < 0 or weight < 0:
            raise AtomsError(f"edges 第 {number} 行的 length、w 应是不小于 0 的数")
        passable = row.get("passable", True)
        if u == v or not isinstance(passable, bool):
            raise AtomsError(f"edges 第 {number} 行：单元不能与自己相邻，passable 应是 true 或 false")
        key = (min(u, v), max(u, v), str(row.get("kind", "street")), passable)
        held = merged.setdefault(key, [0, 0])
        held[0] += round(length * 100)
        held[1] += round(weight)
    keys = sorted(merged)
    return Edges(
        np.array([key[0] for key in keys], dtype=np.int64),
        np.array([key[1] for key in keys], dtype=np.int64),
        np.array([merged[key][0] for key in keys], dtype=np.int64),
        np.array([key[2] for key in keys], dtype=object),
        np.array([key[3] for key in keys], dtype=np.bool_),
        np.array([merged[key][1] for key in keys], dtype=np.int64) if weighted else None,
    )


def _list(value: object, name: str) -> Sequence[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise AtomsError(f"{name} 应是一个列表")
    return value


def _places(value: object, name: str) -> tuple[int, ...]:
    places = [_whole(one) for one in _list(value, name)]
    if any(place is None for place in places):
        raise AtomsError(f"{name} 里应是基本单元的编号")
    return tuple(place for place in places if place is not None)


def _counts(value: Mapping[str, object], name: str) -> Ints | None:
    if value.get(name) is None:
        return None
    counts = [_whole(one) for one in _list(value[name], name)]
    wrong = [i for i, one in enumerate(counts) if one is None or (one < 0 and name != "grid")]
    if wrong:
        raise AtomsError(f"{name} 第 {wrong[0] + 1} 个不是不小于 0 的整数，请核对")
    return np.array(counts, dtype=np.int64)


def _floats(value: Mapping[str, object], name: str, dimensions: int) -> NDArray[np.float64] | None:
    if value.get(name) is None:
        return None
    try:
        found = np.array(value[name], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise AtomsError(f"{name} 里应全是数") from error
    if found.ndim != dimensions or not np.isfinite(found).all():
        raise AtomsError(f"{name} 的形状不对，或里面有不是数的值")
    return found


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        return None
    return float(value)


def _whole(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == int(number) else None


def _share(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number < 1 else None
