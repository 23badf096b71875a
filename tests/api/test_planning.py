import openpyxl
import pytest
from typer.testing import CliRunner

from api.access import today
from api.flows import coverage, gaps, siting, supply, weekly, whatif
from api.flows.edits import Edit
from api.flows.planning import ground
from api.flows.warm import Shelf
from data.session import make_engine, transaction
from data.viewers import PLANNER, Viewer
from gis.errors import BadInputError, NotFoundError

CODE = "610199"


@pytest.fixture(scope="module")
def asked():
    return coverage.Asked(CODE, today(), PLANNER)


@pytest.fixture(scope="module")
def engine_of(sample_url):
    made = make_engine(sample_url)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def here(engine_of, asked):
    """The ground of the sample district."""
    with transaction(engine_of) as connection:
        return ground(connection, Shelf(), asked)


@pytest.fixture(scope="module")
def market(engine_of, here, asked):
    """The gap list of markets."""
    with transaction(engine_of) as connection:
        return gaps.gaps(connection, here, asked, "market")


def test_every_compound_outside_is_listed_and_counted_as_the_scorecard_does(market, here):
    item = market["items"][0]
    scored = whatif.what_if(here, [Edit("add", category="market", at=(108.93, 34.26))])["area"][0]["before"]
    assert item["people_outside"] == scored["people"] - scored["people_in"]
    people = [line["people"] for line in item["compounds"]]
    assert people == sorted(people, reverse=True)
    assert sum(item["by_fix"].values()) == item["compounds_outside"] == len(item["compounds"])
    assert all(line["net_m"] is None or line["net_m"] >= item["limit_m"] for line in item["compounds"])
    causes = {line["cause"].partition("（")[0] for line in item["compounds"]}
    assert causes <= {"附近没有", "绕行", "有但超时"}
    assert "绕行（无出入口）" in {line["cause"] for line in item["compounds"]}


def as_edit(line):
    fix = line["fix"]
    at = tuple(fix["at"])
    if fix["kind"] == "gate":
        return Edit("gate", uid=line["uid"], at=at)
    return Edit("link", at=at, to=tuple(fix["to"])) if fix["kind"] == "crossing" else Edit("add", "market", at=at)


def test_what_is_promised_is_what_the_engine_gives(market, here):
    tried = dict.fromkeys(("gate", "crossing", "site"), 0)
    for line in market["items"][0]["compounds"]:
        fix = line["fix"]
        if fix["kind"] == "none" or tried[fix["kind"]] == 6:
            continue
        tried[fix["kind"]] += 1
        changes = whatif.what_if(here, [as_edit(line)])["changes"]
        mine = next(one for one in changes if (one["uid"], one["category"]) == (line["uid"], "market"))
        # a gate is a place on the street here, where more than one way may begin; positions are rounded to a centimetre
        assert mine["after_cm"] <= fix["after_m"] * 100 + 10
        assert mine["within_after"]
    assert min(tried.values()) > 0


def test_the_weekly_list_is_a_sheet_per_subdistrict_of_plain_text(market, tmp_path):
    lines = market["items"][0]["compounds"]
    evil = {**lines[0], "name": "=1+1"}
    found = {**market, "items": [{**market["items"][0], "compounds": [evil, *lines[1:]]}]}
    target = tmp_path / "每周清单.xlsx"
    assert weekly.write(found, target, today()) == len(lines)
    book = openpyxl.load_workbook(target)
    assert set(book.sheetnames) - {"说明"} <= set(market["subdistricts"].values())
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "=1+1" in {cell.value for cell in cells}
    weekly.write(market, tmp_path / "清单", today())
    assert len(list((tmp_path / "清单").iterdir())) == len(book.sheetnames) - 1


def solved(engine_of, here, asked, **words):
    with transaction(engine_of) as connection:
        return siting.site(connection, here, asked, siting.Question("market", **words))


def test_each_next_site_adds_what_the_table_says_and_the_score_agrees(engine_of, here, asked):
    found = solved(engine_of, here, asked, add=4)
    added = [one["added"] for one in found["sites"]]
    assert added == sorted(added, reverse=True)
    gain = found["coverage"]["after"]["people_in"] - found["coverage"]["before"]["people_in"]
    assert gain == pytest.approx(sum(added)) == pytest.approx(found["objective"])
    assert found["proof"] == {"kind": "optimal", "bound": found["objective"], "gap": 0.0}
    assert "已证明是最优" in found["sentence"]
    assert found["unmet"]
    assert all(one["why"] for one in found["unmet"])


def test_other_models_say_what_they_mean(engine_of, here, asked):
    fewest = solved(engine_of, here, asked, model="lscp")
    assert fewest["objective"] == len(fewest["sites"]) == fewest["proof"]["bound"]
    walked = solved(engine_of, here, asked, model="pmedian", add=2)
    assert walked["unit"] == "人·公里"
    full = solved(engine_of, here, asked, model="capacitated", add=2, capacity=1_000.0)
    assert all(one["added"] <= 1_000 for one in full["sites"])
    with pytest.raises(BadInputError, match="容量"):
        solved(engine_of, here, asked, model="capacitated")
    old = solved(engine_of, here, asked, add=1, weights={"elderly": 2.0, "all": 1.0})
    assert old["asking"]["people"] > fewest["asking"]["people"]


def test_street_blocks_serve_as_candidates(engine_of, here, asked):
    found = solved(engine_of, here, asked, add=1, source="blocks")
    assert found["candidates"] > 300
    assert found["proof"]["kind"] == "optimal"


def test_a_subdistrict_sees_its_own_only(engine_of, here, asked):
    code = here.warm.rows.frames["subdistricts"]["code"].iloc[0]
    with transaction(engine_of) as connection:
        shelf = Shelf()
        part = ground(connection, shelf, coverage.Asked(code, asked.as_of, Viewer("街道", code)))
        listed = gaps.gaps(connection, part, coverage.Asked(code, asked.as_of, PLANNER), "market")["items"][0]
        with pytest.raises(NotFoundError, match="范围"):
            ground(connection, shelf, coverage.Asked(CODE, asked.as_of, Viewer("街道", code)))
    assert {line["subdistrict"] for line in listed["compounds"]} == {code}


def test_what_is_given_out_is_what_reaches_somebody(here):
    found = supply.supply(here, "canteen", None, "2sfca")
    given = sum(one["people"] * one["per_thousand"] / 1000 for one in found["communities"] if one["people"])
    # places of the halo serve people outside too; none is shared out twice
    reached = sum(one["capacity"] for one in found["sites"] if one["per_thousand"] is not None)
    assert given == pytest.approx(reached, rel=1e-3)
    least = [one["per_thousand"] for one in found["communities"] if one["per_thousand"] is not None]
    assert least == sorted(least)
    near = supply.supply(here, "canteen", None, "e2sfca")
    assert {one["code"] for one in near["communities"]} == {one["code"] for one in found["communities"]}
    night = supply.supply(here, "canteen", None, "2sfca", "03:00")
    assert night["places"]["closed"] > 0
    with pytest.raises(BadInputError, match="容量"):
        supply.supply(here, "market", None, "2sfca")
    with pytest.raises(BadInputError, match="08:30"):
        supply.supply(here, "canteen", None, "2sfca", "25:00")


@pytest.mark.parametrize(
    ("hours", "at", "open_"),
    [
        ("08:00-18:00", "08:00", True),
        ("08:00-18:00", "18:00", False),
        ("20:00-06:00", "02:00", True),
        ("08:00-12:00,14:00-18:00", "13:00", False),
        (None, "03:00", True),
        ("看公告", "03:00", True),
    ],
)
def test_opening_hours(hours, at, open_):
    assert supply._is_open(hours, at) is open_


def test_wrong_words_end_with_two(monkeypatch, sample_url):
    from api.cli import app

    monkeypatch.setenv("WANGGE_DATABASE_URL", sample_url)
    done = CliRunner().invoke(app, ["site", CODE, "--category", "market", "--model", "best"])
    assert done.exit_code == 2
