"""Kinds of jobs that do what a test wants, and the processes that do them: `python -m tests.jobs.work [NUMBER]`."""

import os
import sys
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine

from api.flows import kinds
from api.flows.jobs import Args, Kind, Report
from api.flows.plans import making
from api.settings import Settings
from api.worker import child, loop
from data import audit
from data.session import transaction
from data.viewers import ROLES, Viewer
from gis.errors import BadInputError

WORK = (sys.executable, "-m", "tests.jobs.work")


def write(_: Engine, __: Settings, viewer: Viewer, args: Args, report: Report) -> Mapping[str, Any]:
    """Says three things, leaves a file."""
    for done in range(3):
        report.step(done, 3, f"第{done}个")
    report.file("结果.txt").write_text(args.code, encoding="utf-8")
    return {"code": args.code, "role": viewer.role, "scope": viewer.scope, "account": viewer.account}


def refuse(*_: object) -> Mapping[str, Any]:
    """Something is wrong with the data."""
    raise BadInputError("没有边界。先导入边界")


def crash(*_: object) -> Mapping[str, Any]:
    """Something is wrong with the program."""
    raise ZeroDivisionError("a secret of the machine")


def wait(engine: Engine, _: Settings, viewer: Viewer, __: Args, report: Report) -> Mapping[str, Any]:
    """Keeps a row and what it has, says which process it is, and never ends of itself."""
    with transaction(engine, viewer.whole) as connection:
        audit.note(connection, viewer, "job", "kept")
    report(0.5, "一半", {"pid": os.getpid()})
    threading.Event().wait()
    return {}


def split(engine: Engine, settings: Settings, viewer: Viewer, args: kinds.SplitArgs, report: Report) -> Any:
    """Plans of a community, with a proof that never ends."""
    making.tightened = lambda *_: threading.Event().wait()
    return kinds.split(engine, settings, viewer, args, report)


EVERYBODY = frozenset(ROLES)
TRIED: Mapping[str, Kind] = MappingProxyType(
    {
        "write": Kind("写", EVERYBODY, Args, write),
        "refuse": Kind("拒绝", EVERYBODY, Args, refuse),
        "crash": Kind("出错", EVERYBODY, Args, crash),
        "wait": Kind("等", EVERYBODY, Args, wait),
        "split": Kind("分", EVERYBODY, kinds.SplitArgs, split),
        "brief": Kind("等不久", EVERYBODY, Args, wait, deadline_min=0),
    }
)

if __name__ == "__main__":
    if len(sys.argv) > 1:
        child.do(int(sys.argv[1]), TRIED, Settings())
    else:
        loop.run(Settings(), WORK)
