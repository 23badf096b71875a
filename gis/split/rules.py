"""What a plan must keep, what it should keep, and the sentence in which a broken rule names itself."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.split.atoms import NO_GRID, Atoms
from gis.split.plan import Plan
from gis.split.search import Target
from gis.split.units import Units

DEFAULT_HARD: Final = frozenset({"parts", "contiguous", "households", "together", "barriers", "centres", "core"})


@dataclass(frozen=True)
class Rules:
    """parts wanted, tolerance as a share of the mean households, kinds or names of border no part may straddle, and
    which rules are hard (the others are soft: a plan may break them and says so)."""

    parts: int
    tolerance: float
    never_across: frozenset[str] = frozenset()
    hard: frozenset[str] = DEFAULT_HARD

    def window(self, total: int) -> tuple[int, int]:
        """Least and most households of a part."""
        mean = total / self.parts
        low = math.ceil(mean * (1 - self.tolerance) - 1e-9)
        return max(low, 0), math.floor(mean * (1 + self.tolerance) + 1e-9)

    def target(self, atoms: Atoms) -> Target:
        """What the search has to keep."""
        low, high = self.window(int(atoms.households.sum()))
        return Target(self.parts, low, high, int("centres" in self.hard and bool(atoms.centres)))


@dataclass(frozen=True)
class Broken:
    """A rule a plan breaks, and how."""

    rule: str
    hard: bool
    text: str


def broken(atoms: Atoms, rules: Rules, plan: Plan) -> tuple[Broken, ...]:
    """Every rule the plan breaks, hard ones first."""
    said = {name: check(atoms, rules, plan) for name, check in CHECKS.items()}
    found = [Broken(name, name in rules.hard, text) for name, text in said.items() if text]
    return tuple(sorted(found, key=lambda one: not one.hard))


def _parts(_: Atoms, rules: Rules, plan: Plan) -> str:
    empty = rules.parts - len(set(plan.assignment))
    return f"部分数：要 {rules.parts} 个部分，有 {empty} 个是空的" if empty > 0 else ""


def _contiguous(atoms: Atoms, _: Rules, plan: Plan) -> str:
    piece = as_one(atoms).pieces(plan.part)[1]
    torn = [p for p in range(plan.parts) if len(np.unique(piece[plan.part == p])) > 1]
    return f"连片：{_listed(torn)}不连片" if torn else ""


def as_one(atoms: Atoms) -> Units:
    """The atoms as a graph in which a group of several is one place, whatever runs through it."""
    edges = atoms.edges
    tied = np.array([(group[0], other) for group in atoms.groups for other in group[1:]], dtype=np.int64).reshape(-1, 2)
    none = np.zeros(len(edges) + len(tied), dtype=np.int64)
    return Units(
        atoms.households,
        atoms.households,
        np.concatenate([edges.first, tied[:, 0]]),
        np.concatenate([edges.second, tied[:, 1]]),
        none,
        np.concatenate([edges.passable, np.ones(len(tied), dtype=np.bool_)]),
    )


def _households(atoms: Atoms, rules: Rules, plan: Plan) -> str:
    low, high = rules.window(int(atoms.households.sum()))
    held = np.bincount(plan.part, weights=atoms.households, minlength=plan.parts).astype(np.int64)
    off = [p for p in range(plan.parts) if not low <= held[p] <= high]
    counts = "、".join(f"{held[p]:,}" for p in off)
    return f"户数：{_listed(off)}为 {counts} 户，应在 {low:,} 到 {high:,} 户之间" if off else ""


def _together(atoms: Atoms, _: Rules, plan: Plan) -> str:
    cut = [group for group in atoms.groups if len(set(plan.part[list(group)].tolist())) > 1]
    return f"小区不拆分：{atoms.names[cut[0][0]]} 等 {len(cut)} 组被分开" if cut else ""


def _centres(atoms: Atoms, _: Rules, plan: Plan) -> str:
    if not atoms.centres:
        return ""
    without = sorted(set(range(plan.parts)) - set(plan.part[list(atoms.centres)].tolist()))
    return f"服务中心：{_listed(without)}没有党群服务中心" if without else ""


def _core(atoms: Atoms, _: Rules, plan: Plan) -> str:
    if atoms.core is None or plan.assignment[atoms.core] == 0:
        return ""
    return f"原服务中心：应在第1部分（保留原社区），现在在第{plan.assignment[atoms.core] + 1}部分"


def _barriers(atoms: Atoms, rules: Rules, plan: Plan) -> str:
    edges = atoms.edges
    inside = plan.part[edges.first] == plan.part[edges.second]
    over = inside & edges.along(rules.never_across)
    return f"不跨越屏障：有 {round(edges.border_cm[over].sum() / 100):,} 米屏障在部分之内" if over.any() else ""


def _grids(atoms: Atoms, _: Rules, plan: Plan) -> str:
    cut = grids_split(atoms, plan)
    return f"网格不拆分：{cut} 个网格被分开" if cut else ""


def grids_split(atoms: Atoms, plan: Plan) -> int:
    """Grids that lie in more than one part."""
    if atoms.grid is None:
        return 0
    held = atoms.grid != NO_GRID
    pairs = np.unique(np.column_stack([atoms.grid[held], plan.part[held]]), axis=0)
    return int((np.unique(pairs[:, 0], return_counts=True)[1] > 1).sum())


def _listed(parts: list[int]) -> str:
    return "、".join(f"第{p + 1}部分" for p in parts)


CHECKS: Final[Mapping[str, Callable[[Atoms, Rules, Plan], str]]] = {
    "parts": _parts,
    "contiguous": _contiguous,
    "households": _households,
    "together": _together,
    "barriers": _barriers,
    "centres": _centres,
    "core": _core,
    "grids": _grids,
}
