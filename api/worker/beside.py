"""A worker kept alive beside the site: started with it, started again when it dies, ended with it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from api.settings import Settings

WORKER = (sys.executable, "-P", "-m", "api.worker")
AGAIN_S = 2.0
LEAVE_S = 10.0


def environment(settings: Settings) -> dict[str, str]:
    """The environment in which a process reads these very settings."""
    given = {name: value for name, value in settings.model_dump().items() if value is not None}
    return os.environ | {f"WANGGE_{name.upper()}": str(value) for name, value in given.items()}


@contextmanager
def worker_beside(settings: Settings, command: Sequence[str] = WORKER) -> Iterator[None]:
    """A worker for as long as the body runs; it also ends when this process does, however that ends."""
    stopping = threading.Event()
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        # in a session of its own: Ctrl-C is for the site, which then lets the worker go
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment(settings), start_new_session=True)
        started[:] = [process]
        return process

    def watch(process: "subprocess.Popen[bytes]") -> None:
        while True:
            process.wait()
            if stopping.wait(AGAIN_S):
                return
            process = start()

    watcher = threading.Thread(target=watch, args=(start(),), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stopping.set()
        _leave(started[0])
        watcher.join(LEAVE_S)


def _leave(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(LEAVE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
