"""The generator's own parts: sums, cuts, nodes, courses, connected communities, gaps."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from data.sample import people
from data.sample.geo import faces_of, node_lines, split_once
from data.sample.ground import Street
from data.sample.names import CompoundNames, named_streets, pairs
from data.sample.partition import part_blocks
from data.sample.siting import kernel, spread, targeted

KINDS = [k for k in people.KINDS if k != "giant"]


@given(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=60), st.integers(0, 10**6))
def test_whole_numbers_keep_the_sum_and_the_proportion(values: list[float], total: int) -> None:
    out = people.whole(np.array(values), total)
    assert out.sum() == total
    assert np.abs(out - np.array(values) * total / np.sum(values)).max() <= 1 + 1e-6


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from(KINDS), min_size=700, max_size=1_000))
def test_counts_meet_the_totals_whatever_the_kinds(seed: int, kinds: list[str]) -> None:
    area_m2 = np.random.default_rng(seed).uniform(2_000, 60_000, len(kinds))
    out = people.count(kinds, area_m2, np.zeros(len(kinds), bool), seed)
    assert out["residents"].sum() == people.RESIDENTS
    assert out["elderly"].sum() == people.ELDERLY
    assert out["children"].sum() == people.CHILDREN
    assert (out["households"] >= people.LEAST_HOUSEHOLDS).all()
    assert (out["elderly"] + out["children"] <= out["residents"]).all()
    assert (out["elderly_80"] <= out["elderly"]).all()


@given(st.integers(0, 2**32 - 1), st.floats(100, 900), st.floats(100, 900))
def test_a_cut_loses_no_ground(seed: int, width: float, height: float) -> None:
    block = box(0, 0, width, height)
    got = split_once(block, np.random.default_rng(seed), skew_deg=10, bend=0.05, jog_chance=0.5)
    if got is not None:
        assert sum(p.area for p in got[1]) == pytest.approx(block.area, rel=1e-6, abs=2.0)
        assert all(block.buffer(1e-6).covers(line) for line in got[0])


def test_meeting_lines_share_a_vertex_and_lines_apart_do_not() -> None:
    cross = [
        LineString([(0, 50), (100, 50)]),
        LineString([(33.333, 0), (33.333, 100)]),
        LineString([(70, 0), (70, 49.8)]),
    ]
    joined = node_lines(cross, lambda _a, _b: True)
    sets = [set(g.coords) for g in joined]
    assert len(sets[0] & sets[1]) == 1
    assert (70, 49.8) in sets[0] & sets[2]
    assert [len(g.coords) for g in node_lines(cross, lambda _a, _b: False)] == [2, 2, 2]


def test_faces_tile_the_frame() -> None:
    frame = box(0, 0, 300, 200)
    faces = faces_of([frame.exterior, LineString([(100, 0), (120, 200)]), LineString([(0, 90), (300, 110)])], frame)
    assert len(faces) == 4
    assert shapely.coverage_is_valid(np.array(faces))
    assert sum(f.area for f in faces) == pytest.approx(frame.area)


def test_a_long_street_keeps_its_name_and_a_turn_ends_it() -> None:
    straight = [Street(LineString([(x, 0), (x + 100, 5 * (x == 100))]), "tertiary") for x in (0, 100)]
    straight[1] = Street(LineString([(100, 0), (200, 5)]), "residential")
    corner = Street(LineString([(200, 5), (200, 105)]), "tertiary")
    drawn = Street(LineString([(0, 0), (0, 90)]), "primary", "旧名路")
    names = [s.name for s in named_streets([*straight, corner, drawn], lambda _s: True, 7)]
    assert names[0] == names[1] != names[2]
    assert all(names)
    assert names[3] == "旧名路"


def test_names_are_drawn_once() -> None:
    draw = CompoundNames(7, ["云澜府"])
    names = [draw.draw(kind, "长宁路") for kind in ("danwei", "old", "hutong", "high") * 90]
    assert len({*names, "云澜府"}) == 361
    rng = np.random.default_rng(1)
    assert not {"永安"} & set(pairs("永安", "安永", rng, taken=["永安"]))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_communities_are_connected_and_complete(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    side = 10
    at = np.array([[100.0 * (i % side), 100.0 * (i // side)] for i in range(side * side)])
    links: dict[int, dict[int, float]] = {i: {} for i in range(side * side)}
    for i in links:
        for j in (i + 1 if (i + 1) % side else None, i + side if i + side < side * side else None):
            if j is not None:
                links[i][j] = links[j][i] = float(rng.uniform(20, 100))
    homes = rng.integers(0, 900, side * side).astype(float)
    part = part_blocks(links, dict.fromkeys(links, ()), homes, at, np.full(side * side, 1e4), k, rng, rounds=400)
    assert set(part) == set(links)
    assert set(part.values()) == set(range(k))
    for n in range(k):
        mine = [box(*(at[i] - 50), *(at[i] + 50)) for i in part if part[i] == n]
        assert shapely.union_all(mine).geom_type == "Polygon"


def test_an_island_joins_over_its_barrier_and_a_lonely_one_is_refused() -> None:
    links: dict[int, dict[int, float]] = {0: {1: 10.0}, 1: {0: 10.0, 2: 5.0}, 2: {1: 5.0}, 3: {}}
    at, area = np.array([[0.0, 0], [100, 0], [200, 0], [300, 0]]), np.full(4, 1e4)
    homes = np.array([900.0, 800, 700, 0])
    hard: dict[int, tuple[int, ...]] = {0: (), 1: (), 2: (3,), 3: (2,)}
    joined = part_blocks(links, hard, homes, at, area, 2, np.random.default_rng(1), rounds=0)
    assert joined[3] == joined[2]
    alone: dict[int, dict[int, float]] = {0: {1: 10.0}, 1: {0: 10.0, 2: 5.0}, 2: {1: 5.0}, 3: {}}
    with pytest.raises(ValueError, match="touches nothing"):
        part_blocks(alone, dict.fromkeys(alone, ()), homes, at, area, 2, np.random.default_rng(1), rounds=0)


def test_sites_keep_their_distance_and_go_where_people_are() -> None:
    rng = np.random.default_rng(3)
    xy = rng.uniform(0, 2_000, (400, 2))
    chosen = spread(xy, np.where(xy[:, 0] < 1_000, 1.0, 0.0), 30, 150, rng)
    apart = shapely.distance(*(a.ravel() for a in np.meshgrid(*[[Point(p) for p in xy[chosen]]] * 2)))
    assert apart[apart > 0].min() >= 150
    assert (xy[chosen][:, 0] < 1_000).all()
    people_xy = np.array([[500.0, 500.0], [1_500.0, 1_500.0]])
    near = kernel(xy, people_xy, 200.0)
    first = targeted(xy, near, np.array([100, 1]), np.ones(400), 1, 100, 1.0, rng)
    assert np.hypot(*(xy[first[0]] - people_xy[0])) < 200
