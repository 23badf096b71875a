"""Layers as files to take away."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from api.flows import exporting
from api.wire import AsOf, Who

router = APIRouter(tags=["图层"])
FormatWord = Literal["gpkg", "geojson", "shp", "xlsx"]


@router.get("/api/export/{layer}", summary="图层导出为文件", response_class=Response)
def export(
    request: Request,
    layer: str,
    viewer: Who,
    as_of: AsOf,
    area: Annotated[str | None, Query(max_length=15, pattern=r"^[0-9A-Z]*$", description="区划代码")] = None,
    form: Annotated[FormatWord, Query(alias="format", description="文件格式；shp 是打成 zip 的 Shapefile")] = "gpkg",
    crs: Annotated[str, Query(max_length=6, description="4490、zone（城市的 3 度带）或 3 度带编号")] = "4490",
    encoding: Annotated[Literal["gbk", "utf-8"], Query(description="Shapefile 的文字编码")] = "gbk",
) -> Response:
    """A layer as of a date in a file of the format; made-up data says so in the name of the file."""
    order = exporting.Order(layer, form, area or None, crs, encoding)
    with tempfile.TemporaryDirectory(prefix="wangge-export-") as folder:
        written = exporting.write_layer(request.app.state.engine, viewer, as_of, order, Path(folder))
        content = written.file.read_bytes()
    name = quote(written.file.name)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(content, media_type=exporting.FORMATS[form].media_type, headers=headers)
