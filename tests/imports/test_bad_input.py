"""Everything a tired person hands over gets a Chinese sentence, never a stack trace (issue: "Bad input")."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from data.imports import mapping
from data.imports.reader import NoGeometryError, parse
from gis import placing
from gis.errors import NotFoundError
from gis.findings import Parsed
from gis.intake import CategoriesMissingError
from gis.records import ColumnError, UnknownKindError
from tests.imports import files
from tests.imports.files import LAT, LON, square

CODE = "610199"
DISTRICT = files.frame({"code": [CODE], "name": ["澄安区"]}, [square(size=0.05)])


def compounds(**columns: list[object]) -> gpd.GeoDataFrame:
    n = len(next(iter(columns.values())))
    geometry = [shapely.Point(LON + 0.001 * i, LAT + 0.001) for i in range(n)]
    return files.frame({"name": [f"小区{i}" for i in range(n)], **columns}, geometry)


def codes_of(parsed: Parsed) -> list[str]:
    return [one.code for one in parsed.findings]


def test_unknown_kind() -> None:
    with pytest.raises(UnknownKindError, match="compounds"):
        parse(Path("x.gpkg"), "people")


def test_no_crs_asks_for_the_datum(tmp_path: Path) -> None:
    shp = files.write(tmp_path / "a.shp", compounds(households=[1]))
    shp.with_suffix(".prj").unlink()
    with pytest.raises(placing.NoCrsError, match="--datum"):
        parse(shp, "compounds")
    assert parse(shp, "compounds", datum="wgs84").accepted == 1


def test_a_prj_that_says_degrees_over_metres(tmp_path: Path) -> None:
    rows = compounds(households=[1, 2]).to_crs(4545).set_crs(4490, allow_override=True)
    path = files.write(tmp_path / "a.shp", rows)
    with pytest.raises(placing.MetresAsDegreesError, match="像米"):
        parse(path, "compounds")
    parsed = parse(path, "compounds", datum="EPSG:4545")
    assert parsed.frame.geometry.x[0] == pytest.approx(LON, abs=1e-8)
    assert "没有采用文件自带的 EPSG:4490" in parsed.provenance["datum_why"]


def test_swapped_degrees_name_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,经度,纬度\n甲,34.27,108.93\n乙,34.28,108.94\n", encoding="utf-8")
    with pytest.raises(placing.SwappedAxesError, match="--map lon=纬度 --map lat=经度"):
        parse(path, "compounds", datum="wgs84")
    parsed = parse(path, "compounds", datum="wgs84", mapping={"lon": "纬度", "lat": "经度"})
    assert parsed.frame.geometry.x.tolist() == [108.93, 108.94]


def test_swapped_metres(tmp_path: Path) -> None:
    rows = compounds(households=[1, 2]).to_crs(4545)
    rows = rows.set_geometry(shapely.transform(rows.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=4545)
    with pytest.raises(placing.SwappedAxesError, match="东坐标和北坐标"):
        parse(files.write(tmp_path / "a.gpkg", rows), "compounds")


def test_coordinates_of_another_country_and_unknown_systems(tmp_path: Path) -> None:
    paris = files.frame({"name": ["甲"]}, [shapely.Point(2.35, 48.86)], crs=4326)
    path = files.write(tmp_path / "a.gpkg", paris)
    with pytest.raises(placing.OutOfChinaError, match="中国以外"):
        parse(path, "compounds")
    with pytest.raises(placing.UnknownCrsError, match="看不懂"):
        parse(path, "compounds", datum="EPSG:999999")


def test_old_datum_is_converted_and_said(tmp_path: Path) -> None:
    rows = compounds(households=[1]).set_crs(4610, allow_override=True)
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "compounds")
    assert codes_of(parsed) == ["DATUM_BALLPARK"]


def test_missing_and_misnamed_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("楼,户数,x,y\n甲,3,108.93,34.27\n", encoding="utf-8")
    with pytest.raises(ColumnError, match="name（名称/小区名称）"):
        parse(path, "compounds", datum="wgs84")
    with pytest.raises(ColumnError, match="没有列“名”"):
        parse(path, "compounds", datum="wgs84", mapping={"name": "名"})
    with pytest.raises(ColumnError, match="没有“nmae”这一项"):
        parse(path, "compounds", datum="wgs84", mapping={"nmae": "楼"})
    assert parse(path, "compounds", datum="wgs84", mapping={"name": "楼"}).accepted == 1
    path.write_text("名称,户数\n甲,3\n", encoding="utf-8")
    with pytest.raises(ColumnError, match="经度"):
        parse(path, "compounds", datum="wgs84")


def test_layer_without_geometry(tmp_path: Path) -> None:
    rows = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[None], crs=4490)
    with pytest.raises(NoGeometryError, match="没有图形"):
        parse(files.write(tmp_path / "a.gpkg", rows), "compounds")


def test_empty_geometry_and_lost_coordinates_are_refused_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,经度,纬度\n甲,108.93,34.27\n乙,,\n丙,不详,34.2\n丁,1e300,34.2\n", encoding="utf-8")
    parsed = parse(path, "compounds", datum="wgs84")
    assert parsed.frame["name"].tolist() == ["甲"]
    refused = [(one.row, one.code) for one in parsed.findings if one.refuses]
    assert refused == [(2, "EMPTY_GEOMETRY"), (3, "EMPTY_GEOMETRY"), (4, "COORDINATE_INVALID")]
    assert (parsed.read, parsed.accepted, parsed.refused) == (4, 1, 3)


def test_wrong_geometry_is_refused_row_by_row(tmp_path: Path) -> None:
    line = shapely.LineString([(LON, LAT), (LON + 0.01, LAT)])
    still = shapely.LineString([(LON, LAT), (LON, LAT)])
    rows = files.frame({"class": ["primary"] * 3}, [line, shapely.Point(LON, LAT), still])
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "streets")
    assert parsed.accepted == 1
    assert codes_of(parsed) == ["WRONG_GEOMETRY", "EMPTY_GEOMETRY"]


def test_self_crossing_area_keeps_all_out_and_says_where(tmp_path: Path) -> None:
    bow = shapely.Polygon([(108.9, 34.2), (108.92, 34.22), (108.92, 34.2), (108.9, 34.22)])
    rows = files.frame({"code": ["610102", "610103"], "name": ["甲", "乙"]}, [bow, square(109.0)])
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "areas")
    assert parsed.blocked
    assert (len(parsed.frame), parsed.accepted, parsed.refused) == (0, 0, 2)
    assert codes_of(parsed) == ["ALL_OR_NOTHING", "SELF_CROSSING"]
    crossing = parsed.findings[1]
    assert (crossing.row, crossing.lon, crossing.lat) == (1, pytest.approx(108.91), pytest.approx(34.21))


def test_ring_that_is_not_closed(tmp_path: Path) -> None:
    ring = "[[108.9,34.2],[108.92,34.2],[108.92,34.22],[108.9,34.22]]"
    feature = (
        '{{"type":"Feature","properties":{{"code":"610102","name":"甲"}},'
        '"geometry":{{"type":"Polygon","coordinates":[{}]}}}}'
    )
    parsed = parse(files.geojson(tmp_path / "a.geojson", feature.format(ring)), "areas")
    assert codes_of(parsed) == ["ALL_OR_NOTHING", "NOT_CLOSED"]
    assert parsed.findings[1].lon == pytest.approx(108.91)


def test_overlapping_areas_and_enclaves(tmp_path: Path) -> None:
    island = shapely.MultiPolygon([square(109.0), square(109.1)])
    rows = files.frame({"code": ["610102", "610103", "610104"]}, [square(), square(LON + 0.009), island])
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "areas")
    assert codes_of(parsed) == ["ALL_OR_NOTHING", "MULTIPART", "OVERLAP"]
    assert "重叠约" in parsed.findings[2].message
    touching = files.frame({"code": ["610102", "610103"]}, [square(), square(LON + 0.01)])
    assert parse(files.write(tmp_path / "b.gpkg", touching), "areas").accepted == 2


def test_codes_of_another_issuer_and_other_faults(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "610104001001,甲,\nXA-01,乙,\n6101040,丙,\n610104001001,丁,\n610104001002,戊,610104003\n,己,\n"
    path.write_text("代码,名称,上级代码\n" + rows, encoding="utf-8")
    parsed = parse(path, "codes")
    assert parsed.frame["name"].tolist() == ["甲"]
    assert {(one.row, one.code) for one in parsed.findings} == {
        (2, "CODE_FOREIGN"),
        (3, "CODE_INVALID"),
        (6, "CODE_INVALID"),
        (5, "CODE_PARENT_MISMATCH"),
        (4, "CODE_DUPLICATE"),
    }


def test_codes_below_a_district_that_is_not_stored(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"代码,名称\n{CODE}001001,甲\n610103001001,乙\n", encoding="utf-8")
    parsed = parse(path, "codes", districts=DISTRICT)
    assert parsed.frame["name"].tolist() == ["甲"]
    assert codes_of(parsed) == ["NO_PARENT"]


def test_absurd_counts_keep_the_row(tmp_path: Path) -> None:
    rows = compounds(households=[2_008_042, -5, 1200], residents=[3000, 100, 3000], elderly=[400, 200, None])
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "compounds")
    assert parsed.accepted == 3
    assert parsed.frame["households"].fillna(-1).tolist() == [-1, -1, 1200]
    assert parsed.frame["elderly"].fillna(-1).tolist() == [400, -1, -1]
    assert parsed.frame["quality"].tolist() == [
        {"households": "absurd"},
        {"households": "absurd", "elderly": "absurd"},
        {},
    ]
    found = [(one.row, one.field) for one in parsed.findings if one.code == "ABSURD_COUNT"]
    assert found == [(1, "households"), (2, "households"), (2, "elderly")]
    assert "2,008,042" in parsed.findings[0].message


def test_points_outside_the_district_are_refused_beyond_the_halo(tmp_path: Path) -> None:
    rows = files.frame(
        {"name": ["在内", "在外围", "在区外"]},
        [shapely.Point(LON + 0.01, LAT + 0.01), shapely.Point(LON - 0.01, LAT), shapely.Point(LON - 0.1, LAT)],
    )
    path = files.write(tmp_path / "a.gpkg", rows)
    parsed = parse(path, "compounds", area=CODE, districts=DISTRICT)
    assert parsed.frame["name"].tolist() == ["在内", "在外围"]
    assert [(one.row, one.code) for one in parsed.findings] == [(3, "OUTSIDE_PARENT")]
    assert "在区外" in parsed.findings[0].message
    assert parse(path, "compounds", area=CODE, districts=DISTRICT, halo_m=500).accepted == 1
    with pytest.raises(NotFoundError, match="先"):
        parse(path, "compounds", area="610102", districts=DISTRICT)


def test_the_same_row_twice(tmp_path: Path) -> None:
    place = shapely.Point(LON, LAT)
    rows = files.frame({"uid": ["a", "a", "b"], "name": ["甲", "乙", "甲"]}, [place] * 3)
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "compounds")
    assert parsed.frame["uid"].tolist() == ["a", "b"]
    assert [(one.row, one.code) for one in parsed.findings] == [(2, "CODE_DUPLICATE"), (3, "DUPLICATE")]


def test_uids_of_rows_without_one_do_not_depend_on_their_order(tmp_path: Path) -> None:
    rows = compounds(households=[1, 2, 3])
    there = parse(files.write(tmp_path / "a.gpkg", rows), "compounds").frame
    back = parse(files.write(tmp_path / "b.gpkg", rows.iloc[::-1]), "compounds").frame
    assert dict(zip(there["name"], there["uid"], strict=True)) == dict(zip(back["name"], back["uid"], strict=True))


def test_personal_columns_stay_out_and_are_named(tmp_path: Path) -> None:
    rows = compounds(户主=["张三"], 联系电话=["029"])
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "compounds")
    assert codes_of(parsed) == ["PERSONAL_DATA"]
    assert not {"户主", "联系电话"} & set(parsed.frame.columns)


def test_service_points_need_a_mapping(tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.gpkg", compounds(category=["药店"]))
    with pytest.raises(CategoriesMissingError):
        parse(path, "service_points")
    parsed = parse(path, "service_points", categories=mapping.load())
    assert parsed.frame["category"].tolist() == ["pharmacy"]


def test_formulas_and_markup_in_names_stay_text(tmp_path: Path) -> None:
    rows = compounds(households=[1, 2])
    rows["name"] = ["=HYPERLINK(1)", "<script>"]
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "compounds")
    assert parsed.frame["name"].tolist() == ["=HYPERLINK(1)", "<script>"]
