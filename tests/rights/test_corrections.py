"""纠错: said by anybody, seen and decided by who looks after the place, without a trace of who said it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.flows.correcting import LONGEST, MOST_WAITING
from api.main import CORRECTIONS_AN_HOUR, create_app
from api.settings import Settings
from data.session import transaction
from data.viewers import PLANNER, Viewer
from tests.rights.conftest import COMMUNITY

GRID, ELSEWHERE = f"{COMMUNITY}001", "610199002001"


@pytest.fixture
def door(shut: Settings) -> Iterator[TestClient]:
    """A site of its own, so that nobody else's corrections count."""
    with TestClient(create_app(shut), raise_server_exceptions=False, follow_redirects=False) as made:
        yield made


def say(door: TestClient, code: str = GRID, kind: str = "关门", words: str = "", **more: str) -> Any:
    return door.post(f"/p/{code}/corrections", json={"kind": kind, "words": words, **more})


def numbers(door: TestClient, headers: dict[str, str], words: str = "?state=open") -> set[int]:
    return {one["id"] for one in door.get(f"/api/corrections{words}", headers=headers).json()["items"]}


def test_one_tap_is_enough_and_nothing_is_kept_of_who_said_it(
    door: TestClient, walled: Engine, of_role: dict[str, dict[str, str]]
) -> None:
    number = say(door, words="  人民路\u202e菜市场\n已关门 ").json()["id"]
    with transaction(walled, PLANNER) as connection:
        row = connection.execute(text("SELECT * FROM correction WHERE id = :id"), {"id": number}).one()._asdict()
        line = connection.execute(text("SELECT * FROM audit WHERE object = :o"), {"o": f"correction {number}"}).one()
    assert row.pop("created_at")
    told = ("id", "code", "kind", "words", "state", "decided_by", "decided_at")
    assert row == dict(zip(told, (number, GRID, "关门", "人民路 菜市场 已关门", "open", None, None), strict=True))
    assert (line.actor, line.action, line.detail) == ("访客", "correction_add", {"area": GRID})
    shown = door.get("/api/corrections", headers=of_role["社区"]).json()["items"][0]
    assert (shown["id"], shown["name"][-2:], shown["words"]) == (number, "网格", "人民路 菜市场 已关门")


def test_who_looks_after_the_place_sees_it_and_decides_once(
    door: TestClient, of_role: dict[str, dict[str, str]], bearer: Callable[[Viewer], dict[str, str]]
) -> None:
    here, there = say(door, COMMUNITY, "搬迁").json()["id"], say(door, ELSEWHERE, "新开").json()["id"]
    for role in ("管理员", "规划"):
        assert {here, there} <= numbers(door, of_role[role])
    for role in ("街道", "社区"):
        assert numbers(door, of_role[role]) & {here, there} == {here}
    for role in ("网格长", "只读"):
        assert door.get("/api/corrections", headers=of_role[role]).status_code == 403
    decide, yes = f"/api/corrections/{here}/decide", {"accepted": True}
    assert door.post(decide, json=yes).status_code == 401
    assert door.post(decide, json=yes, headers=of_role["只读"]).status_code == 403
    assert door.post(decide, json=yes, headers=bearer(Viewer("社区", ELSEWHERE))).status_code == 404
    assert door.post(f"/api/corrections/{there}/decide", json=yes, headers=of_role["社区"]).status_code == 404
    done = door.post(decide, json=yes, headers=of_role["社区"]).json()
    assert (done["state"], done["decided_by"]) == ("accepted", "令牌 测试")
    again = door.post(decide, json={"accepted": False}, headers=of_role["规划"])
    assert (again.status_code, again.json()["code"]) == (409, "CONFLICT")
    assert here not in numbers(door, of_role["社区"])
    assert here in numbers(door, of_role["社区"], "?state=accepted")
    said = door.get("/api/audit?limit=20", headers=of_role["管理员"]).json()["items"]
    assert ("correction_accepted", f"correction {here}") in [(one["action"], one["what"]) for one in said]


@pytest.mark.parametrize(
    ("code", "body", "status"),
    [
        ("610199001999", {"kind": "关门"}, 404),
        (GRID, {"kind": "难看"}, 422),
        (GRID, {}, 422),
        (GRID, {"kind": "关门", "words": "长" * (LONGEST + 1)}, 422),
        (GRID, {"kind": "关门", "photo": "x"}, 422),
        (GRID, {"kind": "关门", "lon": 108.9}, 422),
    ],
)
def test_only_what_is_asked_for_is_taken(door: TestClient, code: str, body: dict[str, object], status: int) -> None:
    assert door.post(f"/p/{code}/corrections", json=body).status_code == status


def test_who_says_too_much_waits(door: TestClient) -> None:
    answers = [say(door, ELSEWHERE) for _ in range(CORRECTIONS_AN_HOUR + 3)]
    assert [one.status_code for one in answers] == [201] * CORRECTIONS_AN_HOUR + [429] * 3
    assert int(answers[-1].headers["retry-after"]) > 60


def test_a_flood_for_one_place_stops(door: TestClient, walled: Engine) -> None:
    code = "610199003001"
    with transaction(walled, PLANNER) as connection:
        row = "INSERT INTO correction (code, kind) SELECT :code, '关门' FROM generate_series(1, :many)"
        connection.execute(text(row), {"code": code, "many": MOST_WAITING})
    asked = say(door, code)
    assert (asked.status_code, "值班电话" in asked.json()["detail"]) == (429, True)


def test_a_form_of_another_site_says_nothing(door: TestClient) -> None:
    sent = door.post(f"/p/{GRID}/corrections", content="kind=关门", headers={"Content-Type": "text/plain"})
    assert sent.status_code == 422
