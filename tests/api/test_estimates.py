"""Households estimated on request: exact totals, flagged people, results kept apart from the measured ones."""

from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.access import now, today
from api.cli.tables import coverage_table
from api.flows import coverage
from api.flows.district import district_of, frames_of, rules_of
from api.flows.sample import CODE, store_district
from api.main import create_app
from api.settings import Settings
from data import session
from data.viewers import PLANNER
from tests.conftest import MIGRATED, Databases

DAY = today()
BLANK = ["households", "residents", "elderly", "elderly_80", "children"]


@pytest.fixture(scope="module")
def holed(databases: Databases, sample: dict[str, gpd.GeoDataFrame]) -> Iterator[Engine]:
    """The sample district with every seventh compound left uncounted."""
    databases.make("wangge_holed", MIGRATED)
    engine = session.make_engine(databases.url("wangge_holed"))
    compounds = sample["compounds"].copy()
    compounds.loc[compounds.index % 7 == 0, BLANK] = np.nan
    with session.transaction(engine) as connection:
        store_district(connection, sample | {"compounds": compounds}, 7)
    yield engine
    engine.dispose()


def frames(engine: Engine, estimate: bool) -> Mapping[str, gpd.GeoDataFrame]:
    with session.transaction(engine) as connection:
        district = district_of(connection, CODE, DAY, PLANNER)
        return frames_of(connection, district, DAY, PLANNER, rules_of("merged", estimate=estimate))


def test_totals_are_those_of_the_communities(holed: Engine) -> None:
    found = frames(holed, estimate=True)
    compounds, communities = found["compounds"], found["communities"]
    guessed = compounds["estimate_method"] != ""
    assert guessed.sum() == np.ceil(len(compounds) / 7)
    assert set(compounds["estimate_method"][guessed]) <= {"units", "floor_area", "neighbours"}
    per = compounds.groupby("community")["households"].sum()
    assert (per == communities.set_index("code")["resident_households"].reindex(per.index)).all()
    assert compounds["residents_estimated"][guessed].all()
    assert not compounds["residents_estimated"][~guessed].any()


def test_nothing_is_estimated_unasked(holed: Engine) -> None:
    compounds = frames(holed, estimate=False)["compounds"]
    assert compounds["households"].isna().sum() == np.ceil(len(compounds) / 7)
    assert not compounds["residents_estimated"].any()


def test_an_estimated_result_says_so_and_stands_apart(holed: Engine) -> None:
    asked = coverage.Asked(CODE, DAY, PLANNER, estimate=True)
    found = coverage.ensure(holed, asked, now())
    with session.transaction(holed) as connection:
        card = coverage.scorecard(connection, found, None)
        plain = coverage.Asked(CODE, DAY, PLANNER)
        assert coverage.stored(connection, plain, now()) is None
        assert coverage.stored(connection, asked, now()) == found
    items = card["items"]
    assert isinstance(items, list)
    everyone = next(one for one in items if one["group"] == "all")
    assert 0 < everyone["people_estimated"] < everyone["people"] / 2
    said = card["estimated"]
    assert isinstance(said, dict)
    assert said["compounds"] == sum(said["methods"].values()) == 144
    assert said["exceeded"] == []
    assert "推算：全区 144 个小区" in str(coverage_table(card).renderables[0])
    assert "by_compound" not in said


def test_every_compound_says_whether_it_is_estimated_and_the_page_offers_it(holed: Engine) -> None:
    settings = Settings(database_url=holed.url.render_as_string(hide_password=False), open=True, requests_per_s=0)
    with TestClient(create_app(settings)) as client:
        plain = client.get(f"/api/coverage/{CODE}/items/pharmacy").json()["compounds"]
        guessed = client.get(f"/api/coverage/{CODE}/items/pharmacy?estimate=true").json()["compounds"]
        page = client.get(f"/maps/coverage/{CODE}").text
        other = client.get(f"/maps/coverage/{CODE}?estimate=true").text
    missing = {one["uid"] for one in plain if one["households"] is None}
    assert len(missing) == 144
    assert not any(one["households_estimated"] for one in plain)
    assert {one["uid"] for one in guessed if one["households_estimated"]} == missing
    assert all(one["households"] is not None and one["estimated"] for one in guessed if one["uid"] in missing)
    assert "144 个小区没有户数，没有算进人数" in page
    assert "144 个小区没有户数，按推算的算" in other
