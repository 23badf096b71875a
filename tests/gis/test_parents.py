"""Grids against what they are part of: whose ground, whose code, which tier."""

import geopandas as gpd
import pytest
import shapely

from gis import parents
from gis.findings import Parsed

WEST, EAST = "610104001001", "610104001002"
CORNER = (320_000, 3_790_000)


def box(*sides: float) -> shapely.Polygon:
    x, y = CORNER
    west, south, east, north = sides
    metric = shapely.box(x + west, y + south, x + east, y + north)
    return gpd.GeoSeries([metric], crs=4545).to_crs(4490).iloc[0]


COMMUNITIES = gpd.GeoDataFrame(
    {"code": [WEST, EAST, "610104001003"], "name": ["西", "东", "未画"]},
    geometry=[box(0, 0, 400, 400), box(400, 0, 800, 400), None],
    crs=4490,
)


def parsed(*rows: tuple[str, shapely.Geometry, str | None, int]) -> Parsed:
    code, geometry, parent, tier = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame({"code": code, "parent_grid": parent, "tier": tier}, geometry=list(geometry), crs=4490)
    frame = frame.assign(parent_code=frame["code"].str.slice(0, 12), source_row=range(1, len(frame) + 1))
    return Parsed("grids", frame, (), {}, len(frame), len(frame), 0)


@pytest.mark.parametrize(
    ("sides", "severity"),
    [
        ((0, 0, 200, 200), None),
        ((-0.004, 0, 200, 200), None),
        ((-0.5, 0, 200, 200), "warning"),
        ((-50, 0, 200, 200), "error"),
        ((500, 0, 700, 200), "error"),
    ],
)
def test_ground_outside_the_community(sides: tuple[float, ...], severity: str | None) -> None:
    judged = parents.judge(parsed((WEST + "001", box(*sides), None, 1)), COMMUNITIES, {})
    said = [one.severity for one in judged.findings if one.code == "OUTSIDE_PARENT"]
    assert said == ([] if severity is None else [severity])
    assert len(judged.frame) == (severity != "error")
    assert judged.blocked == (severity == "error")
    assert judged.read == judged.accepted + judged.refused


def test_a_community_without_a_border_cannot_be_left() -> None:
    assert parents.judge(parsed(("610104001003001", box(0, 0, 9, 9), None, 1)), COMMUNITIES, {}).findings == ()


@pytest.mark.parametrize(
    ("parent", "tier", "stored", "finding"),
    [
        (WEST + "001", 2, {}, None),
        (WEST + "009", 2, {WEST + "009": 1}, None),
        (WEST + "009", 2, {}, "NO_PARENT"),
        (WEST + "001", 1, {}, "CODE_PARENT_MISMATCH"),
        (WEST + "009", 2, {WEST + "009": 2}, "CODE_PARENT_MISMATCH"),
    ],
)
def test_the_grid_above(parent: str, tier: int, stored: dict[str, int], finding: str | None) -> None:
    rows = parsed((WEST + "001", box(0, 0, 400, 400), None, 1), (WEST + "011", box(0, 0, 100, 100), parent, tier))
    judged = parents.judge(rows, COMMUNITIES, stored)
    assert [one.code for one in judged.findings] == ([] if finding is None else ["ALL_OR_NOTHING", finding])
    assert len(judged.frame) == (2 if finding is None else 0)


def test_an_unknown_community_keeps_all_out() -> None:
    rows = parsed((WEST + "001", box(0, 0, 9, 9), None, 1), ("610104001009001", box(9, 0, 18, 9), None, 1))
    judged = parents.judge(rows, COMMUNITIES, {})
    assert [(one.code, one.row) for one in judged.findings] == [("ALL_OR_NOTHING", None), ("NO_PARENT", 2)]
