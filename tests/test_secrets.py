"""Nothing secret lies in the tree or in its history, and every dependency is pinned to one version."""

import re
import subprocess
import tomllib

import pytest

from tests.test_habits import CHECKOUT, tracked

# written so that the patterns do not find themselves
SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a cloud key": r"\b(?:AKIA|ASIA|LTAI|AKID)[0-9A-Za-z]{16,}\b",
    "a token of a forge": r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|glpat-[0-9A-Za-z_-]{20})\b",
    "a token of a service": r"\b(?:sk-[0-9A-Za-z]{32,}|xox[abprs]-[0-9A-Za-z-]{10,}|AIza[0-9A-Za-z_-]{35})\b",
    "a signed token": r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,}\b",
    "a password in an address": r"\b\w+://[^\s/:@'\"{}<>$]+:(?!(?:password|secret|x|[*.…]+)@)[^\s/:@'\"{}<>$]{6,}@[\w.-]+",
    "a hashed password": r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[0-9A-Za-z+/]{10,}",
}
BINARY = {".png", ".zip", ".gpkg", ".pbf", ".xlsx"}
LARGEST = 2_000_000
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==[0-9][^\s*]*$")


def in_words(name: str) -> str:
    """The name of a package as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def git(*words: str, given: bytes = b"") -> bytes:
    command = ["git", "-c", f"safe.directory={CHECKOUT}", *words]
    return subprocess.run(command, cwd=CHECKOUT, input=given, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def history() -> list[tuple[str, str]]:
    """Every text that ever was in a file, with the name it had."""
    listed = [line.split(" ", 1) for line in git("rev-list", "--objects", "--all").decode().splitlines()]
    named = {parts[0]: parts[1] for parts in listed if len(parts) == 2 and parts[1]}
    kinds = git("cat-file", "--batch-check", given="\n".join(named).encode()).decode().splitlines()
    wanted = [line.split() for line in kinds]
    blobs = [name for name, kind, size in wanted if kind == "blob" and int(size) < LARGEST]
    blobs = [name for name in blobs if not named[name].endswith(tuple(BINARY))]
    packed, texts, at = git("cat-file", "--batch", given="\n".join(blobs).encode()), [], 0
    for name in blobs:
        end = packed.index(b"\n", at)
        size = int(packed[at:end].split()[2])
        texts.append((named[name], packed[end + 1 : end + 1 + size].decode("utf-8", "replace")))
        at = end + 2 + size
    return texts


@pytest.mark.parametrize("what", SECRETS)
def test_no_file_ever_held(what: str, history: list[tuple[str, str]]) -> None:
    pattern = re.compile(SECRETS[what])
    now = [(str(path), path.read_text(encoding="utf-8")) for path in tracked() if path.suffix not in BINARY]
    found = {(name, hit[0][:60]) for name, text in [*now, *history] for hit in pattern.finditer(text)}
    assert found == set()


def test_every_dependency_is_pinned() -> None:
    lines = (CHECKOUT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    lines = [line.partition("#")[0].strip() for line in lines]
    lines = [line for line in lines if line]
    assert [line for line in lines if not PINNED.match(line)] == []
    pinned = {in_words(PINNED.match(line)[1]) for line in lines}  # type: ignore[index]
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {in_words(re.split(r"[\[<>=!~; ]", one)[0]) for one in named} - pinned == set()
