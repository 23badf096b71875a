"""What is said to be proven of a plan that was moved by hand."""

from types import SimpleNamespace

from api.flows.plans import dressing
from gis.split.plan import Plan
from gis.split.rules import Rules
from gis.split.scores import score
from tests.split import cases


def test_no_proof_for_a_part_whose_centre_is_only_within_a_walk() -> None:
    atoms = cases.atoms()
    held = Plan(tuple(int(i % 6 >= 3) for i in range(36)), 2)
    # all three centres in the first part: legal where the others walk to one, but no plan the bound is about
    bare = Plan(tuple(int(i >= 30) for i in range(36)), 2)
    bench = SimpleNamespace(atoms=atoms, rules=Rules(2, 0.9), run=SimpleNamespace(facts={"bound_cm": 50_000}))
    said = dressing._proof(bench, held, score(atoms, held), (), {})
    assert said["kind"] != "none"
    bench.run.facts["bound_cm"] = score(atoms, bare).border_cm + 1
    said = dressing._proof(bench, bare, score(atoms, bare), (), {})
    assert (said["kind"], said["text"]) == ("none", dressing.NOT_PROVEN)
