"""`split`: which communities are too large."""

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from api.access import now
from api.cli.output import WRONG_USE, Json, say, show, table
from api.cli.site import open_site
from api.flows import sizes
from data.session import transaction
from data.viewers import PLANNER
from gis.sizes import Watch
from gis.standards import SIZE_METRICS


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("split", help="社区规模调整：哪些社区规模过大或过小")(split)


def split(
    candidates: Annotated[bool, typer.Option("--candidates", help="列出超过门槛的社区")] = False,
    metric: Annotated[str | None, typer.Option(help=f"按哪个指标：{' '.join(SIZE_METRICS)}")] = None,
    threshold: Annotated[int | None, typer.Option(help="门槛；不给就按标准文件")] = None,
    under: Annotated[bool, typer.Option("--under", help="反过来，列出低于门槛的")] = False,
    place: Annotated[str | None, typer.Option(help="按哪个地方的门槛，例如 全国")] = None,
    area: Annotated[str | None, typer.Option(help="只看这个区划代码之下")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天的数据，默认今天")] = None,
    as_json: Json = False,
) -> None:
    """List the communities past a bound of size."""
    if not candidates:
        say("说明要做什么：--candidates 列出规模过大的社区")
        raise typer.Exit(WRONG_USE)
    if metric is not None and metric not in SIZE_METRICS:
        say(f"没有“{metric}”这个指标。可选：{' '.join(SIZE_METRICS)}")
        raise typer.Exit(WRONG_USE)
    site = open_site()
    day = as_of.date() if as_of else now().date()
    side = "under" if under else "over"
    with transaction(site.engine) as connection:
        own = site.settings.standards
        found = sizes.candidates(connection, PLANNER, day, area, metric, threshold, side, place, own)
    show(sizes.as_json(found), as_json, _listed(found))


def _listed(found: Watch) -> Table:
    bound, rule = found.bound, found.bound.rule
    where = "" if rule is None else f"（{rule.place} {rule.date or '无日期'}）"
    way = "超过" if bound.side == "over" else "低于"
    name = sizes.METRIC_NAMES[bound.metric]
    title = f"{name}{way} {bound.value:,}{where}：{len(found.candidates)}/{found.judged} 个社区"
    title += f"，另有 {found.without} 个没有这个数" if found.without else ""
    rows = [(one.code, one.name, f"{one.value:,}", str(one.suggested_parts)) for one in found.candidates]
    return table([("代码", False), ("社区", False), (name, True), ("建议分成", True)], rows, title)
