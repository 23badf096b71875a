"""The self-check sees what it promises to see."""

from collections.abc import Callable

import geopandas as gpd
import pytest
import shapely
from shapely import LineString, Point
from shapely.affinity import translate

from data.sample.check import faults

Frames = dict[str, gpd.GeoDataFrame]


def _moved(frame: gpd.GeoDataFrame, row: int, geom: shapely.Geometry) -> gpd.GeoDataFrame:
    geoms = frame.geometry.to_numpy().copy()
    geoms[row] = geom
    return frame.set_geometry(gpd.GeoSeries(geoms, crs=frame.crs))


def _shifted_community(f: Frames) -> Frames:
    frame = f["communities"]
    return f | {"communities": _moved(frame, 5, translate(frame.geometry[5], 1e-6, 0))}


def _lost_resident(f: Frames) -> Frames:
    homes = f["compounds"]
    return f | {"compounds": homes.assign(residents=homes.residents.where(homes.index > 0, homes.residents - 1))}


def _far_gate(f: Frames) -> Frames:
    inner = f["compounds"].set_index("name").geometry["云澜府"].representative_point()
    return f | {"gates": _moved(f["gates"], 0, inner)}


def _market_in_the_north(f: Frames) -> Frames:
    points = f["service_points"]
    row = int(points.index[points.category == "market"][0])
    return f | {"service_points": _moved(points, row, Point(*_inside(f, "北货场街道")))}


def _day_care_in_the_old_town(f: Frames) -> Frames:
    points = f["service_points"]
    row = int(points.index[points.category == "elderly_daycare"][0])
    return f | {"service_points": _moved(points, row, Point(*_inside(f, "景安门街道")))}


def _inside(f: Frames, subdistrict: str) -> tuple[float, float]:
    home = f["subdistricts"].set_index("name").geometry[subdistrict].representative_point()
    return round(home.x, 9), round(home.y, 9)


def _street_through_an_estate(f: Frames) -> Frames:
    west, south, east, north = f["compounds"].set_index("name").geometry["云澜府"].bounds
    line = shapely.set_precision(LineString([(west, south), (east, north)]), 1e-9)
    streets = f["streets"]
    return f | {"streets": _moved(streets, int(streets.index[streets["class"] == "residential"][0]), line)}


def _bridge_taken_down(f: Frames) -> Frames:
    return f | {"streets": f["streets"].assign(bridge=False)}


def _twin_name(f: Frames) -> Frames:
    homes = f["compounds"]
    return f | {"compounds": homes.assign(name=homes.name.where(homes.index != 3, homes.name[4]))}


def _nothing_beyond(f: Frames) -> Frames:
    points = f["service_points"]
    inside = points.within(f["districts"].geometry.iloc[0])
    return f | {"service_points": points[inside].reset_index(drop=True)}


def _unlabelled(f: Frames) -> Frames:
    return f | {"gates": f["gates"].assign(synthetic=False)}


CASES: list[tuple[Callable[[Frames], Frames], str]] = [
    (_shifted_community, "no valid coverage in degrees"),
    (_lost_resident, "residents 1019999"),
    (_far_gate, "gates:"),
    (_market_in_the_north, "1 markets north of the railway"),
    (_day_care_in_the_old_town, "1 day care centres inside the wall"),
    (_street_through_an_estate, "public streets inside a walled compound"),
    (_street_through_an_estate, "through a wall"),
    (_bridge_taken_down, "crosses the railway on the level"),
    (_twin_name, "compounds: a name is used twice"),
    (_nothing_beyond, "beyond the border a category is missing"),
    (_unlabelled, "gates: a row without its label"),
]


@pytest.mark.parametrize(("spoil", "expected"), CASES, ids=lambda x: getattr(x, "__name__", None))
def test_a_spoilt_district_is_found_out(sample: Frames, spoil: Callable[[Frames], Frames], expected: str) -> None:
    assert any(expected in fault for fault in faults(spoil(dict(sample))))


def test_a_missing_layer_is_named(sample: Frames) -> None:
    rest = {name: frame for name, frame in sample.items() if name != "gates"}
    assert faults(rest) == ["layers missing: gates"]
