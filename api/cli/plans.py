"""`plan`: what becomes of a stored plan."""

from pathlib import Path
from typing import Annotated

import typer

from api.access import now
from api.cli.output import Json, show
from api.cli.site import open_site
from api.cli.steps import steps
from api.flows.plans import printing
from api.flows.plans.shelf import Benches
from data.session import transaction
from data.viewers import PLANNER


def register(app: typer.Typer) -> None:
    """Add the commands."""
    plan = typer.Typer(help="已保存的社区规模调整方案", no_args_is_help=True)
    plan.callback()(lambda: None)
    plan.command("papers", help="方案的材料：请示、公示、小区对照表、公示牌重印清单")(papers)
    app.add_typer(plan, name="plan")


def papers(
    number: Annotated[int, typer.Argument(min=1, help="方案的编号")],
    output: Annotated[Path, typer.Option("--output", "-o", help="写到哪个文件夹")],
    as_json: Json = False,
) -> None:
    """Write every paper of a plan as Word, PDF and Excel."""
    site = open_site()
    with transaction(site.engine, PLANNER) as connection, steps("写材料") as step:
        written = printing.write_all(connection, Benches(), PLANNER, number, site.settings, now().date(), output, step)
    said = {"plan": number, "files": [str(one) for one in written]}
    show(said, as_json, "\n".join(["写好了：", *(f"  {one}" for one in written)]))
