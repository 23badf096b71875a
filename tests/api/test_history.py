"""Areas in time: versions by legal and recorded time, new codes, lineage with its papers, the date in every read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.flows import importing
from api.main import create_app
from api.settings import Settings
from data.session import transaction
from data.succession import Succession, succession
from data.viewers import PLANNER
from gis.errors import BadInputError
from tests.data import ground
from tests.data.ground import EAST, SUBDISTRICT, WEST, area, box

DAY_1, DAY_2, DAY_3 = date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1)
NEW = SUBDISTRICT + "P01"


@dataclass(frozen=True)
class Site:
    """A site over two communities, and the database behind it."""

    client: TestClient
    engine: Engine

    def get(self, path: str, **words: Any) -> Any:
        """The JSON of an address."""
        return self.client.get(path, **words).json()


@pytest.fixture
def site(engine: Engine) -> Iterator[Site]:
    """A site over two communities."""
    with transaction(engine) as connection:
        ground.store_areas(connection, ground.whole_district(), DAY_1)
    address = engine.url.render_as_string(hide_password=False)
    with TestClient(create_app(Settings(database_url=address, open=True))) as client:
        yield Site(client, engine)


def store(site: Site, *rows: dict[str, object], day: date = DAY_2, paper: str | None = None) -> None:
    with transaction(site.engine) as connection:
        ground.store_areas(connection, rows, day, paper)


def versions(site: Site, code: str) -> list[dict[str, object]]:
    items: list[dict[str, object]] = site.get(f"/api/areas/{code}/history")["items"]
    return items


def drawn(site: Site, day: date) -> dict[str, float]:
    """Communities of the layer on a day, with the easternmost longitude of each."""
    words = {"as_of": day.isoformat()}
    features = site.get("/layers/communities.geojson", params=words)["features"]
    return {one["properties"]["code"]: max(x for x, _ in one["geometry"]["coordinates"][0]) for one in features}


def test_a_moved_border_is_a_version_with_its_paper(site: Site) -> None:
    moved = (
        area(WEST, "community", SUBDISTRICT, box(0, 0, 300, 400)),
        area(EAST, "community", SUBDISTRICT, box(300, 0, 800, 400)),
    )
    store(site, *moved, paper="莲政函〔2025〕8号")
    found = versions(site, WEST)
    assert [(one["valid_from"], one["valid_to"], one["current"]) for one in found] == [
        ("2025-01-01", None, False),
        ("2025-01-01", "2025-06-01", True),
        ("2025-06-01", None, True),
    ]
    assert [one["border_changed"] for one in found] == [True, False, True]
    assert [one["document_no"] for one in found] == [None, None, "莲政函〔2025〕8号"]
    assert [one["area_m2"] for one in found] == pytest.approx([160_000, 160_000, 120_000], rel=1e-3)
    assert found[2]["counts"] == {"resident_households": 3500}
    assert found[0]["parent_code"] == SUBDISTRICT
    assert drawn(site, DAY_1)[WEST] > drawn(site, DAY_2)[WEST]


def test_a_change_in_the_future_is_listed_and_waits(site: Site) -> None:
    later = date(2030, 1, 1)
    store(site, area(WEST, "community", SUBDISTRICT, box(0, 0, 300, 400)), day=later)
    assert versions(site, WEST)[-1]["valid_from"] == "2030-01-01"
    assert drawn(site, DAY_3) == drawn(site, DAY_1)
    assert drawn(site, later)[WEST] < drawn(site, DAY_3)[WEST]


def test_a_correction_on_the_day_closes_what_was_known_not_what_was_so(site: Site) -> None:
    store(site, area(WEST, "community", SUBDISTRICT, box(0, 0, 300, 400)), day=DAY_1)
    found = versions(site, WEST)
    assert [(one["valid_from"], one["valid_to"], one["current"]) for one in found] == [
        ("2025-01-01", None, False),
        ("2025-01-01", None, True),
    ]
    assert found[0]["recorded_to"] == found[1]["recorded_from"]
    assert drawn(site, DAY_1)[WEST] < drawn(site, DAY_1)[EAST]


def test_a_new_code_for_the_same_area(site: Site) -> None:
    official = SUBDISTRICT + "031"
    store(site, area(official, "community", SUBDISTRICT, box(0, 0, 400, 400), former_code=WEST))
    assert set(drawn(site, DAY_1)) == {WEST, EAST}
    assert set(drawn(site, DAY_2)) == {official, EAST}
    assert [one["code"] for one in versions(site, WEST) if one["current"]] == [WEST, official]
    assert versions(site, official) == versions(site, WEST)
    assert versions(site, official)[-1]["counts"] == {"resident_households": 3500}
    store(site, area(official, "community", SUBDISTRICT, box(0, 0, 400, 400), former_code=WEST), day=DAY_3)
    assert len(versions(site, WEST)) == 3
    assert site.get(f"/api/lineage/{WEST}")["items"] == []


def test_a_divided_area_ends_and_is_remembered_on_both_sides(site: Site) -> None:
    halves = (
        area(NEW, "community", SUBDISTRICT, box(0, 0, 200, 400), former_code=WEST),
        area(SUBDISTRICT + "P02", "community", SUBDISTRICT, box(200, 0, 400, 400), former_code=WEST),
    )
    store(site, *halves, paper="莲政函〔2025〕9号")
    joined = area(SUBDISTRICT + "P03", "community", SUBDISTRICT, box(200, 0, 800, 400))
    store(site, joined | {"former_code": f"{SUBDISTRICT}P02、{EAST}"}, day=DAY_3)
    assert set(drawn(site, DAY_2)) == {NEW, SUBDISTRICT + "P02", EAST}
    assert set(drawn(site, DAY_3)) == {NEW, SUBDISTRICT + "P03"}
    chain = site.get(f"/api/lineage/{WEST}")["items"]
    said = [(one["old_code"][-3:], one["new_code"][-3:], one["kind_name"], one["document_no"]) for one in chain]
    assert said == [
        ("001", "P01", "分设", "莲政函〔2025〕9号"),
        ("001", "P02", "分设", "莲政函〔2025〕9号"),
        ("P02", "P03", "合并", None),
    ]
    assert [one["effective"] for one in chain] == ["2025-06-01", "2025-06-01", "2026-01-01"]
    back = site.get(f"/api/lineage/{SUBDISTRICT}P03")["items"]
    pairs = {(one["old_code"][-3:], one["new_code"][-3:]) for one in back}
    assert pairs == {("001", "P02"), ("P02", "P03"), ("002", "P03")}


def test_a_part_taken_out_leaves_the_rest_in_force(site: Site) -> None:
    rest = area(WEST, "community", SUBDISTRICT, box(0, 0, 200, 400))
    taken = area(NEW, "community", SUBDISTRICT, box(200, 0, 400, 400), former_code=WEST)
    store(site, rest, taken)
    assert set(drawn(site, DAY_2)) == {WEST, NEW, EAST}
    chain = site.get(f"/api/lineage/{NEW}")["items"]
    assert [(one["old_code"], one["kind"]) for one in chain] == [(WEST, "split")]


def test_codes_that_never_were(site: Site) -> None:
    for path in ("/api/areas/610104001099/history", "/api/lineage/610104001099"):
        assert site.get(path)["code"] == "NOT_FOUND"
    with pytest.raises(BadInputError, match="610104001099"):
        store(site, area(NEW, "community", SUBDISTRICT, None, former_code="610104001099"))


def test_a_complete_code_table_ends_the_codes_it_lacks(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(f"代码,名称\n{SUBDISTRICT},一街道\n{WEST},西社区\n", encoding="utf-8")
    order = importing.Order("codes", path, DAY_2, area=ground.DISTRICT, inventory=True)
    outcome = importing.run(site.engine, order, PLANNER, DAY_3, tmp_path / "kept")
    assert outcome.change is not None
    assert outcome.change.closed == 1
    assert set(drawn(site, DAY_1)) == {WEST, EAST}
    assert set(drawn(site, DAY_2)) == {WEST}


@pytest.mark.parametrize(
    ("former", "known", "expected"),
    [
        ({"N": "A"}, "A", Succession({"N": "a"}, (), ())),
        ({"N": "A", "A": ""}, "A", Succession({}, (("a", "N", "split"),), ())),
        ({"N": "A", "M": "a"}, "A", Succession({}, (("a", "N", "split"), ("a", "M", "split")), ("a",))),
        ({"N": "A，B"}, "AB", Succession({}, (("a", "N", "merge"), ("b", "N", "merge")), ("a", "b"))),
        ({"B": "A"}, "AB", Succession({}, (("a", "B", "merge"),), ("a",))),
        ({"A": "A"}, "A", Succession({}, (), ())),
    ],
)
def test_what_former_codes_mean(former: dict[str, str], known: str, expected: Succession) -> None:
    uids = {code: code.lower() for code in known}
    assert succession(list(former), list(former.values()), uids) == expected


def test_a_file_that_divides_an_area_goes_in_whole(site: Site, tmp_path: Path) -> None:
    halves = [
        area(NEW, "community", SUBDISTRICT, box(0, 0, 200, 400), former_code=WEST),
        area(SUBDISTRICT + "P02", "community", SUBDISTRICT, box(200, 0, 400, 400), former_code=WEST),
    ]
    path = tmp_path / "halves.gpkg"
    gpd.GeoDataFrame(halves, geometry="geometry", crs=4490).to_file(path, driver="GPKG", engine="pyogrio")
    order = importing.Order("areas", path, DAY_2, document="莲政函〔2025〕9号")
    outcome = importing.run(site.engine, order, PLANNER, DAY_3, tmp_path / "kept")
    assert outcome.change is not None
    assert (outcome.change.added, outcome.change.closed) == (2, 1)
    assert set(drawn(site, DAY_2)) == {NEW, SUBDISTRICT + "P02", EAST}
    assert versions(site, NEW)[0]["document_no"] == "莲政函〔2025〕9号"


def test_a_yearly_table_says_what_changed(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(f"代码,名称\n{SUBDISTRICT}031,001号\n{SUBDISTRICT}032,新社区\n", encoding="utf-8")
    order = importing.Order("codes", path, DAY_2, dry_run=True)
    found = importing.run(site.engine, order, PLANNER, DAY_3, tmp_path / "kept").parsed.findings
    assert [(one.code, one.row) for one in found] == [("CODE_CHANGED", 1), ("CODE_ENDED", None)]
    assert WEST in found[0].message
    assert EAST in found[1].message
