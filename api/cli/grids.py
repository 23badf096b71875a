"""`grids`: communities cut into grids, and the sets of several departments held against each other."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from api.access import today
from api.cli.output import WRONG_USE, Json, say, show, table, words
from api.cli.site import open_site
from api.flows import gridding, overlaying
from data.viewers import PLANNER
from data.writing import Change
from gis.grids.division import BASE
from gis.grids.partition import Sizes

MOST_LISTED = 20
COLUMNS = {"households": "户数", "residents": "人数", "elderly": "60岁以上", "children": "0–14岁", "compounds": "小区"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    grids = typer.Typer(help="网格：划分、比较", no_args_is_help=True)
    grids.command("divide", help="把社区划成网格")(divide)
    grids.command("overlay", help="比较几套网格：哪里不一致，合成一套会怎样")(overlay)
    app.add_typer(grids, name="grids")


def divide(
    code: Annotated[str, typer.Argument(help="社区、街道或区的代码")],
    households: Annotated[str, typer.Option(help="每格户数的范围，越界只提醒")] = "300:700",
    target: Annotated[float, typer.Option(min=1, help="每格的目标户数")] = 400,
    grid_set: Annotated[str, typer.Option("--set", help="写进哪一套网格")] = gridding.DEFAULT_SET,
    seed: Annotated[int, typer.Option(min=0, help="随机种子；相同种子得到相同的网格")] = 0,
    exclusive: Annotated[bool, typer.Option("--exclusive", help="校园、市场、公园等大地块单独成专属网格")] = False,
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="从哪一天起，默认今天")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看结果，不写入")] = False,
    as_json: Json = False,
) -> None:
    """Divide a community, or all communities of a subdistrict or district, into grids."""
    sizes = _sizes(households, target)
    site = open_site()
    day = date.date() if date else today()
    order = gridding.Order(code, day, sizes, grid_set, seed, exclusive, dry_run)
    with _steps("划分网格") as step:
        done = gridding.run(site.engine, order, PLANNER, step)
    said = gridding.summary(done)
    show(said, as_json, "\n".join(_words(done, said)))
    if not as_json:
        show({}, False, _table(done))


def overlay(
    code: Annotated[str, typer.Argument(help="社区、街道或区的代码")],
    sets: Annotated[str, typer.Option(help="要比较的网格，用逗号分开，例如 综治,城管")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="对照表另存为 Excel（.xlsx）")] = None,
    write: Annotated[str, typer.Option(help="把建议的一套写成草拟网格，例如 全科；不给就不写")] = "",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天的数据，默认今天")] = None,
    as_json: Json = False,
) -> None:
    """Hold grid sets against each other and say what one agreed set would be."""
    names = [name for name in re.split(r"[,，、\s]+", sets) if name]
    if output is not None and output.suffix.lower() != ".xlsx":
        say(f"对照表写成 Excel，文件名要以 .xlsx 结尾；现在是“{output.name}”")
        raise typer.Exit(WRONG_USE)
    site = open_site()
    day = as_of.date() if as_of else today()
    with _steps("比较网格") as step:
        done = overlaying.run(site.engine, code, names, day, PLANNER, step, write.strip())
    if output is not None:
        overlaying.write_workbook(done, output)
    said = overlaying.summary(done)
    show(said, as_json, _agreement(done, output))
    if not as_json:
        show({}, False, _communities(done))


@contextmanager
def _steps(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar on stderr."""
    with Progress(console=words, transient=True, disable=not words.is_terminal) as bar:
        task = bar.add_task(what)

        def step(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=f"{what} {name}")

        yield step


def _sizes(households: str, target: float) -> Sizes:
    found = re.fullmatch(r"(\d+)[:：](\d+)", households)
    if found is None or not int(found[1]) <= target <= int(found[2]):
        say(f"--households 写成 最少:最多，例如 300:700，并且把目标 {target:g} 包在里面；现在是“{households}”")
        raise typer.Exit(WRONG_USE)
    return Sizes(target, float(found[1]), float(found[2]))


def _words(done: gridding.Divided, said: Mapping[str, object]) -> list[str]:
    marks = ["合成示例数据"] * done.area.synthetic
    head = (
        f"{done.area.name}：{len(done.divisions)} 个社区，{said['grids']} 个网格（{done.order.grid_set}，草拟，非法定）"
    )
    ending = "只看结果，没有写入" if done.change is None else _written(done.change)
    return [" · ".join([head, *marks]), *_remarks(done), ending]


def _written(change: Change) -> str:
    return f"已写入：新增 {change.added:,}，改动 {change.changed:,}，不变 {change.unchanged:,}，停用 {change.closed:,}"


def _table(done: gridding.Divided) -> Table:
    """The grids of one community, or one row per community."""
    if len(done.divisions) == 1:
        rows = [_row(row) for row in done.divisions[0].grids.to_dict("records")]
        return table([("网格", False), ("类别", False), *((name, True) for name in COLUMNS.values())], rows)
    rows = []
    for one in done.divisions:
        base = one.grids.loc[one.grids["kind"] == BASE, "households"]
        between = f"{base.min():,.0f}–{base.max():,.0f}" if len(base) else "—"
        counts = (f"{len(one.grids)}", f"{one.grids['households'].sum():,.0f}", between, f"{len(one.findings)}")
        rows.append((f"{one.code} {done.names[one.code]}", *counts))
    return table([("社区", False), ("网格", True), ("户数", True), ("每格户数", True), ("提示", True)], rows)


def _remarks(done: gridding.Divided) -> list[str]:
    found = [f"{one.message}" for division in done.divisions for one in division.findings]
    more = len(found) - MOST_LISTED
    lines = [f"· {line}" for line in found[:MOST_LISTED]]
    lines += [f"· 另有 {more} 条提示，用 --json 看全部"] if more > 0 else []
    if done.without:
        lines.append(f"· {len(done.without)} 个社区没有边界，没有划分：{'、'.join(done.without[:MOST_LISTED])}")
    return lines


def _row(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    counts = (row[name] for name in COLUMNS)
    return str(row["code"]), str(row["kind"]), *("—" if number != number else f"{number:,.0f}" for number in counts)


def _agreement(done: overlaying.Overlay, output: Path | None) -> str:
    marks = ["合成示例数据"] * done.area.synthetic
    head = f"{done.area.name}：比较 {'、'.join(done.sets)} 网格，{len(done.found)} 个社区"
    lines = [" · ".join([head, *marks])]
    if done.without:
        lines.append(f"· {len(done.without)} 个社区不到两套网格，没有比较")
    lines += [f"写好对照表：{output}"] if output else []
    lines += [f"{done.written}（草拟，非法定）{_written(done.change)}"] if done.change else []
    return "\n".join(lines)


def _communities(done: overlaying.Overlay) -> Table:
    rows = []
    for code, walk in done.found.items():
        base = f"{walk.base}{'，按多数调整' if walk.majority else ''}"
        for first, second, apart, share, _ in walk.pairs.itertuples(index=False):
            part = "—" if share != share else f"{share:.1%}"
            rows.append((f"{code} {done.names[code]}", f"{first}–{second}", f"{apart:,.0f}", part, base))
    columns = [("社区", False), ("网格", False), ("不一致户数", True), ("占比", True), ("建议以哪套为底", False)]
    return table(columns, rows)
