"""账号 in the browser's words: only an administrator of everything changes accounts, each change is in the audit."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from api.main import create_app
from api.settings import Settings
from data import accounts
from data.session import make_engine, transaction
from tests.conftest import Databases
from tests.rights.conftest import COMMUNITY, PASSWORD

HOME = {"Origin": "http://testserver"}


@pytest.fixture
def door(databases: Databases, sample_url: str) -> Iterator[TestClient]:
    """A site of this test's own with two administrators, one of everything, and a community's account."""
    databases.make("wangge_accounts", make_url(sample_url).database or "")
    url = databases.url("wangge_accounts")
    engine = make_engine(url)
    with transaction(engine) as connection:
        accounts.add(connection, "总管", "管理员", "", PASSWORD)
        accounts.add(connection, "区管", "管理员", "610199", PASSWORD)
        accounts.add(connection, "社", "社区", COMMUNITY, PASSWORD)
    engine.dispose()
    with TestClient(create_app(Settings(database_url=url, requests_per_s=0))) as made:
        yield made


def sign_in(door: TestClient, name: str, password: str = PASSWORD) -> int:
    door.cookies.clear()
    return door.post("/login", data={"name": name, "password": password}, headers=HOME).status_code


def change(door: TestClient, **asked: str) -> tuple[int, str]:
    answer = door.post("/accounts", data=asked, headers=HOME)
    return answer.status_code, answer.text


def test_accounts_from_making_to_disabling(door: TestClient) -> None:
    assert sign_in(door, "总管") == 200
    status, page = change(door, do="add", name="新来的", role="街道", area="610199001")
    assert status == 200
    password = re.search(r"密码 ([\w-]{12,})。", page)[1]  # type: ignore[index]
    assert password not in door.get("/accounts").text, "shown once"
    assert change(door, do="add", name="新来的", role="街道", area="610199001")[0] == 422
    assert "9 位代码" in change(door, do="add", name="另一个", role="街道", area="")[1]
    assert "不能停用自己" in change(door, do="disable", name="总管")[1]
    assert sign_in(door, "新来的", password) == 200
    page = door.get("/accounts").text
    assert "街道，管辖：610199001" in page
    assert "总管" not in page
    assert sign_in(door, "总管") == 200
    assert "已停用账号 新来的" in change(door, do="disable", name="新来的")[1]
    assert sign_in(door, "新来的", password) == 401
    assert sign_in(door, "总管") == 200
    lines = [(one["actor"], one["action"], one["what"]) for one in door.get("/api/audit").json()["items"]]
    assert ("总管", "account_add", "account 新来的") in lines
    assert ("总管", "account_disable", "account 新来的") in lines


def test_nobody_else_changes_an_account(door: TestClient) -> None:
    for name in ("社", "区管"):
        assert sign_in(door, name) == 200
        assert "新建账号" not in door.get("/accounts").text
        assert change(door, do="password", name="总管")[0] == 403
    assert sign_in(door, "总管") == 200, "the password is what it was"
    forged = door.post("/accounts", data={"do": "disable", "name": "社"}, headers={"Origin": "http://elsewhere"})
    assert forged.status_code == 403
    door.post("/logout", headers=HOME)
    assert door.get("/accounts").status_code == 401
