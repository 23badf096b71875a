"""Grids divided and held against each other through flow, database and command line."""

from datetime import date, timedelta

import openpyxl
import pytest
import shapely
from sqlalchemy import Engine, func, select

from api.flows import gridding, history, overlaying
from data import grids, layers, session
from data import tables as t
from data.areas import find_area
from data.storing import Origin
from data.viewers import PLANNER, Viewer
from gis.errors import BadInputError, NotFoundError
from gis.grids.partition import Sizes
from tests.api.cli import wangge
from tests.conftest import Databases

DAY = date(2026, 11, 20)
COMMUNITY, SUBDISTRICT = "610199001001", "610199001"


@pytest.fixture(scope="module")
def own_url(databases: Databases, sample_url: str) -> str:
    """A copy of the district's database to write to."""
    assert sample_url
    databases.make("wangge_grids", "wangge_sample")
    return databases.url("wangge_grids")


@pytest.fixture
def own(own_url) -> Engine:
    made = session.make_engine(own_url)
    yield made
    made.dispose()


def quiet(*_: object) -> None:
    pass


def stored(engine: Engine, name: str, day: date = DAY):
    with session.transaction(engine) as connection:
        area = find_area(connection, COMMUNITY, day, PLANNER)
        query = layers.select("grids", as_of=day, viewer=PLANNER, area=area, grid_set=name)
        return layers.frame(connection, query), area


def test_grids_are_stored_as_drafts_of_the_set_and_dividing_again_changes_nothing(own):
    order = gridding.Order(COMMUNITY, DAY, grid_set="综治")
    dry = gridding.run(own, gridding.Order(COMMUNITY, DAY, grid_set="综治", dry_run=True), PLANNER, quiet)
    assert dry.change is None
    assert len(stored(own, "综治")[0]) == 0
    said = gridding.summary(gridding.run(own, order, PLANNER, quiet))
    assert said["written"] == {"added": said["grids"], "changed": 0, "unchanged": 0, "closed": 0}
    assert (said["compounds_cut"], said["not_contiguous"]) == (0, 0)
    frame, area = stored(own, "综治")
    assert len(frame) == said["grids"]
    assert set(frame.status) == {"draft"}
    assert frame.resident_households.sum() == said["households"] == 2744
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert shapely.symmetric_difference(frame.union_all(), area.geom).area * 111_320**2 < 0.05
    again = gridding.summary(gridding.run(own, order, PLANNER, quiet))
    assert again["written"] == {"added": 0, "changed": 0, "unchanged": said["grids"], "closed": 0}


def test_a_later_division_closes_the_grids_that_are_no_more(own):
    gridding.run(own, gridding.Order(COMMUNITY, DAY, grid_set="党建"), PLANNER, quiet)
    before = len(stored(own, "党建")[0])
    later = gridding.Order(COMMUNITY, DAY + timedelta(days=1), Sizes(900, 600, 1400), "党建")
    done = gridding.run(own, later, PLANNER, quiet)
    after = len(stored(own, "党建", later.day)[0])
    assert after < before
    assert done.change.closed == before - after
    assert len(stored(own, "党建")[0]) == before


def test_a_new_division_remembers_what_its_grids_came_from(own):
    """Each new one says which old ones went into it; a second try on the day corrects the first."""
    gridding.run(own, gridding.Order(COMMUNITY, DAY, grid_set="网格化"), PLANNER, quiet)
    day = DAY + timedelta(days=1)
    old = stored(own, "网格化")[0]
    for sizes in (Sizes(550, 300, 900), Sizes(900, 600, 1400)):
        gridding.run(own, gridding.Order(COMMUNITY, day, sizes, "网格化"), PLANNER, quiet)
    new = stored(own, "网格化", day)[0]
    with session.transaction(own) as connection:
        ended = sorted(set(old.code) - set(new.code))
        links = history.lineage(connection, PLANNER, ended[0], "网格化").items
        assert {(one.old_set, one.new_set, one.effective) for one in links} == {("网格化", "网格化", day)}
        rows = history.grid_versions(connection, PLANNER, new.code[0], "网格化").items
        with pytest.raises(NotFoundError):
            history.grid_versions(connection, Viewer("网格长", "610199002"), new.code[0], None)
    told = {(one.old_code, one.new_code) for one in links}
    metric = [one.to_crs(4545).set_index("code").geometry for one in (old, new)]
    shared = {
        (a, b): metric[0][a].intersection(metric[1][b]).area / min(metric[0][a].area, metric[1][b].area)
        for a in old.code
        for b in new.code
        if a != b
    }
    assert all(shared[pair] >= 0.05 for pair in told)
    assert {b for a, b in told if a == ended[0]} == {
        b for (a, b), one in shared.items() if a == ended[0] and one >= 0.05
    }
    assert all(one.new_code in set(new.code) for one in links)
    assert {(one.set, one.parent_code) for one in rows} == {("网格化", COMMUNITY)}
    assert sum(one.current for one in rows) == 2


def test_the_agreed_set_is_written_with_its_leaders_and_origins(own):
    for name, sizes in (("综治甲", Sizes()), ("城管甲", Sizes(600, 400, 900))):
        gridding.run(own, gridding.Order(COMMUNITY, DAY, sizes, name), PLANNER, quiet)
    first = stored(own, "综治甲")[0]
    with session.transaction(own, PLANNER) as connection:
        batch = connection.scalar(select(func.max(t.import_batch.c.id)))
        rows = first.assign(leader="王敏", work_phone="029-1", parent_code=COMMUNITY, **dict.fromkeys(grids.COUNTS))
        rows = rows.drop(columns=["id", "uid", "set", "community", "batch_id"])
        grids.store_grids(connection, rows, Origin(batch, DAY, True), "综治甲")
    with pytest.raises(BadInputError, match="正在比较"):
        overlaying.run(own, COMMUNITY, ["综治甲", "城管甲"], DAY, PLANNER, quiet, "城管甲")
    day = DAY + timedelta(days=1)
    done = overlaying.run(own, COMMUNITY, ["综治甲", "城管甲"], day, PLANNER, quiet, "全科甲")
    made, area = stored(own, "全科甲", day)
    assert done.change.added == len(made) > 0
    assert (made.resident_households.sum(), set(made.status)) == (2744, {"draft"})
    assert made.population.sum() == first.population.sum()
    assert shapely.coverage_is_valid(made.geometry.to_numpy())
    assert shapely.symmetric_difference(made.union_all(), area.geom).area * 111_320**2 < 0.05
    with session.transaction(own) as connection:
        links = history.lineage(connection, PLANNER, made.code[0], "全科甲").items
        staff = grids.staff_of(connection, made.uid, day)
    assert {one.old_set for one in links if one.new_set == "全科甲"} == {"综治甲", "城管甲"}
    base = next(iter(done.found.values())).base
    assert len(staff) == (len(made) if base == "综治甲" else 0)


def test_what_was_noticed_is_kept_with_the_batch(own):
    order = gridding.Order("610199001010", DAY, Sizes(400, 399, 401), "应急")
    done = gridding.run(own, order, PLANNER, quiet)
    noticed = sum(len(one.findings) for one in done.divisions)
    assert noticed > 0
    with session.transaction(own) as connection:
        newest = select(func.max(t.import_batch.c.id)).where(t.import_batch.c.kind == "grids").scalar_subquery()
        assert connection.scalar(select(func.count()).where(t.finding.c.batch_id == newest)) == noticed


def test_what_cannot_be_divided_is_refused_in_words(own):
    with pytest.raises(NotFoundError):
        gridding.run(own, gridding.Order("610199999", DAY), PLANNER, quiet)
    with pytest.raises(BadInputError, match="两套"):
        overlaying.run(own, COMMUNITY, ["综治"], DAY, PLANNER, quiet)
    with pytest.raises(BadInputError, match="没有一个社区同时有"):
        overlaying.run(own, COMMUNITY, ["综治", "没有的"], DAY, PLANNER, quiet)


def test_the_commands_divide_a_subdistrict_and_write_the_crosswalk(own_url, own, tmp_path):
    done = wangge(
        own_url,
        tmp_path,
        "grids",
        "divide",
        COMMUNITY,
        "--set",
        "城管",
        "--target",
        "600",
        "--households",
        "400:900",
        "--json",
    )
    assert done.code == 0, done.err
    said = done.json
    assert said["target"] == 600
    assert {"code", "households", "residents", "elderly", "children", "compounds", "area_m2"} <= set(
        said["communities"][0]["grids"][0]
    )
    gridding.run(own, gridding.Order(COMMUNITY, date.fromisoformat(said["as_of"]), grid_set="全科"), PLANNER, quiet)
    book = tmp_path / "对照.xlsx"
    done = wangge(own_url, tmp_path, "grids", "overlay", COMMUNITY, "--sets", "全科,城管", "-o", str(book), "--json")
    assert done.code == 0, done.err
    told = done.json
    community = told["communities"][0]
    assert sum(cell["households"] for cell in community["cells"]) == 2744
    assert sum(grid["households"] for grid in community["proposal"]["grids"]) == 2744
    assert community["pairs"][0]["households_apart"] > 0
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["一致程度", "对照表", "建议网格", "说明"]
    assert sheets["对照表"].max_row == len(community["cells"]) + 1
    assert sheets["说明"]["B4"].value == "合成示例数据"
    wrong = wangge(own_url, tmp_path, "grids", "divide", COMMUNITY, "--households", "700:300")
    assert wrong.code == 2
