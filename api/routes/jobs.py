"""Jobs over HTTP: ask, list, look, cancel, fetch files."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from api.flows import jobs
from api.flows.kinds import KINDS
from api.wire import Who
from gis.errors import BadInputError

router = APIRouter(prefix="/api/jobs", tags=["任务"])
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="任务的编号")]
PAGE = 20


class Wanted(BaseModel):
    """A job asked for."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(max_length=40, examples=["refresh"])
    args: dict[str, Any] = Field(default_factory=dict, max_length=20, examples=[{"code": "610199"}])


@router.post("", status_code=202, summary="交一个要算很久的任务")
def ask(request: Request, wanted: Wanted, viewer: Who) -> dict[str, Any]:
    """Answers at once with the number of the job."""
    return {"id": jobs.ask(request.app.state.engine, KINDS, wanted.kind, wanted.args, viewer)}


@router.get("", summary="我的任务，新的在前（管理员看到所有人的）")
def listed(
    request: Request,
    viewer: Who,
    limit: Annotated[int, Query(ge=1, le=100, description="最多返回多少个")] = PAGE,
    cursor: Annotated[str | None, Query(max_length=20, description="上一页回答里的 next")] = None,
) -> dict[str, Any]:
    """One page of the list."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and int(cursor) < 2**31):
        raise BadInputError("cursor 要用上一页回答里的 next")
    before = None if cursor is None else int(cursor)
    found = jobs.listed(request.app.state.engine, KINDS, viewer, before, limit)
    return {"items": found, "next": str(found[-1]["id"]) if len(found) == limit else None}


@router.get("/{number}", summary="一个任务：进度、经过、结果")
def told(request: Request, number: Number, viewer: Who) -> dict[str, Any]:
    """With its log and result."""
    return jobs.told(request.app.state.engine, KINDS, number, viewer)


@router.post("/{number}/cancel", summary="取消：排队的不再算，在算的停下，已经算好的留着")
def cancel(request: Request, number: Number, viewer: Who) -> dict[str, Any]:
    """Nothing happens to one that has ended."""
    return jobs.cancel(request.app.state.engine, KINDS, number, viewer)


@router.get("/{number}/files/{name}", summary="任务做出来的文件", response_class=FileResponse)
def file(
    request: Request, number: Number, name: Annotated[str, Path(max_length=120, description="文件名")], viewer: Who
) -> FileResponse:
    """For who asked for the job only."""
    state = request.app.state
    return FileResponse(jobs.file(state.engine, state.settings.files, number, name, viewer), filename=name)
