"""`atlas`: 网格图册 as one PDF."""

from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from api.access import now, today
from api.cli.output import WRONG_USE, Json, say, show
from api.cli.site import open_site
from api.cli.steps import steps
from api.flows import atlas as flow
from data.viewers import PLANNER
from maps.atlas.view import Size


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("atlas", help="网格图册：封面、目录、挂图，每个社区或网格一页，写成 PDF")(atlas)


def atlas(
    code: Annotated[str, typer.Argument(help="区、街道或社区的代码")],
    output: Annotated[Path, typer.Option("--output", "-o", help="写到哪个文件")],
    size: Annotated[str, typer.Option(help="纸张：A4 或 A3；挂图总是 A3")] = "A4",
    grid_set: Annotated[str | None, typer.Option("--set", help="每个网格一页，用哪一套；不给就每个社区一页")] = None,
    as_json: Json = False,
) -> None:
    """Write the atlas of an area."""
    if size not in get_args(Size):
        say(f"没有“{size}”这种纸张。可选：{' '.join(get_args(Size))}")
        raise typer.Exit(WRONG_USE)
    site = open_site()
    site.note("export", "atlas", code)
    order = flow.Order(code, today(), cast(Size, size), grid_set)
    with steps("画图册") as step:
        made = flow.write(site.engine, site.settings, PLANNER, order, now(), output, step)
    said = {"file": str(output), "pages": made.pages, "places": made.places}
    show(said, as_json, f"写好了 {output}：{made.pages} 页，其中{made.kind} {made.places} 页")
