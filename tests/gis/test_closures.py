import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis.closures import closures
from gis.whatif import Session
from tests.gis.whatif_cases import LANES, town


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_all_closures_at_once_equal_closing_one_by_one(seed):
    made = town(seed)
    assume(made is not None)
    frozen, _ = made
    session = Session(frozen)
    for lane in range(LANES):
        found = closures(frozen, lane)
        expected = []
        for number in np.flatnonzero(frozen.point_lane == lane).tolist():
            session.close_point(number)
            expected.append(session.changes_of(lane, number))
            session.undo()
        rows = np.concatenate(expected, axis=1).T
        ours = np.stack([found.point, found.home, found.before_cm, found.after_cm], axis=1)
        assert sorted(map(tuple, ours.tolist())) == sorted(map(tuple, rows.tolist()))
        assert ((found.after_cm == -1) | (found.after_cm > found.before_cm)).all()
