"""`coverage`, `export` and `page`: numbers and maps out."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.access import now, today
from api.cli.output import WRONG_USE, Json, Workbook, say, show, to_workbook
from api.cli.site import open_site
from api.cli.tables import coverage_table, refresh_table
from api.flows import circles, coverage, exporting, gridcards, pages, refreshing, rollup
from api.flows.planning import ground
from api.flows.warm import Shelf
from data.session import transaction
from data.standards import DEFAULT, load_grouping
from data.viewers import PLANNER
from gis.standards import GROUPS, Group

Code = Annotated[str, typer.Argument(help="区划代码")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天的数据，默认今天")]
StandardId = Annotated[str, typer.Option("--standard", help="标准")]
Strict = Annotated[bool, typer.Option(help="区间取下限（从严）")]
ENDINGS = ".gpkg .geojson .zip .xlsx"
Output = Annotated[Path, typer.Option("-o", "--output", help="写到哪个文件")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("coverage", help="计算并保存一个区的覆盖")(coverage_of)
    app.command("refresh", help="只重算数据变化影响到的数字")(refresh)
    app.command("export", help="导出图层，或每个小区的步行距离（reach）")(export)
    page = typer.Typer(help="写成一个能离线打开的网页", no_args_is_help=True)
    page.command("coverage", help="服务覆盖一张图")(page_coverage)
    page.callback()(lambda: None)
    app.add_typer(page, name="page")


def coverage_of(
    code: Code,
    standard: StandardId = DEFAULT,
    strict: Strict = False,
    estimate: Annotated[bool, typer.Option("--estimate", help="推算没有户数的小区，总数与公布数一致")] = False,
    group: Annotated[str | None, typer.Option(help=f"只看一个人群：{' '.join(GROUPS)}")] = None,
    grouping: Annotated[
        str | None, typer.Option("--by", help="再按分类汇总：wubuchu xian_nine complete_community old_young")
    ] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="与这一天比")] = None,
    as_of: Day = None,
    output: Workbook = None,
    as_json: Json = False,
) -> None:
    """Compute and store the coverage of the district of a code, and print the area's scorecard."""
    site = open_site()
    asked = coverage.Asked(code, _day(as_of), PLANNER, standard, strict, site.settings.standards, estimate)
    view = None if grouping is None else load_grouping(grouping, site.settings.standards)
    if rollup.is_city(code):
        with transaction(site.engine) as connection:
            card = rollup.city(connection, asked, _group(group))
    elif gridcards.is_grid(code):
        community = replace(asked, code=code[: gridcards.COMMUNITY_DIGITS])
        with transaction(site.engine) as connection:
            card = gridcards.grid_card(connection, ground(connection, Shelf(), community), asked, _group(group))
    else:
        found = coverage.ensure(site.engine, asked, now(), say, refresh=True)
        with transaction(site.engine) as connection:
            card = coverage.scorecard(connection, found, _group(group), view)
        if since is not None:
            card = {**card, "trend": rollup.trend(site.engine, asked, card, since.date(), now())}
    site.note("read", "coverage", code)
    show(card, as_json, coverage_table(card))
    to_workbook(card, output)


def refresh(
    code: Annotated[str, typer.Argument(help="区划代码；不给就是全部算过的区")] = "",
    life_circles: Annotated[bool, typer.Option("--life-circles", help="把每个服务点和社区的生活圈也画好存下")] = False,
    group: Annotated[list[str] | None, typer.Option(help="生活圈按谁的步速，可多次；不给就是全部人群")] = None,
    as_json: Json = False,
) -> None:
    """Compute again exactly the stored numbers whose inputs have changed."""
    site = open_site()
    asked = coverage.Asked(code, today(), PLANNER, folder=site.settings.standards)
    done = dict(refreshing.refresh_all(site.engine, asked, now(), say))
    if life_circles:
        groups = [one for one in map(_group, group or GROUPS) if one is not None]
        found = coverage.ensure(site.engine, asked, now(), say)
        done["life_circles"] = circles.draw_all(site.engine, Shelf(), found, asked, groups, say)
    show(done, as_json, refresh_table(done))


def export(
    layer: Annotated[str, typer.Argument(help="图层，或 reach")],
    output: Annotated[Path, typer.Option("-o", "--output", help=f"文件 {ENDINGS}，或放文件的文件夹（配 --format）")],
    area: Annotated[str | None, typer.Option(help="区划代码")] = None,
    crs: Annotated[str, typer.Option(help="坐标系：4490、zone（城市的 3 度带）或 3 度带编号")] = "4490",
    encoding: Annotated[str, typer.Option(help="Shapefile 的文字编码：gbk 或 utf-8")] = "gbk",
    form: Annotated[str | None, typer.Option("--format", help=f"格式：{' '.join(exporting.FORMATS)}")] = None,
    standard: StandardId = DEFAULT,
    as_of: Day = None,
    as_json: Json = False,
) -> None:
    """Write a layer, or the walks of every compound."""
    site = open_site()
    if layer != "reach":
        order = exporting.Order(layer, form or exporting.format_of(output), area, crs, encoding)
        written = exporting.write_layer(site.engine, PLANNER, _day(as_of), order, output)
        site.note("export", layer, area)
        show(exporting.told(written), as_json, exporting.in_words(written))
        return
    if area is None:
        say("导出 reach 要说明是哪个区：加上 --area 区划代码")
        raise typer.Exit(WRONG_USE)
    asked = coverage.Asked(area, _day(as_of), PLANNER, standard, folder=site.settings.standards)
    found = coverage.ensure(site.engine, asked, now(), say, refresh=True)
    with transaction(site.engine) as connection:
        rows = exporting.write_reach(connection, found, output)
    site.note("export", "reach", area)
    show(exporting.summary(rows, output), as_json, f"写好 {rows:,} 行：{output}")


def page_coverage(code: Code, output: Output, standard: StandardId = DEFAULT, as_json: Json = False) -> None:
    """Write the coverage map as one file that needs no server and no network."""
    site = open_site()
    asked = coverage.Asked(code, today(), PLANNER, standard, folder=site.settings.standards)
    found = coverage.ensure(site.engine, asked, now(), say, refresh=True)
    with transaction(site.engine) as connection:
        size = pages.write_one_file(connection, found, asked, site.settings, output)
    site.note("export", "page coverage", code)
    show({"file": str(output), "bytes": size}, as_json, f"写好 {size / 1_000_000:.1f} MB：{output}")


def _day(given: datetime | None) -> date:
    return given.date() if given else today()


def _group(word: str | None) -> Group | None:
    if word is None:
        return None
    if word not in GROUPS:
        say(f"没有“{word}”这个人群。可选：{' '.join(GROUPS)}")
        raise typer.Exit(WRONG_USE)
    return word
