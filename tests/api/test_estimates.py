"""Households estimated on request: exact totals, flagged people, results kept apart from the measured ones."""

from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import pytest
from sqlalchemy import Engine

from api.access import now, today
from api.cli.tables import coverage_table
from api.flows import coverage
from api.flows.district import district_of, frames_of, rules_of
from api.flows.sample import CODE, store_district
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
