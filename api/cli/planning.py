"""`whatif`: what a change would do, before anybody builds it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from api.access import now
from api.cli.output import Json, say, show, table
from api.cli.site import Site, open_site
from api.cli.tables import GROUPS, VERDICTS, share_words
from api.flows import whatif
from api.flows.coverage import Asked
from api.flows.edits import Edit, Place
from api.flows.planning import Ground, ground
from api.flows.warm import Shelf
from data.session import transaction
from data.standards import DEFAULT
from data.viewers import PLANNER
from gis.errors import BadInputError

Code = Annotated[str, typer.Argument(help="区划代码")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天的数据，默认今天")]
StandardId = Annotated[str, typer.Option("--standard", help="标准")]
Words = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("whatif", help="如果这样改：哪些小区、哪些项会变（只算，不改数据）")(what_if)


def what_if(
    code: Code,
    add: Annotated[Words, typer.Option(help="新增服务点：类别@经度,纬度，可多次")] = None,
    close: Annotated[Words, typer.Option(help="撤掉服务点：编号，可多次")] = None,
    move: Annotated[Words, typer.Option(help="搬迁服务点：编号@经度,纬度，可多次")] = None,
    gate: Annotated[Words, typer.Option(help="小区开新出入口：小区编号@经度,纬度，可多次")] = None,
    link: Annotated[Words, typer.Option(help="新建步行通道：经度,纬度:经度,纬度，可多次")] = None,
    close_street: Annotated[Words, typer.Option(help="封闭道路：编号，可多次")] = None,
    closures: Annotated[str | None, typer.Option(help="改看一类服务点：逐个关掉，谁受影响")] = None,
    standard: StandardId = DEFAULT,
    as_of: Day = None,
    as_json: Json = False,
) -> None:
    """Say what edits would change, or with --closures what each closing of a category would."""
    edits = [
        *(Edit("add", category=word, at=at) for word, at in map(_at, add or [])),
        *(Edit("close", uid=word) for word in close or []),
        *(Edit("move", uid=word, at=at) for word, at in map(_at, move or [])),
        *(Edit("gate", uid=word, at=at) for word, at in map(_at, gate or [])),
        *(_link(word) for word in link or []),
        *(Edit("close_street", uid=word) for word in close_street or []),
    ]
    site = open_site()
    here = ground_of(site, code, as_of, standard)
    if closures is not None:
        found = whatif.closures(here, closures)
        show(found, as_json, _closures_table(found))
        return
    found = whatif.what_if(here, edits)
    show(found, as_json, _whatif_table(found))


def ground_of(site: Site, code: str, as_of: datetime | None, standard: str) -> Ground:
    """The ground of an area for a command."""
    day = as_of.date() if as_of else now().date()
    say("读取数据，建步行网络…")
    with transaction(site.engine) as connection:
        return ground(connection, Shelf(), Asked(code, day, PLANNER, standard, folder=site.settings.standards))


def _at(text: str) -> tuple[str, Place]:
    word, _, place = text.rpartition("@")
    return word, _place(place, text)


def _link(text: str) -> Edit:
    one, _, other = text.partition(":")
    return Edit("link", at=_place(one, text), to=_place(other, text))


def _place(words: str, text: str) -> Place:
    try:
        lon, lat = (float(part) for part in words.split(","))
    except ValueError as error:
        raise BadInputError(f"“{text}”里的位置要写成 经度,纬度，例如 108.93,34.26") from error
    return lon, lat


def _whatif_table(found: Mapping[str, Any]) -> Table:
    rows = []
    for name, items in [(found["name"], found["area"]), *((one["name"], one["items"]) for one in found["communities"])]:
        rows += [
            (
                name or "",
                item["name"],
                GROUPS[item["group"]],
                share_words(item["before"]["share"]),
                share_words(item["after"]["share"]),
                f"{round((item['after']['people_in'] or 0) - (item['before']['people_in'] or 0)):+,}",
                f"{VERDICTS[item['before']['verdict']]} → {VERDICTS[item['after']['verdict']]}",
            )
            for item in items
        ]
    columns = [("范围", False), ("服务设施", False), ("人群", False), ("改前", True), ("改后", True)]
    head = f"{'；'.join(found['edits'])}：{found['compounds_changed']} 个小区的步行距离有变化（只算，没有改数据）"
    return table([*columns, ("覆盖人数", True), ("结论", False)], rows, head)


def _closures_table(found: Mapping[str, Any]) -> Table:
    rows = [
        (
            site["name"] or "（无名）",
            f"{site['compounds']:,}",
            f"{round(site['people']['all'] or 0):,}",
            "；".join(f"{GROUPS[loss['group']]} {round(loss['people_out']):,}" for loss in site["losses"]) or "—",
        )
        for site in found["sites"]
    ]
    columns = [("关掉哪一处", False), ("走得更远的小区", True), ("人", True), ("掉出标准距离的人", False)]
    return table(columns, rows, f"{found['name']}（{found['code']}）{len(rows)} 处有人受影响")
