"""What each kind of import makes of its rows."""

from pathlib import Path

import pytest
import shapely

from data.imports.reader import parse
from gis.records import KINDS, SCHEMAS
from tests.imports import files
from tests.imports.files import LAT, LON, square

LINE = shapely.LineString([(LON, LAT), (LON + 0.01, LAT)])
CODE = "610199001001"


def test_every_kind_of_the_contract_is_known() -> None:
    wanted = "areas codes streets barriers compounds buildings service_points grids gates candidate_sites"
    assert set(KINDS) == {*wanted.split(), "staff"}
    assert {kind for kind in KINDS if SCHEMAS[kind].tessellated} == {"areas", "grids"}


def test_streets(tmp_path: Path) -> None:
    rows = files.frame(
        {
            "name": ["????", "??????G3001", "青年路", None],
            "道路等级": ["主干路", "track_grade2", "Footway", None],
            "bridge": ["T", "F", "viaduct", "no"],
            "layer": [1, 0, -1, 0],
            "access": ["private", None, "private", None],
            "foot": ["yes", None, None, None],
        },
        [shapely.LineString([(LON, LAT), (LON + 0.01, LAT + i * 0.001)]) for i in range(4)],
    )
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "streets")
    assert parsed.frame["class"].tolist() == ["primary", "track", "footway"]
    assert parsed.frame["name"].tolist() == [None, None, "青年路"]
    assert parsed.frame["bridge"].tolist() == [True, False, True]
    assert parsed.frame["access"].tolist() == ["yes", None, "private"]
    assert parsed.frame["layer"].tolist() == [1, 0, -1]
    assert dict(parsed.counts) == {"NAME_LOST": 2, "VALUE_UNREADABLE": 1}
    assert parsed.frame["uid"].nunique() == 3


def test_ways_in_pieces_and_ways_given_twice(tmp_path: Path) -> None:
    other = shapely.LineString([(LON + 0.1, LAT), (LON + 0.11, LAT)])
    rows = files.frame(
        {"osm_id": [7, 7, 7], "class": ["primary"] * 3}, [shapely.MultiLineString([LINE, other]), other, other]
    )
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "streets")
    assert parsed.frame["uid"].tolist() == ["7", "7.2", "7-2"]
    assert parsed.frame.geom_type.unique().tolist() == ["LineString"]
    assert (parsed.read, parsed.accepted, parsed.refused) == (3, 2, 1)
    assert dict(parsed.counts) == {"CODE_DUPLICATE": 1}


def test_barriers_take_borders_of_polygons_and_leave_the_rest(tmp_path: Path) -> None:
    rows = files.frame({"类型": ["河流", "铁路", "绿地"], "name": ["沣河", "陇海线", "公园"]}, [square(), LINE, LINE])
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "barriers")
    assert parsed.frame["kind"].tolist() == ["river", "railway"]
    assert parsed.frame.geom_type.unique().tolist() == ["LineString"]
    assert (parsed.accepted, parsed.refused, parsed.set_aside) == (2, 0, 1)


def test_compounds_as_polygons_keep_their_outline(tmp_path: Path) -> None:
    rows = files.frame(
        {"name": ["甲", "乙"], "社区代码": [CODE, "青年社区"], "街道代码": ["610199001", "610199001"]},
        [square(), shapely.Point(LON, LAT)],
    )
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "compounds")
    assert parsed.frame.geom_type.tolist() == ["Point", "Point"]
    assert parsed.frame["outline"][0].equals_exact(square(), 1e-9)
    assert parsed.frame["outline"][1] is None
    assert square().contains(parsed.frame.geometry[0])
    assert parsed.frame["community"].tolist() == [CODE, None]
    assert parsed.frame["subdistrict"].tolist() == ["610199001"] * 2


def test_service_points_with_details(tmp_path: Path) -> None:
    from data.imports import mapping

    rows = files.frame(
        {
            "名称": ["甲", "乙"],
            "设施类别": ["养老院", "花店"],
            "床位数": ["120张", None],
            "无障碍": ["是", "不清楚"],
            "核实日期": ["2026年6月30日", "去年"],
            "服务社区": [CODE, None],
        },
        [shapely.Point(LON, LAT)] * 2,
    )
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "service_points", categories=mapping.load())
    row = parsed.frame.iloc[0]
    assert (row["category"], row["capacity"], row["step_free"]) == ("elderly_home", 120, True)
    assert (row["verified_on"], row["serves_uid"], bool(row["inventory"])) == ("2026-06-30", CODE, False)
    assert (parsed.accepted, parsed.set_aside, dict(parsed.unmapped)) == (1, 1, {"花店": 1})


def test_grids(tmp_path: Path) -> None:
    rows = files.frame(
        {"code": [f"{CODE}001", f"{CODE}002"], "类型": ["专属网格", None], "户数": [300, 310]},
        [square(), square(LON + 0.01)],
    )
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "grids")
    assert parsed.frame["parent_code"].tolist() == [CODE, CODE]
    assert parsed.frame["kind"].tolist() == ["专属", "基础"]
    assert parsed.frame["tier"].tolist() == [1, 1]
    assert parsed.frame["resident_households"].tolist() == [300, 310]
    wrong = rows.assign(code=["610199001001", f"{CODE}002"])
    assert parse(files.write(tmp_path / "b.gpkg", wrong), "grids").blocked


@pytest.mark.parametrize(
    ("kind", "columns", "geometry", "expected"),
    [
        ("buildings", {"层数": [18], "compound_uid": ["c1"]}, square(), {"floors": 18, "compound_uid": "c1"}),
        ("gates", {"小区编号": ["c1"], "通行": ["门禁"]}, shapely.Point(LON, LAT), {"access": "门禁"}),
        ("candidate_sites", {"name": ["空地"], "面积": ["600㎡"]}, square(), {"area_m2": 600}),
    ],
)
def test_other_kinds(tmp_path: Path, kind: str, columns: dict, geometry: object, expected: dict) -> None:
    parsed = parse(files.write(tmp_path / "a.gpkg", files.frame(columns, [geometry])), kind)
    assert {name: parsed.frame[name][0] for name in expected} == expected
    assert parsed.frame["uid"][0]


def test_gates_without_a_compound_are_refused(tmp_path: Path) -> None:
    rows = files.frame({"compound_uid": [None, "c1"]}, [shapely.Point(LON, LAT), shapely.Point(LON + 0.01, LAT)])
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "gates")
    assert dict(parsed.counts) == {"NO_PARENT": 1}


def test_anchors_may_repeat_a_code(tmp_path: Path) -> None:
    rows = files.frame({"code": [CODE, CODE, "610199001", "x"]}, [shapely.Point(LON, LAT)] * 4)
    parsed = parse(files.write(tmp_path / "a.gpkg", rows), "anchors", area="610199")
    assert parsed.frame["code"].tolist() == [CODE, CODE]
    assert parsed.refused == 2


def test_code_table_names_its_subdistricts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = f"{CODE},甲社区,610199001,青年街道\n610199001002,乙社区,610199001,青年街道\n610103002001,丙,610103002,丁\n"
    path.write_text("code,name,streetCode,streetName\n" + rows, encoding="utf-8")
    parsed = parse(path, "codes", area="610199")
    assert parsed.frame[["code", "name", "level"]].values.tolist() == [
        ["610199001", "青年街道", "subdistrict"],
        [CODE, "甲社区", "community"],
        ["610199001002", "乙社区", "community"],
    ]
    assert (parsed.accepted, parsed.refused) == (2, 1)
    assert parsed.frame.geometry.isna().all()
