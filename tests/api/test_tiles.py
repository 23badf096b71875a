"""Vector tiles: all that is there and nothing else, found by the index, described by TileJSON and a style."""

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient

from api.access import today
from data import layers, tiles
from data.quick import Reader, Ready, ready
from data.viewers import PLANNER, Viewer
from maps.paint import tokens

AREA = {"area": "610199"}
WORLD = 20037508.342789244
CENTRE = {14: (13148, 6528), 12: (3287, 1632), 16: (52590, 26115)}


def tile_box(z: int, x: int, y: int, steps: int = 0) -> shapely.Geometry:
    """A tile in EPSG:3857, wider by some steps of its own."""
    side = 2 * WORLD / 2**z
    more = steps * side / tiles.extent(z)
    west, north = x * side - WORLD, WORLD - y * side
    return shapely.box(west - more, north - side - more, west + side + more, north + more)


def decoded(content: bytes, folder: Path, layer: str, z: int, x: int, y: int) -> gpd.GeoDataFrame:
    """A tile as GDAL reads it."""
    path = folder / str(z) / str(x) / f"{y}.pbf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return pyogrio.read_dataframe(path, layer=layer)


@pytest.mark.parametrize(
    ("layer", "z"),
    [("communities", 12), ("communities", 14), ("buildings", 16), ("service_points", 14), ("streets", 14)],
)
def test_a_tile_holds_what_a_search_by_brute_force_finds(
    client: TestClient, sample: dict[str, gpd.GeoDataFrame], tmp_path: Path, layer: str, z: int
) -> None:
    x, y = CENTRE[z]
    answer = client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt", params=AREA)
    assert answer.headers["content-type"] == tiles.MEDIA_TYPE
    got = decoded(answer.content, tmp_path, layer, z, x, y)
    key = "code" if layer == "communities" else "uid"
    rows = sample[layer].set_crs(4326, allow_override=True).to_crs(3857)
    inside = rows[rows.geometry.intersects(tile_box(z, x, y))]
    around = rows[rows.geometry.intersects(tile_box(z, x, y, tiles.extent(z) // 32))]
    home = sample["districts"].set_crs(4326, allow_override=True).to_crs(3857).geometry.iloc[0]
    assert len(inside) > 3
    assert set(inside[key][inside.geometry.intersects(home)]) <= set(got[key]) <= set(around[key])
    if layer == "communities":
        step = 2 * WORLD / 2**z / tiles.extent(z)
        true = dict(zip(inside[key], inside.geometry, strict=True))
        box = tile_box(z, x, y)
        for code, shape in zip(got[key], got.geometry, strict=True):
            if code in true:
                wanted = shapely.intersection(true[code], box)
                off = shapely.area(shapely.symmetric_difference(shapely.intersection(shape.buffer(0), box), wanted))
                assert off <= step * shapely.length(true[code]) + step**2


def test_borders_stay_shared_when_the_whole_is_seen(client: TestClient, tmp_path: Path) -> None:
    x, y = (one // 4 for one in CENTRE[12])
    got = decoded(
        client.get(f"/tiles/communities/10/{x}/{y}.mvt", params=AREA).content, tmp_path, "communities", 10, x, y
    )
    step = 2 * WORLD / 2**10 / tiles.extent(10)
    left, right = shapely.STRtree(got.geometry).query(got.geometry, predicate="overlaps")
    shared = shapely.area(shapely.intersection(got.geometry.to_numpy()[left], got.geometry.to_numpy()[right]))
    assert shared.sum() < step**2


def test_laying_degrees_on_a_tile_moves_nothing_by_half_a_step() -> None:
    for z in range(tiles.STRAIGHT_FROM, 18):
        for lat in (18.2, 34.3, 53.5):
            y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
            _, south, _, north = tiles.bounds(z, 0, y, 0.0)
            inside = np.linspace(south, north, 101)
            true = (1 - np.arcsinh(np.tan(np.radians(inside))) / np.pi) / 2 * 2**z - y
            straight = (north - inside) / (north - south)
            assert np.abs(true - straight).max() * tiles.extent(z) < 0.34, (z, lat)


def test_below_its_least_zoom_a_layer_says_so_and_sends_nothing(client: TestClient) -> None:
    for layer, least in tiles.MIN_ZOOM.items():
        told = client.get(f"/tiles/{layer}.json", params=AREA).json()
        assert told["tilejson"] == "3.0.0"
        assert told["minzoom"] == told["vector_layers"][0]["minzoom"] == least
        answer = client.get(f"/tiles/{layer}/{least - 1}/0/0.mvt", params=AREA)
        assert (answer.status_code, answer.content) == (204, b"")


def test_tilejson_leads_to_the_tiles_and_names_the_columns(client: TestClient) -> None:
    told = client.get("/tiles/communities.json", params=AREA | {"as_of": "2026-11-21"}).json()
    address = told["tiles"][0].format(z=14, x=CENTRE[14][0], y=CENTRE[14][1])
    assert client.get(address).status_code == 200
    assert told["vector_layers"][0]["fields"]["resident_households"] == "常住户数"
    west, south, east, north = told["bounds"]
    assert 108 < west < east < 110
    assert 34 < south < north < 35


def test_the_second_visit_is_304(client: TestClient) -> None:
    x, y = CENTRE[14]
    first = client.get(f"/tiles/buildings/14/{x}/{y}.mvt")
    again = client.get(f"/tiles/buildings/14/{x}/{y}.mvt", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_before_the_data_and_beside_it_there_is_nothing(client: TestClient) -> None:
    x, y = CENTRE[14]
    assert client.get(f"/tiles/communities/14/{x}/{y}.mvt", params={"as_of": "2020-01-01"}).status_code == 204
    assert client.get("/tiles/communities/14/0/0.mvt").status_code == 204


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/tiles/nope/14/13149/6530.mvt", 404),
        ("/tiles/nope.json", 404),
        ("/tiles/communities/14/16384/0.mvt", 404),
        ("/tiles/communities/23/0/0.mvt", 404),
        ("/tiles/communities/14/-1/0.mvt", 404),
        ("/tiles/communities/a/0/0.mvt", 422),
        ("/tiles/streets/14/13149/6530.mvt", 422),
        ("/tiles/communities/14/13149/6530.mvt?area=999999", 404),
    ],
)
def test_refusals_are_problems_in_chinese(client: TestClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_style_is_of_our_colours_and_leads_nowhere_else(client: TestClient) -> None:
    style = client.get("/tiles/style.json", params=AREA).json()
    assert style["version"] == 8
    assert {"streets", "communities", "service_points"} <= set(style["sources"])
    assert all(one["url"].startswith("http://testserver/tiles/") for one in style["sources"].values())
    assert {one["source"] for one in style["layers"] if "source" in one} == set(style["sources"])
    colours = {value.upper() for value in tokens().values()}
    for one in style["layers"]:
        for name, value in one["paint"].items():
            if name.endswith("-color") and isinstance(value, str):
                assert value.upper() in colours
    assert "streets" not in client.get("/tiles/style.json").json()["sources"]


@pytest.mark.parametrize("viewer", [PLANNER, Viewer("街道", "610199001")])
def test_the_index_finds_the_rows(sample_url: str, viewer: Viewer) -> None:
    reader = Reader(sample_url)
    query = layers.select("buildings", as_of=today(), viewer=viewer, bbox=tiles.BOX)
    statement = ready(tiles.statement(query, "buildings", 16))
    row = reader.first(viewer, Ready(f"EXPLAIN (FORMAT JSON) {statement.text}"), tiles.values(16, *CENTRE[16]))
    reader.dispose()
    assert row is not None
    assert "building_version_geom" in str(row[0])
    assert "geom && st_makeenvelope" in str(row[0]).lower() or "geom && '" in str(row[0])
