import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from gis import network, snapping
from gis.errors import BadInputError
from tests.gis.walking import at, line_frame, plain_snap, point_frame, random_streets, street_frame


def places(net, snaps):
    return net.point_on(snaps.segment, snaps.pos_cm)


def test_all_edges_within_sixty_metres_each_at_its_nearest_place():
    # a street along y = 0 cut into two edges at the junction x = 100, and a parallel one
    net = network.build(
        street_frame([[(0, 0), (100, 0)], [(100, 0), (300, 0)], [(100, 0), (100, -80)], [(0, 70), (300, 70)]])
    )
    snaps = snapping.snap(net, at((80, 30)))
    assert snaps.owner.tolist() == [0, 0, 0, 0]
    assert snaps.off_cm.tolist() == [3000, 3606, 3606, 4000]
    assert np.allclose(places(net, snaps), at((80, 0), (100, 0), (100, 0), (80, 70)), atol=0.006)


def test_one_edge_of_many_segments_counts_once():
    net = network.build(street_frame([[(x, 0) for x in range(0, 300, 10)]]))
    snaps = snapping.snap(net, at((104, 20)))
    assert snaps.off_cm.tolist() == [2000]
    assert np.allclose(places(net, snaps), at((104, 0)))


@pytest.mark.parametrize(("y", "off"), [(60.0, [6000]), (60.5, [6050]), (200.0, [20000]), (200.5, [])])
def test_the_nearest_one_up_to_two_hundred_metres(y, off):
    net = network.build(street_frame([[(0, 0), (300, 0)], [(0, -30), (300, -30)]]))
    snaps = snapping.snap(net, at((150, y)))
    assert snaps.off_cm.tolist() == off
    assert snaps.missing(1).tolist() == ([] if off else [0])


def test_limits_are_an_argument():
    net = network.build(street_frame([[(0, 0), (300, 0)], [(0, -30), (300, -30)]]))
    near = snapping.SnapLimits(all_m=10, nearest_m=50)
    assert snapping.snap(net, at((150, 20)), limits=near).off_cm.tolist() == [2000]
    assert len(snapping.snap(net, at((150, 51)), limits=near)) == 0


@pytest.mark.parametrize("kind", [{"bridge": {0}}, {"tunnel": {0}}, {"layer": {0: 1}}, {"layer": {0: -1}}])
def test_never_to_bridge_tunnel_or_layer(kind):
    streets = street_frame([[(0, 0), (300, 0)], [(300, 0), (300, 150), (0, 150)]], **kind)
    net = network.build(streets)
    snaps = snapping.snap(net, at((100, 10)))
    assert snaps.off_cm.tolist() == [14000]
    assert net.seg_snappable[snaps.segment].all()


def test_a_barrier_turns_the_way_to_the_next_edge():
    net = network.build(street_frame([[(0, 0), (300, 0)], [(0, 150), (300, 150)], [(0, 1), (0, 140)]]))
    river = line_frame([[(50, 10), (400, 10)]])
    assert snapping.snap(net, at((200, 20))).off_cm.tolist() == [2000]
    assert snapping.snap(net, at((200, 20)), river).off_cm.tolist() == [13000]
    assert snapping.snap(net, at((20, 20)), river).off_cm.tolist() == [2000, 2000]
    closed = line_frame([[(190, 10), (210, 10), (210, 30), (190, 30), (190, 10)]])
    assert snapping.snap(net, at((200, 20)), closed).missing(1).tolist() == [0]


def test_a_gate_on_its_wall_and_a_kerb_on_the_street_are_no_obstacle():
    net = network.build(street_frame([[(0, 0), (300, 0)]]))
    wall = line_frame([[(0, 20), (300, 20)], [(0, 0), (300, 0)]])
    assert snapping.snap(net, at((100, 20)), wall).off_cm.tolist() == [2000]
    assert snapping.snap(net, at((100, 20.9)), wall).off_cm.tolist() == [2090]
    assert snapping.snap(net, at((100, 21.1)), wall).missing(1).tolist() == [0]


def test_gates_come_first_and_the_inner_way_has_no_limit():
    net = network.build(street_frame([[(0, 0), (1000, 0)]]))
    compounds = point_frame([(100, 30), (100, 400), (500, 30), (700, 30)], uid=["a", "b", "c", "d"])
    gates = point_frame(
        [(100, 5), (160, 5), (100, 10), (500, 350), (900, 10)], compound_uid=["a", "a", "b", "c", "nobody"]
    )
    snaps = snapping.snap_compounds(net, compounds, gates)
    assert list(zip(snaps.owner.tolist(), snaps.off_cm.tolist(), strict=True)) == [
        (0, 3000),
        (0, 500 + 6500),
        (1, 1000 + 39000),
        (3, 3000),
    ]
    assert snaps.missing(4).tolist() == [2]
    assert np.allclose(snaps.start_xy[:2], at((100, 30)))
    assert np.allclose(snaps.door_xy[:2], at((100, 5), (160, 5)))


def test_compounds_without_any_gates_use_their_point():
    net = network.build(street_frame([[(0, 0), (1000, 0)]]))
    compounds = point_frame([(100, 30)], uid=["a"])
    empty = point_frame([], compound_uid=[])
    for gates in (None, empty):
        assert snapping.snap_compounds(net, compounds, gates).off_cm.tolist() == [3000]


def test_only_points_can_be_attached():
    net = network.build(street_frame([[(0, 0), (1000, 0)]]))
    compounds = point_frame([(100, 30)], uid=["a"])
    area = compounds.set_geometry(compounds.buffer(5))
    gates = point_frame([(100, 20)], compound_uid=["a"])
    for homes, doors in ((area, None), (area, gates), (compounds, gates.set_geometry(gates.buffer(5)))):
        with pytest.raises(BadInputError):
            snapping.snap_compounds(net, homes, doors)


def test_points_nearest_to_another_component_are_listed_and_still_attached():
    streets = street_frame([[(0, 0), (300, 0)], [(0, 40), (50, 40)], [(500, 0), (501, 0)]], off_main={1}, closed={2})
    points = at((20, 30), (20, 10), (200, 10), (25, 20), (500, 5), (20, 900))
    assert snapping.off_main(points, streets).tolist() == [True, False, False, False, False, False]
    assert snapping.snap(network.build(streets), points[:1]).off_cm.tolist() == [3000]


def test_selecting_and_joining_keep_owners_apart():
    net = network.build(street_frame([[(0, 0), (300, 0)], [(0, 50), (300, 50)]]))
    snaps = snapping.snap(net, at((10, 20), (20, 300), (30, 20)))
    assert snaps.owner.tolist() == [0, 0, 2, 2]
    part = snaps.select([2, 1])
    assert part.owner.tolist() == [0, 0]
    assert np.allclose(part.start_xy, at((30, 20)))
    assert part.missing(2).tolist() == [1]
    both = snapping.join(snaps, part)
    assert both.owner.tolist() == [0, 0, 0, 0, 2, 2]
    assert len(snaps.select([])) == 0


def test_nothing_to_attach_or_nothing_to_attach_to():
    empty = network.build(street_frame([[(0, 0), (9, 0)]], closed={0}))
    assert snapping.snap(empty, at((0, 0))).missing(1).tolist() == [0]
    net = network.build(street_frame([[(0, 0), (9, 0)]]))
    assert len(snapping.snap(net, np.empty((0, 2)))) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_equals_the_rule_word_by_word(seed, walled):
    streets = random_streets(seed, side=5)
    net = network.build(streets)
    assume(net.n_segments > 0)
    rng = np.random.default_rng(seed + 1)
    points = at(*rng.uniform(-150, 430, (12, 2)))
    walls = line_frame([rng.uniform(0, 280, (3, 2)) for _ in range(4)]) if walled else None
    if walls is not None:
        reach = [walls.distance(Point(p)).min() for p in points]
        points = points[np.asarray(reach) > 1.5]
    snaps = snapping.snap(net, points, walls)
    where = places(net, snaps)
    for row, xy in enumerate(points):
        plain = plain_snap(streets, Point(xy), () if walls is None else walls.geometry)
        mine = snaps.owner == row
        assert np.allclose(np.sort(snaps.off_cm[mine]), [100 * d for d, _ in plain], atol=1.5)
        gap = np.hypot(
            *(where[mine][:, None] - np.array([(q.x, q.y) for _, q in plain]).reshape(-1, 2)[None]).transpose(2, 0, 1)
        )
        assert gap.min(axis=1, initial=9).max(initial=0) < 0.1
