"""Where positions lie, held against PostGIS, borders included; fresh after a write; within the viewer's scope."""

import json
from collections.abc import Iterator
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, text

from api.flows import standing
from data import batches, storing
from data.quick import Reader
from data.session import transaction
from data.viewers import PLANNER, Viewer
from gis.over import Ground

DAY = date(2026, 11, 21)
ORACLE = text("""
    SELECT p.n, i.level, min(v.code)
    FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY p(x, y, n)
    JOIN area_version v ON ST_Covers(v.geom, ST_SetSRID(ST_MakePoint(p.x, p.y), 4490))
    JOIN area i USING (uid) WHERE upper_inf(v.recorded) AND v.valid @> CAST(:day AS date) GROUP BY p.n, i.level""")


@pytest.fixture
def reader(sample_url: str) -> Iterator[Reader]:
    made = Reader(sample_url)
    yield made
    made.dispose()


def test_answers_equal_postgis_on_borders_too(
    sample_engine: Engine, reader: Reader, sample: dict[str, gpd.GeoDataFrame]
) -> None:
    borders = sample["communities"].geometry
    corners = shapely.get_coordinates(borders.to_numpy())[::7]
    west, south, east, north = borders.total_bounds
    rng = np.random.default_rng(5)
    anywhere = np.column_stack([rng.uniform(west, east, 1500), rng.uniform(south, north, 1500)])
    xy = np.concatenate([corners, anywhere])
    known = standing.Standing(sample_engine, reader).of(DAY)
    chains = [json.loads(one) for one in standing.located(known, PLANNER, xy.tolist(), "wgs84")]
    with transaction(sample_engine, PLANNER) as connection:
        found = connection.execute(ORACLE, {"lon": xy[:, 0].tolist(), "lat": xy[:, 1].tolist(), "day": DAY}).all()
    wanted: dict[int, dict[str, str]] = {}
    for number, level, code in found:
        wanted.setdefault(number - 1, {})[level] = code
    got = {
        place: {one["level"]: one["code"] for one in chain["areas"]}
        for place, chain in enumerate(chains)
        if chain["areas"]
    }
    assert len(got) > len(corners)
    assert got == wanted
    alone = [json.loads(standing.located(known, PLANNER, [one], "wgs84")[0]) for one in xy[:300].tolist()]
    assert alone == chains[:300]


def test_many_positions_keep_their_order(
    sample_engine: Engine, reader: Reader, sample: dict[str, gpd.GeoDataFrame]
) -> None:
    known = standing.Standing(sample_engine, reader).of(DAY)
    inside = sample["communities"].geometry.representative_point()
    xy = np.tile(shapely.get_coordinates(inside.to_numpy()), (200, 1))
    made = standing.located(known, PLANNER, xy, "wgs84")
    assert len(made) == 200 * len(inside)
    assert made[: len(inside)] * 200 == made


def test_what_is_smaller_than_a_community_is_for_its_own_scope() -> None:
    said = {level: f'{{"level":"{level}"}}' for level in ("community", "sub_area", "grid")}
    links = (
        standing.Link("community", "610199001001", True, "", said["community"]),
        standing.Link("sub_area", "610199001001A01", True, "", said["sub_area"]),
        standing.Link("grid", "610199001001001", True, "610199001001", said["grid"]),
    )
    box = shapely.box(0, 0, 1, 1)
    borders = standing.Borders((), Ground(np.array([box, box, box], dtype=object)), links)
    everything = ["community", "sub_area", "grid"]
    for viewer, levels in (
        (PLANNER, everything),
        (Viewer("社区", "610199001001"), everything),
        (Viewer("网格长", "610199001001001"), ["community", "grid"]),
        (Viewer("社区", "610199001002"), ["community"]),
    ):
        chain = json.loads(borders.answer(viewer, 0.5, 0.5))
        assert [one["level"] for one in chain["areas"]] == levels, viewer


def test_a_write_is_seen_when_it_is_done(engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "FRESH_S", 0.0)
    reader = Reader(database_url)
    known = standing.Standing(engine, reader)
    assert _codes(known) == []
    with transaction(engine, PLANNER) as connection:
        source = batches.Source("areas", "a.gpkg", "0", DAY)
        origin = storing.Origin(batches.open_batch(connection, source, {}), DAY, synthetic=False)
        row = {"code": "610104", "name": "莲湖区", "parent_code": "6101", "level": "district"}
        frame = gpd.GeoDataFrame([row], geometry=[shapely.box(108.8, 34.2, 109.0, 34.3)], crs=4490)
        storing.store_areas(connection, frame, origin)
        assert _codes(known) == []
    assert _codes(known) == ["610104"]
    assert known.of(DAY) is known.of(DAY)
    reader.dispose()


def test_positions_that_are_no_numbers_lie_nowhere() -> None:
    ground = Ground(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], dtype=object))
    position, polygon = ground.over(np.array([[np.nan, 0.5], [1.0, 0.5], [np.inf, 0.0], [5.0, 5.0]]))
    assert (position.tolist(), polygon.tolist()) == ([1, 1], [0, 1])


def _codes(known: standing.Standing) -> list[str]:
    answer = json.loads(standing.located(known.of(DAY), PLANNER, [(108.9, 34.25)], "wgs84")[0])
    return [one["code"] for one in answer["areas"]]
