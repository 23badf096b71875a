"""The papers against the code: every setting, name, link, command and exit code they mention is there."""

import importlib
import re
from pathlib import Path

import pytest
from typer.main import get_command

from api.cli import app, output
from api.settings import Settings

CHECKOUT = Path(__file__).resolve().parent.parent
PAPERS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])
READMES = (CHECKOUT / "README.md", CHECKOUT / "README.zh-CN.md")
NAME = re.compile(r"`((?:gis|data|maps|api)(?:\.\w+)+)`")
FILE = re.compile(r"`((?:gis|data|maps|api|docs|tests)/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
COMMAND = re.compile(r"(?:^|`|bin/)wangge ([a-z]+(?: [a-z]+)?)", re.MULTILINE)


def told(paper: Path, pattern: re.Pattern[str]) -> set[str]:
    return set(pattern.findall(paper.read_text(encoding="utf-8")))


def resolved(name: str) -> object:
    """The object of a dotted name; raises where there is none."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field: str) -> None:
    assert f"| `WANGGE_{field.upper()}` |" in (CHECKOUT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_every_documented_setting_exists() -> None:
    rows = told(CHECKOUT / "docs" / "settings.md", re.compile(r"^\| `WANGGE_(\w+)` \|", re.MULTILINE))
    assert rows == {field.upper() for field in Settings.model_fields}


def test_exit_codes_are_those_of_the_command_line() -> None:
    rows = told(CHECKOUT / "docs" / "settings.md", re.compile(r"^\| (\d) \|", re.MULTILINE))
    assert rows == {str(code) for code in (output.DONE, output.REFUSED, output.WRONG_USE, output.ENVIRONMENT)}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_names_files_and_links_of_a_paper_exist(paper: Path) -> None:
    for name in told(paper, NAME):
        resolved(name)
    for name in told(paper, FILE):
        assert (CHECKOUT / name).exists(), name
    for link in told(paper, LINK):
        assert (paper.parent / link).exists(), link


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_commands_of_a_paper_exist(paper: Path) -> None:
    group = get_command(app)
    for words in told(paper, COMMAND):
        first, _, second = words.partition(" ")
        assert first in group.commands, words
        inner = getattr(group.commands[first], "commands", None)
        assert inner is None or second in inner, words


def test_both_readmes_show_the_same_commands_and_pictures() -> None:
    english, chinese = (paper.read_text(encoding="utf-8") for paper in READMES)
    for pattern in (r"^(?:make|\.venv)[^#\n]*", r"docs/img/\w+\.png", r"^#+ ", r"`(make [^`]+|WANGGE_\w+)", r"^\d\. "):
        ours, theirs = (re.findall(pattern, text, re.MULTILINE) for text in (english, chinese))
        assert [one.strip() for one in ours] == [one.strip() for one in theirs], pattern
    for command in ("make demo", "make test"):
        assert command in english


def test_every_decision_is_in_the_index_and_short() -> None:
    folder = CHECKOUT / "docs" / "adr"
    records = sorted(path.name for path in folder.glob("0*.md"))
    assert records
    assert sorted(told(folder / "README.md", LINK)) == records
    for name in records:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {name[:4]} ")
        assert len(text.splitlines()) <= 40, name
