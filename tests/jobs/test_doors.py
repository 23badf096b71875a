"""Jobs over HTTP: who may ask for what, whose jobs are whose, and what an answer holds. No worker is needed."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.flows import jobs
from api.flows.jobs import Report
from api.flows.kinds import KINDS
from api.main import create_app
from api.settings import Settings
from data.jobtables import job
from data.session import transaction
from data.viewers import Viewer
from tests.jobs.conftest import CODE, Shop
from tests.rights.conftest import bearer, of_role, rights_url, shut, site

__all__ = ["bearer", "of_role", "rights_url", "shut", "site"]


def test_ask_list_look_cancel(shop: Shop) -> None:
    with TestClient(create_app(shop.settings)) as client:
        asked = client.post("/api/jobs", json={"kind": "refresh", "args": {"code": CODE}})
        assert asked.status_code == 202
        number = asked.json()["id"]
        more = [client.post("/api/jobs", json={"kind": "refresh", "args": {"code": CODE}}).json()["id"] for _ in "12"]
        first = client.get("/api/jobs?limit=2").json()
        assert [one["id"] for one in first["items"]] == more[::-1]
        rest = client.get(f"/api/jobs?limit=2&cursor={first['next']}").json()
        assert [one["id"] for one in rest["items"]] == [number]
        assert rest["next"] is None
        told = client.get(f"/api/jobs/{number}").json()
        assert (told["state"], told["title"], told["progress"]) == ("queued", "重新计算覆盖", 0.0)
        cancelled = client.post(f"/api/jobs/{number}/cancel").json()
        assert cancelled["state"] == "cancelled"
        assert cancelled["log"][-1]["words"] == jobs.CANCELLED
        again = client.post(f"/api/jobs/{number}/cancel").json()
        assert again["state"] == "cancelled"
        assert client.get(f"/api/jobs/{number}/files/x.pdf").status_code == 404


def test_what_cannot_be_asked(shop: Shop) -> None:
    with TestClient(create_app(shop.settings)) as client:
        for body in (
            {"kind": "nothing", "args": {"code": CODE}},
            {"kind": "refresh", "args": {}},
            {"kind": "refresh", "args": {"code": "所有"}},
            {"kind": "split", "args": {"code": CODE, "parts": 1}},
            {"kind": "refresh", "args": {"code": CODE, "more": 1}},
        ):
            refused = client.post("/api/jobs", json=body)
            assert refused.status_code == 422, body
            assert refused.json()["detail"]
        for _ in range(jobs.MOST_WAITING):
            client.post("/api/jobs", json={"kind": "refresh", "args": {"code": CODE}})
        assert client.post("/api/jobs", json={"kind": "refresh", "args": {"code": CODE}}).status_code == 409


def test_own_jobs_only(
    site: TestClient, of_role: dict[str, dict[str, str]], bearer: Callable[[Viewer], dict[str, str]]
) -> None:
    body = {"kind": "split", "args": {"code": "610199001001", "parts": 2}}
    number = site.post("/api/jobs", json=body, headers=of_role["规划"]).json()["id"]
    other = bearer(Viewer("规划", "610199001"))
    assert site.get(f"/api/jobs/{number}", headers=of_role["规划"]).json()["id"] == number
    assert site.get(f"/api/jobs/{number}", headers=of_role["管理员"]).json()["id"] == number
    for headers in (other, of_role["社区"]):
        assert site.get(f"/api/jobs/{number}", headers=headers).status_code == 404
        assert site.post(f"/api/jobs/{number}/cancel", headers=headers).status_code == 404
        assert number not in [one["id"] for one in site.get("/api/jobs", headers=headers).json()["items"]]
    assert site.post("/api/jobs", json=body, headers=of_role["社区"]).status_code == 403
    whole = {"kind": "refresh", "args": {"code": CODE}}
    assert site.post("/api/jobs", json=whole, headers=other).status_code == 404, "larger than the scope"
    lines = site.get("/api/audit?limit=50", headers=of_role["管理员"]).json()["items"]
    assert ("job", "split") in [(one["action"], one["what"]) for one in lines]
    assert site.post(f"/api/jobs/{number}/cancel", headers=of_role["管理员"]).json()["state"] == "cancelled"


@pytest.mark.parametrize(("kind", "more"), [("refresh", {}), ("split_all", {"threshold": 10**6})])
def test_kinds_do_what_they_say(sample_engine: Engine, kind: str, more: dict[str, int]) -> None:
    said: list[str] = []
    settings = Settings(open=True)
    report = Report(lambda _, words, __: said.append(words), settings.files)
    args = jobs.arguments(KINDS[kind], {"code": CODE, **more})
    found = KINDS[kind].flow(sample_engine, settings, Viewer("规划"), args, report)
    assert found["code"] == CODE if kind == "refresh" else found["candidates"] == []


def test_a_job_keeps_the_rights_of_who_asked(engine: Engine) -> None:
    asker = Viewer("规划", CODE, "李科", "r1")
    number = jobs.ask(engine, KINDS, "refresh", {"code": CODE}, asker)
    kept = jobs.find(engine, number, asker).viewer
    assert (kept.role, kept.scope, kept.account, kept.request) == ("规划", CODE, "李科", "r1")
    with transaction(engine) as connection:
        row = connection.execute(job.select()).one()
    assert row.created_at <= datetime.now(UTC)
