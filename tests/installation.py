"""The product as a user has it: the command `wangge` on a private cluster of its own, and its site in a process."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data import cluster

WANGGE = Path(sys.executable).with_name("wangge")
READY_S = 180


@dataclass(frozen=True)
class Installation:
    """The command line with the environment of one cluster."""

    environment: dict[str, str]

    @classmethod
    @contextmanager
    def made(cls, name: str) -> "Iterator[Installation]":
        """A new, empty installation on the cluster of that name; nothing of it stays."""
        own = cluster.locate(name)
        plain = {key: value for key, value in os.environ.items() if not key.startswith("WANGGE_")}
        _remove(own)
        try:
            with tempfile.TemporaryDirectory() as files:
                yield cls(plain | {"WANGGE_CLUSTER": name, "WANGGE_FILES": files})
        finally:
            _remove(own)

    def json(self, *words: str) -> dict:
        """What a command answers with --json; fails with what it said where it refused."""
        done = subprocess.run(
            [WANGGE, *words, "--json"], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The site with the sample district; its base address."""
        self.json("demo", "--no-serve")
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        site = subprocess.Popen([WANGGE, "serve", "--open", "--port", str(port)], env=self.environment)
        try:
            wait(site, f"{base}/health")
            yield base
        finally:
            site.terminate()
            site.wait(20)


def _remove(own: cluster.Cluster) -> None:
    cluster.stop(own)
    shutil.rmtree(own.data, ignore_errors=True)
    shutil.rmtree(own.socket, ignore_errors=True)


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(site: "subprocess.Popen[bytes]", address: str) -> None:
    """Return when the address answers."""
    limit = time.monotonic() + READY_S
    while time.monotonic() < limit:
        assert site.poll() is None, "the site ended by itself"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"{address} did not answer within {READY_S} s")
