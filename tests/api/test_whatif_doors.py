import json

import numpy as np
import pytest

from api.access import today
from api.flows import coverage, whatif
from api.flows.edits import Edit
from api.flows.planning import ground
from api.flows.warm import Shelf
from data.session import transaction
from data.viewers import PLANNER
from gis import network, snapping, walking
from tests.api.cli import wangge

CODE = "610199"
SITE = (108.93, 34.26)


@pytest.fixture(scope="module")
def here(sample_url):
    """The ground of the sample district."""
    from data.session import make_engine

    engine = make_engine(sample_url)
    with transaction(engine) as connection:
        made = ground(connection, Shelf(), coverage.Asked(CODE, today(), PLANNER))
    engine.dispose()
    return made


def test_the_frozen_walks_are_those_the_scorecards_rest_on(here):
    frames, rules = here.warm.rows.frames, here.rules
    walked = walking.walk_to_services(
        network.build(frames["streets"]),
        frames["compounds"],
        frames["gates"],
        frames["barriers"],
        frames["service_points"],
        rules.categories,
        int(rules.halo_m * 100),
        rules.snap_limits,
    )
    lanes = range(len(here.warm.lanes))
    assert np.array_equal(walked.net_cm.T, np.stack([here.warm.frozen.walks(lane) for lane in lanes]))


def test_adding_closing_and_moving_equal_a_full_run_over_the_edited_rows(here):
    points = here.warm.rows.frames["service_points"]
    market = points[points["category"] == "market"]["uid"].iloc[3]
    own = points[(points["category"] == "party_service_center") & points["serves_uid"].notna()]["uid"].iloc[5]
    edits = [Edit("add", category="market", at=SITE), Edit("close", uid=market), Edit("move", uid=own, at=SITE)]
    found = whatif.what_if(here, edits)
    metric = here.warm.snap([SITE]).start_xy[0]
    edited = points[points["uid"] != market].copy()
    place = snapping.shapely.Point(metric)
    edited.loc[edited["uid"] == own, "geometry"] = place
    fresh = points.iloc[[0]].assign(uid="new", category="market", serves_uid=None, geometry=[place])
    import pandas as pd

    rows = pd.concat([edited, fresh], ignore_index=True)
    frames, rules = here.warm.rows.frames, here.rules
    after = walking.walk_to_services(
        here.warm.graph,
        frames["compounds"],
        frames["gates"],
        frames["barriers"],
        rows,
        {name: rules.categories[name] for name in ("market", "party_service_center")},
        int(rules.halo_m * 100),
        rules.snap_limits,
    )
    before = here.now(("market", "party_service_center")).net_cm
    uid = frames["compounds"]["uid"]
    expected = {
        (uid[h], ("market", "party_service_center")[k]): (before[h, k], after.net_cm[h, k])
        for h, k in zip(*np.nonzero(before != after.net_cm), strict=True)
    }
    ours = {
        (one["uid"], one["category"]): (
            -1 if one["before_cm"] is None else one["before_cm"],
            -1 if one["after_cm"] is None else one["after_cm"],
        )
        for one in found["changes"]
    }
    assert ours == expected
    assert {key[1] for key in ours} == {"market", "party_service_center"}


def test_a_link_helps_and_never_harms_and_the_sums_agree(here):
    barriers = here.warm.rows.frames["barriers"]
    railway = barriers[barriers["kind"] == "railway"].geometry.iloc[0]
    middle = railway.interpolate(0.4, normalized=True)
    one, other = (here.warm.stored(snapping.shapely.Point(middle.x, middle.y + dy)) for dy in (90, -90))
    found = whatif.what_if(here, [Edit("link", at=(one.x, one.y), to=(other.x, other.y))])
    for change in found["changes"]:
        assert change["after_cm"] is not None
        assert change["before_cm"] is None or change["after_cm"] < change["before_cm"]
    gained = {item["category"]: item["after"]["people_in"] - item["before"]["people_in"] for item in found["area"]}
    per_community = dict.fromkeys(gained, 0)
    for community in found["communities"]:
        for item in community["items"]:
            if item["before"]["people_in"] is not None:
                per_community[item["category"]] += item["after"]["people_in"] - item["before"]["people_in"]
    assert all(value >= 0 for value in gained.values())
    assert per_community == pytest.approx(gained)


def test_the_door_answers_and_goes_on_from_its_own_state(client):
    body = {"edits": [{"kind": "add", "category": "market", "at": SITE}]}
    first = client.post(f"/api/whatif/{CODE}", json=body)
    assert first.status_code == 200, first.text
    again = client.post(f"/api/whatif/{CODE}?base={first.json()['base']}", json=body)
    assert again.json() == first.json()
    assert first.json()["compounds_changed"] == len({one["uid"] for one in first.json()["changes"]})
    subdistrict = first.json()["changes"][0]["community"][:9]
    part = client.post(f"/api/whatif/{subdistrict}", json=body).json()
    assert {one["community"][:9] for one in part["changes"]} == {subdistrict}
    lost = client.post(f"/api/whatif/{CODE}?base=0123456789abcdef", json=body)
    assert (lost.status_code, lost.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("edit", "status", "words"),
    [
        ({"kind": "add", "category": "nothing", "at": SITE}, 404, "类别"),
        ({"kind": "add", "category": "market", "at": [34.26, 80.93]}, 422, "经度在前"),
        ({"kind": "add", "category": "market"}, 422, "缺少位置"),
        ({"kind": "close", "uid": "nowhere"}, 404, "没有服务点"),
        ({"kind": "gate", "uid": "nowhere", "at": SITE}, 404, "没有小区"),
        ({"kind": "close_street", "uid": "nowhere"}, 404, "道路"),
        ({"kind": "burn"}, 422, "取值不对"),
    ],
)
def test_a_wrong_edit_is_said_in_words(client, edit, status, words):
    answer = client.post(f"/api/whatif/{CODE}", json={"edits": [edit]})
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_closures_name_the_gravest_first(client):
    sites = client.get(f"/api/closures/{CODE}?category=market").json()["sites"]
    out = [max(loss["people_out"] for loss in site["losses"]) for site in sites]
    assert out == sorted(out, reverse=True)
    assert out[0] > 0
    gravest = sites[0]
    closed = client.post(f"/api/whatif/{CODE}", json={"edits": [{"kind": "close", "uid": gravest["uid"]}]}).json()
    item = closed["area"][0]
    assert item["before"]["people_in"] - item["after"]["people_in"] == pytest.approx(gravest["losses"][0]["people_out"])
    assert closed["compounds_changed"] == gravest["compounds"]


def test_the_command_says_the_same(client, sample_url, tmp_path):
    done = wangge(sample_url, tmp_path, "whatif", CODE, "--add", f"market@{SITE[0]},{SITE[1]}", "--json")
    assert done.code == 0, done.err
    body = {"edits": [{"kind": "add", "category": "market", "at": SITE}]}
    assert done.json == json.loads(client.post(f"/api/whatif/{CODE}", json=body).text)
