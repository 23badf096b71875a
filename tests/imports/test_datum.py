"""The Chinese datums: published offsets, exact inverses, and the words users write."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import datum

PLACES = st.tuples(st.floats(74.0, 134.0), st.floats(4.0, 53.0))


def metres(one: tuple[np.ndarray, np.ndarray], lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return np.hypot((one[0] - lon) * 111_320 * np.cos(np.radians(lat)), (one[1] - lat) * 111_320)


@given(st.lists(PLACES, min_size=1, max_size=50), st.sampled_from(["gcj02", "bd09"]))
def test_round_trip_is_exact_to_a_tenth_of_a_millimetre(places: list[tuple[float, float]], word: str) -> None:
    lon, lat = np.array(places).T
    shifted = datum.convert(lon, lat, "wgs84", word)
    assert metres(datum.convert(*shifted, word, "wgs84"), lon, lat).max() < 1e-4


@pytest.mark.parametrize(
    ("lon", "lat", "word", "low", "high"),
    [
        (108.93, 34.27, "gcj02", 455, 470),
        (107.145, 34.37, "gcj02", 457, 470),
        (98.51, 39.74, "gcj02", 90, 110),
        (108.93, 34.27, "bd09", 990, 1390),
    ],
)
def test_offsets_are_those_measured_in_the_four_cities(
    lon: float, lat: float, word: str, low: float, high: float
) -> None:
    x, y = np.array([lon]), np.array([lat])
    assert low < metres(datum.convert(x, y, "wgs84", word), x, y)[0] < high


def test_published_example_pair() -> None:
    # the pair every published implementation is tested with: Tiananmen
    lon, lat = datum.wgs84_to_gcj02(np.array([116.404]), np.array([39.915]))
    assert lon[0] == pytest.approx(116.41024449916938, abs=1e-9)
    assert lat[0] == pytest.approx(39.91640428150164, abs=1e-9)
    lon, lat = datum.gcj02_to_bd09(np.array([116.404]), np.array([39.915]))
    assert lon[0] == pytest.approx(116.41036949371029, abs=1e-9)
    assert lat[0] == pytest.approx(39.92133699351021, abs=1e-9)


def test_nothing_moves_abroad() -> None:
    paris = np.array([2.35]), np.array([48.86])
    assert datum.wgs84_to_gcj02(*paris) == paris


def test_gcj02_and_bd09_convert_into_each_other() -> None:
    lon, lat = np.array([108.9]), np.array([34.2])
    there = datum.convert(lon, lat, "gcj02", "bd09")
    assert metres(datum.convert(*there, "bd09", "gcj02"), lon, lat)[0] < 1e-4


@pytest.mark.parametrize(
    ("word", "meant"),
    [("WGS84", "wgs84"), ("gcj-02", "gcj02"), ("BD_09", "bd09"), ("cgcs2000", "cgcs2000"), ("EPSG:4545", 4545)],
)
def test_words_of_users(word: str, meant: str | int) -> None:
    assert datum.parse(word) == meant


@pytest.mark.parametrize("word", ["", "火星", "EPSG:", "epsg:abc"])
def test_unknown_words_are_refused(word: str) -> None:
    with pytest.raises(datum.UnknownDatumError, match="不认识坐标系"):
        datum.parse(word)
    with pytest.raises(datum.UnknownDatumError):
        datum.convert(np.zeros(1), np.zeros(1), "wgs84", "beijing54")
