"""One job, done in a process of its own: `python -m api.worker.child NUMBER`. It ends with its worker."""

import logging
import os
import shutil
import sys
import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from api.flows.jobs import FOLDER, Kind, Report, arguments
from api.settings import Settings
from data import jobs
from data.jobs import Job
from data.session import addresses, make_engine, transaction
from gis.errors import WanggeError

NOTICED = 0.01  # of the share done; less is not written down
BROKEN = ("INTERNAL", "系统出错，没有算完。再试一次，仍不行请联系管理员")
DONE = "完成"
log = logging.getLogger("wangge")


def do(number: int, kinds: Mapping[str, Kind], settings: Settings) -> None:
    """Do a claimed job and put down what came of it."""
    threading.Thread(target=_leave_with_worker, daemon=True).start()
    engine = make_engine(addresses(settings.database_url, settings.cluster)[1], "wangge-job")
    with transaction(engine) as connection:
        one = jobs.find(connection, number)
    folder = settings.files / FOLDER / str(number)
    shutil.rmtree(folder, ignore_errors=True)
    report = Report(_teller(engine, one), folder)
    try:
        kind = kinds[one.kind]
        result = kind.flow(engine, settings, one.viewer, arguments(kind, one.args), report)
        with transaction(engine) as connection:
            jobs.end(connection, one, "done", DONE, result, report.files)
    except WanggeError as error:
        _fail(engine, one, (error.code, error.detail))
    except Exception:
        log.exception("job %s (%s)", number, one.kind)
        _fail(engine, one, BROKEN)
    engine.dispose()


def _fail(engine: Engine, one: Job, error: tuple[str, str]) -> None:
    with transaction(engine) as connection:
        jobs.end(connection, one, "failed", error[1], error=error)


def _teller(engine: Engine, one: Job) -> Any:
    """Puts down progress in a transaction of its own; what changes too little is left out."""
    last: list[Any] = [-1.0, ""]

    def tell(share: float, words: str, result: Mapping[str, Any] | None) -> None:
        if result is None and words == last[1] and abs(share - last[0]) < NOTICED:
            return
        last[:] = share, words
        with transaction(engine) as connection:
            if not jobs.report(connection, one, min(max(share, 0.0), 1.0), words, result):
                os._exit(1)  # taken back meanwhile: whatever comes now is nobody's

    return tell


def _leave_with_worker() -> None:
    """Standard input ends when the worker does, however it ended."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    from api.flows.kinds import KINDS

    do(int(sys.argv[1]), KINDS, Settings())
