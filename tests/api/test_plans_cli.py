"""The command `plan`, and `split` that keeps what it found."""

from pathlib import Path

import pytest

from api.access import today
from api.flows import sizes
from api.flows.plans import batch
from api.flows.plans.making import Order
from data.session import make_engine, transaction
from data.viewers import PLANNER
from tests.api.cli import wangge
from tests.api.plan_site import MIXED, plan_url

__all__ = ["plan_url"]


def test_from_split_to_adoption(plan_url: str, tmp_path: Path) -> None:
    made = wangge(plan_url, tmp_path, "split", MIXED, "--parts", 2, "--tolerance", 0.1, "--json").json
    number = made["plans"][0]["id"]
    assert made["plans"][0]["proof"]["kind"] == "optimal"
    shown = wangge(plan_url, tmp_path, "plan", "show", number, "--json").json
    assert shown["assignment"] == made["plans"][0]["assignment"]
    assert "第1部分" in wangge(plan_url, tmp_path, "plan", "show", number).out
    listed = wangge(plan_url, tmp_path, "plan", "show", "--json").json
    assert {one["id"] for one in made["plans"]} <= {one["id"] for one in listed["items"]}
    atom = made["plans"][1]["assignment"].index(1)
    moved = wangge(plan_url, tmp_path, "plan", "move", made["plans"][1]["id"], atom, "--to", 1, "--json").json
    assert moved["assignment"][atom] == 0
    refused = wangge(plan_url, tmp_path, "plan", "adopt", number, "--json")
    assert (refused.code, refused.json["detail"]) == (1, "生效要写明批复文号和生效日期")
    day = today().isoformat()
    words = ["--document", "一号", "--effective", day]
    for one in shown["broken"]:
        words += ["--waiver", f"{one['rule']}=年内补建"]
    done = wangge(plan_url, tmp_path, "plan", "adopt", number, *words, "--json")
    assert done.code == 0, done.err
    assert [one["code"] for one in done.json["areas"]] == [MIXED, "610199006P01"]
    again = wangge(plan_url, tmp_path, "plan", "adopt", number, *words, "--json")
    assert again.code == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [(["plan", "show", 999_999], 1), (["plan", "adopt", 1, "--waiver", "x"], 2), (["plan", "move", 999_999, 0], 2)],
)
def test_exit_codes(plan_url: str, tmp_path: Path, words: list[object], code: int) -> None:
    assert wangge(plan_url, tmp_path, *words, "--json").code == code


def test_all_candidates_are_kept_until_the_time_is_up(plan_url: str, tmp_path: Path) -> None:
    words = ["--candidates", "--run", "--threshold", 5_500, "--tolerance", 0.1, "--minutes", 0, "--json"]
    done = wangge(plan_url, tmp_path, "split", *words)
    assert done.code == 0, done.err
    assert len(done.json["splits"]) + len(done.json["refused"]) == 1 < len(done.json["candidates"])
    assert "提前结束" in done.err
    for one in done.json["splits"]:
        listed = wangge(plan_url, tmp_path, "plan", "show", "--community", one["code"], "--json").json["items"]
        assert {plan["id"] for plan in one["plans"]} <= {plan["id"] for plan in listed}


def test_candidates_one_after_another_with_progress(plan_url: str) -> None:
    engine, day = make_engine(plan_url), today()
    with transaction(engine) as connection:
        found = sizes.candidates(connection, PLANNER, day, None, "resident_households", 5_500)
    heard: list[tuple[int, int]] = []
    order = Order("", 0, 0.1)
    done = list(batch.propose(engine, found, order, PLANNER, day, lambda at, of, _: heard.append((at, of))))
    engine.dispose()
    assert [at for at, _ in heard] == list(range(len(found.candidates) + 1))
    said = batch.as_json(done)
    assert len(said["splits"]) + len(said["refused"]) == len(found.candidates) > 2
    assert said["splits"]
    for split in said["splits"]:
        for plan in split["plans"]:
            assert plan["id"] > 0
            assert max(abs(part["deviation"]) for part in plan["parts"]) <= 0.1 + 1e-9
