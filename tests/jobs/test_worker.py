"""Jobs with the real worker in real processes: done, failing, cancelled, over their time, and killed at both ends."""

import os
import signal
from typing import Any

from sqlalchemy import text

from api.access import now
from api.flows import jobs as asking
from api.flows.plans import showing
from api.worker.loop import BROKE_OFF
from data import jobs
from data.session import transaction
from data.viewers import PLANNER, Viewer
from tests.api.plan_site import MIXED
from tests.jobs.conftest import Shop
from tests.jobs.work import TRIED

KEEPER = Viewer("管理员")


def test_done_failed_and_crashed(shop: Shop) -> None:
    asker = Viewer("社区", "610199001001", "王芳", "abc")
    numbers = [shop.ask("write", asker, "610199001001"), shop.ask("refuse"), shop.ask("crash")]
    with shop.worker():
        written, refused, crashed = (shop.ended(number) for number in numbers)
    assert written.state == "done"
    assert written.progress == 1.0
    assert written.result == {"code": "610199001001", "role": "社区", "scope": "610199001001", "account": "王芳"}
    assert [words for _, words in written.log] == ["0 / 3 第0个", "1 / 3 第1个", "2 / 3 第2个", "完成"]
    kept = asking.file(shop.engine, shop.settings.files, written.id, "结果.txt", asker)
    assert kept.read_text(encoding="utf-8") == "610199001001"
    assert (refused.state, refused.error_code, refused.error) == ("failed", "BAD_INPUT", "没有边界。先导入边界")
    assert (crashed.state, crashed.error_code) == ("failed", "INTERNAL")
    assert "secret" not in str(crashed)


def test_cancelled_and_over_time(shop: Shop) -> None:
    with shop.worker():
        number = shop.ask("wait")
        waiting = shop.ask("write")
        child = shop.pid(number)
        assert asking.cancel(shop.engine, TRIED, waiting, PLANNER)["state"] == "cancelled"
        asking.cancel(shop.engine, TRIED, number, PLANNER)
        cancelled = shop.ended(number)
        brief = shop.ended(shop.ask("brief"))
    assert cancelled.state == "cancelled"
    assert cancelled.result == {"pid": child}, "the best so far stays"
    assert not alive(child)
    assert (brief.state, brief.error_code) == ("failed", "TOO_SLOW")
    with transaction(shop.engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit WHERE object = 'kept'")) >= 1


def test_a_killed_worker_leaves_its_job_to_the_next(shop: Shop) -> None:
    number = shop.ask("wait")
    with shop.worker() as first:
        child = shop.pid(number)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    with shop.worker():
        again = shop.pid(number, attempt=2)
        assert again != child
        assert not alive(child), "a child never outlives its worker for long"
        asking.cancel(shop.engine, TRIED, number, PLANNER)
        ended = shop.ended(number)
    assert BROKE_OFF in [words for _, words in ended.log]
    assert ended.attempt == 2


def test_plans_found_so_far_stay_when_the_search_is_killed_or_cancelled(sample_shop: Shop) -> None:
    shop = sample_shop
    args = {"code": MIXED, "parts": 2, "tolerance": 0.1}
    number = asking.ask(shop.engine, TRIED, "split", args, PLANNER)
    with shop.worker() as first:
        early = shop.until(number, lambda one: bool(one.result))
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    kept = plans_of(shop)
    assert [one["id"] for one in early.result["plans"]] == [one["id"] for one in kept][: len(early.result["plans"])]
    assert all(one["unfinished"] and "没算完" in one["name"] for one in kept)
    with shop.worker():
        shop.until(number, lambda one: one.attempt == 2 and bool(one.result) and len(one.result["plans"]) > 1)
        asking.cancel(shop.engine, TRIED, number, PLANNER)
        ended = shop.ended(number)
    assert ended.state == "cancelled"
    assert ended.result["unfinished"]
    again = [one for one in plans_of(shop) if one["run"] == ended.result["run"]]
    assert [one["id"] for one in again] == [one["id"] for one in ended.result["plans"]]
    assert [one["rank"] for one in again] == list(range(1, len(again) + 1))


def plans_of(shop: Shop) -> list[dict[str, Any]]:
    """The plans of the community as the list shows them."""
    with transaction(shop.engine) as connection:
        items: list[dict[str, Any]] = showing.listed(connection, PLANNER, MIXED, 100, None)["items"]
    return items


def test_a_killed_child_is_tried_again_twice_at_most(shop: Shop) -> None:
    number = shop.ask("wait")
    with shop.worker():
        for attempt in (1, 2, 3):
            os.kill(shop.pid(number, attempt), signal.SIGKILL)
        ended = shop.ended(number)
        after = shop.ended(shop.ask("write"))
    assert (ended.state, ended.attempt, ended.error_code) == ("failed", jobs.MOST_ATTEMPTS, "BROKE_OFF")
    assert after.state == "done", "the worker goes on"


def test_a_worker_that_is_let_go_hands_its_job_back_uncounted(shop: Shop) -> None:
    number = shop.ask("wait")
    with shop.worker():
        child = shop.pid(number)
    found = shop.find(number)
    assert (found.state, found.attempt) == ("queued", 0)
    assert not alive(child)


def alive(pid: int) -> bool:
    """Whether a process is there that is not merely waiting to be buried."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_old_jobs_go_with_their_files(shop: Shop) -> None:
    with shop.worker():
        old, young, failed = (shop.ended(shop.ask(kind)).id for kind in ("write", "write", "refuse"))
    waiting = shop.ask("write")
    ages = {old: 91, young: 89, failed: 400, waiting: 400}
    with transaction(shop.engine) as connection:
        for number, days in ages.items():
            query = "UPDATE job SET created_at = now() - make_interval(days => :d) - interval '1 minute' WHERE id = :id"
            connection.execute(text(query), {"d": days, "id": number})
            query = "UPDATE job SET ended_at = created_at WHERE id = :id AND ended_at IS NOT NULL"
            connection.execute(text(query), {"id": number})
    folder = shop.settings.files / asking.FOLDER
    assert asking.tidy(shop.engine, shop.settings.files, 0, now()) == []
    assert (folder / str(old)).is_dir()
    # the worker does it by itself when it starts, before it takes the next job
    with shop.worker():
        assert shop.ended(waiting).state == "done"
    kept = {one["id"] for one in asking.listed(shop.engine, TRIED, KEEPER, None, 100)}
    assert {old, young, failed, waiting} & kept == {young, waiting}
    assert not (folder / str(old)).exists()
    assert (folder / str(young) / "结果.txt").is_file()
    with transaction(shop.engine) as connection:
        said = connection.scalar(text("SELECT detail -> 'removed' FROM audit WHERE object = 'tidy'"))
    assert {old, failed} <= set(said)
    assert young not in said
