"""The numbers of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.split.atoms import Atoms, Floats, Ints
from gis.split.plan import Plan
from gis.split.rules import grids_split

# borders people see as borders (domain: roads, rivers, railways)
NATURAL: Final = frozenset({"arterial", "river", "railway", "rail", "expressway"})
BARRIERS: Final = frozenset({"river", "railway", "rail", "expressway"})


@dataclass(frozen=True)
class Part:
    """One part: counts (None where not counted) and households / mean of the parts - 1."""

    no: int
    households: int
    residents: int
    elderly: int | None
    children: int | None
    deviation: float
    polsby_popper: float | None


@dataclass(frozen=True)
class Score:
    """A plan in numbers.

    border_cm: new inner border, plain length whatever runs along it; weighted: the same in the weights the units came
    with, or None; by_kind_cm: border by kind; natural_share: of the border along roads, rivers and railways;
    straddled_cm: rivers, railways and expressways left inside parts; moved_*: people outside part 0.
    """

    parts: tuple[Part, ...]
    border_cm: int
    weighted: int | None
    by_kind_cm: Mapping[str, int]
    natural_share: float
    straddled_cm: int
    grids_split: int
    moved_residents: int
    moved_elderly: int | None

    @property
    def deviation(self) -> float:
        """Largest deviation of a part, without sign."""
        return max(abs(part.deviation) for part in self.parts)


def score(atoms: Atoms, plan: Plan) -> Score:
    """All numbers of a plan from the atoms alone."""
    edges, part = atoms.edges, plan.part
    cut = part[edges.first] != part[edges.second]
    kind = edges.plain
    by_kind: dict[str, int] = {}
    for word, length in zip(kind[cut].tolist(), edges.border_cm[cut].tolist(), strict=True):
        by_kind[word] = by_kind.get(word, 0) + length
    border = int(edges.border_cm[cut].sum())
    natural = sum(length for word, length in by_kind.items() if word in NATURAL)
    kept = ~cut & np.isin(kind, sorted(BARRIERS))
    elderly = _sums(atoms.elderly, plan)
    residents = np.bincount(part, weights=atoms.residents, minlength=plan.parts).astype(np.int64)
    return Score(
        _parts(atoms, plan, residents, elderly),
        border,
        None if edges.weight is None else int(edges.weight[cut].sum()),
        dict(sorted(by_kind.items())),
        natural / border if border else 0.0,
        int(edges.border_cm[kept].sum()),
        grids_split(atoms, plan),
        int(residents[1:].sum()),
        None if elderly is None else int(elderly[1:].sum()),
    )


def _parts(atoms: Atoms, plan: Plan, residents: Ints, elderly: Ints | None) -> tuple[Part, ...]:
    households = np.bincount(plan.part, weights=atoms.households, minlength=plan.parts).astype(np.int64)
    children = _sums(atoms.children, plan)
    mean = households.sum() / plan.parts
    round_ = _polsby_popper(atoms, plan)
    return tuple(
        Part(
            p,
            int(households[p]),
            int(residents[p]),
            None if elderly is None else int(elderly[p]),
            None if children is None else int(children[p]),
            float(households[p] / mean - 1) if mean else 0.0,
            None if round_ is None else float(round_[p]),
        )
        for p in range(plan.parts)
    )


def _sums(values: Ints | None, plan: Plan) -> Ints | None:
    return None if values is None else np.bincount(plan.part, weights=values, minlength=plan.parts).astype(np.int64)


def _polsby_popper(atoms: Atoms, plan: Plan) -> Floats | None:
    """4 pi area / perimeter squared of every part, from areas, perimeters and shared borders."""
    if atoms.area_m2 is None or atoms.perimeter_m is None:
        return None
    edges, part = atoms.edges, plan.part
    inner = part[edges.first] == part[edges.second]
    area = np.bincount(part, weights=atoms.area_m2, minlength=plan.parts)
    rim = np.bincount(part, weights=atoms.perimeter_m, minlength=plan.parts)
    rim -= 2 * np.bincount(part[edges.first[inner]], weights=edges.border_cm[inner] / 100, minlength=plan.parts)
    return np.asarray(4 * np.pi * area / np.maximum(rim, 1e-9) ** 2, dtype=np.float64)
