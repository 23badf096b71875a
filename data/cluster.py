"""The private PostGIS cluster: unix socket only, peer authentication, three roles; one per checkout and purpose.

The application connects as `APP`. Its site reads as `VIEWER`, to whom row-level security applies, and becomes `APP`
again for a transaction that works on everything; `AUDIT` may only add to the audit.
"""

import fcntl
import getpass
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gis.errors import MachineError

CHECKOUT = Path(__file__).resolve().parent.parent
BINARIES = Path("/usr/lib/postgresql/15/bin")
ADMIN, OWNER, APP, AUDIT = "wangge_admin", "wangge_owner", "wangge_app", "wangge_audit"
VIEWER = "wangge_viewer"
DATABASE = "wangge"
SYSTEM_USER = "wangge"
LEAST_FREE_BYTES = 600_000_000

CONFIG = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
recovery_init_sync_method = syncfs
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 128MB
max_connections = 60
jit = off
log_min_messages = error
log_min_error_statement = panic
"""
ROLES = f"""
CREATE ROLE {OWNER} LOGIN;
CREATE ROLE {APP} LOGIN;
CREATE ROLE {AUDIT} NOLOGIN;
CREATE DATABASE {DATABASE} OWNER {OWNER};
"""
EXTENSIONS = f"""
CREATE EXTENSION postgis;
CREATE EXTENSION btree_gist;
GRANT ALL ON SCHEMA public TO {OWNER};
"""
# a box that overlaps a box tells nothing about rows behind row-level security; unmarked, no spatial index is used
UPGRADE = f"""
ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF;
CREATE ROLE {VIEWER} NOLOGIN;
GRANT {VIEWER} TO {APP};
ALTER ROLE {APP} BYPASSRLS;
"""
LEVEL = "2"


@dataclass(frozen=True)
class Cluster:
    """Where one cluster lives and as whom it runs; `os_user` is None when it runs as the caller."""

    data: Path
    socket: Path
    os_user: str | None

    @property
    def ready(self) -> Path:
        """Written last when the cluster is made, so that a killed first run is told from a whole one."""
        return self.data / "wangge.ready"

    def url(self, role: str = OWNER) -> str:
        """SQLAlchemy address of the database as the given role."""
        return f"postgresql+psycopg://{role}@/{DATABASE}?host={self.socket}"


def locate(name: str = "demo", checkout: Path = CHECKOUT) -> Cluster:
    """The cluster of this checkout for a purpose (`demo`, `test` …), without touching it.

    Root: the system user `wangge` owns it under /var/lib, since initdb refuses root and a checkout under /root is
    readable to nobody else. The socket has a short path of its own: those over 107 bytes fail.
    """
    key = hashlib.sha256(f"{checkout}\0{name}".encode()).hexdigest()[:12]
    if os.geteuid() == 0:
        return Cluster(Path("/var/lib/wangge") / key, Path(f"/tmp/wangge-{key}"), SYSTEM_USER)
    runtime = Path(f"/run/user/{os.geteuid()}")
    base = runtime if runtime.is_dir() and os.access(runtime, os.W_OK) else Path("/tmp")
    return Cluster(checkout / "var" / f"pg-{name}", base / f"wangge-{key}", None)


def start(cluster: Cluster, durable: bool = True) -> None:
    """Make the cluster if it is new and start it if it is down; quick when there is nothing to do.

    Raises MachineError with one Chinese sentence: binaries missing, disk full, rights missing, or it does not come up.
    """
    if running(cluster) and _is_upgraded(cluster):
        return
    if not (BINARIES / "initdb").exists():
        raise MachineError(
            "没有找到 PostgreSQL 15。先运行 make setup 安装，或用 WANGGE_DATABASE_URL 指向已有的 PostGIS"
        )
    with _locked(cluster):
        if not running(cluster):
            if cluster.ready.exists():
                _up(cluster)
            else:
                _make(cluster, durable)
        if not _is_upgraded(cluster):
            _sql(cluster, DATABASE, UPGRADE)
            cluster.ready.write_text(LEVEL)


def stop(cluster: Cluster) -> None:
    """Stop the cluster if it runs."""
    if running(cluster):
        _run(cluster, "pg_ctl", "-D", str(cluster.data), "-m", "fast", "-w", "stop")


def running(cluster: Cluster) -> bool:
    """Whether a server of this very cluster accepts connections."""
    if not cluster.socket.exists():
        return False
    ask = [str(BINARIES / "pg_isready"), "-q", "-h", str(cluster.socket)]
    return (BINARIES / "pg_isready").exists() and subprocess.run(ask, check=False).returncode == 0


def _make(cluster: Cluster, durable: bool) -> None:
    _prepare_folders(cluster)
    shutil.rmtree(cluster.data, ignore_errors=True)
    sync = [] if durable else ["--no-sync"]
    _run(
        cluster, "initdb", "-D", str(cluster.data), "-U", ADMIN, "--auth=peer", "-E", "UTF8", "--locale=C.UTF-8", *sync
    )
    config = CONFIG.format(socket=cluster.socket) + ("" if durable else "fsync = off\nfull_page_writes = off\n")
    users = dict.fromkeys([getpass.getuser(), cluster.os_user or getpass.getuser()])
    idents = "".join(f"wangge {user} {role}\n" for user in users for role in (ADMIN, OWNER, APP))
    _append(cluster.data / "postgresql.conf", config)
    _append(cluster.data / "pg_ident.conf", idents)
    (cluster.data / "pg_hba.conf").write_text("local all all peer map=wangge\n")
    _up(cluster)
    _sql(cluster, "postgres", ROLES)
    _sql(cluster, DATABASE, EXTENSIONS)
    cluster.ready.touch()


def _is_upgraded(cluster: Cluster) -> bool:
    """Whether what only the administrator may do has been done, on clusters of an older version too."""
    return cluster.ready.exists() and cluster.ready.read_text() == LEVEL


def _prepare_folders(cluster: Cluster) -> None:
    if cluster.os_user and subprocess.run(["id", "-u", cluster.os_user], check=False, capture_output=True).returncode:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", cluster.os_user], check=True
        )
    try:
        cluster.data.parent.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise MachineError(f"没有写入 {cluster.data.parent} 的权限。换一个可写的目录再试") from error
    if cluster.os_user:
        shutil.chown(cluster.data.parent, cluster.os_user)
    free = shutil.disk_usage(cluster.data.parent).free
    if free < LEAST_FREE_BYTES:
        raise MachineError(
            f"磁盘只剩 {free // 1_000_000} MB，数据库至少要 {LEAST_FREE_BYTES // 1_000_000} MB。先腾出空间再试"
        )


def _up(cluster: Cluster) -> None:
    cluster.socket.mkdir(mode=0o700, exist_ok=True)
    if cluster.os_user:
        shutil.chown(cluster.socket, cluster.os_user)
    log = cluster.data / "server.log"
    _run(cluster, "pg_ctl", "-D", str(cluster.data), "-l", str(log), "-w", "-t", "60", "start")


def _sql(cluster: Cluster, database: str, text: str) -> None:
    ask = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(cluster.socket), "-U", ADMIN, "-d", database, "-c"]
    for statement in text.strip().splitlines():
        _check(
            subprocess.run([str(BINARIES / ask[0]), *ask[1:], statement], check=False, capture_output=True, text=True)
        )


def _run(cluster: Cluster, program: str, *words: str) -> None:
    command = [str(BINARIES / program), *words]
    if cluster.os_user:
        command = ["runuser", "-u", cluster.os_user, "--", *command]
    # pg_ctl hands its outputs to the server, which would keep a pipe open for ever
    quiet = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE
    done = subprocess.run(
        command, check=False, cwd="/", stdin=subprocess.DEVNULL, stdout=quiet, stderr=quiet, text=True
    )
    if program == "pg_ctl" and done.returncode:
        log = cluster.data / "server.log"
        words_of_server = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        done = subprocess.CompletedProcess(command, done.returncode, "", words_of_server)
    _check(done)


def _check(done: "subprocess.CompletedProcess[str]") -> None:
    if done.returncode == 0:
        return
    said = done.stderr or ""
    if "No space left" in said:
        raise MachineError("磁盘已满，数据库没有启动。先腾出空间再试")
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "没有更多信息")
    raise MachineError(f"数据库没有启动：{last.strip()}。看过日志后再试，或用 WANGGE_DATABASE_URL 指向已有的 PostGIS")


def _append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


@contextmanager
def _locked(cluster: Cluster) -> Iterator[None]:
    """Two commands of one checkout never make or start the cluster at the same moment."""
    with Path(f"{cluster.socket}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
