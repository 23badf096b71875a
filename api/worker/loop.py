"""Hands out jobs: each claimed once, done in a child process, ended when cancelled or over its time.

While a job runs its worker holds an advisory lock of its number. A job that says it runs but whose lock is free has
lost its worker, at whatever moment: it goes back to the queue.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from api.access import now
from api.flows import jobs as asking
from api.settings import Settings
from data import jobs
from data.jobs import Job
from data.session import addresses, make_engine

CHILD = (sys.executable, "-P", "-m", "api.worker.child")
SWEEP_S = 60.0
TIDY_S = 24 * 3600.0
BROKE_OFF = "计算中断，重新排队"
STOPPED = "网站停了，重新排队"
CANCELLED = "已取消，已经算好的留着"


@dataclass(frozen=True)
class Running:
    """A job in work: its process, a handle that becomes readable when it ends, and when it must have ended."""

    job: Job
    process: "subprocess.Popen[bytes]"
    handle: int
    until: float


def run(settings: Settings, child: Sequence[str] = CHILD) -> None:
    """Hand out jobs until standard input closes."""
    engine = make_engine(addresses(settings.database_url, settings.cluster)[1], "wangge-worker")
    with engine.connect() as guard, engine.connect() as ear:
        ear = ear.execution_options(isolation_level="AUTOCOMMIT")
        ear.execute(text(f"LISTEN {jobs.CHANNEL}"))
        Loop(guard, ear, child, lambda: asking.tidy(engine, settings.files, settings.job_days, now())).run()
    engine.dispose()


def sweep(guard: Connection, own: Sequence[int] = ()) -> list[int]:
    """Put jobs without a worker back into the queue; returns their numbers."""
    with guard.begin():
        lost = [one for one in jobs.running(guard) if one.id not in own and jobs.hold(guard, one.id)]
        for one in lost:
            jobs.back(guard, one, BROKE_OFF)
    with guard.begin():
        for one in lost:
            jobs.release(guard, one.id)
    return [one.id for one in lost]


class Loop:
    """One worker; `guard` holds the locks of its jobs, `ear` hears of new and cancelled ones."""

    def __init__(
        self, guard: Connection, ear: Connection, child: Sequence[str], tidy: Callable[[], object] = lambda: None
    ) -> None:
        self.guard, self.ear, self.child = guard, ear.connection.driver_connection, child
        self.tidy, self.tidied = tidy, -TIDY_S
        self.running: dict[int, Running] = {}
        # half of the processors stay with the site and the database
        self.most = max(1, (os.cpu_count() or 1) // 2)

    def run(self) -> None:
        """Until standard input closes; what is in work then goes back to the queue, uncounted."""
        swept = -SWEEP_S
        try:
            while True:
                if time.monotonic() - swept >= SWEEP_S:
                    sweep(self.guard, list(self.running))
                    swept = time.monotonic()
                if time.monotonic() - self.tidied >= TIDY_S:
                    self.tidy()
                    self.tidied = time.monotonic()
                self._claim()
                if not self._wait(swept + SWEEP_S):
                    break
            for one in list(self.running.values()):
                self._broke_off(one, STOPPED, counted=False)
        finally:
            for one in self.running.values():
                self._kill(one)

    def _claim(self) -> None:
        while len(self.running) < self.most:
            with self.guard.begin():
                job = jobs.claim(self.guard)
                # held before anybody else can see that it runs
                if job is None or not jobs.hold(self.guard, job.id):
                    return
            process = subprocess.Popen([*self.child, str(job.id)], stdin=subprocess.PIPE, start_new_session=True)
            until = time.monotonic() + job.deadline_s
            self.running[job.id] = Running(job, process, os.pidfd_open(process.pid), until)

    def _wait(self, until: float) -> bool:
        """Until something happens; false when standard input has closed."""
        handles = {one.handle: one for one in self.running.values()}
        soonest = min([until, *(one.until for one in handles.values())])
        watched = [sys.stdin.fileno(), self.ear.fileno(), *handles]
        ready, _, _ = select.select(watched, [], [], max(0.0, soonest - time.monotonic()))
        if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 1024):
            return False
        for handle in ready:
            if handle in handles:
                # where the child did not say how its job ended, nobody did
                self._broke_off(handles[handle], BROKE_OFF)
        if self.ear.fileno() in ready:
            list(self.ear.notifies(timeout=0))
            self._cancel()
        for one in list(self.running.values()):
            if time.monotonic() >= one.until:
                minutes = max(1, round(one.job.deadline_s / 60))
                words = f"超过 {minutes} 分钟的时限，停下了。缩小范围再试"
                self._end(one, "failed", words, ("TOO_SLOW", words))
        return True

    def _broke_off(self, one: Running, words: str, counted: bool = True) -> None:
        self._kill(one)
        with self.guard.begin():
            jobs.back(self.guard, one.job, words, counted)
        self._let_go(one)

    def _cancel(self) -> None:
        with self.guard.begin():
            asked = {one.id for one in jobs.running(self.guard) if one.cancel_asked}
        for number in asked & self.running.keys():
            self._end(self.running[number], "cancelled", CANCELLED)

    def _end(self, one: Running, state: str, words: str, error: tuple[str, str] | None = None) -> None:
        self._kill(one)
        with self.guard.begin():
            jobs.end(self.guard, one.job, state, words, error=error)
        self._let_go(one)

    def _kill(self, one: Running) -> None:
        """End a child and whatever it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait()
        if one.process.stdin is not None:
            one.process.stdin.close()

    def _let_go(self, one: Running) -> None:
        del self.running[one.job.id]
        os.close(one.handle)
        with self.guard.begin():
            jobs.release(self.guard, one.job.id)
