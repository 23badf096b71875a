"""Borders of one level never overlap: what the database refuses, what it lets pass, and who wins of two writers."""

import threading
from collections.abc import Mapping
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from data import batches, storing
from data.session import make_engine, transaction
from data.viewers import PLANNER
from gis.errors import BadInputError, CodeTwiceError, ConflictError, OverlapError

DAY_1, DAY_2, DAY_3 = date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1)
WEST, EAST = "610104001001", "610104001002"
METRE = 1 / 111_000  # about a metre of latitude, in degrees
STREET = 50 * METRE


def frame(borders: Mapping[str, shapely.Geometry], status: str) -> gpd.GeoDataFrame:
    rows = [{"code": code, "name": f"社区{code[-3:]}", "status": status} for code in borders]
    made = gpd.GeoDataFrame(rows, geometry=list(borders.values()), crs=4490)
    return made.assign(level="community", parent_code=None)


def store(
    connection: Connection,
    borders: Mapping[str, shapely.Geometry],
    day: date = DAY_1,
    made_up: bool = False,
    status: str = "legal",
) -> None:
    batch = batches.open_batch(connection, batches.Source("areas", "f", "d", day, synthetic=made_up), {})
    storing.store_areas(connection, frame(borders, status), storing.Origin(batch, day, made_up))


def stored(engine: Engine) -> list[str]:
    with transaction(engine) as connection:
        query = "SELECT code FROM area_version WHERE upper_inf(recorded) ORDER BY code, valid"
        return list(connection.scalars(text(query)))


def box(west: float, east: float, north: float = 100) -> shapely.Polygon:
    """A box in metres from a corner in Xi'an."""
    return shapely.box(108.9 + west * METRE, 34.2, 108.9 + east * METRE, 34.2 + north * METRE)


def test_an_overlap_is_refused_and_both_codes_are_named(engine: Engine) -> None:
    with pytest.raises(OverlapError, match=f"{WEST} 和 {EAST} 的边界重叠"), transaction(engine) as connection:
        store(connection, {EAST: box(90, 200), WEST: box(0, 100)})
    assert stored(engine) == []


def test_an_overlap_with_what_is_there_is_refused(engine: Engine) -> None:
    with transaction(engine) as connection:
        store(connection, {WEST: box(0, 100)})
    with pytest.raises(OverlapError), transaction(engine) as connection:
        store(connection, {EAST: box(90, 200)}, status="draft")
    assert stored(engine) == [WEST]


@pytest.mark.parametrize(("shared_m2", "refused"), [(0.04, False), (0.06, True)])
def test_noise_below_the_tolerance_passes(engine: Engine, shared_m2: float, refused: bool) -> None:
    # a degree of longitude is shorter than one of latitude: measure the width of the shared strip by the ellipsoid
    with transaction(engine) as connection:
        strip = shapely.box(108.9, 34.2, 108.9 + METRE, 34.2 + 100 * METRE)
        whole = "SELECT ST_Area(ST_GeomFromText(:wkt, 4490)::geography)"
        wide_m2 = connection.scalar(text(whole), {"wkt": strip.wkt})
    both = {WEST: box(0, 100), EAST: box(100 - shared_m2 / wide_m2, 200)}
    if refused:
        with pytest.raises(OverlapError), transaction(engine) as connection:
            store(connection, both)
    else:
        with transaction(engine) as connection:
            store(connection, both)


def test_slivers_at_a_junction_with_a_vertex_on_one_side_pass(engine: Engine) -> None:
    # one slanting border of 50 m; a neighbour's corner in its middle, rounded as stored, lies beside it
    start, end = np.array([108.9, 34.2]), np.array([108.9 + 0.37 * STREET, 34.2 + STREET])
    offset = np.array([STREET, 0.0])
    corner = np.round((start + end) / 2, 9)
    west = shapely.Polygon([start, end, start - offset])
    south = shapely.Polygon([start, corner, corner + offset])
    north = shapely.Polygon([corner, end, corner + offset])
    with transaction(engine) as connection:
        store(connection, {WEST: west, EAST: south, "610104001003": north})
    assert len(stored(engine)) == 3


def test_touching_other_levels_realms_and_times_pass(engine: Engine) -> None:
    with transaction(engine) as connection:
        store(connection, {WEST: box(0, 100), EAST: box(100, 200)})
    with transaction(engine) as connection:
        store(connection, {"610199001001": box(0, 200)}, made_up=True)
    with transaction(engine) as connection:
        store(connection, {WEST: box(0, 80), EAST: box(80, 200)}, DAY_2)
    assert len(stored(engine)) == 5


def test_a_future_change_that_would_overlap_is_refused(engine: Engine) -> None:
    with transaction(engine) as connection:
        store(connection, {WEST: box(0, 100), EAST: box(100, 200)})
    with pytest.raises(OverlapError), transaction(engine) as connection:
        store(connection, {WEST: box(0, 110)}, DAY_3)
    assert stored(engine) == [WEST, EAST]


def test_a_border_that_crosses_itself_is_refused(engine: Engine) -> None:
    bow = shapely.Polygon([(108.9, 34.2), (108.91, 34.21), (108.91, 34.2), (108.9, 34.21)])
    with pytest.raises(BadInputError, match="自相交"), transaction(engine) as connection:
        store(connection, {WEST: bow})


def test_a_code_means_one_area_at_a_time(engine: Engine, database_url: str) -> None:
    with transaction(engine) as connection:
        store(connection, {WEST: box(0, 100)})
        store(connection, {EAST: box(100, 200)})
    # row-level security hides the key of a refused row from whoever it applies to: a writing site is told all the same
    site = make_engine(database_url, serving=True)
    for writer in (engine, site):
        with pytest.raises(CodeTwiceError, match=f"代码 {WEST} 在同一时间"), transaction(writer, PLANNER) as connection:
            connection.execute(text("UPDATE area_version SET code = :code"), {"code": WEST})
    site.dispose()
    assert stored(engine) == [WEST, EAST]


def test_of_two_writers_at_once_exactly_one_wins(engine: Engine) -> None:
    both_written, ends = threading.Barrier(2), []

    def write(code: str, border: shapely.Polygon) -> None:
        try:
            with transaction(engine) as connection:
                insert_straight(connection, code, border)
                both_written.wait(timeout=20)
            ends.append(code)
        except OverlapError as error:
            ends.append(error.code)

    threads = [
        threading.Thread(target=write, args=(WEST, box(0, 100))),
        threading.Thread(target=write, args=(EAST, box(90, 200))),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(ends)[1] == "OVERLAP"
    assert stored(engine) == sorted(ends)[:1]


def insert_straight(connection: Connection, code: str, border: shapely.Polygon) -> None:
    """A row without the write flow and its locks, as a second program would write it."""
    batch = batches.open_batch(connection, batches.Source("areas", "f", "d", DAY_1), {})
    words = {"code": code, "batch": batch, "wkt": border.wkt}
    connection.execute(text("INSERT INTO area VALUES (:code, false, 'community')"), words)
    row = """INSERT INTO area_version (uid, valid, batch_id, row_digest, code, name, status, geom)
        VALUES (:code, '[2025-01-01,)', :batch, '', :code, '社区', 'legal', ST_GeomFromText(:wkt, 4490))"""
    connection.execute(text(row), words)


def test_a_snapshot_that_would_not_see_the_other_writer_may_not_write(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        insert_straight(connection, WEST, box(0, 100))
        with pytest.raises(Exception, match="read committed"):
            connection.commit()
    assert stored(engine) == []


def test_writers_that_wait_for_each_other_are_told_to_try_again(engine: Engine) -> None:
    held, ends = threading.Barrier(2), []

    def lock(first: int, second: int) -> None:
        try:
            with transaction(engine) as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": first})
                held.wait(timeout=20)
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": second})
            ends.append("done")
        except ConflictError as error:
            ends.append(error.code)

    threads = [threading.Thread(target=lock, args=pair) for pair in ((1, 2), (2, 1))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(ends) == ["CONFLICT", "done"]


@pytest.mark.parametrize("seed", range(3))
def test_the_guard_refuses_exactly_what_brute_force_finds(engine: Engine, seed: int) -> None:
    # boxes on a lattice whose edges are moved by up to a centimetre: some pairs share noise, some too much
    draw = np.random.default_rng(seed)
    corners = np.add.outer(np.arange(0, 400, 100), [0, 100])
    shifted = 108.9 + METRE * (corners + draw.uniform(-0.0008, 0.0008, corners.shape))
    lifted = 34.2 + METRE * (corners + draw.uniform(-0.0008, 0.0008, corners.shape))
    boxes = {
        f"6101040010{column}{row}": shapely.box(west, south, east, north)
        for column, (west, east) in enumerate(shifted.tolist())
        for row, (south, north) in enumerate(lifted.tolist())
    }
    assert refused_pairs(engine, boxes) == brute_force(boxes)


def refused_pairs(engine: Engine, boxes: Mapping[str, shapely.Geometry]) -> set[frozenset[str]]:
    """Every pair, written alone."""
    found = set()
    codes = sorted(boxes)
    for i, one in enumerate(codes):
        for other in codes[i + 1 :]:
            with engine.connect() as connection:
                try:
                    store(connection, {one: boxes[one], other: boxes[other]})
                    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
                except IntegrityError:
                    found.add(frozenset((one, other)))
    return found


def brute_force(boxes: Mapping[str, shapely.Geometry]) -> set[frozenset[str]]:
    """Pairs by planar intersection in the city's zone, without any index."""
    metric = gpd.GeoSeries(boxes, crs=4490).to_crs(4545)
    return {
        frozenset((one, other))
        for one in metric.index
        for other in metric.index
        if one < other and metric[one].intersection(metric[other]).area > 0.05
    }
