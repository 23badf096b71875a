"""`sample`, `import`, `draft`: rows into the database."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.access import today
from api.cli.output import REFUSED, WRONG_USE, Json, say, show
from api.cli.site import open_site
from api.flows import borders, drafting, importing, sample
from data.grids import DEFAULT_SET
from data.imports import report
from data.viewers import PLANNER
from gis.records import KINDS


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("sample", help="合成示例城区：写入数据库，或写成 GeoPackage")(sample_district)
    app.command("import", help=f"导入文件：{' '.join(KINDS)}")(import_file)
    draft = typer.Typer(help="草拟边界（非法定）", no_args_is_help=True)
    draft.command("communities", help="按锚点草拟社区边界")(draft_communities)
    draft.callback()(lambda: None)
    app.add_typer(draft, name="draft")


def sample_district(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="只写成文件，不动数据库")] = None,
    seed: Annotated[int, typer.Option(help="随机种子；相同种子得到相同的城区")] = 7,
    traps: Annotated[Path | None, typer.Option("--traps", help="只往这个文件夹写各带一处毛病的小文件")] = None,
    as_json: Json = False,
) -> None:
    """Generate the synthetic district and load it, or write it to a GeoPackage, or small faulty files made from it."""
    if traps is not None:
        files = sample.write_faulty(seed, traps, say)
        show({"folder": str(traps), "files": files}, as_json, f"写好 {len(files)} 个小文件，各有一处毛病：{traps}")
        return
    if output is not None:
        rows = sample.write_sample(seed, output, say)
        show({"file": str(output), "seed": seed, "rows": rows}, as_json, f"写好合成示例数据：{output}")
        return
    site = open_site()
    loaded = sample.load_sample(site.engine, seed, say)
    text = "合成示例城区已写入数据库" if loaded else "合成示例城区已在数据库里，没有改动"
    show({"area": sample.CODE, "seed": seed, "loaded": loaded}, as_json, text)


def import_file(
    kind: Annotated[str, typer.Argument(help=f"数据种类：{' '.join(KINDS)}")],
    file: Annotated[Path, typer.Argument(help="要导入的文件")],
    layer: Annotated[str | None, typer.Option(help="文件里的图层")] = None,
    datum: Annotated[str | None, typer.Option(help="坐标系：wgs84 cgcs2000 gcj02 bd09 EPSG:n")] = None,
    columns: Annotated[list[str] | None, typer.Option("--map", help="列的对应：目标列=文件里的列，可多次")] = None,
    area: Annotated[str | None, typer.Option(help="只收这个区划代码之内的（点线含外围）")] = None,
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="数据的日期，默认今天")] = None,
    inventory: Annotated[bool, typer.Option("--inventory", help="这是完整名册，不是样本")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看报告，不写入")] = False,
    grid_set: Annotated[str, typer.Option("--set", help="网格属于哪一套：综治 党建 城管 全科…")] = DEFAULT_SET,
    document: Annotated[str | None, typer.Option(help="依据的批文号")] = None,
    repairs: Annotated[
        list[str] | None,
        typer.Option("--repair", help="修复边界，可多次：snap=0.5 gap=2 overlap=smaller|larger|first duplicates"),
    ] = None,
    workbook: Annotated[Path | None, typer.Option("--report", help="报告另存为 Excel")] = None,
    as_json: Json = False,
) -> None:
    """Read, judge and store a file; the report says what went in and what did not, and why."""
    if kind not in KINDS:
        say(f"没有“{kind}”这种数据。可选：{' '.join(KINDS)}")
        raise typer.Exit(WRONG_USE)
    site = open_site()
    if date is None:
        say(f"没有给数据日期，按今天 {today()} 记")
    day = date.date() if date else today()
    own = site.settings.standards
    order = importing.Order(
        kind,
        file,
        day,
        layer,
        datum,
        _pairs(columns),
        area,
        inventory,
        dry_run,
        own,
        grid_set,
        document,
        tuple(repairs or ()),
    )
    outcome = importing.run(site.engine, order, PLANNER, today(), site.settings.files / "imports")
    if workbook is not None:
        report.write_workbook(outcome.parsed, workbook, borders.as_json(outcome.judged))
    lines = [*report.as_lines(outcome.parsed), *borders.as_lines(outcome.judged), _ending(outcome, dry_run)]
    show(outcome.report, as_json, "\n".join(lines))
    if outcome.refused:
        raise typer.Exit(REFUSED)


def draft_communities(
    district: Annotated[str, typer.Option(help="区的 6 位代码")],
    anchors: Annotated[Path, typer.Option(help="锚点文件：code 列和点，一个社区可有多个点")],
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="草拟的日期，默认今天")] = None,
    as_json: Json = False,
) -> None:
    """Draft community borders from anchors; codes without one are listed and get no border."""
    site = open_site()
    day = date.date() if date else today()
    drafted = drafting.run(site.engine, district, anchors, day, PLANNER, site.settings.files / "imports", say)
    show(drafting.summary(drafted), as_json, _draft_words(drafted))


def _pairs(columns: list[str] | None) -> dict[str, str]:
    pairs = {}
    for one in columns or ():
        target, equals, source = one.partition("=")
        if not (target and equals and source):
            say(f"--map 要写成 目标列=文件里的列，例如 name=名称；现在是“{one}”")
            raise typer.Exit(WRONG_USE)
        pairs[target] = source
    return pairs


def _ending(outcome: importing.Outcome, dry_run: bool) -> str:
    if dry_run:
        return "只看报告，没有写入"
    if outcome.change is None:
        return "没有导入，现有数据没有变"
    change = outcome.change
    said = f"已写入：新增 {change.added:,}，改动 {change.changed:,}，不变 {change.unchanged:,}，停用 {change.closed:,}"
    return said + (f"；网格长变动 {outcome.report['leaders']} 位" if outcome.report.get("leaders") else "")


def _draft_words(drafted: drafting.Drafted) -> str:
    said = drafting.summary(drafted)
    rows = drafted.draft.undrafted
    why = rows.groupby("reason").size().sort_values(ascending=False)
    lines = [
        f"{drafted.district.name}：草拟 {said['drafted']}/{said['codes']} 个社区（草拟边界，非法定）",
        f"未划定 {drafted.draft.unassigned['area_m2'].sum() / 1e6:.1f} 平方千米",
        *(f"没有边界 {number} 个：{reason}" for reason, number in why.items()),
    ]
    return "\n".join(lines)
