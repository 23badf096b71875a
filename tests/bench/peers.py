"""The peers of the serving benchmark: pgbench on the same server, and tipg from a throwaway environment."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data import cluster
from tests.bench.load import CONNECTIONS, Load

PASSWORD = "only-for-the-benchmark"
ADDRESS = "127.0.0.54"
TIPG = ("tipg", "uvicorn", "uvloop", "httptools")


def pgbench(own: cluster.Cluster, script: str, seconds: float) -> Load:
    """Run a script of pgbench with prepared statements over the socket."""
    environment = os.environ | {"PGOPTIONS": "-c plan_cache_mode=force_generic_plan"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.sql"
        path.write_text(script, encoding="utf-8")
        words = ["-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(round(seconds)), "-f", str(path)]
        command = [str(cluster.BINARIES / "pgbench"), *words, "-h", str(own.socket), "-U", cluster.APP]
        done = subprocess.run(
            [*command, cluster.DATABASE], capture_output=True, text=True, env=environment, check=False
        )
    assert done.returncode == 0, done.stderr[-2000:]
    number = int(re.search(r"transactions actually processed: (\d+)", done.stdout)[1])
    rate = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])
    middle = float(re.search(r"latency average = ([\d.]+)", done.stdout)[1])
    return Load(number, number / rate, 0, 0, middle, 0.0)


def open_tcp(own: cluster.Cluster) -> None:
    """Let the owner in from this machine with a password, by an address of its own: tipg cannot use a socket."""
    with (own.data / "pg_hba.conf").open("a") as file:
        file.write("host all wangge_owner 127.0.0.0/8 scram-sha-256\n")
    with (own.data / "postgresql.conf").open("a") as file:
        file.write(f"listen_addresses = '{ADDRESS}'\n")


@contextmanager
def tipg(port: int) -> "Iterator[subprocess.Popen[bytes] | None]":
    """tipg on the plain tables, or None with a sentence where it cannot be installed."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        make = [[sys.executable, "-m", "venv", folder], [python, "-m", "pip", "-q", "install", *TIPG]]
        if any(subprocess.run(one, check=False, capture_output=True).returncode for one in make):
            print("tipg skipped: it does not install here", file=sys.stderr)
            yield None
            return
        address = f"postgresql://{cluster.OWNER}:{PASSWORD}@{ADDRESS}:5432/{cluster.DATABASE}"
        settings = {"DATABASE_URL": address, "TIPG_DB_SCHEMAS": '["peer"]', "TIPG_MAX_FEATURES_PER_QUERY": "10000"}
        settings |= {"TIPG_MAX_FEATURES_PER_TILE": "200000"}
        command = [str(python), "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--no-access-log"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        server = subprocess.Popen([*command, "--log-level", "error"], env=os.environ | settings, cwd=folder, **quiet)
        try:
            yield server
        finally:
            server.terminate()
            server.wait(20)
