"""Communities joined, their border adjusted, and one divided into sub-areas: from the present state to adoption."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from api.access import today
from api.flows.plans import adopting, hand, making, showing
from api.flows.plans.shelf import Benches
from data import areas, history, layers
from data.session import make_engine, transaction
from data.viewers import PLANNER
from gis.errors import BadInputError
from tests.conftest import SERIAL, Databases

MIXED, SUBDISTRICT = "610199006016", "610199006"
TODAY = today()


@pytest.fixture(scope="module")
def engine(databases: Databases, sample_url: str) -> Iterator[Engine]:
    assert sample_url
    name = f"wangge_joint_{next(SERIAL)}"
    databases.make(name, "wangge_sample")
    made = make_engine(databases.url(name))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def benches() -> Benches:
    return Benches()


def communities(engine: Engine, day: date = TODAY) -> Any:
    with transaction(engine, PLANNER) as connection:
        area = areas.find_area(connection, SUBDISTRICT, day, PLANNER)
        return layers.frame(connection, layers.select("communities", as_of=day, viewer=PLANNER, area=area))


def neighbour(engine: Engine) -> str:
    """The community of the same subdistrict with the longest border with the mixed one."""
    rows = communities(engine)
    own = rows.geometry[rows["code"] == MIXED].iloc[0]
    rows = rows[rows["code"] != MIXED]
    length = shapely.length(shapely.intersection(shapely.boundary(own), shapely.boundary(rows.geometry.to_numpy())))
    return str(rows["code"].iloc[int(length.argmax())])


def whole(engine: Engine, benches: Benches, number: int) -> dict[str, Any]:
    with transaction(engine, PLANNER) as connection:
        return showing.whole(connection, benches, PLANNER, number, TODAY)


def adopt(engine: Engine, benches: Benches, number: int, day: date = TODAY) -> dict[str, Any]:
    waivers = {one["rule"]: "按实际情况保留" for one in whole(engine, benches, number)["broken"]}
    order = adopting.Order(document_no="一号", effective=day, waivers=waivers, registrar=True)
    return adopting.adopt(engine, benches, PLANNER, number, order, TODAY)


def test_the_border_between_two_is_adjusted_by_hand(engine: Engine, benches: Benches) -> None:
    other = neighbour(engine)
    before = communities(engine)
    made = making.create(engine, making.Order(MIXED, kind="边界微调", others=(other,)), PLANNER, TODAY)
    number = made["plans"][0]["id"]
    said = whole(engine, benches, number)
    assert said["moved_residents"] == 0
    assert said["legal"]
    assert said["proof"]["kind"] == "none"
    by_code = before.set_index("code")
    assert [part["name"] for part in said["parts"]] == [by_code["name"][MIXED], by_code["name"][other]]
    # a unit at the common border goes over and both stay whole
    for atom in [one for one, part in enumerate(said["assignment"]) if part == 1]:
        moved = hand.move(engine, benches, PLANNER, number, said["version"], [atom], 0)
        if moved["legal"] and moved["moved_residents"]:
            break
        said = hand.undo(engine, benches, PLANNER, number, moved["version"])
    assert moved["legal"]
    done = adopt(engine, benches, number)
    assert [one["code"] for one in done["areas"]] == [MIXED, other]
    after = communities(engine).set_index("code")
    assert set(after.index) == set(by_code.index)
    assert shapely.area(after.geometry[MIXED]) > shapely.area(by_code.geometry[MIXED])
    pair = [after.geometry[MIXED], after.geometry[other]]
    assert shapely.coverage_is_valid(np.array(pair))
    with transaction(engine, PLANNER) as connection:
        links = history.lineage_of(connection, MIXED, PLANNER)
    assert [(one.old_code, one.new_code, one.kind) for one in links] == [(other, MIXED, "adjust")]
    adopting.revoke(engine, benches, PLANNER, number, None, TODAY, "二号")
    back = communities(engine).set_index("code")
    assert shapely.equals_exact(back.geometry[MIXED], by_code.geometry[MIXED])


def test_two_are_joined_into_the_first(engine: Engine, benches: Benches) -> None:
    other, day = neighbour(engine), TODAY + timedelta(days=1)
    before = communities(engine).set_index("code")
    made = making.create(engine, making.Order(MIXED, kind="合并", others=(other,)), PLANNER, TODAY)
    number = made["plans"][0]["id"]
    said = whole(engine, benches, number)
    assert len(said["parts"]) == 1
    assert said["border_m"] == 0
    done = adopt(engine, benches, number, day)
    after = communities(engine, day).set_index("code")
    assert set(before.index) - set(after.index) == {other}
    joined = shapely.union_all([before.geometry[MIXED], before.geometry[other]])
    assert shapely.area(shapely.symmetric_difference(after.geometry[MIXED], joined)) < 1e-12
    assert after["resident_households"][MIXED] == done["parts"][0]["households"]
    both = before.loc[[MIXED, other], "undelivered_units"]
    assert both.isna().any() or after["undelivered_units"][MIXED] == both.sum()
    with transaction(engine, PLANNER) as connection:
        links = history.lineage_of(connection, MIXED, PLANNER)
    assert (other, MIXED, "merge") in [(one.old_code, one.new_code, one.kind) for one in links]
    adopting.revoke(engine, benches, PLANNER, number, None, day, "三号")
    assert set(communities(engine, day)["code"]) == set(before.index)


def test_sub_areas_stand_inside_the_community(engine: Engine, benches: Benches) -> None:
    before = communities(engine)
    made = making.create(engine, making.Order(MIXED, 2, 0.1, kind="划分片区"), PLANNER, TODAY)
    done = adopt(engine, benches, made["plans"][0]["id"])
    assert [one["code"] for one in done["areas"]] == [f"{MIXED}A01", f"{MIXED}A02"]
    assert communities(engine).equals(before)
    with transaction(engine, PLANNER) as connection:
        area = areas.find_area(connection, MIXED, TODAY, PLANNER)
        found = layers.frame(connection, layers.select("sub_areas", as_of=TODAY, viewer=PLANNER, area=area))
    assert list(found["parent_code"]) == [MIXED, MIXED]
    assert shapely.coverage_is_valid(found.geometry.to_numpy())


@pytest.mark.parametrize(
    ("others", "said"), [((), "两个以上"), ((MIXED,), "两个以上"), (("610199001001",), "同一个街道")]
)
def test_what_cannot_be_joined_is_refused(engine: Engine, others: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        making.create(engine, making.Order(MIXED, kind="合并", others=others), PLANNER, TODAY)
