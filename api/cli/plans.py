"""`plan`: look at a kept plan, move units, adopt it, write its papers."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from api.access import today
from api.cli.output import WRONG_USE, Json, say, show, table
from api.cli.site import OPERATING_PLANNER, open_site
from api.cli.steps import steps
from api.flows.plans import adopting, hand, printing, showing
from api.flows.plans.shelf import Benches
from data.session import transaction
from data.viewers import PLANNER

Number = Annotated[int, typer.Argument(min=1, help="方案的编号")]
commands = typer.Typer(help="社区规模调整的方案：看、移动单元、生效", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="plan")


@commands.command("show", help="一个方案的全部数字；不给编号就列出方案")
def show_plan(
    number: Annotated[int | None, typer.Argument(min=1, help="方案的编号")] = None,
    community: Annotated[str, typer.Option(help="只列这个区划代码之下的方案")] = "",
    as_json: Json = False,
) -> None:
    """Everything about a plan, or the list of plans."""
    site = open_site()
    site.note("read", "plan show", str(number) if number else community)
    with transaction(site.engine, PLANNER) as connection:
        if number is None:
            listed = showing.listed(connection, PLANNER, community, 100, None)
            show(listed, as_json, _listed(listed["items"]))
            return
        said = showing.whole(connection, Benches(), PLANNER, number, today())
    show(said, as_json, _shown(said))


@commands.command("move", help="把基本单元移到另一部分")
def move(
    number: Number,
    atom: Annotated[list[int], typer.Argument(min=0, help="基本单元的编号，可多个")],
    to: Annotated[int, typer.Option("--to", min=1, help="移到第几部分")],
    version: Annotated[int | None, typer.Option(min=1, help="看到的是第几版；不给就按最新的")] = None,
    as_json: Json = False,
) -> None:
    """Move units and print every number again."""
    site, benches = open_site(), Benches()
    said = hand.move(site.engine, benches, OPERATING_PLANNER, number, version, atom, to - 1)
    show(said, as_json, _shown(said))


@commands.command("adopt", help="方案生效：写成新的版本，要有批复文号和生效日期")
def adopt(
    number: Number,
    document: Annotated[str | None, typer.Option("--document", help="批复文号")] = None,
    effective: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="生效日期")] = None,
    waiver: Annotated[list[str] | None, typer.Option(help="特殊情况说明：规则=说明，可多次")] = None,
    name: Annotated[list[str] | None, typer.Option(help="各部分的名称，按次序，可多次")] = None,
    recut: Annotated[bool, typer.Option("--recut", help="新边界切开的网格沿边界切分")] = False,
    as_json: Json = False,
) -> None:
    """Enter an approved paper: new areas, lineage, grids and services in one transaction."""
    pairs = [one.partition("=") for one in waiver or ()]
    if wrong := [first for first, sign, _ in pairs if not sign]:
        say(f"特殊情况说明要写成 规则=说明，不是“{wrong[0]}”")
        raise typer.Exit(WRONG_USE)
    order = adopting.Order(
        document_no=document,
        effective=effective.date() if effective else None,
        waivers={rule: text for rule, _, text in pairs},
        names=tuple(name) if name else None,
        recut=recut,
        registrar=True,
    )
    site = open_site()
    said = adopting.adopt(site.engine, Benches(), OPERATING_PLANNER, number, order, today())
    rows = [(one["code"], one["name"]) for one in said["areas"]]
    title = f"方案 {number} 已生效：网格换编 {said['grids']} 个，服务点改属 {said['service_points']} 处"
    show(said, as_json, table([("代码", False), ("名称", False)], rows, title))


@commands.command("papers", help="方案的材料：请示、公示、小区对照表、公示牌重印清单")
def papers(
    number: Number,
    output: Annotated[Path, typer.Option("--output", "-o", help="写到哪个文件夹")],
    as_json: Json = False,
) -> None:
    """Write every paper of a plan as Word, PDF and Excel."""
    site = open_site()
    site.note("export", "plan papers", str(number))
    with transaction(site.engine, PLANNER) as connection, steps("写材料") as step:
        written = printing.write_all(connection, Benches(), PLANNER, number, site.settings, today(), output, step)
    said = {"plan": number, "files": [str(one) for one in written]}
    show(said, as_json, "\n".join(["写好了：", *(f"  {one}" for one in written)]))


def _listed(items: list[dict[str, Any]]) -> Table:
    rows = [
        (
            str(one["id"]),
            one["community"],
            one["kind"],
            one["name"],
            one["state"],
            f"{one['border_m']:,.0f}",
            f"{one['max_deviation'] * 100:.1f}%",
            one["proof"]["text"],
        )
        for one in items
    ]
    names = [("编号", True), ("社区", False), ("种类", False), ("名称", False), ("程序", False), ("边界（米）", True)]
    return table([*names, ("偏差", True), ("证明", False)], rows, f"{len(rows)} 个方案")


def _shown(said: dict[str, Any]) -> Table:
    rows = [
        (
            f"第{part['no'] + 1}部分",
            part["name"],
            f"{part['households']:,}",
            f"{part['residents']:,}",
            "" if part["elderly"] is None else f"{part['elderly']:,}",
            f"{part['deviation'] * 100:+.1f}%",
            "" if part["centre_min"] is None else f"{part['centre_min']} 分",
        )
        for part in said["parts"]
    ]
    title = f"方案 {said['id']} 第 {said['version']} 版：边界 {said['border_m']:,.0f} 米，{said['proof']['text']}"
    title += "".join(f"\n{'硬' if one['hard'] else '软'}规则 {one['text']}" for one in said["broken"])
    names = [("", False), ("名称", False), ("户数", True), ("人口", True), ("60岁以上", True), ("偏差", True)]
    return table([*names, ("到服务中心", True)], rows, title)
