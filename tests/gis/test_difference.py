"""The difference of two sets of borders, reckoned by hand."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.crs import to_storage
from gis.difference import People, difference, owners
from tests.gis.borders_cases import EAST, METRIC, NORTH, cells, frame
from tests.gis.test_topology import with_shape


def homes(*places: tuple[float, float, float]) -> gpd.GeoDataFrame:
    """Compounds at (east, north) with households."""
    return gpd.GeoDataFrame(
        {
            "uid": [f"c{i}" for i in range(len(places))],
            "name": [f"小区{i}" for i in range(len(places))],
            "households": [one[2] for one in places],
        },
        geometry=[shapely.Point(EAST + x, NORTH + y) for x, y, _ in places],
        crs=METRIC,
    )


NOBODY = homes()


def test_every_kind_of_step() -> None:
    old = frame([shapely.box(EAST + x, NORTH, EAST + x + 100, NORTH + 100) for x in (0, 100, 200, 300)])
    moved = [shapely.box(EAST, NORTH, EAST + 120, NORTH + 100), shapely.box(EAST + 120, NORTH, EAST + 200, NORTH + 100)]
    new = with_shape(old, dict(enumerate(moved))).drop(index=3).reset_index(drop=True)
    new["name"] = [new["name"][0], "新名字", new["name"][2]]
    extra = frame([shapely.box(EAST + 300, NORTH, EAST + 400, NORTH + 100)]).assign(code="610104001009", name="新设")
    both = gpd.GeoDataFrame(
        {name: [*new[name], *extra[name]] for name in ("code", "name")},
        geometry=[*new.geometry, *extra.geometry],
        crs=METRIC,
    )
    people = homes((110, 50, 300), (50, 50, 999), (350, 20, np.nan))
    found = difference(both, old.assign(population=[1, 2, 3, 4]), [], people)
    said = [(one.what, one.code[-3:], one.was, round(one.won_m2), round(one.lost_m2)) for one in found.steps]
    assert said == [
        ("moved", "001", "", 2000, 0),
        ("moved", "002", "", 0, 2000),
        ("renamed", "002", "第2社区", 0, 0),
        ("closed", "004", "", 0, 0),
        ("added", "009", "", 0, 0),
    ]
    assert found.counts == {"added": 1, "closed": 1, "renamed": 1, "moved": 2, "recounted": 0}
    assert found.people == People(2, 300, ("小区0", "小区2"))


def test_what_is_not_in_a_sample_stays() -> None:
    old = frame(cells(2, 1))
    found = difference(old.iloc[:1], old, list(old["code"][1:]), homes((150, 150, 10)))
    assert found.steps == ()
    assert found.people == People(0, 0)


def test_counts_that_differ_are_steps_and_unknown_ones_are_not() -> None:
    old = frame(cells(2, 1)).assign(population=[1.0, 2.0, np.nan, 4.0])
    new = old.assign(population=[1.0, 3.0, 5.0, np.nan])
    found = difference(new, old, [], NOBODY)
    assert [(one.what, one.code[-3:]) for one in found.steps] == [("recounted", "002"), ("recounted", "003")]


def test_a_round_trip_through_storage_is_no_difference() -> None:
    old = frame(cells(5, 7, step_m=900.0))
    back = to_storage(old).to_crs(METRIC)
    assert difference(back, old, [], NOBODY).steps == ()


def test_an_area_without_a_border_so_far_gets_one() -> None:
    old = frame(cells(2, 1))
    bare = old.set_geometry(gpd.GeoSeries([None, *old.geometry[1:]], crs=METRIC))
    (step,) = difference(old, bare, [], NOBODY).steps
    assert (step.what, step.won_m2) == ("moved", pytest.approx(old.geometry[0].area))


def test_on_a_border_the_smaller_code_has_the_compound() -> None:
    areas = frame([shapely.box(EAST + x, NORTH, EAST + x + 100, NORTH + 100) for x in (0, 100)])
    points = homes((100, 50, 1), (150, 50, 1), (500, 50, 1)).geometry.to_numpy()
    assert owners(areas, points).tolist() == [areas["code"][0], areas["code"][1], ""]
