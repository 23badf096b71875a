"""What a viewer sees of areas and places: exact inside the scope, rounded or nothing outside, whatever the door."""

import json
import re
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.rules import RULES
from data import layers, scopes
from data.session import transaction
from data.viewers import PLANNER
from tests.rights.brute import PLACES, TODAY, Whole, everything, near
from tests.rights.conftest import COMMUNITY, DISTRICT, SUBDISTRICT, VIEWERS
from tests.rights.test_rules import EXAMPLES


@pytest.fixture(scope="module")
def whole(walled: Engine) -> Whole:
    """Everything, for the brute-force answer."""
    return everything(walled)


def test_without_a_scope_the_database_shows_nothing(walled: Engine) -> None:
    tables = ("area_version", "grid_version", "compound_version", "building_version", "gate_version", "street")
    tables += ("candidate_site_version", "service_point_version", "barrier_version", "coverage_score", "coverage_walk")
    with transaction(walled) as connection:
        seen = {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables}
    assert seen == dict.fromkeys(tables, 0)
    with transaction(walled, PLANNER) as connection:
        assert connection.scalar(text("SELECT count(*) FROM compound_version")) > 900


@pytest.mark.parametrize("table", ["account", "session", "api_token", "throttle", "audit"])
def test_a_scoped_visitor_cannot_even_ask_for_secrets(walled: Engine, table: str) -> None:
    with pytest.raises(Exception, match="permission denied"), transaction(walled, VIEWERS["社区"]) as connection:
        connection.execute(text(f"SELECT * FROM {table}"))


@pytest.mark.parametrize("layer", PLACES)
def test_a_scoped_query_uses_the_spatial_index(walled: Engine, layer: str) -> None:
    viewer = VIEWERS["社区"]
    query = layers.select(layer, as_of=TODAY, viewer=viewer).compile(dialect=walled.dialect)
    with transaction(walled, viewer) as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {query}", dict(query.params)).scalar()
    assert f"{layer.removesuffix('s')}_version_geom" in json.dumps(plan)


def test_doors_round_outside_and_are_exact_inside(site: TestClient, of_role: dict[str, dict[str, str]]) -> None:
    everything, own = of_role["管理员"], of_role["社区"]

    def households(headers: dict[str, str]) -> dict[str, tuple[int | None, bool]]:
        found = site.get(f"/layers/communities.geojson?area={DISTRICT}", headers=headers).json()["features"]
        return {
            one["properties"]["code"]: (
                one["properties"].get("registered_households"),
                one["properties"].get("approximate", False),
            )
            for one in found
        }

    exact, seen = households(everything), households(own)
    assert exact.keys() == seen.keys()
    assert seen[COMMUNITY] == exact[COMMUNITY]
    outside = {code: count for code, count in seen.items() if code != COMMUNITY}
    assert all(rounded for _, rounded in outside.values())
    assert {code: near(exact[code][0]) for code in outside} == {code: count for code, (count, _) in outside.items()}


def test_a_scorecard_outside_is_rounded_and_says_so(site: TestClient, of_role: dict[str, dict[str, str]]) -> None:
    other = f"{SUBDISTRICT}002"
    exact = site.get(f"/api/coverage/{other}", headers=of_role["管理员"]).json()
    seen = site.get(f"/api/coverage/{other}", headers=of_role["社区"]).json()
    assert seen["approximate"] is True
    assert "approximate" not in exact
    assert seen["undecided"] == []
    for one, rounded in zip(exact["items"], seen["items"], strict=True):
        for key in ("people", "people_in", "compounds", "undecided", "people_in_radius"):
            assert rounded[key] == near(one[key])
        assert rounded["verdict"] == one["verdict"]
    assert (
        site.get(f"/api/coverage/{COMMUNITY}", headers=of_role["社区"]).json()["items"]
        == (site.get(f"/api/coverage/{COMMUNITY}", headers=of_role["管理员"]).json()["items"])
    )


def test_an_item_lists_own_compounds_only(site: TestClient, of_role: dict[str, dict[str, str]]) -> None:
    address = f"/api/coverage/{DISTRICT}/items/market"
    exact = site.get(address, headers=of_role["管理员"]).json()
    seen = site.get(address, headers=of_role["社区"]).json()
    assert {one["community"] for one in seen["compounds"]} == {COMMUNITY}
    assert len(seen["compounds"]) == sum(one["community"] == COMMUNITY for one in exact["compounds"])
    for one, rounded in zip(exact["areas"]["communities"], seen["areas"]["communities"], strict=True):
        inside = one["code"] == COMMUNITY
        assert rounded["people"]["all"] == (one["people"]["all"] if inside else near(one["people"]["all"]))


def test_a_compound_outside_is_not_there(site: TestClient, of_role: dict[str, dict[str, str]], whole: Whole) -> None:
    border = {row["code"]: row["geometry"] for row in whole["communities"]}[COMMUNITY]
    inside = next(row["uid"] for row in whole["compounds"] if border.contains(row["geometry"]))
    outside = next(row["uid"] for row in whole["compounds"] if not border.covers(row["geometry"]))
    headers = of_role["社区"]
    assert site.get(f"/api/why/{inside}/market", headers=headers).status_code == 200
    hidden, missing = (site.get(f"/api/why/{uid}/market", headers=headers) for uid in (outside, "nothing"))
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json() == missing.json()


@pytest.mark.parametrize("layer", [*PLACES, "grids", "sub_areas"])
def test_places_of_a_foreign_area_are_404(site: TestClient, of_role: dict[str, dict[str, str]], layer: str) -> None:
    foreign = "610199002"
    for address in (f"/layers/{layer}.geojson?area={foreign}", f"/api/export/{layer}?area={foreign}&format=geojson"):
        asked = site.get(address, headers=of_role["街道"])
        assert asked.status_code == 404, address
        assert asked.json()["code"] == "NOT_FOUND"


def test_an_export_holds_what_the_layer_shows(site: TestClient, of_role: dict[str, dict[str, str]]) -> None:
    for layer in ("compounds", "communities", "gates"):
        file = site.get(f"/api/export/{layer}?area={SUBDISTRICT}&format=geojson", headers=of_role["社区"])
        shown = site.get(f"/layers/{layer}.geojson?area={SUBDISTRICT}", headers=of_role["社区"])
        assert len(file.json()["features"]) == len(shown.json()["features"]) > 0


def test_no_answer_is_kept_for_somebody_else(site: TestClient, of_role: dict[str, dict[str, str]]) -> None:
    address = f"/layers/subdistricts.geojson?area={DISTRICT}"
    tags = {role: site.get(address, headers=headers).headers["etag"] for role, headers in of_role.items()}
    assert len(set(tags.values())) == len(tags)
    again = site.get(address, headers={**of_role["街道"], "If-None-Match": tags["管理员"]})
    assert again.status_code == 200
    same = site.get(address, headers={**of_role["街道"], "If-None-Match": tags["街道"]})
    assert same.status_code == 304
    assert "Cookie" in same.headers["vary"]
    assert "private" in same.headers["cache-control"]


def test_history_of_a_foreign_area_is_rounded(site: TestClient, of_role: dict[str, dict[str, str]]) -> None:
    address = f"/api/areas/{SUBDISTRICT}/history"
    exact = site.get(address, headers=of_role["管理员"]).json()["items"][-1]
    seen = site.get(address, headers=of_role["社区"]).json()["items"][-1]
    assert seen["approximate"]
    assert not exact["approximate"]
    assert seen["counts"] == {name: near(count) for name, count in exact["counts"].items()}


def test_the_notice_for_strangers_has_no_count(site: TestClient) -> None:
    page = site.get(f"/p/{COMMUNITY}")
    assert page.status_code == 200
    ground = site.get(f"/p/{COMMUNITY}/map.json").json()
    counted = scopes.COUNTS | {"households", "residents"}
    for layer in ground.values():
        for feature in layer["features"]:
            assert not counted & set(feature["properties"])


def test_rounding_is_to_the_nearest_five() -> None:
    from api.flows.rounding import about

    assert [about(count) for count in (None, 0, 1, 2, 3, 7, 8, 12, 13, 2.5, 1002)] == [
        None, 0, 0, 0, 5, 5, 10, 10, 15, 5, 1000,
    ]  # fmt: skip


def test_scopes_at_a_date_use_the_border_of_that_date(walled: Engine) -> None:
    before = date(1990, 1, 1)
    viewer = VIEWERS["社区"]
    with transaction(walled, viewer) as connection:
        query = layers.select("compounds", as_of=before, viewer=viewer)
        assert len(layers.frame(connection, query)) == 0


def test_no_answer_names_a_home_outside_the_scope(
    site: TestClient, of_role: dict[str, dict[str, str]], whole: Whole
) -> None:
    """Every GET of the OpenAPI document and every page, for the own area and for foreign ones, as a community."""
    border = {row["code"]: row["geometry"] for row in whole["communities"]}[COMMUNITY]
    inside = {row["uid"]: row["name"] for row in whole["compounds"] if border.covers(row["geometry"])}
    outside = {row["uid"]: row["name"] for row in whole["compounds"] if not border.covers(row["geometry"])}
    # walls are named after what they enclose and stand on every map
    known = {*inside.values(), *(row["name"] for layer in ("service_points", "barriers") for row in whole[layer])}
    secret = {*outside, *(name for name in outside.values() if name and name not in known)}
    assert len(secret) > len(outside) > 900
    foreign, asked = f"{SUBDISTRICT}002", 0
    leaks: dict[tuple[str, str], object] = {}
    uid, grid = next(iter(outside)), f"{COMMUNITY}001"
    told = EXAMPLES | {"compound_uid": uid, "layer": "compounds", "category": "market"}
    for method, path in RULES:
        if method != "GET":
            continue
        for code in (DISTRICT, SUBDISTRICT, COMMUNITY, foreign, grid):
            for layer in PLACES if "{layer}" in path else ("",):
                words = told | {"code": code} | ({"layer": layer} if layer else {})
                address = re.sub(r"\{(\w+)\}", lambda hit, words=words: words[hit[1]], path)
                answer = site.get(address, headers=of_role["社区"], params={"area": code, "format": "geojson"})
                said = {word for word in re.findall(r"[\w（）·-]+", answer.text) if word in secret}
                if said:
                    leaks[path, code] = (answer.url.path, sorted(said)[:3])
                asked += 1
    assert leaks == {}
    assert asked > 200
