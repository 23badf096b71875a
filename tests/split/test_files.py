"""`split --file`: JSON and GeoPackage in, CONTRACT's JSON out; bad files end with a Chinese sentence and exit 1."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli import app
from api.flows import splitting
from data import instances
from gis.errors import BadInputError
from tests.api.cli import wangge
from tests.split import files

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:9/none"
PLAN = {"digest", "rank", "proof", "border_m", "parts", "moved_residents", "broken", "assignment"}
PART = {"no", "name", "households", "residents", "elderly", "children", "deviation", "centre_min"}


def split(path: Path, **wish: object) -> dict:
    asked = {"parts": 2, "tolerance": 0.1, "seed": 7} | wish
    return splitting.as_json(splitting.of_file(path, splitting.Wish(**asked)))


def test_the_command_works_without_a_database(tmp_path: Path) -> None:
    path = files.as_json(tmp_path)
    done = wangge(NOWHERE, tmp_path, "split", "--file", path, "--parts", 2, "--json")
    assert done.code == 0
    assert done.json == split(path)
    words = CliRunner().invoke(app, ["split", "--file", str(path), "--parts", "2"])
    assert words.exit_code == 0


def test_the_json_is_what_the_contract_says(tmp_path: Path) -> None:
    value = files.instance()
    found = split(files.as_json(tmp_path))
    assert {"code", "seed", "tolerance", "atoms", "digest", "plans"} <= found.keys()
    assert found["atoms"] == {"kind": "file", "count": 24}
    for rank, plan in enumerate(found["plans"], 1):
        assert plan.keys() >= PLAN
        assert plan["rank"] == rank
        part = np.array(plan["assignment"])
        cut = [edge for edge in value["edges"] if part[edge["u"]] != part[edge["v"]]]
        assert plan["border_m"] == pytest.approx(sum(edge["length"] for edge in cut))
        assert plan["border_weight"] == sum(edge["w"] for edge in cut)
        assert plan["proof"]["bound_m"] <= plan["border_m"]
        assert plan["proof"]["gap"] == pytest.approx(1 - plan["proof"]["bound_m"] / plan["border_m"], abs=1e-6)
        mean = sum(value["households"]) / 2
        for one in plan["parts"]:
            assert one.keys() >= PART
            held = sum(h for h, p in zip(value["households"], part, strict=True) if p == one["no"])
            assert one["households"] == held
            assert one["deviation"] == pytest.approx(held / mean - 1, abs=1e-6)
            assert abs(one["deviation"]) <= 0.1
        moved = sum(r for r, p in zip(value["residents"], part, strict=True) if p != part[value["centres"][0]])
        assert plan["moved_residents"] == moved
        assert part[0] == part[1]
    assert found["plans"][0]["proof"]["kind"] == "optimal"
    assert found["plans"][0]["border_m"] == min(plan["border_m"] for plan in found["plans"])


def test_parts_and_tolerance_of_the_file_are_the_default(tmp_path: Path) -> None:
    path = files.as_json(tmp_path)
    assert split(path, parts=None, tolerance=None) == split(path)
    with pytest.raises(BadInputError, match="--parts"):
        split(files.as_json(tmp_path, k=None), parts=None)


def test_weights_of_the_file(tmp_path: Path) -> None:
    path = files.as_json(tmp_path)
    weighted = split(path, objective="instance")
    assert weighted["plans"][0]["proof"]["kind"] == "optimal"
    assert weighted["plans"][0]["proof"]["bound_m"] is None
    assert weighted["plans"][0]["border_weight"] == min(plan["border_weight"] for plan in split(path)["plans"])


def test_a_geopackage_alone_and_with_its_json(tmp_path: Path) -> None:
    path = files.as_package(tmp_path)
    alone = instances.read(path).atoms
    assert len(alone) == 24
    assert alone.elderly is not None
    assert alone.elderly[0] == round(0.2 * 120)
    assert alone.centres == (8, 15, 21)
    rail = alone.edges.kind == "rail"
    assert rail.sum() == 5
    assert not alone.edges.passable[rail].any()
    assert split(path)["plans"][0]["proof"]["kind"] == "optimal"
    shutil.copy(files.as_json(tmp_path), path.with_suffix(".json"))
    both = instances.read(path).atoms
    assert both.groups == ((0, 1),)
    assert both.elderly is not None
    assert [p["assignment"] for p in split(path)["plans"]] == [
        p["assignment"] for p in split(tmp_path / "units.json")["plans"]
    ]


def test_layers_that_may_be_missing(tmp_path: Path) -> None:
    assert len(instances.read(files.as_package(tmp_path, layers=("atoms",))).atoms) == 24
    with pytest.raises(BadInputError, match="atoms"):
        instances.read(files.as_package(tmp_path / "..", layers=("centres",)).rename(tmp_path / "other.gpkg"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"households": None}, "没有 households"),
        ({"households": [1, -2] * 12}, "households 第 2 个"),
        ({"households": "many"}, "households 应是一个列表"),
        ({"n": 7}, "对不上"),
        ({"residents": [1]}, "人数有 1 个"),
        ({"edges": []}, "没有 edges"),
        ({"edges": [{"u": 0, "v": 1}]}, "edges 第 1 行缺少"),
        ({"edges": [{"u": 0, "v": 99, "length": 5}]}, "0 到 23"),
        ({"edges": [{"u": 0, "v": 0, "length": 5}]}, "不能与自己相邻"),
        ({"edges": [{"u": 0, "v": 1, "length": -5}]}, "不小于 0"),
        ({"edges": [{"u": 0, "v": 1, "length": 5}]}, "没有可通行的边界"),
        ({"centres": [99]}, "服务中心所在的基本单元不存在"),
        ({"together": [[0, 23]]}, "互不相邻"),
        ({"area": ["a"]}, "area 里应全是数"),
        ({"households": [0] * 24}, "都没有户数"),
        ({"households": [900] + [10] * 23}, "超过每个部分的上限"),
    ],
)
def test_a_bad_file_says_what_is_wrong_with_it(tmp_path: Path, changes: dict, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        split(files.as_json(tmp_path, **changes))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.json", b"{", "不是有效的 JSON"),
        ("list.json", b"[1]", "JSON 对象"),
        ("latin.json", '{"注释": 1}'.encode("gbk"), "不是有效的 JSON"),
        ("table.csv", b"a,b", "只能读"),
        ("no.gpkg", b"nothing", "no.gpkg"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=words):
        split(path)


def test_the_command_ends_with_1_for_bad_data_and_2_for_wrong_use(tmp_path: Path) -> None:
    missing = wangge(NOWHERE, tmp_path, "split", "--file", tmp_path / "none.json", "--parts", 2, "--json")
    assert missing.code == 1
    assert missing.json["code"] == "FILE_MISSING"
    assert "找不到文件" in missing.err
    path = str(files.as_json(tmp_path))
    for wrong in (["--file", path, "--parts", "1"], ["--file", path, "--objective", "best"], ["--atoms", "houses"], []):
        assert CliRunner().invoke(app, ["split", *wrong]).exit_code == 2


def test_a_name_that_no_border_of_the_file_has_is_refused(tmp_path: Path) -> None:
    path = files.as_json(tmp_path)
    with pytest.raises(BadInputError, match="渭河"):
        split(path, never_across=frozenset({"渭河"}))
    assert split(path, never_across=frozenset({"railway"}))["plans"]
