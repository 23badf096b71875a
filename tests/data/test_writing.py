"""Versions: what a write opens, closes, corrects and leaves alone."""

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import Connection, Engine, text

from data import batches, layers, storing
from data.session import transaction
from data.viewers import PLANNER
from data.writing import Change
from gis.errors import BadInputError

DAY_1, DAY_2, DAY_3 = date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1)


def points(*rows: tuple[str, str, float]) -> gpd.GeoDataFrame:
    uid, name, lon = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"uid": uid, "name": name}, geometry=gpd.points_from_xy(lon, [34.0] * len(lon)), crs=4490)


def write(
    connection: Connection,
    frame: gpd.GeoDataFrame,
    day: date,
    register: Sequence[str] | None = None,
    made_up: bool = False,
) -> Change:
    source = batches.Source("candidate_sites", "f", "d", day, synthetic=made_up)
    batch = batches.open_batch(connection, source, {})
    origin = storing.Origin(batch, day, made_up, None if register is None else tuple(register))
    return storing.STORES["candidate_sites"](connection, frame, origin)


def names(connection: Connection, day: date) -> dict[str, str]:
    frame = layers.frame(connection, layers.select("candidate_sites", as_of=day, viewer=PLANNER))
    return dict(zip(frame["uid"], frame["name"], strict=True))


def test_new_changed_and_equal_rows(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert write(connection, points(("a", "甲", 1), ("b", "乙", 2)), DAY_1) == Change(2, 0, 0, 0)
    with transaction(engine) as connection:
        assert write(connection, points(("a", "甲", 1), ("b", "丙", 2), ("c", "丁", 3)), DAY_2) == Change(1, 1, 1, 0)
    with transaction(engine) as connection:
        assert names(connection, DAY_1) == {"a": "甲", "b": "乙"}
        assert names(connection, DAY_2) == {"a": "甲", "b": "丙", "c": "丁"}
        assert names(connection, date(2024, 1, 1)) == {}


def test_the_same_import_twice_changes_nothing(engine: Engine) -> None:
    frame = points(("a", "甲", 1), ("b", "乙", 2))
    with transaction(engine) as connection:
        write(connection, frame, DAY_1)
    with transaction(engine) as connection:
        assert write(connection, frame, DAY_3) == Change(0, 0, 2, 0)
        assert connection.scalar(text("SELECT count(*) FROM candidate_site_version")) == 2


def test_a_difference_on_the_same_day_is_a_correction(engine: Engine) -> None:
    with transaction(engine) as connection:
        write(connection, points(("a", "甲", 1)), DAY_1)
    with transaction(engine) as connection:
        assert write(connection, points(("a", "改", 1)), DAY_1) == Change(0, 1, 0, 0)
    with transaction(engine) as connection:
        assert names(connection, DAY_1) == {"a": "改"}
        known = "SELECT name, valid, upper_inf(recorded) AS known FROM candidate_site_version ORDER BY id"
        rows = connection.execute(text(known)).all()
    assert [(row.name, row.known) for row in rows] == [("甲", False), ("改", True)]
    assert rows[0].valid == rows[1].valid


def test_older_data_comes_in_before_what_is_there(engine: Engine) -> None:
    with transaction(engine) as connection:
        write(connection, points(("a", "新", 1)), DAY_3)
    with transaction(engine) as connection:
        assert write(connection, points(("a", "旧", 1)), DAY_1) == Change(1, 0, 0, 0)
    with transaction(engine) as connection:
        assert [names(connection, day)["a"] for day in (DAY_1, DAY_2, DAY_3)] == ["旧", "旧", "新"]


def test_a_register_closes_what_it_lacks(engine: Engine) -> None:
    with transaction(engine) as connection:
        write(connection, points(("a", "甲", 1), ("b", "乙", 2), ("z", "远", 9)), DAY_1)
    with transaction(engine) as connection:
        change = write(connection, points(("a", "甲", 1)), DAY_2, register=["a", "b"])
        assert change == Change(0, 0, 1, 1)
    with transaction(engine) as connection:
        assert names(connection, DAY_1) == {"a": "甲", "b": "乙", "z": "远"}
        assert names(connection, DAY_2) == {"a": "甲", "z": "远"}


def test_real_and_made_up_rows_never_share_a_number(engine: Engine) -> None:
    with transaction(engine) as connection:
        write(connection, points(("a", "合成", 1)), DAY_1, made_up=True)
    with pytest.raises(BadInputError, match="合成示例数据"), transaction(engine) as connection:
        write(connection, points(("a", "真实", 1), ("b", "真实", 2)), DAY_1)
    with transaction(engine) as connection:
        assert names(connection, DAY_1) == {"a": "合成"}


def test_hostile_text_is_stored_as_text(engine: Engine) -> None:
    evil = "'); DROP TABLE area; --\t\\N\n\"<script>"
    with transaction(engine) as connection:
        write(connection, points(("a", evil, 1)), DAY_1)
        assert names(connection, DAY_1) == {"a": evil}


def area(code: str, parent: str | None, level: str, box: tuple[float, ...] | None) -> dict[str, object]:
    return {
        "code": code,
        "name": f"区{code}",
        "parent_code": parent,
        "level": level,
        "geometry": None if box is None else shapely.box(*box),
    }


def test_a_code_table_keeps_the_border_it_does_not_know(engine: Engine) -> None:
    drawn = gpd.GeoDataFrame([area("610104", None, "district", (108, 34, 109, 35))], geometry="geometry", crs=4490)
    listed = [area("610104", None, "district", None), area("610104001", "610104", "subdistrict", None)]
    with transaction(engine) as connection:
        batch = batches.open_batch(connection, batches.Source("areas", "f", "d", DAY_1), {})
        storing.store_areas(connection, drawn, storing.Origin(batch, DAY_1, False))
    with transaction(engine) as connection:
        batch = batches.open_batch(connection, batches.Source("codes", "f", "e", DAY_2), {})
        table = gpd.GeoDataFrame(pd.DataFrame(listed), geometry="geometry", crs=4490)
        assert storing.store_areas(connection, table, storing.Origin(batch, DAY_2, False)) == Change(1, 0, 1, 0)
    with transaction(engine) as connection:
        districts = layers.frame(connection, layers.select("districts", as_of=DAY_3, viewer=PLANNER))
        assert districts.geometry.iloc[0].bounds == (108, 34, 109, 35)
        streets = layers.frame(connection, layers.select("subdistricts", as_of=DAY_3, viewer=PLANNER))
        assert streets["parent_code"].tolist() == ["610104"]


def test_a_new_draft_takes_back_the_borders_of_the_old_one(engine: Engine) -> None:
    """The neighbour that grows over a community no longer drawn does not meet its old border."""
    first = [
        area("610104001001", None, "community", (108, 34, 108.1, 34.1)) | {"status": "draft"},
        area("610104001002", None, "community", (108.1, 34, 108.2, 34.1)) | {"status": "draft"},
    ]
    second = [
        area("610104001001", None, "community", (108, 34, 108.2, 34.1)) | {"status": "draft"},
        area("610104001002", None, "community", None) | {"status": "legal"},
    ]
    for day, rows in ((DAY_1, first), (DAY_2, second)):
        with transaction(engine) as connection:
            batch = batches.open_batch(connection, batches.Source("draft", "f", str(day), day), {})
            frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=4490)
            storing.store_areas(connection, frame, storing.Origin(batch, day, False), redrafted=True)
    with transaction(engine) as connection:
        now = layers.frame(connection, layers.select("communities", as_of=DAY_3, viewer=PLANNER)).set_index("code")
        assert now["status"].to_dict() == {"610104001001": "draft", "610104001002": "legal"}
        assert now.geometry["610104001002"] is None
        then = layers.frame(connection, layers.select("communities", as_of=DAY_1, viewer=PLANNER))
        assert then.geometry.notna().all()


def test_nothing_of_a_failed_write_remains(engine: Engine) -> None:
    twice = points(("a", "甲", 1), ("a", "乙", 2))
    with pytest.raises(BadInputError), transaction(engine) as connection:
        write(connection, twice, DAY_1)
    with transaction(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM import_batch")) == 0
        assert connection.scalar(text("SELECT count(*) FROM candidate_site")) == 0
