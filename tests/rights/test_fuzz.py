"""Schemathesis over the whole OpenAPI document as each role: no 5xx, no answer that the document does not tell of."""

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error

from data.viewers import ROLES
from tests.rights.conftest import INSIDE

FULL = bool(os.environ.get("WANGGE_FULL"))
# cases of one operation as one role: about 600 in the suite, more than 5,000 with `make fuzz`
EXAMPLES = 12 if FULL else 1
PROBLEM = "application/problem+json"


@pytest.mark.parametrize("role", ROLES)
def test_nothing_breaks(site: TestClient, of_role: dict[str, dict[str, str]], role: str) -> None:
    document = schemathesis.openapi.from_asgi("/openapi.json", site.app)
    asked: Counter[int] = Counter()
    for result in document.get_all_operations():
        operation = result.ok()
        if operation.path == "/logout":
            continue

        @seed(5)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def one(case: Any) -> None:
            answer = case.call(headers=of_role[role])
            case.validate_response(answer, checks=(not_a_server_error,))
            asked[answer.status_code] += 1
            kind = answer.headers.get("content-type", [""])[0]
            if answer.status_code >= 400 and not kind.startswith("text/html"):
                assert kind.startswith(PROBLEM)
                assert answer.json()["detail"]
            if answer.status_code >= 400:
                assert not INSIDE.search(answer.text), answer.text[:300]

        one()
    assert sum(asked.values()) >= (900 if FULL else 30)
    assert set(asked) - {200, 201, 202, 204, 303, 304, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429} == set()
