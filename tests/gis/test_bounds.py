"""四至 against places whose sides are known, and turned, moved and mirrored ones."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, scale, translate

from gis.bounds import NEAR_M, SIDES, Side, bounds, words

NOWHERE = gpd.GeoDataFrame({"name": [], "kind": []}, geometry=[])


def lines(named: dict[str, shapely.Geometry], kind: str = "road") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": list(named), "kind": kind}, geometry=list(named.values()))


def frame_of_roads(width: float, height: float, off: float = 0) -> dict[str, shapely.Geometry]:
    """Roads that frame a rectangle from (0, 0), `off` metres outside of it."""
    w, h = width + off, height + off
    return {
        "东路": shapely.LineString([(w, -500), (w, h + 500)]),
        "南路": shapely.LineString([(-500, -off), (w + 500, -off)]),
        "西路": shapely.LineString([(-off, -500), (-off, h + 500)]),
        "北路": shapely.LineString([(-500, h), (w + 500, h)]),
    }


def names(sides: tuple[Side, ...]) -> dict[str, list[str]]:
    return {one.side: [limit.name for limit in one.limits] for one in sides}


def test_a_block_ends_at_the_roads_around_it() -> None:
    found = bounds(shapely.box(0, 0, 600, 400), lines(frame_of_roads(600, 400, 8)), NOWHERE, NOWHERE)
    assert words(found) == "东至东路，南至南路，西至西路，北至北路"


def test_roads_across_are_no_border() -> None:
    crossing = {"直街": shapely.LineString([(300, -200), (300, 900)])}
    found = bounds(shapely.box(0, 0, 600, 400), lines(frame_of_roads(600, 400) | crossing), NOWHERE, NOWHERE)
    assert names(found) == {"东": ["东路"], "南": ["南路"], "西": ["西路"], "北": ["北路"]}


def test_two_roads_on_one_side_are_named_in_order_of_the_compass() -> None:
    roads = frame_of_roads(600, 400)
    del roads["北路"]
    roads |= {"甲路": shapely.LineString([(0, 400), (350, 400)]), "乙路": shapely.LineString([(350, 400), (600, 400)])}
    found = bounds(shapely.box(0, 0, 600, 400), lines(roads), NOWHERE, NOWHERE)
    assert found[SIDES.index("北")].words == "北至甲路、乙路"


def test_a_river_counts_and_a_wall_does_not() -> None:
    roads = frame_of_roads(600, 400)
    south = roads.pop("南路")
    river, wall = lines({"清河": south}, "river"), lines({"围墙": south}, "wall")
    ground = shapely.box(0, 0, 600, 400)
    assert bounds(ground, lines(roads), river, NOWHERE)[1].words == "南至清河"
    assert bounds(ground, lines(roads), river, NOWHERE)[1].limits[0].kind == "river"
    assert bounds(ground, lines(roads), wall, NOWHERE)[1].words == "南至本社区南界"


def test_without_a_road_the_area_beyond_is_named() -> None:
    roads = frame_of_roads(600, 400)
    del roads["西路"]
    west = lines({"西岭社区": shapely.box(-500, 0, 0, 400), "远处社区": shapely.box(-900, 0, -500, 400)})
    found = bounds(shapely.box(0, 0, 600, 400), lines(roads), NOWHERE, west)
    assert found[SIDES.index("西")].words == "西至与西岭社区交界处"
    assert {one.limits[0].kind for one in found if one.side != "西"} == {"road"}


def test_nothing_known_is_said_as_it_is() -> None:
    found = bounds(shapely.box(0, 0, 600, 400), NOWHERE, NOWHERE, NOWHERE)
    assert words(found) == "东至本社区东界，南至本社区南界，西至本社区西界，北至本社区北界"


def test_a_road_too_far_away_is_not_named() -> None:
    found = bounds(shapely.box(0, 0, 600, 400), lines(frame_of_roads(600, 400, NEAR_M + 1)), NOWHERE, NOWHERE)
    assert {limit.kind for one in found for limit in one.limits} == {"edge"}


@st.composite
def stars(draw: st.DrawFn) -> shapely.Polygon:
    """Polygons around the origin, of one piece, some of them with bays."""
    turns = np.sort(draw(st.lists(st.floats(0, 359), min_size=5, max_size=14, unique=True)))
    far = draw(st.lists(st.floats(120, 500), min_size=len(turns), max_size=len(turns)))
    radians = np.radians(turns)
    polygon = shapely.Polygon(np.column_stack([np.cos(radians) * far, np.sin(radians) * far]))
    return shapely.make_valid(polygon).convex_hull if not polygon.is_valid or polygon.area < 1 else polygon


ROADS = lines(frame_of_roads(700, 700) | {"斜街": shapely.LineString([(-600, -600), (700, 650)])})
AROUND = lines({"甲社区": shapely.box(-900, -900, 0, 900).difference(shapely.box(-300, -300, 300, 300))})


@settings(max_examples=60, deadline=None)
@given(stars())
def test_every_side_has_words_of_things_that_are_there(ground: shapely.Polygon) -> None:
    found = bounds(ground, ROADS, NOWHERE, AROUND)
    assert tuple(one.side for one in found) == SIDES
    known = {*ROADS["name"], *AROUND["name"], ""}
    for side in found:
        assert 1 <= len(side.limits) <= 2
        assert {limit.name for limit in side.limits} <= known
        assert 0 < sum(limit.share for limit in side.limits) <= 1.001
        assert side.words.startswith(f"{side.side}至")
        for limit in side.limits:
            if limit.kind == "road":
                road = ROADS.geometry[ROADS["name"] == limit.name].iloc[0]
                assert ground.boundary.distance(road) <= NEAR_M + 1e-6


@settings(max_examples=40, deadline=None)
@given(stars(), st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_moving_everything_changes_nothing(ground: shapely.Polygon, x: float, y: float) -> None:
    moved = ROADS.set_geometry([translate(one, x, y) for one in ROADS.geometry])
    first, second = bounds(ground, ROADS, NOWHERE, NOWHERE), bounds(translate(ground, x, y), moved, NOWHERE, NOWHERE)
    # a place exactly between two roads may fall to either of them
    assert {s: set(n) for s, n in names(first).items()} == {s: set(n) for s, n in names(second).items()} or any(
        abs(a.share - b.share) < 0.05
        for one, other in zip(first, second, strict=True)
        for a, b in zip(one.limits, other.limits, strict=False)
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_quarter_turn_turns_the_sides_and_a_mirror_swaps_two(seed: int) -> None:
    width, height = np.random.default_rng(seed).uniform(200, 900, 2)
    ground, roads = shapely.box(0, 0, width, height), lines(frame_of_roads(width, height, 5))
    before = names(bounds(ground, roads, NOWHERE, NOWHERE))
    turned = roads.set_geometry([rotate(one, 90, origin=(0, 0)) for one in roads.geometry])
    after = names(bounds(rotate(ground, 90, origin=(0, 0)), turned, NOWHERE, NOWHERE))
    assert after == {"北": before["东"], "西": before["北"], "南": before["西"], "东": before["南"]}
    mirrored = roads.set_geometry([scale(one, -1, 1, origin=(0, 0)) for one in roads.geometry])
    swapped = names(bounds(scale(ground, -1, 1, origin=(0, 0)), mirrored, NOWHERE, NOWHERE))
    assert swapped == before | {"东": before["西"], "西": before["东"]}
