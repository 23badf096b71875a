"""Signing in: who gets in, who is slowed down, what cannot be forged."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from api.flows import signing
from api.main import create_app
from api.settings import Settings
from data import accounts, audit, sessions
from data.rights_tables import account, session
from data.session import transaction
from gis.errors import BadInputError, LaterError
from tests.rights.conftest import PASSWORD

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def visitor(shut: Settings) -> Iterator[TestClient]:
    """A browser of its own."""
    app = create_app(shut)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False, base_url="http://here") as made:
        yield made


def sign_in(browser: TestClient, name: str = "规划", password: str = PASSWORD, **more: str) -> int:
    return browser.post("/login", data={"name": name, "password": password, **more}).status_code


def test_a_page_asks_to_sign_in_and_then_comes(visitor: TestClient) -> None:
    asked = visitor.get("/maps/coverage/610199?a=1", headers={"Accept": "text/html"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=/maps/coverage/610199%3Fa%3D1")
    form = visitor.get(asked.headers["location"])
    assert form.status_code == 200
    assert 'value="/maps/coverage/610199?a=1"' in form.text
    assert "script-src 'self'" in form.headers["content-security-policy"]
    assert "<script" not in form.text.replace('<script src="/static/', "")
    done = visitor.post("/login", data={"name": "规划", "password": PASSWORD, "next": "/maps/coverage/610199?a=1"})
    assert (done.status_code, done.headers["location"]) == (303, "/maps/coverage/610199?a=1")
    cookie = done.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert visitor.get("/maps/coverage/610199").status_code == 200
    assert visitor.get("/api/me").json()["scope"] == "610199"


def test_an_api_says_401_as_a_problem(site: TestClient) -> None:
    asked = site.get("/api/areas")
    assert asked.status_code == 401
    assert asked.json()["code"] == "UNAUTHORIZED"
    assert asked.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/x", "https://evil.example", "/\\evil.example", "", "a b", "/a\nb"]
)
def test_signing_in_never_leads_elsewhere(visitor: TestClient, elsewhere: str) -> None:
    done = visitor.post("/login", data={"name": "规划", "password": PASSWORD, "next": elsewhere})
    assert done.headers["location"] == "/"


def test_wrong_ones_learn_nothing(visitor: TestClient) -> None:
    wrong = visitor.post("/login", data={"name": "街道", "password": "wrong wrong"})
    nobody = visitor.post("/login", data={"name": "不存在", "password": "wrong wrong"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.text.replace("街道", "") == nobody.text.replace("不存在", "")


def test_signing_out_ends_the_session_itself(visitor: TestClient) -> None:
    assert sign_in(visitor) == 303
    kept = dict(visitor.cookies)
    assert visitor.post("/logout").status_code == 303
    visitor.cookies.update(kept)
    assert visitor.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "http://here"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"X-CSRF-Token": "0" * 64}, 403),
        ({"X-CSRF-Token": "its own"}, 200),
        ({"X-CSRF-Token": "its own", "Origin": "http://evil.example"}, 200),
    ],
)
def test_a_write_with_a_cookie_must_come_from_our_pages(
    visitor: TestClient, headers: dict[str, str], status: int
) -> None:
    assert sign_in(visitor) == 303
    proof = visitor.get("/api/me").json()["proof"]
    sent = {key: value.replace("its own", proof) for key, value in headers.items()}
    assert visitor.post("/api/locate", json={"lon": 108.9, "lat": 34.3}, headers=sent).status_code == status


def test_nobody_is_signed_in_by_another_site(visitor: TestClient) -> None:
    foreign = {"Origin": "http://evil.example"}
    assert visitor.post("/login", data={"name": "规划", "password": PASSWORD}, headers=foreign).status_code == 403
    assert visitor.post("/logout", headers=foreign).status_code == 403


def test_a_header_names_the_visitor_only_where_it_is_switched_on(shut: Settings, visitor: TestClient) -> None:
    named = {"X-Remote-User": quote("街道")}
    assert visitor.get("/api/me", headers=named).status_code == 401
    on = shut.model_copy(update={"proxy_header": "X-Remote-User", "proxy_from": "testclient"})
    with TestClient(create_app(on), follow_redirects=False) as trusted:
        assert trusted.get("/api/me", headers=named).json()["role"] == "街道"
        assert trusted.get("/api/me", headers={"X-Remote-User": "nobody"}).status_code == 401
        assert trusted.get("/api/me").status_code == 401
        assert trusted.post("/api/locate", json={"lon": 1, "lat": 1}, headers=named).status_code == 403
    stranger = on.model_copy(update={"proxy_from": "192.0.2.1"})
    with TestClient(create_app(stranger), follow_redirects=False) as untrusted:
        assert untrusted.get("/api/me", headers=named).status_code == 401


def test_guessers_wait_and_the_owner_does_not(engine: Engine) -> None:
    with transaction(engine) as connection:
        accounts.add(connection, "王芳", "规划", "", PASSWORD)
    waits = []
    for step in range(40):
        guess = signing.Guess("王芳", f"wrong {step}", "192.0.2.7")
        try:
            signing.sign_in(engine, guess, NOON + timedelta(milliseconds=step))
        except LaterError as error:
            waits.append(error.wait_s)
        except signing.WrongPasswordError:
            waits.append(0)
    assert waits[: sessions.FREE_GUESSES] == [0] * sessions.FREE_GUESSES
    assert min(waits[sessions.FREE_GUESSES :]) >= 1
    right = signing.Guess("王芳", PASSWORD, "192.0.2.7")
    with pytest.raises(LaterError):
        signing.sign_in(engine, right, NOON + timedelta(seconds=0.5))
    elsewhere = signing.Guess("王芳", PASSWORD, "198.51.100.2")
    assert signing.sign_in(engine, elsewhere, NOON)[0].name == "王芳"
    at_the_same_desk = signing.Guess("王芳", PASSWORD, "192.0.2.7", known="a browser that is known")
    assert signing.sign_in(engine, at_the_same_desk, NOON)[0].name == "王芳"
    assert signing.sign_in(engine, right, NOON + timedelta(seconds=sessions.LONGEST_WAIT_S))[0].name == "王芳"


def test_the_longest_wait_is_a_quarter_of_an_hour(engine: Engine) -> None:
    with transaction(engine) as connection:
        for _ in range(60):
            sessions.guessed(connection, "key", NOON)
        assert sessions.wait_s(connection, "key", NOON) == sessions.LONGEST_WAIT_S == 900
        assert sessions.wait_s(connection, "key", NOON + timedelta(seconds=900)) == 0


def test_the_first_start_makes_one_administrator(engine: Engine) -> None:
    password = signing.first_administrator(engine)
    assert password is not None
    assert len(password) >= 16
    assert signing.first_administrator(engine) is None
    account_of, _ = signing.sign_in(engine, signing.Guess("admin", password, ""), NOON)
    assert (account_of.role, account_of.scope) == ("管理员", "")


def test_no_secret_is_kept_as_it_is(engine: Engine) -> None:
    with transaction(engine) as connection:
        accounts.add(connection, "王芳", "规划", "", PASSWORD)
    _, cookie = signing.sign_in(engine, signing.Guess("王芳", PASSWORD, ""), NOON)
    with transaction(engine) as connection:
        assert connection.scalar(select(account.c.password_hash)).startswith("$argon2id$")
        assert connection.scalar(select(session.c.digest)) == sessions.digest(cookie) != cookie


def test_disabling_ends_the_sessions_and_a_password_brings_back(engine: Engine) -> None:
    with transaction(engine) as connection:
        accounts.add(connection, "王芳", "规划", "", PASSWORD)
    _, cookie = signing.sign_in(engine, signing.Guess("王芳", PASSWORD, ""), NOON)
    with transaction(engine) as connection:
        assert sessions.account_of(connection, cookie, NOON) is not None
        assert sessions.account_of(connection, cookie, NOON + sessions.LASTS) is None
        accounts.disable(connection, "王芳")
        assert sessions.account_of(connection, cookie, NOON) is None
        assert accounts.signs_in(connection, "王芳", PASSWORD) is None
        accounts.set_password(connection, "王芳", "another long one")
        assert accounts.signs_in(connection, "王芳", "another long one") is not None


@pytest.mark.parametrize(
    ("role", "scope", "said"),
    [
        ("局长", "", "没有“局长”这个角色"),
        ("社区", "", "社区的 12 位代码"),
        ("网格长", "610199001001", "网格的 15 位代码"),
        ("规划", "6101%", "不是区划或网格的代码"),
    ],
)
def test_a_role_needs_a_scope_it_can_have(role: str, scope: str, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        accounts.check_rights(role, scope)


def test_the_audit_is_append_only_and_knows_every_version(sample_engine: Engine) -> None:
    for statement in ("UPDATE audit SET actor = ''", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(DBAPIError), sample_engine.begin() as connection:
            connection.execute(text(statement))
    with transaction(sample_engine) as connection:
        found = audit.faults(connection)
        stored = connection.scalar(text("SELECT count(*) FROM compound_version"))
    assert stored > 900
    assert all(one.clean for one in found.values())


def test_a_version_without_its_line_is_found(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(text("INSERT INTO area (uid, level, synthetic) VALUES ('a', 'city', true)"))
        batch = connection.scalar(
            text("""INSERT INTO import_batch
                (kind, file_name, file_sha256, data_date, inventory, synthetic, osm, report)
                VALUES ('areas', '', '', '2026-01-01', true, true, false, '{}') RETURNING id""")
        )
        row = text("""INSERT INTO area_version (uid, valid, batch_id, row_digest, code, name, status)
            VALUES ('a', '[2026-01-01,)', :batch, '', '6101', '市', 'legal') RETURNING id""")
        number = connection.scalar(row, {"batch": batch})
        assert audit.faults(connection)["area_version"] == audit.Faults(0, 0, 0)
        line = text("""INSERT INTO audit (actor, action, object, versions)
            VALUES ('x', 'write', 'area_version', int8multirange(int8range(:a, :b)))""")
        connection.execute(line, {"a": number, "b": number + 2})
        assert audit.faults(connection)["area_version"] == audit.Faults(0, 1, 1)
