"""Every route has a rule, every role meets it, no token opens what it was not issued for."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import jwt
import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api import rules, tokens
from api.access import now
from api.limits import LARGEST_BODY
from api.main import create_app
from api.rules import ANYONE, LONG_S, RULES, SIGNED_IN
from api.settings import Settings
from data import sessions
from data.session import make_engine, transaction
from data.viewers import ROLES, Viewer
from gis.errors import SlowError
from tests.rights.conftest import COMMUNITY, DISTRICT, INSIDE, VIEWERS

EXAMPLES = {
    "code": DISTRICT,
    "category": "market",
    "layer": "communities",
    "number": "1",
    "other": "2",
    "name": "nothing.pdf",
    "form": "pdf",
    "z": "12",
    "x": "3285",
    "y": "1627",
    "compound_uid": "nobody",
    "service_uid": "nobody",
}
REFUSED = {401, 403}


def routes(app: Any) -> set[tuple[str, str]]:
    found = set()
    for one in iter_route_contexts(app.routes):
        found |= {(method, one.path) for method in (one.methods or {"MOUNT"}) if method != "HEAD"}
    return found


def address(path: str) -> str:
    code = COMMUNITY if path.startswith(("/grids", "/p/", "/api/grids")) else DISTRICT
    return re.sub(r"\{(\w+)\}", lambda hit: code if hit[1] == "code" else EXAMPLES[hit[1]], path)


def test_every_route_has_a_rule(site: TestClient) -> None:
    missing = routes(site.app) - set(RULES)
    assert missing == set(), "say in api/rules.py who may call them"


def test_a_route_without_a_rule_answers_nobody(shut: Settings) -> None:
    app = create_app(shut.model_copy(update={"open": True}))

    @app.get("/api/forgotten")
    def forgotten() -> dict[str, str]:
        return {"secret": "told"}

    with TestClient(app, raise_server_exceptions=False) as made:
        asked = made.get("/api/forgotten")
    assert asked.status_code == 400
    assert asked.json()["code"] == "NO_RULE"
    assert "told" not in asked.text


def test_roles_times_routes(site: TestClient, of_role: dict[str, dict[str, str]]) -> None:
    """Every operation of the OpenAPI document as every role and as nobody."""
    paths = site.get("/openapi.json").json()["paths"]
    cells = 0
    for path, operations in paths.items():
        for method in operations:
            rule = RULES[method.upper(), path]
            for role in (None, *ROLES):
                headers = {} if role is None else of_role[role]
                asked = site.request(method, address(path), headers=headers)
                cells += 1
                cell = (method, path, role, asked.status_code, asked.text[:200])
                assert asked.status_code < 500, cell
                if rule.roles == ANYONE:
                    assert asked.status_code != 403 or path in ("/login", "/logout"), cell
                elif role is None:
                    assert asked.status_code == 401, cell
                elif role not in rule.roles:
                    assert asked.status_code == 403, cell
                elif rule.scope == "district" and not VIEWERS[role].covers(DISTRICT):
                    assert asked.status_code == 404, cell
                elif rule.scope != "flow" and rule.roles == SIGNED_IN:
                    assert asked.status_code not in REFUSED, cell
    assert cells == 7 * sum(len(operations) for operations in paths.values())
    assert cells > 150


def forged(shut: Settings) -> dict[str, str]:
    """Tokens that were not issued as they are."""
    good = tokens.issue(shut, "社区", COMMUNITY, now())
    old = tokens.issue(shut, "社区", COMMUNITY, now() - timedelta(days=40))
    revoked = tokens.issue(shut, "社区", COMMUNITY, now())
    unknown = tokens.issue(shut, "社区", COMMUNITY, now())
    engine = make_engine(shut.database_url or "")
    with transaction(engine) as connection:
        for one, name in ((good, "表"), (old, "旧"), (revoked, "已吊销")):
            sessions.add_token(connection, one.number, name, "社区", COMMUNITY, one.expires_at)
        sessions.revoke(connection, "已吊销", now())
    engine.dispose()
    head, body, mark = good.text.split(".")
    claims = jwt.decode(good.text, options={"verify_signature": False})

    def unsigned(algorithm: str, **change: object) -> str:
        parts = ({"alg": algorithm, "typ": "JWT"}, claims | change)
        return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts) + "."

    def signed(key: str, algorithm: str = "HS256", **change: object) -> str:
        return jwt.encode(
            {key_: value for key_, value in (claims | change).items() if value is not None}, key, algorithm
        )

    own = tokens.secret(shut)
    return {
        "alg none": unsigned("none"),
        "alg NONE": unsigned("NONE"),
        "alg none, wider": unsigned("none", scope=""),
        "wrong key": signed("x" * 40),
        "empty key": unsigned("HS256") + base64.urlsafe_b64encode(b"").decode(),
        "another algorithm": signed(own, "HS512"),
        "expired": old.text,
        "expired long ago": signed(own, exp=1),
        "other audience": signed(own, aud="somebody else"),
        "a link is no token": tokens.link(shut, "管理员", now()),
        "a browser's mark is no token": tokens.browser(shut, "管理员", now()),
        "no audience": signed(own, aud=None),
        "no end": signed(own, exp=None),
        "no number": signed(own, jti=None),
        "wider scope, own key": signed(own, scope=""),
        "other role, own key": signed(own, role="管理员"),
        "wider scope": f"{head}.{unsigned('HS256', scope='').split('.')[1]}.{mark}",
        "other role": f"{head}.{unsigned('HS256', role='管理员').split('.')[1]}.{mark}",
        "cut": good.text[:-1],
        "body of another": f"{head}.{unknown.text.split('.')[1]}.{mark}",
        "revoked": revoked.text,
        "never remembered": unknown.text,
        "not a token": "abc",
        "dots": "..",
        "empty parts": f"{head}..{mark}",
        "not even text": "\x7f.\x7f.\x7f",
        "very long": "a" * 6000,
        "body alone": body,
    }


def test_no_forged_token_opens_anything(shut: Settings, site: TestClient) -> None:
    table = forged(shut)
    statuses = {}
    for name, token in table.items():
        asked = site.get("/api/areas", headers={"Authorization": f"Bearer {token}"})
        statuses[name] = asked.status_code
        assert asked.json()["code"] == "UNAUTHORIZED", name
    assert set(statuses.values()) == {401}
    assert len(table) == 28


def test_a_token_has_no_more_than_its_scope(site: TestClient, bearer: Callable[[Viewer], dict[str, str]]) -> None:
    headers = bearer(Viewer("社区", COMMUNITY))
    assert site.get("/api/me", headers=headers).json()["scope"] == COMMUNITY
    assert site.get("/api/audit", headers=headers).status_code == 403


def test_what_is_handed_out_is_put_down_and_positions_are_not(
    site: TestClient, of_role: dict[str, dict[str, str]]
) -> None:
    own = of_role["社区"]
    site.get(f"/layers/compounds.geojson?area={COMMUNITY}&bbox=108.8,34.2,109.0,34.4", headers=own)
    site.get(f"/api/export/compounds?area={COMMUNITY}&format=geojson", headers=own)
    site.post("/api/locate", json={"lon": 108.9123, "lat": 34.2765}, headers=own)
    lines = site.get("/api/audit?limit=20", headers=of_role["管理员"]).json()["items"]
    said = [(one["actor"], one["action"], one["what"], one["detail"]) for one in lines]
    where = {"area": COMMUNITY}
    assert ("令牌 测试", "read", "/layers/compounds.geojson", where) in said
    assert ("令牌 测试", "export", "/api/export/compounds", where) in said
    assert all(one["request_id"] for one in lines if one["action"] in ("read", "export"))
    assert not re.search(r"10[89]\.\d", json.dumps(lines))
    page = site.get("/audit", headers=of_role["管理员"])
    assert "导出" in page.text
    assert site.get("/api/audit.csv", headers=of_role["管理员"]).text.startswith("﻿id,at,actor")


def test_a_large_request_is_refused_at_once(site: TestClient, of_role: dict[str, dict[str, str]]) -> None:
    announced = site.post(
        "/api/locate", content=b"x", headers={**of_role["规划"], "Content-Length": str(LARGEST_BODY + 1)}
    )
    assert announced.status_code == 413

    def flood() -> Any:
        for _ in range(LARGEST_BODY // 2**16 + 2):
            yield b" " * 2**16

    unannounced = site.post("/api/locate", content=flood(), headers=of_role["规划"])
    assert unannounced.status_code == 413
    assert unannounced.headers["content-type"] == "application/problem+json"


def test_who_is_too_quick_waits(shut: Settings) -> None:
    busy = create_app(shut.model_copy(update={"requests_per_s": 2}))
    with TestClient(busy) as made:
        answers = [made.get("/health") for _ in range(40)]
    refused = [one for one in answers if one.status_code == 429]
    assert 10 <= len(refused) <= 20
    assert all(int(one.headers["retry-after"]) >= 1 for one in refused)
    assert refused[0].json()["code"] == "TOO_MANY"


def test_headers_keep_pages_to_themselves(site: TestClient) -> None:
    for path in ("/login", "/api/areas", "/nothing", "/static/tokens.css"):
        headers = site.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert len(headers["x-request-id"]) == 16


@pytest.mark.parametrize("path", ["/api/coverage/x%00", "/layers/%00.geojson", "/api/areas?area=%00&cursor=%00"])
def test_no_error_shows_what_is_inside(site: TestClient, of_role: dict[str, dict[str, str]], path: str) -> None:
    asked = site.get(path, headers=of_role["管理员"])
    assert 400 <= asked.status_code < 500
    assert not INSIDE.search(asked.text)


def test_what_takes_too_long_ends_with_a_sentence(
    site: TestClient, of_role: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {rule.longest_s for rule in RULES.values()} == {30, LONG_S}
    where = ("GET", "/api/candidates")
    monkeypatch.setattr(rules, "RULES", {**RULES, where: replace(RULES[where], longest_s=0)})
    asked = site.get("/api/candidates", headers=of_role["规划"])
    assert (asked.status_code, asked.json()["code"]) == (503, "TOO_SLOW")
    monkeypatch.undo()
    assert site.get("/api/candidates", headers=of_role["规划"]).status_code == 200


def test_no_statement_runs_past_its_moment(walled: Engine) -> None:
    soon = replace(VIEWERS["社区"], until=monotonic() + 0.2)
    begun = monotonic()
    with pytest.raises(SlowError), transaction(walled, soon) as connection:
        connection.execute(text("SELECT pg_sleep(20)"))
    assert monotonic() - begun < 10
    with transaction(walled) as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "30s"
