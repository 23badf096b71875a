"""A database with the synthetic district that exports are read back into."""

from collections.abc import Iterator

import geopandas as gpd
import pytest
from sqlalchemy import Engine

from api.flows.sample import store_district
from data import session
from tests.conftest import MIGRATED, Databases


@pytest.fixture(scope="package")
def town(databases: Databases, sample: dict[str, gpd.GeoDataFrame]) -> Iterator[Engine]:
    """An engine on a district of its own; what is imported here must change nothing."""
    databases.make("wangge_exports", MIGRATED)
    made = session.make_engine(databases.url("wangge_exports"))
    with session.transaction(made) as connection:
        store_district(connection, sample, 7)
    yield made
    made.dispose()
