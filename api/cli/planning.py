"""`whatif`, `site`, `gaps`: what a change would do, where to build next, who is outside and what would fix it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, get_args

import typer

from api.access import now, today
from api.cli.output import WRONG_USE, Json, Workbook, say, show, to_workbook
from api.cli.planningtables import (
    capacity_table,
    closures_table,
    gaps_table,
    provenance_table,
    site_table,
    targets_table,
)
from api.cli.scenarios import Kept, whatif_table
from api.cli.site import Site, open_site
from api.flows import coverage, gaps, provenance, supply, targets, weekly, whatif
from api.flows import siting as flow
from api.flows.coverage import Asked
from api.flows.edits import Edit, Place
from api.flows.planning import Ground, ground
from api.flows.warm import Shelf
from data.session import transaction
from data.standards import DEFAULT
from data.viewers import PLANNER
from gis import siting
from gis.errors import BadInputError
from gis.standards import GROUPS as COUNTED
from gis.standards import Group as People

Code = Annotated[str, typer.Argument(help="区划代码")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天的数据，默认今天")]
StandardId = Annotated[str, typer.Option("--standard", help="标准")]
Words = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("whatif", help="如果这样改：哪些小区、哪些项会变（只算，不改数据）")(what_if)
    app.command("site", help="再建哪里最好：已证明的最优，或说明还差多少")(site_of)
    app.command("capacity", help="容量够不够：每千人能分到多少")(capacity_of)
    app.command("targets", help="城市目标和设施面积做到多少")(targets_of)
    app.command("provenance", help="一个数字的来历：哪些数据、哪天、哪个标准、步速、软件")(provenance_of)
    app.command("gaps", help="谁没覆盖、为什么、怎么补；-o 写成每周清单")(gaps_of)


def what_if(
    code: Code,
    add: Annotated[Words, typer.Option(help="新增服务点：类别@经度,纬度，可多次")] = None,
    close: Annotated[Words, typer.Option(help="撤掉服务点：编号，可多次")] = None,
    move: Annotated[Words, typer.Option(help="搬迁服务点：编号@经度,纬度，可多次")] = None,
    gate: Annotated[Words, typer.Option(help="小区开新出入口：小区编号@经度,纬度，可多次")] = None,
    link: Annotated[Words, typer.Option(help="新建步行通道：经度,纬度:经度,纬度，可多次")] = None,
    close_street: Annotated[Words, typer.Option(help="封闭道路：编号，可多次")] = None,
    closures: Annotated[str | None, typer.Option(help="改看一类服务点：逐个关掉，谁受影响")] = None,
    save: Annotated[str | None, typer.Option(help="存成情景：名字，同名的会被替换")] = None,
    scenario: Annotated[str | None, typer.Option("--open", help="打开情景；再给修改就接着改")] = None,
    undo: Annotated[str | None, typer.Option(help="撤回情景里最后一个修改：名字")] = None,
    delete: Annotated[str | None, typer.Option(help="删除情景：名字")] = None,
    listed: Annotated[bool, typer.Option("--list", help="列出保存的情景")] = False,
    standard: StandardId = DEFAULT,
    as_of: Day = None,
    output: Workbook = None,
    as_json: Json = False,
) -> None:
    """Say what edits would change, or with --closures what each closing of a category would; keep them as scenarios."""
    edits = [
        *(Edit("add", category=word, at=at) for word, at in map(_at, add or [])),
        *(Edit("close", uid=word) for word in close or []),
        *(Edit("move", uid=word, at=at) for word, at in map(_at, move or [])),
        *(Edit("gate", uid=word, at=at) for word, at in map(_at, gate or [])),
        *(_link(word) for word in link or []),
        *(Edit("close_street", uid=word) for word in close_street or []),
    ]
    site = open_site()
    asked = _asked(site, code, as_of, standard)
    if listed or delete or undo or scenario or save:
        kept = Kept(site, asked, as_json, output)
        if listed:
            kept.show_all()
        elif delete:
            kept.delete(delete)
        elif undo:
            kept.undo(undo)
        else:
            kept.open_or_save(scenario, save, edits)
        return
    here = ground_of(site, asked)
    if closures is not None:
        found = whatif.closures(here, closures)
        show(found, as_json, closures_table(found))
    else:
        found = whatif.what_if(here, edits)
        show(found, as_json, whatif_table(found))
    to_workbook(found, output)


def site_of(
    code: Code,
    category: Annotated[str, typer.Option(help="服务点类别")],
    add: Annotated[int, typer.Option(help="加几处")] = 1,
    model: Annotated[str, typer.Option(help=f"{' '.join(siting.MODELS)}")] = "mclp",
    circle_min: Annotated[int | None, typer.Option("--circle", help="生活圈层级：5、10 或 15")] = None,
    source: Annotated[str, typer.Option("--from", help="候选来自：sites 候选地块，blocks 街坊")] = "sites",
    capacity: Annotated[float | None, typer.Option(help="capacitated：每处能服务多少人")] = None,
    weight: Annotated[Words, typer.Option(help="人群权重：elderly=2，可多次；不给就按标准的人群")] = None,
    standard: StandardId = DEFAULT,
    as_of: Day = None,
    output: Workbook = None,
    as_json: Json = False,
) -> None:
    """Choose where to build next."""
    if model not in siting.MODELS or source not in ("sites", "blocks"):
        say(f"--model 可选 {' '.join(siting.MODELS)}；--from 可选 sites blocks")
        raise typer.Exit(WRONG_USE)
    weights = dict(map(_weight, weight or []))
    question = flow.Question(category, add, model, circle_min, weights, source, capacity)
    site = open_site()
    asked = _asked(site, code, as_of, standard)
    here = ground_of(site, asked)
    with transaction(site.engine) as connection:
        found = flow.site(connection, here, asked, question)
    show(found, as_json, site_table(found))
    to_workbook(found, output)


def gaps_of(
    code: Code,
    category: Annotated[str | None, typer.Option(help="只看一类")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="写成 Excel；给文件夹就一个街道一个文件")
    ] = None,
    standard: StandardId = DEFAULT,
    as_of: Day = None,
    as_json: Json = False,
) -> None:
    """List who is outside of what, why, and what would fix it."""
    site = open_site()
    asked = _asked(site, code, as_of, standard)
    coverage.ensure(site.engine, asked, now(), say, refresh=True)
    here = ground_of(site, asked)
    say("逐个小区找原因和补法…")
    with transaction(site.engine) as connection:
        found = gaps.gaps(connection, here, asked, category)
    if output is not None:
        rows = weekly.write(found, output, today())
        site.note("export", "gaps", code)
        show({"file": str(output), "rows": rows}, as_json, f"写好 {rows:,} 行：{output}")
        return
    show(found, as_json, gaps_table(found))


def capacity_of(
    code: Code,
    category: Annotated[str, typer.Option(help="服务点类别")],
    circle_min: Annotated[int | None, typer.Option("--circle", help="生活圈层级：5、10 或 15")] = None,
    method: Annotated[str, typer.Option(help="2sfca，或按远近加权的 e2sfca")] = "2sfca",
    open_at: Annotated[str | None, typer.Option("--open-at", help="只算这个时刻开门的，如 19:30")] = None,
    standard: StandardId = DEFAULT,
    as_of: Day = None,
    output: Workbook = None,
    as_json: Json = False,
) -> None:
    """Capacity per thousand people within the limit, per community and per place."""
    if method not in get_args(supply.Method):
        say(f"--method 可选 {' '.join(get_args(supply.Method))}")
        raise typer.Exit(WRONG_USE)
    site = open_site()
    here = ground_of(site, _asked(site, code, as_of, standard))
    found = supply.supply(here, category, circle_min, "e2sfca" if method == "e2sfca" else "2sfca", open_at)
    show(found, as_json, capacity_table(found))
    to_workbook(found, output)


def targets_of(code: Code, as_of: Day = None, output: Workbook = None, as_json: Json = False) -> None:
    """Goals of a city with what exists, and the room of every community's service place."""
    site = open_site()
    with transaction(site.engine) as connection:
        found = targets.targets(connection, _asked(site, code, as_of, DEFAULT))
    show(found, as_json, targets_table(found))
    to_workbook(found, output)


def provenance_of(
    code: Code,
    category: Annotated[str, typer.Option(help="服务点类别")],
    circle_min: Annotated[int | None, typer.Option("--circle", help="生活圈层级：5、10 或 15")] = None,
    group: Annotated[str, typer.Option(help=f"哪个人群的数字：{' '.join(COUNTED)}")] = "all",
    standard: StandardId = DEFAULT,
    as_of: Day = None,
    output: Workbook = None,
    as_json: Json = False,
) -> None:
    """Rows, dates, network, standard, speed and software that one number rests on."""
    site = open_site()
    asked = _asked(site, code, as_of, standard)
    stored = coverage.ensure(site.engine, asked, now(), say)
    here = ground_of(site, asked)
    with transaction(site.engine) as connection:
        found = provenance.provenance(connection, stored, here, category, circle_min, group)
    show(found, as_json, provenance_table(found))
    to_workbook(found, output)


def ground_of(site: Site, asked: Asked) -> Ground:
    """The ground of an area for a command."""
    say("读取数据，建步行网络…")
    site.note("read", "planning", asked.code)
    with transaction(site.engine) as connection:
        return ground(connection, Shelf(), asked)


def _asked(site: Site, code: str, as_of: datetime | None, standard: str) -> Asked:
    day = as_of.date() if as_of else today()
    return Asked(code, day, PLANNER, standard, folder=site.settings.standards)


def _weight(text: str) -> tuple[People, float]:
    word, _, times = text.partition("=")
    group = next((one for one in COUNTED if one == word), None)
    try:
        if group is not None:
            return group, float(times)
    except ValueError:
        pass
    raise BadInputError(f"“{text}”要写成 人群=倍数，例如 elderly=2；人群可选 {' '.join(COUNTED)}")


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
