"""Stored walks against the contract written again: the same centimetres for every compound."""

import geopandas as gpd
import pytest
from sqlalchemy import Engine, select

from data import tables as t
from tests.api import walk_oracle

SEARCH_CM = 150_000


@pytest.mark.parametrize("category", ["market", "elderly_daycare", "convenience"])
def test_every_walk_is_the_same_to_the_centimetre(
    sample: dict[str, gpd.GeoDataFrame], sample_engine: Engine, category: str
) -> None:
    expected = walk_oracle.walks(sample, category, SEARCH_CM)
    with sample_engine.connect() as connection:
        w = t.coverage_walk.c
        rows = connection.execute(select(w.compound_uid, w.net_cm).where(w.category == category)).all()
    stored = {uid: cm for uid, cm in rows if cm is not None}
    assert len(expected) > 500
    differing = {uid: (stored.get(uid), expected.get(uid)) for uid in stored.keys() | expected.keys()}
    differing = {uid: pair for uid, pair in differing.items() if pair[0] != pair[1]}
    assert differing == {}
