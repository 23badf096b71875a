"""`sample`: the bundled district into the database or a file."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import Json, say, show
from api.cli.site import open_site
from api.flows import sample


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("sample", help="合成示例城区：写入数据库，或写成 GeoPackage")(sample_district)


def sample_district(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="只写成文件，不动数据库")] = None,
    seed: Annotated[int, typer.Option(help="随机种子；相同种子得到相同的城区")] = 7,
    as_json: Json = False,
) -> None:
    """Generate the synthetic district and load it, or write it to a GeoPackage."""
    if output is not None:
        rows = sample.write_sample(seed, output, say)
        show({"file": str(output), "seed": seed, "rows": rows}, as_json, f"写好合成示例数据：{output}")
        return
    site = open_site()
    loaded = sample.load_sample(site.engine, seed, say)
    text = "合成示例城区已写入数据库" if loaded else "合成示例城区已在数据库里，没有改动"
    show({"area": sample.CODE, "seed": seed, "loaded": loaded}, as_json, text)
