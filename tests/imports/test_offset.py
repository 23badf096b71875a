"""A shift against what is stored is found and named, and never mended in silence."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.imports import mapping
from data.imports.reader import parse
from gis import datum, offset
from gis.findings import Finding, Parsed
from tests.imports import files
from tests.imports.files import LAT, LON, square

DISTRICTS = files.frame(
    {"code": ["610102", "610103"], "name": ["新城区", "碑林区"]}, [square(size=0.05), square(LON + 0.05, size=0.05)]
)


def shifted(rows: gpd.GeoDataFrame, word: str) -> gpd.GeoDataFrame:
    def move(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(datum.convert(xy[:, 0], xy[:, 1], "cgcs2000", word))

    return rows.set_geometry(shapely.transform(rows.geometry.to_numpy(), move), crs=rows.crs)


def found(parsed: Parsed) -> Finding:
    return next(one for one in parsed.findings if one.code == "DATUM_OFFSET")


def points(n: int, seed: int = 1) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    xy = np.column_stack([rng.uniform(LON, LON + 0.1, n), rng.uniform(LAT, LAT + 0.05, n)])
    district = np.where(xy[:, 0] < LON + 0.05, "新城区", "碑林区").tolist()
    columns = {"uid": [str(i) for i in range(n)], "name": [f"药店{i}" for i in range(n)]}
    return files.frame({**columns, "category": ["药店"] * n, "district": district}, list(shapely.points(xy)))


@given(
    st.sampled_from(["gcj02", "bd09"]),
    st.lists(st.tuples(st.floats(75, 134), st.floats(18, 53)), min_size=1, max_size=30, unique=True),
)
def test_every_shift_is_named_by_its_datum(word: str, places: list[tuple[float, float]]) -> None:
    reference = np.array(places)
    moved = np.column_stack(datum.convert(reference[:, 0], reference[:, 1], "cgcs2000", word))
    there = offset.offset(moved, reference)
    assert (there.datum, there.undone) == (word, False)
    back = offset.offset(reference, moved)
    assert (back.datum, back.undone) == (word, True)


@pytest.mark.parametrize(
    ("east", "north", "word"),
    [(1, 0, "东"), (1, 1, "东北"), (0, 1, "北"), (-1, 0, "西"), (-1, -1, "西南"), (1, -1, "东南")],
)
def test_directions(east: float, north: float, word: str) -> None:
    assert offset.Offset(east, north, 1, None).direction == word


def test_small_noise_is_no_finding() -> None:
    reference = np.array([[108.9, 34.2], [108.91, 34.21]])
    assert not offset.offset(reference + 1e-4, reference).suspect


def test_areas_in_gcj02_are_kept_out_until_the_datum_is_declared(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.gpkg", shifted(DISTRICTS, "gcj02"))
    parsed = parse(path, "areas", current=DISTRICTS)
    assert parsed.blocked
    assert (len(parsed.frame), parsed.accepted, parsed.refused) == (0, 0, 2)
    assert "像是火星坐标（GCJ-02）" in found(parsed).message
    assert "东" in found(parsed).message
    assert parsed.provenance["offset"]["distance_m"] == pytest.approx(465, abs=10)
    right = parse(path, "areas", current=DISTRICTS, datum="gcj02")
    assert right.accepted == 2
    assert right.provenance["offset"]["distance_m"] < 0.1
    told = parse(path, "areas", current=DISTRICTS, datum="cgcs2000")
    assert (told.accepted, found(told).severity) == (2, "warning")


def test_points_with_stored_counterparts(tmp_path: Path) -> None:
    stored = points(30)
    path = files.write(tmp_path / "a.gpkg", shifted(stored, "bd09"))
    parsed = parse(path, "service_points", current=stored, categories=mapping.load())
    assert parsed.accepted == 30
    assert "像是百度坐标（BD-09）" in found(parsed).message
    over = parse(path, "service_points", current=stored, categories=mapping.load(), datum="gcj02")
    assert found(over).severity == "warning"


def test_points_that_miss_the_district_they_claim(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.gpkg", shifted(points(1500), "gcj02"))
    parsed = parse(path, "service_points", districts=DISTRICTS, categories=mapping.load())
    assert "--datum gcj02" in found(parsed).message
    right = parse(path, "service_points", districts=DISTRICTS, categories=mapping.load(), datum="gcj02")
    assert "DATUM_OFFSET" not in right.counts
