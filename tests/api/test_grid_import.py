"""Grids from file to layer: sets, tiers, communities, leaders, dates, and what keeps them out."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from api.flows import importing
from data import grids, layers, tables
from data.areas import find_area
from data.session import transaction
from data.viewers import PLANNER, Viewer
from tests.data import ground
from tests.data.ground import EAST, WEST, box

DAY_1, DAY_2, TODAY = date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1)


@pytest.fixture
def district(engine: Engine) -> Engine:
    """A database with two communities."""
    with transaction(engine) as connection:
        ground.store_areas(connection, ground.whole_district(), DAY_1)
    return engine


def load(engine: Engine, frame: gpd.GeoDataFrame, folder: Path, day: date = DAY_1, **more: object) -> importing.Outcome:
    path = folder / "grids.gpkg"
    frame.to_file(path, driver="GPKG", engine="pyogrio")
    order = importing.Order("grids", path, day, **more)  # type: ignore[arg-type]
    return importing.run(engine, order, PLANNER, TODAY, folder / "kept")


def layer(engine: Engine, day: date = TODAY, **more: object) -> gpd.GeoDataFrame:
    with transaction(engine) as connection:
        return layers.frame(connection, layers.select("grids", as_of=day, viewer=PLANNER, **more))  # type: ignore[arg-type]


def codes_of(outcome: importing.Outcome) -> Mapping[str, int]:
    return outcome.parsed.counts


def test_grids_come_back_as_they_went_in(district: Engine, tmp_path: Path) -> None:
    sent = ground.grids().assign(resident_households=[300, 400, 500, 600], population=[None, 900, 1000, 1100])
    outcome = load(district, sent, tmp_path)
    assert outcome.change is not None
    assert outcome.change.added == 4
    found = layer(district).sort_values("code", ignore_index=True)
    assert found["code"].tolist() == sent["code"].tolist()
    assert found["resident_households"].tolist() == [300, 400, 500, 600]
    assert set(found["set"]) == {"综治"}
    assert set(found["community"]) == set(found["parent_code"]) == {WEST}
    assert (found["tier"] == 1).all()
    assert found.geometry.geom_equals_exact(sent.geometry, 1e-9).all()
    again = load(district, sent, tmp_path)
    assert again.change is not None
    assert (again.change.added, again.change.changed, again.change.unchanged) == (0, 0, 4)


def test_an_export_imports_as_no_change(district: Engine, tmp_path: Path) -> None:
    sent = ground.grids()
    tiers = pd.concat([sent, box_grid(WEST + "011", 0, 0, 100, 200)], ignore_index=True)
    tiers = tiers.assign(tier=[1, 1, 1, 1, 2], parent_code=[WEST] * 4 + [WEST + "001"], kind=["专属"] + ["基础"] * 4)
    load(district, tiers, tmp_path)
    out = layer(district).drop(columns=["id", "uid", "batch_id"])
    assert out.set_index("code").loc[WEST + "011", "parent_code"] == WEST + "001"
    again = load(district, out, tmp_path, day=DAY_2)
    assert again.change is not None
    assert (again.change.added, again.change.changed, again.change.unchanged, again.change.closed) == (0, 0, 5, 0)


def box_grid(code: str, *sides: float) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": [code], "name": [code]}, geometry=[box(*sides)], crs=4490)


def test_sets_stand_beside_each_other_and_can_be_chosen(district: Engine, tmp_path: Path) -> None:
    load(district, ground.grids(columns=2), tmp_path)
    load(district, ground.grids(columns=4), tmp_path, grid_set="党建")
    assert len(layer(district)) == 12
    assert len(layer(district, grid_set="党建")) == 8
    assert len(layer(district, grid_set="党建", tier=2)) == 0
    with transaction(district) as connection:
        said = grids.list_sets(connection, PLANNER, TODAY)
    assert said == [
        {"scope": "610104", "name": "党建", "synthetic": False, "grids": 8},
        {"scope": "610104", "name": "综治", "synthetic": False, "grids": 4},
    ]


def test_grids_of_an_area_of_a_day_and_of_a_viewer(district: Engine, tmp_path: Path) -> None:
    both = pd.concat([ground.grids(), ground.grids(EAST, 400)], ignore_index=True)
    load(district, both, tmp_path, day=DAY_2)
    assert len(layer(district, DAY_1)) == 0
    with transaction(district) as connection:
        west = find_area(connection, WEST, TODAY, PLANNER)
        chosen = layers.select("grids", as_of=TODAY, viewer=PLANNER, area=west)
        assert set(layers.frame(connection, chosen)["community"]) == {WEST}
        own = layers.select("grids", as_of=TODAY, viewer=Viewer("社区", EAST))
        assert set(layers.frame(connection, own)["community"]) == {EAST}


def test_a_change_in_the_future_waits_for_its_day(district: Engine, tmp_path: Path) -> None:
    future = date(2026, 7, 1)
    load(district, ground.grids(columns=2), tmp_path)
    load(district, ground.grids(columns=4), tmp_path, day=future, inventory=True, area="610104")
    assert len(layer(district, TODAY)) == 4
    assert len(layer(district, future)) == 8


def test_a_complete_register_closes_the_grids_it_lacks_in_its_set_only(district: Engine, tmp_path: Path) -> None:
    load(district, ground.grids(), tmp_path)
    load(district, ground.grids(), tmp_path, grid_set="党建")
    outcome = load(district, ground.grids().iloc[:3], tmp_path, day=DAY_2, inventory=True, area="610104")
    assert outcome.change is not None
    assert outcome.change.closed == 1
    assert layer(district).groupby("set").size().to_dict() == {"党建": 4, "综治": 3}


def test_one_faulty_grid_keeps_all_out(district: Engine, tmp_path: Path) -> None:
    stray = pd.concat([ground.grids(), box_grid("610104001009001", 500, 0, 510, 10)], ignore_index=True)
    outcome = load(district, stray, tmp_path)
    assert outcome.refused
    assert {"NO_PARENT", "ALL_OR_NOTHING"} <= set(codes_of(outcome))
    assert len(layer(district)) == 0


def test_grids_of_one_set_and_tier_never_overlap(district: Engine, tmp_path: Path) -> None:
    load(district, ground.grids(), tmp_path)
    load(district, box_grid(WEST + "021", 0, 0, 100, 100).assign(tier=2), tmp_path)
    load(district, box_grid(WEST + "001", 0, 0, 300, 300), tmp_path, grid_set="城管")
    outcome = load(district, box_grid(WEST + "022", 0, 0, 100, 100), tmp_path)
    assert outcome.refused
    (found,) = (one for one in outcome.parsed.findings if one.code == "OVERLAP")
    assert found.involved == (f"{WEST}022", f"{WEST}001")


def test_leaders_are_kept_with_the_time_they_led(district: Engine, tmp_path: Path) -> None:
    first = ground.grids().assign(网格长=["张工", "李工", None, "赵工"], 工作电话=["029-88880001", None, None, "110"])
    assert load(district, first, tmp_path).report["leaders"] == 3
    second = ground.grids().assign(网格长=["张工", "王工", None, None], 工作电话=["029-88880001", "120", None, None])
    told = load(district, second, tmp_path, day=DAY_2)
    assert told.report["leaders"] == 1
    assert (told.change.changed, told.change.unchanged) == (0, 4)
    uid = dict(zip(layer(district)["code"].str[-3:], layer(district)["uid"], strict=True))
    with transaction(district) as connection:
        before = grids.staff_of(connection, uid.values(), DAY_1)
        after = grids.staff_of(connection, uid.values(), TODAY)
        corrected = connection.scalar(text("SELECT count(*) FROM grid_staff WHERE NOT upper_inf(recorded)"))
    assert before[uid["002"]] == [{"role": "网格长", "name": "李工", "work_phone": None}]
    assert after[uid["002"]] == [{"role": "网格长", "name": "王工", "work_phone": "120"}]
    assert after[uid["001"]] == before[uid["001"]]
    assert after[uid["004"]] == before[uid["004"]]
    assert uid["003"] not in after
    assert corrected == 1


def test_a_dry_run_says_the_same_and_writes_nothing(district: Engine, tmp_path: Path) -> None:
    outcome = load(district, box_grid(WEST + "001", -50, 0, 200, 200), tmp_path, dry_run=True)
    assert outcome.refused
    assert "OUTSIDE_PARENT" in codes_of(outcome)
    assert len(layer(district)) == 0


def staff(engine: Engine, rows: list[tuple[str, ...]], folder: Path, day: date) -> importing.Outcome:
    path = folder / "staff.csv"
    path.write_text("\n".join(",".join(row) for row in [("网格代码", "岗位", "姓名", "工作电话"), *rows]), "utf-8")
    return importing.run(engine, importing.Order("staff", path, day), PLANNER, TODAY, folder / "kept")


def people(engine: Engine, code: str, day: date) -> list[tuple[str, str]]:
    with transaction(engine) as connection:
        query = layers.select("grids", as_of=day, viewer=PLANNER).where(tables.grid_version.c.code == code)
        uids = layers.frame(connection, query)["uid"].tolist()
        found = grids.staff_of(connection, uids, day)
    return [(str(one["role"]), str(one["name"])) for uid in uids for one in found.get(uid, [])]


def test_staff_come_by_themselves_and_each_post_is_listed_whole(district: Engine, tmp_path: Path) -> None:
    load(district, ground.grids(), tmp_path)
    one, other = WEST + "001", WEST + "002"
    first = [(one, "网格长", "甲", "029-1"), (one, "专职网格员", "乙", ""), (one, "专职网格员", "丙", "")]
    assert staff(district, [*first, (other, "", "丁", "")], tmp_path, DAY_1).report["leaders"] == 4
    assert people(district, other, DAY_1) == [("网格长", "丁")]
    done = staff(district, [(one, "专职网格员", "乙", ""), (one, "专职网格员", "戊", "")], tmp_path, DAY_2)
    assert done.change is not None
    assert (done.change.changed, done.change.unchanged) == (1, 1)
    assert set(people(district, one, DAY_1)) == {("网格长", "甲"), ("专职网格员", "乙"), ("专职网格员", "丙")}
    assert set(people(district, one, DAY_2)) == {("网格长", "甲"), ("专职网格员", "乙"), ("专职网格员", "戊")}


def test_staff_rows_without_a_grid_or_twice_are_refused_one_by_one(district: Engine, tmp_path: Path) -> None:
    load(district, ground.grids(), tmp_path)
    rows = [(WEST + "001", "网格长", "甲", ""), (WEST + "099", "网格长", "乙", ""), (WEST + "001", "网格长", "甲", "")]
    rows += [("12", "网格长", "丙", ""), (WEST + "002", "网格长", "", "")]
    outcome = staff(district, rows, tmp_path, DAY_1)
    assert codes_of(outcome) == {"NO_PARENT": 1, "CODE_DUPLICATE": 1, "CODE_INVALID": 1, "VALUE_UNREADABLE": 1}
    assert (outcome.parsed.accepted, outcome.parsed.refused) == (1, 4)
    assert people(district, WEST + "001", DAY_1) == [("网格长", "甲")]
