"""What the commands print: JSON or words on stdout, progress on stderr; and the exit codes."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType
from rich.table import Table

from api.wire import dumps
from data.exports import tabled
from gis.errors import MachineError, WanggeError

DONE, REFUSED, WRONG_USE, ENVIRONMENT = 0, 1, 2, 3
words = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, width=max(110, Console().width))

Workbook = Annotated[Path | None, typer.Option("-o", "--output", help="把表写成 Excel：文件名 .xlsx")]
Json = Annotated[bool, typer.Option("--json", help="在标准输出打印一个 JSON 对象")]


def say(text: str) -> None:
    """A step, for people, on stderr."""
    words.print(text)


def show(value: Mapping[str, object], as_json: bool, text: RenderableType) -> None:
    """The answer on stdout: the JSON object, or the same in words."""
    if as_json:
        sys.stdout.write(dumps(value) + "\n")
    else:
        out.print(text)


def fail(error: WanggeError, as_json: bool) -> int:
    """Print an error and return its exit code: 3 for the machine, 1 for the data."""
    words.print(error.detail, style="red")
    if as_json:
        sys.stdout.write(dumps({"code": error.code, "detail": error.detail}) + "\n")
    return ENVIRONMENT if isinstance(error, MachineError) else REFUSED


def to_workbook(value: Mapping[str, object], target: Path | None) -> None:
    """The tables of an answer as a workbook, where a file was named."""
    if target is not None:
        rows = tabled.to_file(value, target)
        say(f"写好 {rows:,} 行：{target}")


def table(columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]], title: str | None = None) -> Table:
    """A plain table; columns are (words, right-aligned)."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name, right in columns:
        made.add_column(name, justify="right" if right else "left")
    for row in rows:
        made.add_row(*row)
    return made
