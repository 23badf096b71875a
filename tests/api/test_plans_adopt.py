"""Adoption: the course of a plan by two accounts, one transaction, states before and after, and the way back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, text

from api.access import now, today
from api.flows import coverage, gridding
from api.flows.plans import adopting, course, hand, making, regridding, showing
from api.flows.plans.shelf import Benches
from data import areas, history, layers, plans
from data.session import make_engine, transaction
from data.viewers import PLANNER, Viewer
from gis.errors import BadInputError, ConflictError, NotAllowedError
from tests.conftest import SERIAL, Databases

MIXED, SUBDISTRICT = "610199006016", "610199006"
CLERK, CHECKER = Viewer("规划", account="经办甲"), Viewer("规划", account="审核乙")
TODAY = today()


@pytest.fixture(scope="module")
def seeded(databases: Databases, sample_url: str) -> tuple[str, int]:
    """A copy of the sample district whose community has grids, and a plan that keeps them whole."""
    assert sample_url
    name = f"wangge_adopt_{next(SERIAL)}"
    databases.make(name, "wangge_sample")
    engine = make_engine(databases.url(name))
    gridding.run(engine, gridding.Order(MIXED, TODAY, grid_set="综治"), PLANNER, lambda *_: None)
    made = making.create(engine, making.Order(MIXED, 2, 0.25, atoms="grids"), CLERK, TODAY)
    engine.dispose()
    return name, made["plans"][0]["id"]


@pytest.fixture
def site(databases: Databases, seeded: tuple[str, int]) -> Iterator[tuple[Engine, Benches, int]]:
    """A database of the test's own with the plan in it."""
    name = f"wangge_adopt_{next(SERIAL)}"
    databases.make(name, seeded[0])
    engine = make_engine(databases.url(name))
    yield engine, Benches(), seeded[1]
    engine.dispose()


def approve(engine: Engine, benches: Benches, number: int, effective: date) -> None:
    course.go(engine, benches, CLERK, number, course.Step("征求意见", days=30), TODAY)
    course.go(engine, benches, CLERK, number, course.Step("上报"), TODAY + timedelta(days=30))
    step = course.Step("批准", document_no="莲政函〔2026〕7号", effective=effective)
    course.go(engine, benches, CHECKER, number, step, TODAY + timedelta(days=31))


def waivers(engine: Engine, benches: Benches, number: int) -> dict[str, str]:
    with transaction(engine, PLANNER) as connection:
        broken = showing.whole(connection, benches, PLANNER, number, TODAY)["broken"]
    return {one["rule"]: "过渡期内共用，年内补建" for one in broken}


def adopt(engine: Engine, benches: Benches, number: int, **order: Any) -> dict[str, Any]:
    said = {"waivers": waivers(engine, benches, number)} | order
    return adopting.adopt(engine, benches, CHECKER, number, adopting.Order(**said), TODAY)


def communities(engine: Engine, day: date) -> Any:
    with transaction(engine, PLANNER) as connection:
        area = areas.find_area(connection, SUBDISTRICT, day, PLANNER)
        return layers.frame(connection, layers.select("communities", as_of=day, viewer=PLANNER, area=area))


def grids(engine: Engine, day: date) -> Any:
    with transaction(engine, PLANNER) as connection:
        area = areas.find_area(connection, "610199", day, PLANNER)
        return layers.frame(connection, layers.select("grids", as_of=day, viewer=PLANNER, area=area))


def counts(engine: Engine) -> dict[str, int]:
    with transaction(engine, PLANNER) as connection:
        names = ("area_version", "grid_version", "service_point_version", "lineage", "import_batch", "plan_event")
        return {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in names}


def test_the_course_needs_two_accounts_and_its_days(site: tuple[Engine, Benches, int]) -> None:
    engine, benches, number = site
    go = lambda viewer, to, day=TODAY, **more: course.go(  # noqa: E731
        engine, benches, viewer, number, course.Step(to, **more), day
    )
    with pytest.raises(BadInputError, match="次序"):
        go(CLERK, "上报")
    go(CLERK, "征求意见", days=30)
    with pytest.raises(BadInputError, match="不能再改单元"):
        hand.repair(engine, benches, CLERK, number, 2)
    hand.comment(engine, benches, CHECKER, number, "希望保留原名")
    with pytest.raises(BadInputError, match="还差 1 天"):
        go(CLERK, "上报", TODAY + timedelta(days=29))
    go(CLERK, "上报", TODAY + timedelta(days=30))
    with pytest.raises(NotAllowedError, match="两个账号"):
        go(CLERK, "批准", document_no="一号", effective=TODAY)
    with pytest.raises(BadInputError, match="批复文号和生效日期"):
        go(CHECKER, "批准", effective=TODAY)
    with pytest.raises(BadInputError, match="批准之后才能生效"):
        adopt(engine, benches, number)
    go(CHECKER, "草案", note="补充风险评估")
    with transaction(engine, PLANNER) as connection:
        said = plans.events(connection, number)
    assert [(one["to_state"], one["actor"]) for one in said] == [
        ("征求意见", "经办甲"),
        ("上报", "经办甲"),
        ("草案", "审核乙"),
    ]
    assert said[1]["detail"]["comments"] == 1


def test_adopted_for_a_day_to_come(site: tuple[Engine, Benches, int]) -> None:
    engine, benches, number = site
    day = TODAY + timedelta(days=60)
    approve(engine, benches, number, day)
    before, grids_before = communities(engine, TODAY), grids(engine, TODAY)
    done = adopt(engine, benches, number)
    assert done["state"] == "生效"
    # until the day nothing is another
    assert communities(engine, day - timedelta(days=1)).drop(columns="id").equals(before.drop(columns="id"))
    assert (grids(engine, TODAY)["code"] == grids_before["code"]).all()
    after = communities(engine, day)
    new = f"{SUBDISTRICT}P01"
    assert set(after["code"]) == set(before["code"]) | {new}
    old_row, was = after[after["code"] == MIXED].iloc[0], before[before["code"] == MIXED].iloc[0]
    new_row = after[after["code"] == new].iloc[0]
    assert old_row["uid"] == was["uid"]
    assert old_row["name"] == was["name"] != new_row["name"]
    # together they are the old ground, to the vertex, and nobody overlaps
    both = shapely.coverage_union_all([old_row.geometry, new_row.geometry])
    assert shapely.hausdorff_distance(shapely.boundary(both), shapely.boundary(was.geometry)) < 1e-8
    assert shapely.coverage_is_valid(np.array([old_row.geometry, new_row.geometry]))
    parts = [part["households"] for part in done["parts"]]
    assert [old_row["resident_households"], new_row["resident_households"]] == parts
    # grids follow their ground and are numbered anew in the new community only
    later = grids(engine, day)
    assert len(later) == len(grids_before)
    moved = later[later["community"] == new]
    assert len(moved) == done["grids"] > 0
    assert sorted(moved["code"]) == [f"{new}{one + 1:03d}" for one in range(len(moved))]
    inside = shapely.covers(shapely.buffer(new_row.geometry, 1e-7), moved.geometry.to_numpy())
    assert inside.all()
    stayed = later[later["community"] == MIXED]
    assert set(stayed["code"]) <= set(grids_before["code"])
    with transaction(engine, PLANNER) as connection:
        link = history.lineage_of(connection, new, PLANNER)
        assert [(one.old_code, one.new_code, one.kind, one.document_no, one.effective) for one in link] == [
            (MIXED, new, "split", "莲政函〔2026〕7号", day)
        ]


def test_services_follow_and_numbers_are_marked(site: tuple[Engine, Benches, int]) -> None:
    engine, benches, number = site
    with transaction(engine, PLANNER) as connection:
        uid = areas.find_area(connection, MIXED, TODAY, PLANNER).uid
    copied = hand.copy(engine, benches, CLERK, number, None)["id"]
    approve(engine, benches, number, TODAY)
    asked = coverage.Asked("610199", TODAY, PLANNER)
    with transaction(engine, PLANNER) as connection:
        before = coverage.stored(connection, asked, now())
        assert before is not None
        assert not before.stale
    done = adopt(engine, benches, number)
    with transaction(engine, PLANNER) as connection:
        after = coverage.stored(connection, asked, now())
        assert after is not None
        assert after.stale
        whole = areas.find_area(connection, "610199", TODAY, PLANNER)
        points = layers.frame(connection, layers.select("service_points", as_of=TODAY, viewer=PLANNER, area=whole))
        new = areas.find_area(connection, done["areas"][1]["code"], TODAY, PLANNER)
        assert not showing.whole(connection, benches, PLANNER, number, TODAY)["stale"]
        assert showing.whole(connection, benches, PLANNER, copied, TODAY)["stale"]
    inside = points[points.geometry.within(new.geom)]
    assert uid not in set(inside["serves_uid"])
    assert set(done["parts"][0]["coverage"]) == {"met", "required", "met_before", "required_before"}
    assert done["service_points"] == int((inside["serves_uid"] == new.uid).sum())
    # a second plan of the same run stands on ground that is no more
    with pytest.raises((BadInputError, ConflictError)):
        adopting.adopt(engine, benches, CHECKER, number, adopting.Order(), TODAY)


def test_a_broken_soft_rule_needs_its_sentence_and_a_taken_name_another(site: tuple[Engine, Benches, int]) -> None:
    engine, benches, number = site
    approve(engine, benches, number, TODAY)
    if waivers(engine, benches, number):
        with pytest.raises(BadInputError, match="特殊情况说明"):
            adopt(engine, benches, number, waivers={})
    other = communities(engine, TODAY)
    taken = other["name"][other["code"] != MIXED].iloc[0]
    with pytest.raises(BadInputError, match=f"已有{taken}"):
        adopt(engine, benches, number, names=("老社区", taken))


def test_a_cut_grid_blocks_until_it_is_divided(databases: Databases, seeded: tuple[str, int]) -> None:
    name = f"wangge_adopt_{next(SERIAL)}"
    databases.make(name, seeded[0])
    engine, benches = make_engine(databases.url(name)), Benches()
    made = making.create(engine, making.Order(MIXED, 2, 0.02), CLERK, TODAY)
    cut = next(one for one in made["plans"] if one["grids_split"])
    approve(engine, benches, cut["id"], TODAY)
    before = counts(engine)
    with pytest.raises(regridding.GridCutError, match="切开了网格"):
        adopt(engine, benches, cut["id"])
    assert counts(engine) == before
    old = grids(engine, TODAY)
    done = adopt(engine, benches, cut["id"], recut=True)
    now, new = grids(engine, TODAY), done["areas"][1]["code"]
    assert len(now) > len(old)
    assert now["code"].is_unique
    assert set(old["uid"]) <= set(now["uid"])
    ground = {row["code"]: row.geometry for _, row in communities(engine, TODAY).iterrows()}
    for code in (MIXED, new):
        mine = now[now["community"] == code]
        assert all(one.startswith(code) for one in mine["code"])
        joined = shapely.union_all(mine.geometry.to_numpy())
        # a metre in degrees is about 1e-5: no grid leaves its community by more than drawing does
        assert shapely.area(shapely.difference(joined, ground[code])) < 2 * 20e-10
    whole = shapely.area(shapely.union_all(now.geometry.to_numpy()))
    assert whole == pytest.approx(shapely.area(shapely.union_all(old.geometry.to_numpy())), rel=1e-6)
    adopting.revoke(engine, benches, CHECKER, cut["id"], None, TODAY, "八号")
    assert sorted(grids(engine, TODAY)["code"]) == sorted(old["code"])
    engine.dispose()


def test_changed_ground_is_refused(site: tuple[Engine, Benches, int]) -> None:
    engine, benches, number = site
    approve(engine, benches, number, TODAY)
    with transaction(engine, PLANNER) as connection:
        connection.execute(
            text("""UPDATE compound_version SET id = id + 1000000 WHERE id IN (
                SELECT v.id FROM compound_version v, area_version a
                WHERE a.code = :code AND ST_Covers(a.geom, v.geom) AND upper_inf(v.recorded) LIMIT 1)"""),
            {"code": MIXED},
        )
    with pytest.raises(ConflictError, match="数据已变化"):
        adopt(engine, benches, number)


@pytest.mark.parametrize("later", [0, 30])
def test_revoked_as_a_new_entry(site: tuple[Engine, Benches, int], later: int) -> None:
    engine, benches, number = site
    before, grids_before = communities(engine, TODAY), grids(engine, TODAY)
    approve(engine, benches, number, TODAY)
    adopt(engine, benches, number)
    day = TODAY + timedelta(days=later)
    with pytest.raises(BadInputError, match="不能早于"):
        adopting.revoke(engine, benches, CHECKER, number, None, TODAY - timedelta(days=1), "九号")
    done = adopting.revoke(engine, benches, CHECKER, number, None, day, "莲政函〔2026〕9号", "复核后撤销")
    assert done["state"] == "撤销"
    after = communities(engine, day)
    assert after.drop(columns=["id", "batch_id"]).equals(before.drop(columns=["id", "batch_id"]))
    assert (grids(engine, day)["code"] == grids_before["code"]).all()
    if later:
        assert len(communities(engine, day - timedelta(days=1))) == len(before) + 1
    with transaction(engine, PLANNER) as connection:
        links = history.lineage_of(connection, MIXED, PLANNER)
        assert sorted((one.kind, one.effective) for one in links) == sorted([("split", TODAY), ("merge", day)])


KILLED = """
import os, signal, sys
from datetime import date
from api.flows.plans import adopting
from api.flows.plans.shelf import Benches
from data import adoptions
from data.session import make_engine
from data.viewers import Viewer
write = adoptions.record_lineage
def die(*given, **named):
    write(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
adoptions.record_lineage = die
url, number, order = sys.argv[1], int(sys.argv[2]), adopting.Order(waivers=eval(sys.argv[3]))
checker, today = Viewer("规划", account="审核乙"), date.fromisoformat(sys.argv[4])
adopting.adopt(make_engine(url), Benches(), checker, number, order, today)
"""


def test_killed_in_the_middle_nothing_is_written(site: tuple[Engine, Benches, int]) -> None:
    engine, benches, number = site
    approve(engine, benches, number, TODAY)
    before, said = counts(engine), waivers(engine, benches, number)
    address = engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, address, str(number), repr(said), TODAY.isoformat()],
        env=dict(os.environ),
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert counts(engine) == before
    assert adopt(engine, benches, number)["state"] == "生效"
