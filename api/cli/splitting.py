"""`split`: which communities are too large, and plans for splitting one."""

from datetime import date, datetime
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, cast, get_args

import typer
from rich.table import Table

from api.access import today
from api.cli.output import WRONG_USE, Json, say, show, table
from api.cli.site import OPERATING_PLANNER, Site, open_site
from api.cli.steps import steps
from api.flows import communities, sizes, splitting
from api.flows.plans import batch, making
from api.flows.plans.making import Order
from data.session import transaction
from data.viewers import PLANNER
from gis.errors import BadInputError
from gis.sizes import Watch
from gis.split.ground import AtomKind
from gis.split.proofs import wording
from gis.split.solve import Objective
from gis.standards import SIZE_METRICS


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("split", help="社区规模调整：哪些社区规模过大或过小，怎样分设")(split)


def split(
    code: Annotated[str | None, typer.Argument(help="社区的 12 位代码")] = None,
    candidates: Annotated[bool, typer.Option("--candidates", help="列出超过门槛的社区")] = False,
    run: Annotated[bool, typer.Option("--run", help="和 --candidates 一起用：给每个社区都提出方案")] = False,
    metric: Annotated[str | None, typer.Option(help=f"按哪个指标：{' '.join(SIZE_METRICS)}")] = None,
    threshold: Annotated[int | None, typer.Option(help="门槛；不给就按标准文件")] = None,
    under: Annotated[bool, typer.Option("--under", help="反过来，列出低于门槛的")] = False,
    place: Annotated[str | None, typer.Option(help="按哪个地方的门槛，例如 全国")] = None,
    area: Annotated[str | None, typer.Option(help="只看这个区划代码之下")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天的数据，默认今天")] = None,
    file: Annotated[Path | None, typer.Option(help="自带的基本单元：ATOMS.json 或 ATOMS.gpkg，不用数据库")] = None,
    parts: Annotated[int | None, typer.Option(min=2, max=20, help="分成几个部分")] = None,
    tolerance: Annotated[float | None, typer.Option(min=0, max=0.99, help="户数容差：0.05 就是 ±5%")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**20, help="随机种子；相同种子得到相同方案")] = 7,
    objective: Annotated[str, typer.Option(help="边界怎么算：metres 按米，instance 按文件里的权重")] = "metres",
    never_across: Annotated[list[str] | None, typer.Option(help="任何部分都不跨越的边界：种类或名称，可多次")] = None,
    prove: Annotated[
        bool, typer.Option("--prove", help="分成三个以上部分时，再花最多约一分钟算整体最多还能短多少")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只求解，不保存方案")] = False,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="和 --run 一起用：最多算几分钟，到时不再开始新的")
    ] = None,
    atoms: Annotated[str, typer.Option(help=f"基本单元：{' '.join(get_args(AtomKind))}")] = "blocks",
    as_json: Json = False,
) -> None:
    """List the communities past a bound of size, or propose plans with their proofs."""
    kind = cast(AtomKind, _one_of(atoms, AtomKind, "基本单元"))
    by = cast(Objective, _one_of(objective, Objective, "算法"))
    wish = splitting.Wish(parts, tolerance, seed, by, frozenset(never_across or ()), prove)
    if file is not None:
        done = splitting.of_file(file, wish)
        show(splitting.as_json(done), as_json, _plans(done))
        return
    if not candidates and code is None:
        say("说明要做什么：社区代码，--candidates 列出规模过大的社区，或 --file 文件 划分自带的基本单元")
        raise typer.Exit(WRONG_USE)
    if metric is not None and metric not in SIZE_METRICS:
        say(f"没有“{metric}”这个指标。可选：{' '.join(SIZE_METRICS)}")
        raise typer.Exit(WRONG_USE)
    site = open_site()
    day = as_of.date() if as_of else today()
    share = splitting.TOLERANCE if tolerance is None else tolerance
    order = Order(code or "", parts or 0, share, seed, kind, never_across=tuple(never_across or ()), prove=prove)
    if code is not None:
        site.note("read", "split", code)
        if dry_run or by == "instance":
            done = communities.of_community(site.engine, code, wish, kind, PLANNER, day)
            show(splitting.as_json(done), as_json, _plans(done))
            return
        if parts is None:
            raise BadInputError("说明要分成几个部分：--parts 个数")
        kept = _one(site, order, day)
        show(kept, as_json, _kept(kept))
        return
    site.note("read", "candidates", area)
    side = "under" if under else "over"
    with transaction(site.engine) as connection:
        own = site.settings.standards
        found = sizes.candidates(connection, PLANNER, day, area, metric, threshold, side, place, own)
    listed = sizes.as_json(found, PLANNER)
    if not run:
        show(listed, as_json, _listed(found))
        return
    every = _all(site, found, order, day, minutes)
    show(listed | batch.as_json(every), as_json, _every(every))


def _listed(found: Watch) -> Table:
    bound, rule = found.bound, found.bound.rule
    where = "" if rule is None else f"（{rule.place} {rule.date or '无日期'}）"
    way = "超过" if bound.side == "over" else "低于"
    name = sizes.METRIC_NAMES[bound.metric]
    title = f"{name}{way} {bound.value:,}{where}：{len(found.candidates)}/{found.judged} 个社区"
    title += f"，另有 {found.without} 个没有这个数" if found.without else ""
    rows = [(one.code, one.name, f"{one.value:,}", str(one.suggested_parts)) for one in found.candidates]
    return table([("代码", False), ("社区", False), (name, True), ("建议分成", True)], rows, title)


def _one_of(word: str, choice: object, what: str) -> str:
    if word not in get_args(choice):
        say(f"没有“{word}”这种{what}。可选：{' '.join(get_args(choice))}")
        raise typer.Exit(WRONG_USE)
    return word


def _one(site: Site, order: Order, day: date) -> dict[str, Any]:
    """One community; Ctrl-C ends it with the best found so far, which is kept."""
    kept: list[dict[str, Any]] = []
    try:
        own = site.settings.standards
        return making.create(site.engine, order, OPERATING_PLANNER, day, standards=own, so_far=kept.append)
    except KeyboardInterrupt:
        if not kept:
            raise
        say("提前结束：留下的是到现在为止最好的方案，没算完")
        return kept[-1]


def _all(site: Site, found: Watch, order: Order, day: date, minutes: float | None) -> list[dict[str, Any]]:
    """Community by community; the time limit and Ctrl-C end it, what is kept stays."""
    every: list[dict[str, Any]] = []
    end = None if minutes is None else monotonic() + 60 * minutes
    with steps("提出方案") as step:
        try:
            standards = site.settings.standards
            for one in batch.propose(site.engine, found, order, OPERATING_PLANNER, day, step, standards=standards):
                every.append(one)
                if end is not None and monotonic() >= end:
                    break
        except KeyboardInterrupt:
            pass
    if left := len(found.candidates) - len(every):
        say(f"提前结束：{len(every)} 个社区的方案已保存，还有 {left} 个没有算")
    return every


def _kept(split: dict[str, Any]) -> Table:
    share = f"±{split['tolerance'] * 100:g}%"
    title = f"{split['atoms']['count']} 个基本单元，户数容差 {share}；看一个方案：wangge plan show 编号"
    title += "".join(f"\n{note}" for note in split["notes"])
    rows = []
    for one in split["plans"]:
        held = " / ".join(f"{part['households']:,}" for part in one["parts"])
        said = "\n".join([one["proof"]["text"], *one["broken"]])
        rows.append((str(one["id"]), f"{one['border_m']:,.0f}", held, f"{one['moved_residents']:,}", said))
    names = [("编号", True), ("边界（米）", True), ("户数", False), ("变更居民", True), ("证明", False)]
    return table(names, rows, title)


def _every(every: list[dict[str, Any]]) -> Table:
    rows = []
    for one in every:
        if "plans" not in one:
            rows.append((one["code"], "", "", "", one["detail"]))
            continue
        best = one["plans"][0]
        held = " / ".join(f"{part['households']:,}" for part in best["parts"])
        rows.append((one["code"], str(len(best["parts"])), f"{best['border_m']:,.0f}", held, best["proof"]["text"]))
    names = [("代码", False), ("分成", True), ("边界（米）", True), ("户数", False), ("证明", False)]
    return table(names, rows, f"{len(every)} 个社区")


def _plans(split: splitting.Split) -> Table:
    solution = split.solution
    share = f"±{solution.rules.tolerance * 100:g}%"
    title = f"{len(split.atoms)} 个基本单元分成 {solution.rules.parts} 个部分，户数容差 {share}"
    title += "".join(f"\n{note}" for note in solution.notes)
    rows = []
    for rank, one in enumerate(solution.proposals, 1):
        held = " / ".join(f"{part.households:,}" for part in one.score.parts)
        broken = "；".join(rule.text for rule in one.broken)
        said = wording(one.proof) + (f"\n{broken}" if broken else "")
        rows.append((str(rank), f"{one.score.border_cm / 100:,.0f}", held, f"{one.score.moved_residents:,}", said))
    names = [("方案", True), ("边界（米）", True), ("户数", False), ("变更居民", True), ("证明", False)]
    return table(names, rows, title)
