"""A changed row marks exactly the numbers it touches, a refresh computes only those; scenarios go stale with them."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, make_url, text

from api.access import now, today
from api.flows import coverage
from api.flows.sample import CODE
from api.main import create_app
from api.settings import Settings
from data import results
from data.session import transaction
from data.viewers import PLANNER
from tests.conftest import Databases


@pytest.fixture(scope="module")
def own(databases: Databases, sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A site on a copy of the sample district that may be changed."""
    databases.make("wangge_stale", make_url(sample_url).database or "")
    url = databases.url("wangge_stale")
    settings = Settings(database_url=url, files=tmp_path_factory.mktemp("stale"), open=True)
    with TestClient(create_app(settings)) as made:
        yield made


def touched(client: TestClient) -> set[tuple[str, str]]:
    """The numbers of communities that wait."""
    engine = client.app.state.engine  # type: ignore[attr-defined]
    with transaction(engine, PLANNER) as connection:
        found = coverage.stored(connection, coverage.Asked(CODE, today(), PLANNER), now())
        assert found is not None
        cards = results.scores(connection, found.head.digest, "")
    pairs = {(code, item["category"]) for code, card in cards.items() if len(code) == 12 for item in card["items"]}
    return {pair for pair in pairs if found.touched(*pair)}


def replace_point(engine: Engine, uid: str) -> None:
    """A new version of a point a little to the east, as an import would write it."""
    with transaction(engine, PLANNER) as connection:
        connection.execute(
            text("UPDATE service_point_version SET recorded = tstzrange(lower(recorded), now()) WHERE uid = :uid"),
            {"uid": uid},
        )
        connection.execute(
            text(
                "INSERT INTO service_point_version (uid, valid, batch_id, row_digest, name, category, size_m2,"
                " capacity, open_hours, step_free, verified_on, serves_uid, geom) SELECT uid, valid, batch_id,"
                " row_digest || 'x', name, category, size_m2, capacity, open_hours, step_free, verified_on, serves_uid,"
                " ST_Translate(geom, 0.004, 0) FROM service_point_version WHERE uid = :uid"
            ),
            {"uid": uid},
        )


def test_exactly_the_touched_numbers_wait_and_only_they_are_computed(own: TestClient) -> None:
    engine = own.app.state.engine  # type: ignore[attr-defined]
    before = own.get(f"/api/coverage/{CODE}").json()
    assert before["stale"] is False
    saved = own.post(
        "/api/scenarios",
        json={"code": CODE, "name": "加一处", "edits": [{"kind": "add", "category": "market", "at": [108.93, 34.26]}]},
    ).json()
    assert saved["stale"] is False
    point = own.get("/layers/service_points.geojson", params={"area": CODE, "category": "market", "limit": 3}).json()
    replace_point(engine, point["features"][0]["properties"]["uid"])
    card = own.get(f"/api/coverage/{CODE}").json()
    assert card["stale"] is True
    assert {item["category"] for item in card["items"] if item["stale"]} == {"market"}
    waiting = touched(own)
    assert 0 < len(waiting) < 60
    assert {category for _, category in waiting} == {"market"}
    one = own.get(f"/api/coverage/{min(waiting)[0]}").json()
    assert [item["category"] for item in one["items"] if item["stale"]] == ["market"]
    assert own.get(f"/api/scenarios/{saved['id']}").json()["stale"] is True
    done = own.post(f"/api/refresh/{CODE}").json()
    assert done["refreshed"] is True
    assert done["categories"] == ["market"]
    assert done["stale"] < done["numbers"] / 20
    after = own.get(f"/api/coverage/{CODE}").json()
    assert (after["stale"], after["digest"]) == (False, done["digest"])
    assert touched(own) == set()
    changed = changed_numbers(engine, before["digest"], after["digest"])
    assert changed <= waiting | {(code[:9], category) for code, category in waiting} | {(CODE, "market")}
    assert {("market")} == {category for _, category in changed}
    assert own.post(f"/api/scenarios/{saved['id']}/refresh").json()["stale"] is False
    assert_equal_to_a_full_run(engine, after["digest"])


def changed_numbers(engine: Engine, one: str, other: str) -> set[tuple[str, str]]:
    """Numbers of areas that differ between two results."""
    with transaction(engine, PLANNER) as connection:
        old, new = (results.scores(connection, digest, "") for digest in (one, other))
    return {
        (code, a["category"])
        for code, card in old.items()
        for a, b in zip(card["items"], new[code]["items"], strict=True)
        if a != b
    }


def assert_equal_to_a_full_run(engine: Engine, digest: str) -> None:
    """What was taken over and what was computed is what computing everything gives."""
    asked = coverage.Asked(CODE, today(), PLANNER)
    with transaction(engine, PLANNER) as connection:
        district = coverage.reading.district_of(connection, CODE, asked.as_of, PLANNER)
        rows = coverage.reading.read(connection, district, asked.as_of, PLANNER, asked.rules())
        stored = results.scores(connection, digest, "")
        walks = results.raw_walks(connection, digest)
    fresh = coverage.compute(rows, asked.as_of, now())
    assert rows.digest == digest
    assert {code: card["items"] for code, card in stored.items()} == {
        code: card["items"]  # type: ignore[index]
        for (code, group), card in fresh.scores.items()
        if group == ""
    }
    columns = ["compound_uid", "category", "net_cm", "snap_cm", "service_uid"]
    numbers = {"net_cm": float, "snap_cm": float}
    ours, theirs = (
        one[columns].sort_values(columns[:2]).fillna(-1).astype(numbers).reset_index(drop=True)
        for one in (walks, fresh.walks)
    )
    assert (ours == theirs).all(axis=None)


def test_what_touches_no_number_marks_nothing(own: TestClient) -> None:
    engine = own.app.state.engine  # type: ignore[attr-defined]
    own.get(f"/api/coverage/{CODE}")
    with transaction(engine, PLANNER) as connection:
        connection.execute(
            text(
                "WITH new AS (INSERT INTO network (scope, synthetic, valid_from, batch_id) SELECT scope, synthetic,"
                " valid_from, batch_id FROM network WHERE scope = :code RETURNING id) INSERT INTO street (network_id,"
                " uid, name, class, access, bridge, tunnel, layer, walkable, main, geom) SELECT (SELECT id FROM new),"
                " uid, name, class, access, bridge, tunnel, layer, walkable, main, geom FROM street"
            ),
            {"code": CODE},
        )
    card = own.get(f"/api/coverage/{CODE}").json()
    assert card["stale"] is False
    done = own.post(f"/api/refresh/{CODE}").json()
    assert (done["stale"], done["categories"], done["refreshed"]) == (0, [], True)


def test_a_result_without_stamps_waits_as_a_whole(own: TestClient) -> None:
    engine = own.app.state.engine  # type: ignore[attr-defined]
    digest = own.get(f"/api/coverage/{CODE}").json()["digest"]
    point = own.get("/layers/service_points.geojson", params={"area": CODE, "category": "canteen", "limit": 1}).json()
    replace_point(engine, point["features"][0]["properties"]["uid"])
    with transaction(engine, PLANNER) as connection:
        connection.execute(text("DELETE FROM coverage_input WHERE digest = :digest"), {"digest": digest})
    card = own.get(f"/api/coverage/{CODE}").json()
    assert all(item["stale"] for item in card["items"])
    done = own.post(f"/api/refresh/{CODE}").json()
    assert done["stale"] == done["numbers"]
    assert_equal_to_a_full_run(engine, done["digest"])


def test_a_scenario_is_opened_taken_back_and_dropped(own: TestClient) -> None:
    at = [108.93, 34.26]
    edits = [{"kind": "add", "category": "market", "at": at}, {"kind": "add", "category": "canteen", "at": at}]
    made = own.post("/api/scenarios", json={"code": CODE, "name": "两处", "edits": edits})
    assert made.status_code == 201
    kept = made.json()
    assert len(kept["words"]) == 2
    assert own.get(f"/api/scenarios/{kept['id']}").json()["result"] == kept["result"]
    assert next(one["name"] for one in own.get("/api/scenarios", params={"area": CODE}).json()["items"]) == "两处"
    undone = own.post(f"/api/scenarios/{kept['id']}/undo").json()
    assert len(undone["edits"]) == 1
    assert undone["id"] == kept["id"]
    alone = own.post(f"/api/whatif/{CODE}", json={"edits": edits[:1]}).json()
    assert undone["result"] == alone
    assert own.post(f"/api/scenarios/{kept['id']}/undo").status_code == 422
    assert own.delete(f"/api/scenarios/{kept['id']}").status_code == 204
    assert own.get(f"/api/scenarios/{kept['id']}").status_code == 404
    with transaction(own.app.state.engine, PLANNER) as connection:  # type: ignore[attr-defined]
        told = connection.execute(text("SELECT action FROM audit WHERE object = 'scenario' ORDER BY id DESC LIMIT 2"))
        assert [row.action for row in told] == ["delete", "write"]


def test_circles_of_a_community_are_kept_and_measured(own: TestClient) -> None:
    code = own.get("/api/areas", params={"level": "community"}).json()["items"][3]["code"]
    drawn = own.get(f"/api/life-circles/{code}", params={"group": "elderly"}).json()["features"]
    measured = {
        one["properties"]["minutes"]: one["properties"] for one in drawn if one["properties"]["kind"] == "circle"
    }
    assert set(measured) == {5, 10, 15}
    assert all(one["measured"]["addresses"] > 50 for one in measured.values())
    assert all(
        one["measured"]["false_share"] < 0.2 and one["measured"]["missed_share"] < 0.1 for one in measured.values()
    )
    rows = own.get("/layers/life_circles.geojson").json()["features"]
    mine = [one["properties"] for one in rows if one["properties"]["community"] == code]
    assert {(one["group"], one["minutes"]) for one in mine} == {("elderly", 5), ("elderly", 10), ("elderly", 15)}
    assert all(one["missed_share"] is not None for one in mine)
