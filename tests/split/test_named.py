"""Borders that know the name of the river or road along them, and parts that do not cross it."""

import numpy as np
import shapely

from gis.split.atoms import Atoms, Edges
from gis.split.named import named
from gis.split.plan import Plan
from gis.split.polygons import beside
from gis.split.rules import Rules, broken
from gis.split.solve import solve
from gis.split.stored import as_plain, from_plain

SIDE = 6
STEP_M = 100.0


def chequers() -> Atoms:
    """36 square units of 100 m, 10 households each, all borders streets."""
    ground = np.array(
        [
            shapely.box(x * STEP_M, y * STEP_M, (x + 1) * STEP_M, (y + 1) * STEP_M)
            for y in range(SIDE)
            for x in range(SIDE)
        ],
        dtype=object,
    )
    edges: Edges = beside(ground, np.array([], dtype=object), np.array([], dtype=object))
    ten = np.full(len(ground), 10, dtype=np.int64)
    return Atoms(
        "file",
        tuple(f"单元{i}" for i in range(36)),
        ten,
        ten,
        edges,
        xy=None,
        area_m2=shapely.area(ground),
        ground=ground,
    )


def road(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(points)


def upright(name: str = "明德路") -> Atoms:
    """The same with a road from south to north, 8 m beside the border of the second column, and a short alley."""
    lines = np.array([road((208, -20), (208, 620)), road((400, 0), (400, 40))], dtype=object)
    return named(chequers(), lines, np.array([name, "短巷"], dtype=object))


def test_borders_bear_the_name_of_what_runs_along_most_of_them() -> None:
    edges = upright().edges
    assert edges.name is not None
    held = edges.name == "明德路"
    along = set(zip(edges.first[held].tolist(), edges.second[held].tolist(), strict=True))
    assert along == {(6 * row + 1, 6 * row + 2) for row in range(SIDE)}
    assert "短巷" not in edges.name.tolist(), "40 m of a border of 100 m"


def test_a_part_over_a_named_road_breaks_the_rule_and_says_how_much() -> None:
    atoms, rules = upright(), Rules(2, 0.9, frozenset({"明德路"}))
    rows = Plan(tuple(int(i >= 18) for i in range(36)), 2)
    assert [one.text for one in broken(atoms, rules, rows)] == ["不跨越屏障：有 600 米屏障在部分之内"]
    columns = Plan(tuple(int(i % SIDE >= 2) for i in range(36)), 2)
    assert not broken(atoms, rules, columns)


def test_plans_keep_to_their_side_of_a_road_where_the_rule_is_hard() -> None:
    half = np.array([road((300, -20), (300, 420))], dtype=object)
    atoms = named(chequers(), half, np.array(["半截路"], dtype=object))
    parts = frozenset({"parts", "contiguous", "households"})
    kept = solve(atoms, Rules(2, 0.01, frozenset({"半截路"}), parts | {"barriers"}), 7)
    assert all(one.broken == () for one in kept.proposals)
    assert kept.proposals[0].score.border_cm == 60_000
    eased = solve(atoms, Rules(2, 0.01, frozenset({"半截路"}), parts), 7)
    assert eased.proposals[0].score.border_cm == 60_000
    assert any([broke.rule for broke in one.broken] == ["barriers"] for one in eased.proposals)


def test_names_are_kept_and_change_the_digest() -> None:
    atoms = upright()
    again = from_plain(as_plain(atoms), atoms.ground)  # type: ignore[arg-type]
    assert again.digest == atoms.digest != chequers().digest
    plain = from_plain(as_plain(chequers()), atoms.ground)  # type: ignore[arg-type]
    assert plain.edges.name is None
    assert plain.digest == chequers().digest
