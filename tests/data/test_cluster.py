"""Where the private cluster lives, and that it refuses politely."""

import shutil
from pathlib import Path

import pytest

from data import cluster
from gis.errors import MachineError


def test_socket_paths_stay_short_whatever_the_checkout() -> None:
    deep = Path("/") / "/".join(["x" * 40] * 6)
    for name in ("demo", "test"):
        found = cluster.locate(name, deep)
        # sockaddr_un holds 107 bytes, PostgreSQL adds its own file name
        assert len(f"{found.socket}/.s.PGSQL.5432") < 107
    assert cluster.locate("demo", deep) != cluster.locate("test", deep)
    assert cluster.locate("demo", deep) != cluster.locate("demo", deep.parent)


def test_a_new_cluster_starts_stops_and_starts(tmp_path: Path) -> None:
    made = cluster.locate("once", tmp_path)
    try:
        assert not cluster.running(made)
        cluster.start(made, durable=False)
        assert cluster.running(made)
        assert made.socket.stat().st_mode & 0o077 == 0
        cluster.stop(made)
        assert not cluster.running(made)
        cluster.start(made, durable=False)
        assert cluster.running(made)
    finally:
        cluster.stop(made)
        shutil.rmtree(made.data)


def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    made = cluster.locate("half", tmp_path)
    made.data.mkdir(parents=True)
    (made.data / "PG_VERSION").write_text("15\n")
    try:
        cluster.start(made, durable=False)
        assert cluster.running(made)
        assert made.ready.exists()
    finally:
        cluster.stop(made)
        shutil.rmtree(made.data)


def test_no_room_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LEAST_FREE_BYTES", 10**18)
    made = cluster.locate("full", tmp_path)
    with pytest.raises(MachineError, match="磁盘只剩"):
        cluster.start(made)
    assert not made.data.exists()


def test_missing_binaries_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "BINARIES", tmp_path)
    with pytest.raises(MachineError, match="PostgreSQL 15"):
        cluster.start(cluster.locate("none", tmp_path))
