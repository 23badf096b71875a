"""Every file with a deliberate fault is found out, and for that fault alone."""

from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from sqlalchemy import Engine

from api.flows import importing
from data.sample.traps import TRAPS, write_traps
from data.session import transaction
from data.viewers import PLANNER

DAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def folder(sample: dict[str, gpd.GeoDataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("traps")
    assert set(write_traps(sample, made)) == set(TRAPS)
    return made


@pytest.mark.parametrize("code", TRAPS)
def test_a_trap_yields_exactly_its_code(sample_engine: Engine, folder: Path, code: str) -> None:
    order = importing.Order("areas", folder / f"{code.lower()}.geojson", DAY)
    parsed = importing.parse(sample_engine, order, PLANNER, DAY)
    with transaction(sample_engine, PLANNER) as connection:
        judged, _ = importing.judge(connection, parsed, order, PLANNER, DAY, offer=False)
    found = judged.parsed.findings
    assert {one.code for one in found} - {"ALL_OR_NOTHING"} == {code}
    placed = [one for one in found if one.code == code and one.row is not None]
    assert all(one.lon is not None for one in placed if one.field == "geometry")
    if code not in ("DATUM_OFFSET", "ABSURD_COUNT"):
        refused = any(one.refuses for one in found)
        assert refused == (len(judged.parsed.frame) == 0)
