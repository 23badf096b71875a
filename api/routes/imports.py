"""Imports: hand a file in, look at what it would change, accept or reject it; past imports and their files."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData

from api import uploads
from api.access import today
from api.flows import staging
from api.flows.order import Order
from api.wire import GEOJSON, Text, Who, answer
from data import pending
from data.grids import DEFAULT_SET
from gis.errors import BadInputError
from gis.records import KINDS

router = APIRouter(prefix="/api/imports", tags=["数据管理"])
Number = Annotated[int, Path(ge=1, le=2**62, description="导入的编号")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_WORD = 200
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "kind"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "数据文件，大小上限见 WANGGE_UPLOAD_MB",
                        },
                        "kind": {"type": "string", "enum": list(KINDS), "description": "数据种类"},
                        "date": {"type": "string", "format": "date", "description": "数据的日期，默认今天"},
                        "area": {"type": "string", "description": "只收这个区划代码之内的"},
                        "layer": {"type": "string", "description": "文件里的图层"},
                        "datum": {"type": "string", "description": "wgs84 cgcs2000 gcj02 bd09 EPSG:n"},
                        "inventory": {"type": "string", "enum": ["true", "false"], "description": "完整名册"},
                        "set": {"type": "string", "description": "网格属于哪一套"},
                        "document": {"type": "string", "description": "依据的批文号"},
                        "map": {"type": "array", "items": {"type": "string"}, "description": "目标列=文件里的列"},
                        "repair": {"type": "array", "items": {"type": "string"}, "description": "snap=0.5 gap=2 …"},
                    },
                }
            }
        },
    }
}


class Repairs(BaseModel):
    """The repairs to judge the file with."""

    model_config = ConfigDict(extra="forbid")

    repairs: list[Annotated[str, Field(max_length=40)]] = Field(max_length=4, examples=[["snap=0.5", "gap=2"]])


@router.get("", summary="导入记录：等着决定的、已接受的、已放弃的")
def history(request: Request, viewer: Who) -> dict[str, Any]:
    """The latest fifty."""
    return {"items": staging.history(request.app.state.engine, viewer), "next": None}


@router.post("", status_code=201, summary="交一份文件，先看结果，不写入", openapi_extra=FORM)
async def upload(request: Request, viewer: Who) -> dict[str, Any]:
    """Keep and judge a file; answers with the preview, nothing is written to the layers."""
    staging.allowed(viewer)
    async with uploads.received(request, request.app.state.settings.upload_mb) as sent:
        order = _order(request, sent)
        originals = _originals(request)
        return await run_in_threadpool(staging.stage, request.app.state.engine, order, viewer, today(), originals)


@router.get("/batches/{number}/report.xlsx", summary="已导入的一批：报告（Excel）", response_class=Response)
def batch_sheet(request: Request, number: Number, viewer: Who) -> Response:
    """The report of an import that went in by whatever door."""
    found = staging.batch(request.app.state.engine, number, viewer)
    return _sheet(staging.workbook(found["report"]), found["file_name"])


@router.get("/batches/{number}/original", summary="已导入的一批：原始文件", response_class=FileResponse)
def batch_original(request: Request, number: Number, viewer: Who) -> FileResponse:
    """The file as it was handed in."""
    found = staging.batch(request.app.state.engine, number, viewer)
    return _original(request, found["file_sha256"], found["file_name"])


@router.get("/{number}", summary="一份等着决定的导入：报告、修复、与现有数据的不同")
def preview(request: Request, number: Number, viewer: Who) -> dict[str, Any]:
    """What the preview shows."""
    return staging.told(staging.find(request.app.state.engine, number, viewer))


@router.post("/{number}/repairs", summary="换一组修复，再看结果")
def repairs(request: Request, number: Number, body: Repairs, viewer: Who) -> dict[str, Any]:
    """Judge the kept file again, with these repairs and against what is stored now."""
    state = request.app.state
    return staging.judge_again(state.engine, number, body.repairs, viewer, today(), _originals(request))


@router.post("/{number}/accept", summary="接受：写成一个新版本")
def accept(request: Request, number: Number, viewer: Who) -> dict[str, Any]:
    """All of it in one transaction, or nothing."""
    return staging.accept(request.app.state.engine, number, viewer, today(), _originals(request))


@router.post("/{number}/reject", summary="放弃：什么也不写")
def reject(request: Request, number: Number, viewer: Who) -> dict[str, Any]:
    """Drop it; the original file stays."""
    return staging.reject(request.app.state.engine, number, viewer)


@router.get("/{number}/findings.geojson", summary="问题在图上的位置", response_class=Response)
def places(request: Request, number: Number, viewer: Who) -> Response:
    """Findings that have a place; `n` is their position in the report."""
    return answer(request, Text(staging.drawn(request.app.state.engine, number, "places", viewer), GEOJSON))


@router.get("/{number}/borders.geojson", summary="这份文件的图形（修复之后）", response_class=Response)
def borders(request: Request, number: Number, viewer: Who) -> Response:
    """The rows as they would go in, the first 5,000; empty once it is decided."""
    return answer(request, Text(staging.drawn(request.app.state.engine, number, "borders", viewer), GEOJSON))


@router.get("/{number}/report.xlsx", summary="报告（Excel，问题行有标记）", response_class=Response)
def workbook(request: Request, number: Number, viewer: Who) -> Response:
    """Figures, findings, repairs and difference."""
    found = staging.find(request.app.state.engine, number, viewer)
    return _sheet(staging.workbook(found.report), found.file_name)


@router.get("/{number}/original", summary="原始文件", response_class=FileResponse)
def original(request: Request, number: Number, viewer: Who) -> FileResponse:
    """The file as it was handed in."""
    found = staging.find(request.app.state.engine, number, viewer)
    return _original(request, found.file_sha256, found.file_name)


def _order(request: Request, sent: uploads.Upload) -> Order:
    words = sent.words
    kind = _word(words, "kind")
    if kind not in KINDS:
        raise BadInputError(f"没有“{kind or ''}”这种数据。可选：{'、'.join(KINDS)}")
    area = _word(words, "area")
    if area is not None and not (area.isascii() and area.isalnum() and len(area) <= 15):
        raise BadInputError("区划代码只有数字和字母，例如 610104")
    pairs = [one.partition("=") for one in _words(words, "map")]
    if not all(target and equals and source for target, equals, source in pairs):
        raise BadInputError("列的对应要写成 目标列=文件里的列，例如 name=名称")
    return Order(
        kind,
        sent.path,
        _day(_word(words, "date")),
        layer=_word(words, "layer"),
        datum=_word(words, "datum"),
        columns={target: source for target, _, source in pairs},
        area=area,
        inventory=_word(words, "inventory") == "true",
        standards=request.app.state.settings.standards,
        grid_set=_word(words, "set") or DEFAULT_SET,
        document=_word(words, "document"),
        repairs=tuple(_words(words, "repair")),
    )


def _word(words: FormData, name: str) -> str | None:
    found = words.get(name)
    if not isinstance(found, str) or not found.strip():
        return None
    if len(found) > LONGEST_WORD:
        raise BadInputError(f"{name} 太长，最多 {LONGEST_WORD} 个字")
    return found.strip()


def _words(words: FormData, name: str) -> list[str]:
    return [one for one in words.getlist(name) if isinstance(one, str) and one]


def _day(text: str | None) -> date:
    try:
        return today() if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise BadInputError("日期要写成年-月-日，例如 2026-06-30") from error


def _originals(request: Request) -> Any:
    return request.app.state.settings.files / "imports"


def _sheet(content: bytes, name: str) -> Response:
    file = quote(f"导入报告-{name}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{file}", "Cache-Control": "no-store"}
    return Response(content, media_type=XLSX, headers=headers)


def _original(request: Request, digest: str, name: str) -> FileResponse:
    kept = pending.original(_originals(request), digest)
    return FileResponse(kept, media_type="application/octet-stream", filename=pending.plain_name(name))
