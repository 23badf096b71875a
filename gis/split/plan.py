"""A plan: which part every atom belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment

from gis.digests import digest
from gis.errors import BadInputError
from gis.split.atoms import Atoms, Ints


class MoveError(BadInputError):
    """A move names an atom or a part that is not there."""

    code = "BAD_MOVE"


@dataclass(frozen=True)
class Plan:
    """Part per atom, counted from 0; part 0 is the old community's core."""

    assignment: tuple[int, ...]
    parts: int

    @cached_property
    def part(self) -> Ints:
        """Part per atom as an array that nobody can write to."""
        array = np.array(self.assignment, dtype=np.int64)
        array.flags.writeable = False
        return array

    @cached_property
    def digest(self) -> str:
        """Digest of the assignment."""
        return digest({"parts": self.parts, "assignment": self.assignment})

    def move(self, atom: int | Sequence[int], part: int) -> "Plan":
        """The plan with an atom (or several) in another part; MoveError where one of them does not exist."""
        moved = [atom] if isinstance(atom, int) else list(atom)
        if not all(0 <= one < len(self.assignment) for one in moved):
            raise MoveError(f"没有这个基本单元；编号应在 0 到 {len(self.assignment) - 1} 之间")
        if not 0 <= part < self.parts:
            raise MoveError(f"没有第 {part} 部分；编号应在 0 到 {self.parts - 1} 之间")
        assignment = list(self.assignment)
        for one in moved:
            assignment[one] = part
        return Plan(tuple(assignment), self.parts)


def numbered(atoms: Atoms, part: Ints, parts: int) -> Plan:
    """The plan with parts numbered for good: the core first (else the part with most residents), then by first atom."""
    if atoms.core is not None:
        core = int(part[atoms.core])
    else:
        core = int(np.bincount(part, weights=atoms.residents, minlength=parts).argmax())
    order = [core, *(p for p in dict.fromkeys(part.tolist()) if p != core)]
    number = np.zeros(max(parts, int(part.max()) + 1), dtype=np.int64)
    number[order] = np.arange(len(order))
    return Plan(tuple(number[part].tolist()), parts)


def difference(atoms: Atoms, one: Plan, other: Plan) -> float:
    """Share of residents in another part, under the matching of parts that makes it least (0..1)."""
    shared = np.zeros((one.parts, other.parts))
    np.add.at(shared, (one.part, other.part), atoms.residents)
    rows, columns = linear_sum_assignment(-shared)
    total = float(shared.sum())
    return 1 - float(shared[rows, columns].sum()) / total if total else 0.0
