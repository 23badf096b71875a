"""The command line: it works as the owner of the machine, over everything, and what it hands out is put down."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.main import create_app
from api.settings import Settings
from data.session import make_engine, transaction
from tests.api.cli import WANGGE, wangge
from tests.rights.conftest import COMMUNITY, DISTRICT

SAID_ONCE = re.compile(r"密码 (\S+?)（只显示这一次")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def lines(url: str) -> list[tuple[Any, ...]]:
    """What the audit says of the command line, oldest first."""
    engine = make_engine(url)
    with transaction(engine) as connection:
        query = "SELECT action, object, detail FROM audit WHERE actor = '命令行' AND action <> 'write' ORDER BY id"
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def site_on(url: str, folder: Path) -> TestClient:
    settings = Settings(database_url=url, files=folder / "files", requests_per_s=0)
    return TestClient(create_app(settings), raise_server_exceptions=False, follow_redirects=False)


def signed_in(site: TestClient, name: str, password: str) -> int:
    return site.post("/login", data={"name": name, "password": password}).status_code


def test_an_account_from_its_making_to_its_end(database_url: str, folder: Path) -> None:
    made = wangge(database_url, folder, "account", "add", "王芳", "--role", "社区", "--area", COMMUNITY, "--json")
    password = made.json["password"]
    assert made.json | {"password": ""} == {"account": "王芳", "role": "社区", "scope": COMMUNITY, "password": ""}
    listed = wangge(database_url, folder, "account", "list", "--json")
    assert [(one["name"], one["role"], one["disabled"]) for one in listed.json["items"]] == [("王芳", "社区", False)]
    assert password not in listed.out
    assert "argon2" not in listed.out
    with site_on(database_url, folder) as site:
        assert signed_in(site, "王芳", password) == 303
        again = wangge(database_url, folder, "account", "password", "王芳", "--json")
        assert site.get("/api/me").status_code == 401
        assert signed_in(site, "王芳", password) == 401
        assert signed_in(site, "王芳", again.json["password"]) == 303
        assert wangge(database_url, folder, "account", "disable", "王芳").code == 0
        assert site.get("/api/me").status_code == 401
        assert signed_in(site, "王芳", again.json["password"]) == 401
    said = [(action, what) for action, what, _ in lines(database_url)]
    assert said == [(f"account_{word}", "account 王芳") for word in ("add", "password", "disable")]


@pytest.mark.parametrize(
    "words",
    [
        ("account", "add", "王芳", "--role", "局长"),
        ("account", "add", "王芳", "--role", "社区", "--area", "6101"),
        ("account", "add", "a b", "--role", "规划"),
        ("account", "disable", "没有这个人"),
        ("account", "password", "没有这个人"),
        ("token", "--role", "网格长", "--area", COMMUNITY),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(sample_url: str, folder: Path, words: tuple[str, ...]) -> None:
    refused = wangge(sample_url, folder, *words, "--json")
    assert refused.code == 1
    assert re.search("[一-鿿]", refused.json["detail"])
    assert not re.search(r"SELECT|psycopg|sqlalche", refused.err)


def test_a_token_is_shown_once_opens_its_scope_and_ends(sample_url: str, folder: Path) -> None:
    made = wangge(sample_url, folder, "token", "--role", "社区", "--area", COMMUNITY, "--name", "接口", "--json").json
    headers = {"Authorization": f"Bearer {made['token']}"}
    listed = wangge(sample_url, folder, "token", "--list", "--json")
    assert "接口" in [one["name"] for one in listed.json["items"]]
    assert made["token"] not in listed.out
    with site_on(sample_url, folder) as site:
        assert site.get("/api/me", headers=headers).json()["scope"] == COMMUNITY
        assert site.get("/api/audit", headers=headers).status_code == 403
        assert wangge(sample_url, folder, "token", "--revoke", "接口", "--json").json["revoked"] == 1
        assert site.get("/api/me", headers=headers).status_code == 401
    engine = make_engine(sample_url)
    with transaction(engine) as connection:
        kept = str(connection.execute(text("SELECT * FROM api_token")).all())
    engine.dispose()
    assert made["token"].rpartition(".")[2] not in kept


def test_a_command_sees_everything_and_what_it_hands_out_is_put_down(rights_url: str, folder: Path) -> None:
    """The owner of the machine reads every count; who read it is `命令行`, with the area and never a position."""
    card = wangge(rights_url, folder, "coverage", DISTRICT, "--json")
    assert card.code == 0
    assert "approximate" not in card.json
    out = folder / "homes.geojson"
    assert wangge(rights_url, folder, "export", "compounds", "--area", DISTRICT, "-o", out).code == 0
    listed = wangge(rights_url, folder, "split", "--candidates", "--area", DISTRICT, "--json").json["candidates"]
    assert all("approximate" not in one for one in listed)
    said = lines(rights_url)
    for line in (("read", "coverage"), ("export", "compounds"), ("read", "candidates")):
        assert (*line, {"area": DISTRICT}) in said


def test_doctor_proves_or_refuses(databases: Any, sample_url: str, folder: Path) -> None:
    databases.make("wangge_doctor", "wangge_sample")
    own = databases.url("wangge_doctor")
    clean = wangge(own, folder, "doctor", "--json")
    assert (clean.code, clean.json["clean"]) == (0, True)
    assert sum(map(sum, (one.values() for one in clean.json["tables"].values()))) == 0
    engine = make_engine(own)
    with transaction(engine) as connection:
        line = "INSERT INTO audit (actor, action, object, versions) VALUES ('x', 'write', 'gate_version', '{[1,2)}')"
        connection.execute(text(line))
    engine.dispose()
    told = wangge(own, folder, "doctor", "--json")
    assert (told.code, told.json["clean"]) == (1, False)
    assert told.json["tables"]["gate_version"]["several"] + told.json["tables"]["gate_version"]["unknown"] == 1
    assert sample_url


def first_words(url: str, folder: Path) -> str:
    """What `wangge serve` says until it answers, then it is ended."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "WANGGE_DATABASE_URL": url, "WANGGE_FILES": str(folder / "files")}
    server = subprocess.Popen(
        [WANGGE, "serve", "--port", str(port)], stderr=subprocess.PIPE, env=environment, cwd=folder
    )
    try:
        for _ in range(600):
            if server.poll() is not None:
                break
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
    finally:
        server.terminate()
        said = server.communicate(timeout=60)[1].decode()
    return said


def test_the_first_start_prints_the_password_of_the_administrator_once(database_url: str, folder: Path) -> None:
    """Also where the demo has made its own visitors before."""
    engine = make_engine(database_url)
    with transaction(engine) as connection:
        connection.execute(text("INSERT INTO account (name, role, scope) VALUES ('示例规划', '规划', '')"))
    engine.dispose()
    first, second = first_words(database_url, folder), first_words(database_url, folder)
    password = SAID_ONCE.search(first)
    assert password is not None, first
    assert SAID_ONCE.search(second) is None
    with site_on(database_url, folder) as site:
        assert signed_in(site, "admin", password[1]) == 303
        assert site.get("/api/me").json()["role"] == "管理员"


def test_an_open_site_is_for_this_machine_only(database_url: str, folder: Path) -> None:
    refused = wangge(database_url, folder, "serve", "--open", "--host", "0.0.0.0", "--port", "9")
    assert refused.code == 2
    assert "本机" in refused.err
