"""Communities of the sample district: seamless atoms, whole estates, plans with proofs, and all of them in one go."""

from datetime import date

import pytest
import shapely
from sqlalchemy import Engine

from api.access import today
from api.flows import communities, splitting
from data.session import transaction
from data.viewers import PLANNER
from gis.errors import BadInputError
from gis.split.rules import broken

MIXED = "610199006016"
ONE_ESTATE = "610199008001"


@pytest.fixture(scope="module")
def day() -> date:
    return today()


def split(engine: Engine, code: str, day: date, **wish: object) -> splitting.Split:
    kind = wish.pop("kind", "blocks")
    asked = {"parts": 2, "tolerance": 0.1, "seed": 7} | wish
    return communities.of_community(engine, code, splitting.Wish(**asked), kind, PLANNER, day)


def test_atoms_fill_the_community_and_nothing_is_lost(sample_engine: Engine, day: date) -> None:
    done = split(sample_engine, MIXED, day)
    atoms = done.atoms
    assert atoms.ground is not None
    assert shapely.coverage_is_valid(atoms.ground)
    assert shapely.union_all(atoms.ground).area == pytest.approx(shapely.area(atoms.ground).sum())
    with transaction(sample_engine) as connection:
        found = communities.read_area(
            connection, communities.areas.find_area(connection, MIXED, day, PLANNER), PLANNER, day
        )
    compounds = found.ground.frames["compounds"]
    own = compounds[compounds["community"] == MIXED]
    assert atoms.households.sum() == own["households"].sum()
    assert set(atoms.edges.kind.tolist()) <= {"street", "arterial", "alley", "river", "railway", "expressway", "wall"}
    assert len(atoms.centres) >= 1
    first = done.solution.proposals[0]
    assert first.proof.kind == "optimal"
    assert not [one for one in broken(atoms, done.solution.rules, first.plan) if one.hard]
    # the border is what lies between the united parts
    west, east = (shapely.coverage_union_all(atoms.ground[first.plan.part == p]) for p in (0, 1))
    assert shapely.length(shapely.intersection(west, east)) == pytest.approx(first.score.border_cm / 100, abs=0.2)


def test_an_estate_over_the_limit_goes_by_groups_of_buildings_and_says_so(sample_engine: Engine, day: date) -> None:
    done = split(sample_engine, ONE_ESTATE, day, parts=3)
    assert len(done.atoms) > 3
    assert any("按楼栋组作基本单元" in note for note in done.solution.notes)
    assert done.solution.proposals[0].proof.kind in ("pairwise", "optimal")


def test_compounds_as_atoms_have_people_each(sample_engine: Engine, day: date) -> None:
    blocks, compounds = (split(sample_engine, MIXED, day, kind=kind).atoms for kind in ("blocks", "compounds"))
    assert len(compounds) < len(blocks)
    assert compounds.households.sum() == blocks.households.sum()
    assert (compounds.households > 0).all()
    assert shapely.area(compounds.ground).sum() == pytest.approx(shapely.area(blocks.ground).sum())


def test_what_is_no_community_is_refused(sample_engine: Engine, day: date) -> None:
    with pytest.raises(BadInputError, match="不是社区"):
        split(sample_engine, "610199", day)
    with pytest.raises(BadInputError, match="--parts"):
        split(sample_engine, MIXED, day, parts=None)
    with pytest.raises(BadInputError, match="还没有网格"):
        split(sample_engine, MIXED, day, kind="grids")
