"""Geometry made to hurt: endless rings, thousands of pieces, coordinates that are no numbers; refused row by row."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.imports import reader
from gis.findings import Parsed
from gis.shapes import MOST_PARTS, MOST_POINTS
from tests.imports.files import LAT, LON, square


def ring(n: int) -> shapely.Polygon:
    turn = np.linspace(0, 2 * np.pi, n, endpoint=False)
    # a comb: every spoke comes near every other, which makes checks of validity slow
    far = 0.005 + 0.004 * (np.arange(n) % 2)
    return shapely.Polygon(np.column_stack([LON + far * np.cos(turn), LAT + far * np.sin(turn)]))


def pieces(n: int) -> shapely.MultiPolygon:
    side = int(np.ceil(n**0.5))
    x, y = np.divmod(np.arange(n), side)
    size = 0.01 / side
    return shapely.MultiPolygon(
        shapely.box(*(np.array([LON, LAT] * 2) + size * one)) for one in np.column_stack([x, y, x + 0.5, y + 0.5])
    )


def one_of(n: float) -> shapely.Polygon:
    """A square with one longitude that is no number."""

    def spoil(xy: np.ndarray) -> np.ndarray:
        xy[2, 0] = n
        return xy

    made: shapely.Polygon = shapely.transform(square(), spoil)
    return made


def read(tmp_path: Path, shape: shapely.Geometry) -> Parsed:
    rows = gpd.GeoDataFrame(
        {"code": ["610104", "610103"], "name": ["莲湖区", "碑林区"]}, geometry=[shape, square()], crs=4490
    )
    path = tmp_path / "a.gpkg"
    rows.to_file(path)
    return reader.parse(path, "areas", settle=False)


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (ring(MOST_POINTS), "GEOMETRY_TOO_LARGE"),
        (pieces(MOST_PARTS), "GEOMETRY_TOO_LARGE"),
        (one_of(np.nan), "COORDINATE_INVALID"),
        (one_of(np.inf), "COORDINATE_INVALID"),
        (one_of(-np.inf), "COORDINATE_INVALID"),
    ],
)
def test_the_row_is_refused_and_the_others_are_not_hurt(tmp_path: Path, shape: shapely.Geometry, code: str) -> None:
    parsed = read(tmp_path, shape)
    assert [(one.code, one.row) for one in parsed.findings if one.refuses] == [(code, 1)]
    assert parsed.frame["code"].tolist() == ["610103"]


def test_what_is_only_detailed_goes_in(tmp_path: Path) -> None:
    parsed = read(tmp_path, ring(4_000))
    assert parsed.frame["code"].tolist() == ["610104", "610103"]
