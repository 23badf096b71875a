import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis import network, reach, snapping
from gis.errors import BadInputError, NotFoundError
from gis.frozen import ANYBODY, freeze
from gis.whatif import Session
from tests.gis.walking import at, street_frame
from tests.gis.whatif_cases import LANES, plain_walks, random_edit, rows, town


def state(session):
    return np.stack([session.walks(lane) for lane in range(LANES)])


def inside(session):
    return np.concatenate([*session._distance, *session._net, *session._own])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_every_edit_equals_a_full_search_and_undo_restores_every_bit(seed):
    made = town(seed)
    assume(made is not None)
    frozen, plain = made
    session, rng = Session(frozen), np.random.default_rng(seed)
    assert np.array_equal(state(session), plain_walks(plain))
    before = [inside(session)]
    for _ in range(6):
        edited = random_edit(session, plain, rng)
        if edited is not None:
            plain = edited
            assert np.array_equal(state(session), plain_walks(plain))
            before.append(inside(session))
    changes = session.changes()
    first = np.stack([frozen.walks(lane) for lane in range(LANES)])
    assert np.array_equal(first[changes.lane, changes.home], changes.before_cm)
    first[changes.lane, changes.home] = changes.after_cm
    assert np.array_equal(first, state(session))
    assert (changes.before_cm != changes.after_cm).all()
    for expected in reversed(before[:-1]):
        session.undo()
        assert np.array_equal(inside(session), expected)
    assert len(session.changes().home) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_adding_never_lengthens_a_walk(seed):
    made = town(seed)
    assume(made is not None)
    session, plain, rng = Session(made[0]), made[1], np.random.default_rng(seed)
    for _ in range(8):
        before = state(session)
        edited = random_edit(session, plain, rng)
        if edited is None:
            continue
        if edited.shut - plain.shut or len(edited.points) < len(plain.points):
            session.undo()
            continue
        plain, after = edited, state(session)
        assert ((before == -1) | ((after != -1) & (after <= before))).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_the_frozen_state_equals_the_engine_that_scores(seed):
    made = town(seed, own=False)
    assume(made is not None)
    frozen, _ = made
    lanes = [frozen.doors.select(np.flatnonzero(frozen.point_lane == k)) for k in range(LANES)]
    distance = reach.distances(frozen.network, lanes, frozen.limit_cm)
    found = reach.walks(frozen.network, distance, frozen.homes, frozen.n_homes, lanes, frozen.limit_cm)
    assert np.array_equal(found.net_cm.T, np.stack([frozen.walks(k) for k in range(LANES)]))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_closing_and_opening_again_leaves_equal_distances(seed):
    made = town(seed, own=False)
    assume(made is not None)
    frozen, plain = made
    session, before = Session(frozen), None
    before = inside(session)
    number = seed % len(plain.points)
    point = session.point(number)
    session.close_point(number)
    session.add_point(point.lane, point.snaps)
    assert np.array_equal(inside(session), before)


def straight_town():
    """Two streets either side of a river, a shop at the end of the southern one, a home on the northern one."""
    net = network.build(street_frame([[(0, 0), (500, 0)], [(0, 200), (500, 200)], [(500, 0), (500, 200)]]))
    home, shop = snapping.snap(net, at((0, 210))), snapping.snap(net, at((0, -10)))
    lane = np.zeros(1, np.int64)
    return net, freeze(net, home, lane, shop, lane, np.full(1, ANYBODY), 1, 150_000)


def test_a_footbridge_shortens_the_walk_by_exactly_its_detour():
    net, frozen = straight_town()
    assert frozen.walks(0).tolist() == [122_000]
    session = Session(frozen)
    bank = snapping.snap(net, at((100, 195), (100, 5)))
    session.add_way(bank.select([0]), bank.select([1]), 19_000)
    # 10 + 100 along, 5 + 190 + 5 across, 100 along + 10
    assert session.walks(0).tolist() == [42_000]
    changes = session.changes()
    assert (changes.lane[0], changes.home[0], changes.before_cm[0], changes.after_cm[0]) == (0, 0, 122_000, 42_000)
    session.undo()
    assert session.walks(0).tolist() == [122_000]


def test_a_home_on_a_shut_street_is_without_a_walk_until_it_gets_a_gate():
    net, frozen = straight_town()
    session = Session(frozen)
    northern = np.unique(frozen.homes.segment)
    session.shut_street(northern)
    assert session.walks(0).tolist() == [-1]
    session.open_gate(0, snapping.snap(net, at((490, 20))).select([0]))
    assert session.walks(0)[0] > 0


def test_what_does_not_exist_is_said():
    session = Session(straight_town()[1])
    with pytest.raises(BadInputError, match="没有可以撤回"):
        session.undo()
    with pytest.raises(NotFoundError, match="没有这个服务点"):
        session.close_point(5)
    session.close_point(0)
    with pytest.raises(NotFoundError):
        session.close_point(0)
    session.undo()
    assert rows(session.point(0).snaps)
