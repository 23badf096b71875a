"""The walk that stands for a place, against a brute force over single people."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis.typical import typical

ROWS = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 9)), st.one_of(st.none(), st.integers(0, 6)), st.booleans()),
    min_size=1,
    max_size=12,
)


def arrays(rows: list[tuple[int | None, int | None, bool]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    number = [[np.nan if value is None else float(value) for value in row[:2]] for row in rows]
    net, people = np.array(number).T
    return net, people, np.array([row[2] for row in rows])


@given(ROWS, st.integers(0, 9))
def test_half_of_the_people_walk_no_farther(rows: list[tuple[int | None, int | None, bool]], limit: int) -> None:
    found = typical(*arrays(rows), limit)
    judged = [row for row in rows if row[2]]
    people = sum(row[1] or 0 for row in judged)
    each = [9999 if net is None else net for net, count, _ in judged for _ in range((count or 0) if people else 1)]
    if not judged:
        assert found.row is None
        assert found.share is None
        return
    assert found.row is not None
    assert rows[found.row][2]
    walk = 9999 if rows[found.row][0] is None else rows[found.row][0]
    assert walk == sorted(each)[(len(each) + 1) // 2 - 1]
    assert found.counted == bool(people)
    assert found.people == len(each)
    assert found.inside == sum(one <= limit for one in each)


def test_without_a_limit_nothing_is_inside_or_outside() -> None:
    found = typical(np.array([3.0]), np.array([5.0]), np.array([True]), None)
    assert (found.inside, found.share, found.people) == (None, None, 5.0)
