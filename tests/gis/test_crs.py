import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from gis import crs
from gis.errors import BadInputError


@pytest.mark.parametrize(
    ("code", "lon", "zone"),
    [
        ("6101", 108.93, 4545),
        ("610104009001", 108.93, 4545),
        ("610199", 110.0, 4545),
        ("6103", 107.145, 4545),
        ("140105", 112.40, 4547),
        ("140105", 112.56, 4547),
        ("620902", 98.51, 4542),
        ("3101", 121.47, 4549),
        (None, 112.40, 4546),
        (None, 112.56, 4547),
        (None, 75.0, 4534),
        (None, 135.0, 4554),
    ],
)
def test_zone_of_city_and_longitude(code, lon, zone):
    assert crs.zone_of(code, lon) == zone


@pytest.mark.parametrize("lon", [34.27, 150.0, -108.9, float("nan")])
def test_zone_of_refuses_places_outside_china(lon):
    with pytest.raises(BadInputError):
        crs.zone_of(None, lon)


@given(st.floats(73.6, 134.9))
def test_zone_meridian_is_nearest(lon):
    assert abs(75 + 3 * (crs.zone_of(None, lon) - 4534) - lon) <= 1.5 + 1e-9


def test_metres_are_east_then_north():
    frame = gpd.GeoDataFrame(geometry=[Point(108.93, 34.27)], crs=4490)
    moved = crs.to_zone(frame, 4545)
    assert 500_000 < moved.geometry.x[0] < 600_000
    assert 3_700_000 < moved.geometry.y[0] < 3_900_000


def test_round_trip_is_rounded_and_below_a_millimetre():
    line = LineString([(108.9123456789123, 34.2123456789123), (108.93, 34.27)])
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[line], crs=4490)
    stored = crs.to_storage(crs.to_zone(frame, 4545))
    assert stored.crs.to_epsg() == 4490
    xy = shapely.get_coordinates(stored.geometry.to_numpy())
    assert np.array_equal(xy, np.round(xy, 9))
    again = crs.to_zone(stored, 4545)
    assert again.geometry[0].hausdorff_distance(crs.to_zone(frame, 4545).geometry[0]) < 1e-3
    assert frame.geometry[0] == line


def test_frames_without_crs_are_refused():
    bare = gpd.GeoDataFrame(geometry=[Point(1, 2)])
    for call in (lambda: crs.to_zone(bare, 4545), lambda: crs.to_storage(bare), lambda: crs.require_metric(bare)):
        with pytest.raises(crs.MissingCrsError):
            call()


@pytest.mark.parametrize("epsg", [4490, 3857])
def test_degrees_and_web_mercator_are_refused_for_metric_work(epsg):
    with pytest.raises(crs.NotMetricError):
        crs.require_metric(gpd.GeoDataFrame(geometry=[Point(1, 2)], crs=epsg))
