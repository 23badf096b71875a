"""Atoms as plain values that can be kept and read again: equal digest before and after."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.split.atoms import Atoms, Edges, Floats, Ints


def as_plain(atoms: Atoms) -> dict[str, Any]:
    """Everything but the ground, in lists and numbers."""
    edges = atoms.edges
    return {
        "kind": atoms.kind,
        "names": list(atoms.names),
        "households": atoms.households.tolist(),
        "residents": atoms.residents.tolist(),
        "elderly": _list(atoms.elderly),
        "children": _list(atoms.children),
        "grid": _list(atoms.grid),
        "groups": [list(group) for group in atoms.groups],
        "centres": list(atoms.centres),
        "has_core": atoms.has_core,
        "xy": _list(atoms.xy),
        "area_m2": _list(atoms.area_m2),
        "perimeter_m": _list(atoms.perimeter_m),
        "notes": list(atoms.notes),
        "edges": {
            "first": edges.first.tolist(),
            "second": edges.second.tolist(),
            "border_cm": edges.border_cm.tolist(),
            "kind": edges.kind.tolist(),
            "passable": edges.passable.tolist(),
            "name": None if edges.name is None else edges.name.tolist(),
        },
    }


def from_plain(value: Mapping[str, Any], ground: NDArray[np.object_]) -> Atoms:
    """The atoms that `as_plain` made the value of; ground: their Polygons."""
    edges = value["edges"]
    return Atoms(
        value["kind"],
        tuple(value["names"]),
        np.array(value["households"], dtype=np.int64),
        np.array(value["residents"], dtype=np.int64),
        Edges(
            np.array(edges["first"], dtype=np.int64),
            np.array(edges["second"], dtype=np.int64),
            np.array(edges["border_cm"], dtype=np.int64),
            np.array(edges["kind"], dtype=object),
            np.array(edges["passable"], dtype=np.bool_),
            name=None if edges.get("name") is None else np.array(edges["name"], dtype=object),
        ),
        _ints(value["elderly"]),
        _ints(value["children"]),
        _ints(value["grid"]),
        tuple(tuple(group) for group in value["groups"]),
        tuple(value["centres"]),
        value["has_core"],
        _floats(value["xy"]),
        _floats(value["area_m2"]),
        _floats(value["perimeter_m"]),
        tuple(value["notes"]),
        ground,
    )


def _list(values: Ints | Floats | None) -> list[Any] | None:
    return None if values is None else values.tolist()


def _ints(values: list[int] | None) -> Ints | None:
    return None if values is None else np.array(values, dtype=np.int64)


def _floats(values: list[Any] | None) -> Floats | None:
    return None if values is None else np.array(values, dtype=np.float64)
