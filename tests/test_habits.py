"""Habits of the tree as tests: sizes, the import rule, what must never be in a file, nothing read at import."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
MOST_LINES, MOST_FUNCTION_LINES = 400, 80
ROOMS = ("gis", "data", "maps", "api")
BINARY = {".png", ".zip", ".gpkg", ".pbf", ".xlsx"}
# written so that the patterns do not find themselves
NEVER = {
    "a path of somebody's machine": r"/(?:home|Users|work|mnt|opt)/[a-z]",
    "the host of a package registry": r"pypi\.org|python[h]osted|npmjs\.(?:org|com)|npm[m]irror|tuna\.tsinghua",
    "work left for later": r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b",
}


def tracked(pattern: str = "") -> list[Path]:
    """Files under version control that exist, by ending."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={CHECKOUT}", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=True
    )
    paths = [CHECKOUT / name for name in listed.stdout.decode().split("\0") if name.endswith(pattern) and name]
    return [path for path in paths if path.is_file()]


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_module_is_longer_than_it_may_be() -> None:
    files = [path for path in tracked(".py") if "migrations" not in path.parts]
    assert len(files) > 100
    lengths = {str(path.relative_to(CHECKOUT)): len(path.read_bytes().splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_function_is_longer_than_it_may_be() -> None:
    files = [path for path in tracked(".py") if path.relative_to(CHECKOUT).parts[0] in ROOMS]
    long = [
        f"{path.relative_to(CHECKOUT)}:{node.lineno} {node.name}"
        for path in files
        for node in functions(path)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize("what", NEVER)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(NEVER[what])
    found = [
        f"{path.relative_to(CHECKOUT)}: {hit[0]}"
        for path in tracked()
        if path.suffix not in BINARY
        for hit in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_import_rule_holds() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


def test_nothing_reads_the_settings_or_changes_the_environment_at_import() -> None:
    wrong = {"WANGGE_OPEN": "neither", "WANGGE_CLUSTER": "no such", "WANGGE_DATABASE_URL": "nowhere"}
    code = "import os; before = dict(os.environ); import api.main, api.cli; assert dict(os.environ) == before"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, env=os.environ | wrong, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_papers_every_project_has_are_there() -> None:
    changes = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in changes
    assert "Apache License" in (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors" in (CHECKOUT / "NOTICE").read_text(encoding="utf-8")


def test_hooks_run_from_the_checkout_alone() -> None:
    hooks = (CHECKOUT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]


def test_pictures_stay_small() -> None:
    pictures = [path for path in tracked(".png") if path.parent.name == "img"]
    assert {path.name for path in pictures} == {"coverage.png", "why.png", "phone.png", "print.png"}
    assert sum(path.stat().st_size for path in pictures) < 2_500_000
