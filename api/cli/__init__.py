"""The command line: a thin door that reads words, calls a flow and prints what it found."""

import sys

import typer

from api.cli import accounts, admin, atlas, grids, loading, numbers, planning, plans, serving, splitting
from api.cli.output import fail
from gis.errors import WanggeError

app = typer.Typer(
    name="wangge",
    help="社区、网格、服务点和15分钟生活服务圈：导入、计算、出图。每个命令都可加 --json。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (serving, accounts, admin, loading, numbers, grids, splitting, plans, planning, atlas):
    module.register(app)


def main() -> None:
    """Run the command; every error on purpose is one Chinese sentence and the exit code that CONTRACT gives it."""
    try:
        app()
    except WanggeError as error:
        sys.exit(fail(error, as_json="--json" in sys.argv))
