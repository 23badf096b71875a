"""What is proven about a plan, and the sentence that says no more than that."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["optimal", "open", "pairwise", "none"]


@dataclass(frozen=True)
class Proof:
    """kind: optimal (nothing shorter exists), open (a bound, not reached), pairwise (every two adjacent parts divided
    by their shortest border, a bound for the whole), none (no bound holds here). bound: no plan within the rules costs
    less, in the unit of the border; gap: 1 - bound / border. `bound` and `gap` are None for none.
    """

    kind: Kind
    bound: int | None
    gap: float | None


class BoundError(AssertionError):
    """A plan within the rules lies below a bound: the bound is wrong, and nothing may be claimed."""


def proof(border: int, bound: int | None, *, pairwise: bool = False) -> Proof:
    """The strongest proof that holds; raises BoundError for a plan below the bound."""
    if bound is None:
        return Proof("none", None, None)
    if border < bound:
        raise BoundError(f"a plan of {border} lies below the bound {bound}")
    if border == bound:
        return Proof("optimal", bound, 0.0)
    return Proof("pairwise" if pairwise else "open", bound, 1 - bound / border)


def wording(proof: Proof) -> str:
    """One Chinese sentence."""
    if proof.kind == "optimal":
        return "已证明：在所定容差内没有更短的边界"
    if proof.kind == "none":
        return "没有证明：基本单元的相邻关系画不成平面图"
    most = f"{-(-proof.gap * 1000 // 1) / 10:g}%" if proof.gap is not None else ""
    if proof.kind == "pairwise":
        return f"每两个相邻部分之间的边界都已证明最短；整体最多还能短 {most}"
    return f"未证明最短；最多还能短 {most}"
