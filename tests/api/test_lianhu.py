"""The commands of docs/lianhu.md on the real files, in their order: what is taken, what is refused, what comes out."""

import re
import shlex
from pathlib import Path

import pytest

from data.cluster import CHECKOUT
from tests.api.cli import Done, wangge

pytestmark = pytest.mark.real


def commands(shared: Path) -> list[list[str]]:
    """The lines of the document's shell blocks that call the product."""
    text = (CHECKOUT / "docs" / "lianhu.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.splitlines()]
    return [shlex.split(line.replace("$LIANHU", str(shared)))[1:] for line in lines if line.startswith("wangge ")]


@pytest.fixture(scope="module")
def done(shared: Path, databases: object, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """Every command run once in order on one database, by its words without the folder."""
    databases.make("wangge_lianhu", "wangge_migrated")
    folder = tmp_path_factory.mktemp("lianhu")
    answers = {}
    for words in commands(shared):
        name = " ".join(word.replace(f"{shared}/", "") for word in words)
        answers[name] = wangge(databases.url("wangge_lianhu"), folder, *words, "--json")
    answers["folder"] = Done(0, str(folder), "")
    return answers


@pytest.mark.parametrize(
    ("start", "code", "read", "accepted", "refused", "set_aside"),
    [
        ("import areas model_cities", 0, 42, 42, 0, 0),
        ("import areas xian_districts_gcj02.geojson --dry-run", 1, 13, 0, 13, 0),
        ("import areas xian_districts_gcj02.geojson --datum gcj02", 1, 13, 0, 13, 0),
        ("import codes", 0, 6525, 142, 6383, 0),
        ("import streets", 0, 21203, 17863, 3340, 0),
        ("import compounds", 0, 5261, 1501, 3760, 0),
        ("import service_points", 0, 45336, 845, 4388, 40103),
    ],
)
def test_rows_taken_and_refused(
    done: dict[str, Done], start: str, code: int, read: int, accepted: int, refused: int, set_aside: int
) -> None:
    answer = next(one for name, one in done.items() if name.startswith(start))
    assert answer.code == code, answer.err
    report = answer.json
    counted = (report["read"], report["accepted"], report["refused"], report["set_aside"])
    assert counted == (read, accepted, refused, set_aside)
    assert report["encoding_why"]
    assert report["datum_why"]


def test_gcj02_borders_are_named_as_such(done: dict[str, Done]) -> None:
    report = done["import areas xian_districts_gcj02.geojson --dry-run"].json
    offset = next(one for one in report["findings"] if one["code"] == "DATUM_OFFSET")
    assert "GCJ-02" in offset["message"]


def test_borders_of_another_drawing_overlap_their_neighbours(done: dict[str, Done]) -> None:
    report = done["import areas xian_districts_gcj02.geojson --datum gcj02 --dry-run"].json
    assert report["offset"]["distance_m"] < 50
    assert "OVERLAP" in report["refused_by"]


def test_about_fifty_communities_are_drafted(done: dict[str, Done]) -> None:
    draft = next(one for name, one in done.items() if name.startswith("draft")).json
    assert draft["codes"] == 142
    assert 45 <= draft["drafted"] <= 58
    assert draft["drafted"] + len(draft["undrafted"]) == 142
    assert sum(one["reason"] == "无锚点" for one in draft["undrafted"]) == 84


def test_coverage_says_what_it_rests_on(done: dict[str, Done]) -> None:
    card = done["coverage 610104"].json
    assert card["draft_borders"] is True
    assert card["synthetic"] is False
    assert card["osm"] is True
    assert card["data_date"]["streets"] == "2017-12-31"
    # the points are a sample: no item is judged, every share of the whole population is still shown and marked
    assert card["required"] == 0
    assert {item["verdict"] for item in card["items"]} == {"no_data", None}
    pharmacy = next(item for item in card["items"] if item["category"] == "pharmacy")
    assert pharmacy["sample"] is True
    assert 0.3 < pharmacy["share"] < pharmacy["share_radius"] < 0.8
    assert pharmacy["reference"] is True
    kindergarten = next(item for item in card["items"] if item["category"] == "kindergarten")
    assert kindergarten["people"] == 0
    assert "无分年龄数据" in kindergarten["note"]
    assert pharmacy["compounds"] + pharmacy["undecided"] == 706


def test_the_page_is_one_file_that_calls_nobody(done: dict[str, Done]) -> None:
    page = (Path(done["folder"].out) / "lianhu.html").read_text(encoding="utf-8")
    assert "草拟" in page
    assert "OpenStreetMap" in page
    assert "default-src 'none'" in page
    # an address inside Leaflet's own code is words; the policy above forbids to follow any
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.search(r"""(?:src|href)=["']?https?://""", markup)
