"""Standards as values and the digest of what was read."""

from dataclasses import replace

import numpy as np
import pytest

from gis.digests import digest
from gis.standards import strict, time_limit_min, weakest
from tests.gis.coverage_cases import BY_DISTANCE, BY_TIME, LISTED, standard


def test_a_row_is_judged_by_distance_else_by_minutes_else_not():
    assert [row.measure for row in (BY_DISTANCE, BY_TIME, LISTED)] == ["distance", "time", None]
    assert [time_limit_min(row) for row in (BY_DISTANCE, BY_TIME, LISTED)] == [10, 8, None]


def test_strict_takes_the_lower_end_where_there_is_one():
    ranged = replace(BY_DISTANCE, circle_min=15, limit_m=1000, strict_m=800)
    before = standard(ranged, BY_DISTANCE)
    after = strict(before)
    assert [row.limit_m for row in after.rows] == [800, 500]
    assert (after.strict, after.longest_limit_m, before.longest_limit_m) == (True, 800, 1000)
    assert [row.limit_m for row in before.rows] == [1000, 500]


def test_a_standard_is_as_sure_as_its_weakest_row():
    assert weakest(("verified", "local", "secondary")) == "local"
    assert (standard(BY_DISTANCE, BY_TIME).status, standard(BY_TIME).status) == ("recalled", "secondary")
    assert standard(BY_DISTANCE, BY_TIME, replace(BY_TIME, status="local")).unchecked == 2


def test_a_digest_depends_on_the_content_alone():
    assert digest({"b": 1, "a": [1, 2]}) == digest({"a": np.array([1, 2]), "b": np.int32(1)})
    assert digest({"a": 1}) == "015abd7f5cc57a2d"
    assert digest(standard(BY_DISTANCE)) != digest(standard(replace(BY_DISTANCE, limit_m=501)))
    assert digest(standard(BY_DISTANCE)) == digest(standard(BY_DISTANCE))


@pytest.mark.parametrize(("value", "error"), [({"x": float("nan")}, ValueError), ({1, 2}, TypeError)])
def test_a_digest_of_what_has_no_canonical_form_is_refused(value, error):
    with pytest.raises(error):
        digest(value)
