"""Plans over HTTP: kept with their proofs, moved unit by unit, undone, locked, repaired, compared."""

from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from api.main import create_app
from api.settings import Settings
from tests.api.plan_site import MIXED, draft, plan_site, plan_url, portfolio

__all__ = ["draft", "plan_site", "plan_url", "portfolio"]


def act(site: TestClient, plan: dict[str, Any], what: str, **body: Any) -> Any:
    return site.post(f"/api/plans/{plan['id']}/{what}", json={"version": plan["version"]} | body)


def neighbour(site: TestClient, plan: dict[str, Any]) -> int:
    """A unit of part 1 beside part 0 whose move keeps the parts whole, without the centre."""
    for atom in [i for i, part in enumerate(plan["assignment"]) if part == 1]:
        tried = act(site, plan, "move", atom=atom, part=0).json()
        back = site.post(f"/api/plans/{plan['id']}/undo", json={"version": tried["version"]}).json()
        plan["version"] = back["version"]
        if "contiguous" not in [one["rule"] for one in tried["broken"]]:
            return atom
    raise AssertionError("no unit can move")


def test_a_portfolio_is_kept_with_its_proofs(plan_site: TestClient, portfolio: dict[str, Any]) -> None:
    assert portfolio["code"] == MIXED
    assert portfolio["plans"][0]["proof"]["kind"] == "optimal"
    listed = plan_site.get("/api/plans", params={"community": MIXED}).json()
    by_id = {one["id"]: one for one in listed["items"]}
    for one in portfolio["plans"]:
        kept = by_id[one["id"]]
        assert kept["border_m"] == one["border_m"]
        assert kept["proof"] == {key: one["proof"][key] for key in ("kind", "bound_m", "gap", "text")}
        assert (kept["kind"], kept["state"], kept["rank"]) == ("分设", "草案", one["rank"])
        whole = plan_site.get(f"/api/plans/{one['id']}").json()
        assert whole["assignment"] == one["assignment"]
        assert whole["digest"] == one["digest"]
        assert whole["atoms"]["digest"] == portfolio["digest"]
        assert [part["households"] for part in whole["parts"]] == [part["households"] for part in one["parts"]]
        assert not whole["stale"]
        for part in whole["parts"]:
            assert part["centre_min"] is None or 1 <= part["centre_min"] < 60
            items = part["coverage"]["items"]
            assert len(items) >= part["coverage"]["required"] > 10
            assert all(0 <= item["after"] <= 1 for item in items if item["after"] is not None)
    ranks = [one["rank"] for one in listed["items"] if one["run"] == portfolio["run"] and one["rank"]]
    assert ranks == sorted(ranks)


def test_pages_of_the_list_join_to_the_whole(plan_site: TestClient, portfolio: dict[str, Any]) -> None:
    whole = [one["id"] for one in plan_site.get("/api/plans").json()["items"]]
    found, cursor = [], None
    while True:
        page = plan_site.get("/api/plans", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        found += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == whole
    assert len(whole) >= len(portfolio["plans"])


def test_units_fill_the_community_to_the_vertex(
    plan_site: TestClient, plan_url: str, portfolio: dict[str, Any]
) -> None:
    number = portfolio["plans"][0]["id"]
    shown = plan_site.get(f"/api/plans/{number}/atoms.geojson").json()["features"]
    assert [one["properties"]["atom"] for one in shown] == list(range(portfolio["atoms"]["count"]))
    assert sum(one["properties"]["households"] for one in shown) == sum(
        part["households"] for part in portfolio["plans"][0]["parts"]
    )
    assert any(one["properties"]["estate"] for one in shown)
    engine = create_engine(plan_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        query = "SELECT ST_AsBinary(v.geom) FROM area_version v WHERE code = :code AND upper_inf(recorded)"
        border = shapely.from_wkb(bytes(connection.scalar(text(query), {"code": MIXED})))
        query = "SELECT ST_AsBinary(geom) FROM plan_run WHERE id = :id"
        ground = shapely.get_parts(shapely.from_wkb(bytes(connection.scalar(text(query), {"id": portfolio["run"]}))))
    engine.dispose()
    assert shapely.coverage_is_valid(ground)
    kept = shapely.boundary(shapely.coverage_union_all(ground))
    assert shapely.hausdorff_distance(kept, shapely.boundary(border)) < 1e-8
    lines = plan_site.get(f"/api/plans/{number}/borders.geojson").json()["features"]
    assert {one["properties"]["kind"] for one in lines} <= set(portfolio["plans"][0]["border_by_kind_m"])


def test_a_move_is_judged_at_once_and_taken_back(plan_site: TestClient, draft: dict[str, Any]) -> None:
    atom = neighbour(plan_site, draft)
    moved = act(plan_site, draft, "move", atom=atom, part=0).json()
    assert moved["assignment"][atom] == 0
    assert moved["version"] == draft["version"] + 1
    assert sum(part["households"] for part in moved["parts"]) == sum(part["households"] for part in draft["parts"])
    assert moved["moved_residents"] <= draft["moved_residents"]
    assert moved["proof"]["kind"] in ("open", "none")
    listed = plan_site.get("/api/plans", params={"community": MIXED}).json()["items"]
    assert next(one for one in listed if one["id"] == draft["id"])["border_m"] == moved["border_m"]
    undone = act(plan_site, moved, "undo").json()
    assert undone["assignment"] == draft["assignment"]
    assert undone["proof"] == draft["proof"]
    redone = act(plan_site, undone, "redo").json()
    assert redone["assignment"] == moved["assignment"]
    assert act(plan_site, redone, "redo").status_code == 422
    # a new move after an undo forgets what was taken back
    again = act(plan_site, act(plan_site, redone, "undo").json(), "move", atom=atom, part=0).json()
    assert act(plan_site, again, "redo").status_code == 422
    steps = plan_site.get(f"/api/plans/{draft['id']}").json()["steps"]
    assert [one["moved"] for one in steps] == [[[atom, 1, 0]]]


def test_a_broken_rule_names_itself_and_repair_makes_parts_whole(plan_site: TestClient, draft: dict[str, Any]) -> None:
    part = draft["assignment"]
    for atom in [i for i, one in enumerate(part) if one == 1]:
        moved = act(plan_site, draft, "move", atom=atom, part=0).json()
        if "contiguous" in [one["rule"] for one in moved["broken"]]:
            break
        draft = act(plan_site, moved, "undo").json()
    assert moved["legal"] is False
    assert moved["proof"]["kind"] == "none"
    fixed = act(plan_site, moved, "repair").json()
    assert "contiguous" not in [one["rule"] for one in fixed["broken"]]
    assert fixed["step"] == moved["step"] + 1


def test_locks_hold(plan_site: TestClient, draft: dict[str, Any]) -> None:
    atom = draft["assignment"].index(1)
    locked = act(plan_site, draft, "lock", atoms=[atom]).json()
    refused = act(plan_site, locked, "move", atom=atom, part=0)
    assert (refused.status_code, refused.json()["code"]) == (422, "LOCKED")
    locked = act(plan_site, locked, "lock", parts=[0]).json()
    assert locked["parts"][0]["locked"]
    assert act(plan_site, locked, "move", atom=atom, part=0).status_code == 422
    assert act(plan_site, locked, "lock", atoms=[100_000]).status_code == 422
    free = act(plan_site, locked, "lock").json()
    assert act(plan_site, free, "move", atom=atom, part=0).status_code == 200


def test_the_second_of_two_people_sees_a_conflict(plan_site: TestClient, draft: dict[str, Any]) -> None:
    atom = draft["assignment"].index(1)
    first = act(plan_site, draft, "move", atom=atom, part=0)
    second = act(plan_site, draft, "rename", name="另一个人的名字")
    assert first.status_code == 200
    said = second.json()
    assert (second.status_code, said["code"]) == (409, "PLAN_CHANGED")
    assert (said["version"], said["changed_by"]) == (first.json()["version"], "规划")
    assert plan_site.get(f"/api/plans/{draft['id']}").json()["assignment"] == first.json()["assignment"]


def test_names_comments_and_comparison(plan_site: TestClient, portfolio: dict[str, Any], draft: dict[str, Any]) -> None:
    named = act(plan_site, draft, "rename", name="东西分设", names=["原社区", "新社区"]).json()
    assert [part["name"] for part in named["parts"]] == ["原社区", "新社区"]
    assert act(plan_site, named, "rename", names=["同名", "同名"]).status_code == 422
    assert act(plan_site, named, "rename", names=["一个"]).status_code == 422
    said = plan_site.post(f"/api/plans/{draft['id']}/comment", json={"text": "居民希望以 中心路 为界"}).json()
    assert [(one["kind"], one["text"]) for one in said["comments"]] == [("备注", "居民希望以 中心路 为界")]
    first = portfolio["plans"][0]["id"]
    same = plan_site.get(f"/api/plans/{draft['id']}/compare/{first}").json()
    assert (same["atoms"], same["difference"]) == ([], 0.0)
    moved = act(plan_site, named, "move", atom=draft["assignment"].index(1), part=0).json()
    other = plan_site.get(f"/api/plans/{draft['id']}/compare/{first}").json()
    assert len(other["atoms"]) == sum(
        a != b for a, b in zip(moved["assignment"], portfolio["plans"][0]["assignment"], strict=True)
    )
    assert other["households"] > 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"community": "610199"}, 422),
        ({"community": "610199999999"}, 404),
        ({"community": MIXED, "parts": 1}, 422),
        ({"community": MIXED, "hard": ["no such"]}, 422),
        ({"community": MIXED, "locks": [[0, 99_999]]}, 422),
        ({"community": MIXED, "tolerance": 2}, 422),
    ],
)
def test_what_cannot_be_is_refused_in_words(plan_site: TestClient, body: dict[str, Any], status: int) -> None:
    asked = plan_site.post("/api/plans", json=body)
    assert asked.status_code == status, asked.text
    assert asked.json()["detail"]


def test_plans_that_are_not_there(plan_site: TestClient) -> None:
    assert plan_site.get("/api/plans/999999").status_code == 404
    assert plan_site.post("/api/plans/999999/move", json={"version": 1, "atom": 0, "part": 1}).status_code == 404
    assert plan_site.get("/api/plans/999999/atoms.geojson").status_code == 404


def test_whose_scope_it_is_not_in_sees_none(plan_url: str, portfolio: dict[str, Any], tmp_path: Any) -> None:
    from api import tokens
    from api.access import now
    from data import sessions
    from data.session import make_engine, transaction

    settings = Settings(database_url=plan_url, files=tmp_path, requests_per_s=0)
    number = portfolio["plans"][0]["id"]
    engine = make_engine(plan_url)
    headers = {}
    for role, scope in (("街道", "610199006"), ("街道", "610199001"), ("规划", "610199001"), ("规划", "610199")):
        issued = tokens.issue(settings, role, scope, now())
        with transaction(engine) as connection:
            sessions.add_token(connection, issued.number, "测试", role, scope, issued.expires_at)
        headers[role, scope] = {"Authorization": f"Bearer {issued.text}"}
    engine.dispose()
    with TestClient(create_app(settings), raise_server_exceptions=False) as site:
        assert site.get(f"/api/plans/{number}").status_code == 401
        inside = site.get(f"/api/plans/{number}", headers=headers["街道", "610199006"])
        assert inside.status_code == 200
        for who in (("街道", "610199001"), ("规划", "610199001")):
            assert site.get(f"/api/plans/{number}", headers=headers[who]).status_code == 404
            assert site.get("/api/plans", headers=headers[who]).json()["items"] == []
        change = {"version": inside.json()["version"], "atom": 0, "part": 1}
        asked = [site.post(f"/api/plans/{number}/move", json=change, headers=one) for one in headers.values()]
        assert [one.status_code for one in asked] == [403, 403, 404, 200]
        words = {"text": "街道意见：以河为界"}
        asked = [site.post(f"/api/plans/{number}/comment", json=words, headers=one) for one in headers.values()]
        assert [one.status_code for one in asked] == [201, 404, 404, 201]


def test_rules_are_hard_or_soft_and_a_road_is_named(plan_site: TestClient) -> None:
    asked = {"community": MIXED, "parts": 2, "tolerance": 0.2}
    usual = plan_site.post("/api/plans", json=asked).json()["plans"][0]
    apart = plan_site.post("/api/plans", json=asked | {"never_across": ["贤乐街"]})
    assert apart.status_code == 201, apart.text
    best = apart.json()["plans"][0]
    assert best["border_m"] > usual["border_m"]
    assert best["broken"] == []
    kept = plan_site.get(f"/api/plans/{best['id']}").json()
    assert kept["settings"]["never_across"] == ["贤乐街"]
    assert kept["proof"] == {key: best["proof"][key] for key in ("kind", "bound_m", "gap", "text")}
    soft = ["parts", "contiguous", "together", "core"]
    eased = plan_site.post("/api/plans", json=asked | {"never_across": ["贤乐街"], "hard": soft}).json()["plans"][0]
    assert eased["border_m"] == usual["border_m"]
    assert "米屏障在部分之内" in eased["broken"][0]
    unknown = plan_site.post("/api/plans", json=asked | {"never_across": ["没有这条路"]})
    assert unknown.status_code == 422
    assert "没有这条路" in unknown.json()["detail"]
    torn = plan_site.post("/api/plans", json=asked | {"never_across": ["玉乐路", "嘉定路"]})
    assert torn.status_code == 422
    assert "少选一条" in torn.json()["detail"]


def test_numbers_go_by_rank_and_lists_too(plan_site: TestClient, portfolio: dict[str, Any]) -> None:
    ids = [one["id"] for one in portfolio["plans"]]
    assert ids == sorted(ids)
    assert not portfolio["unfinished"]
    listed = plan_site.get("/api/plans", params={"community": portfolio["code"]}).json()["items"]
    assert [one["id"] for one in listed if one["run"] == portfolio["run"]][: len(ids)] == ids
    assert not any(one["unfinished"] for one in listed)


@pytest.mark.parametrize("prove", [True, False])
def test_what_takes_long_is_left_to_a_job(
    plan_site: TestClient, portfolio: dict[str, Any], monkeypatch: pytest.MonkeyPatch, prove: bool
) -> None:
    monkeypatch.setattr("api.flows.plans.making.AT_ONCE", portfolio["atoms"]["count"] - 1)
    body = {"community": portfolio["code"], "tolerance": 0.1, "locks": [[0, 1]], "hard": ["contiguous"]}
    asked = plan_site.post("/api/plans", params={"as_of": "2026-11-01"}, json=body | {"prove": prove})
    assert asked.status_code == 202, asked.text
    job = plan_site.get(f"/api/jobs/{asked.json()['job']}").json()
    assert (job["kind"], job["state"], job["code"]) == ("split", "queued", portfolio["code"])
    assert job["args"]["as_of"] == "2026-11-01"
    assert (job["args"]["prove"], job["args"]["locks"]) == (prove, [[0, 1]])
    plan_site.post(f"/api/jobs/{job['id']}/cancel")
