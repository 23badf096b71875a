"""Grids divided and sets compared in the browser: the page, and one community or subdistrict at a time."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import today
from api.flows import gridsets
from api.flows.gridsets import Compared, Wanted
from api.wire import Text, Who, answer, dumps
from maps.gridsets import gridsets_page

router = APIRouter()
Place = Annotated[str, Field(max_length=12, pattern=r"^[0-9P]+$", description="社区或街道代码")]
SetName = Annotated[str, Field(min_length=1, max_length=20, description="哪一套网格")]


class DivideBody(BaseModel):
    """One division as it is asked for."""

    model_config = ConfigDict(extra="forbid")

    code: Place
    low: int = Field(300, ge=1, le=100_000, description="每格户数下限，越界只提醒")
    high: int = Field(700, ge=1, le=100_000, description="每格户数上限，越界只提醒")
    target: int = Field(400, ge=1, le=100_000, description="每格目标户数")
    grid_set: SetName = Field("全科", alias="set")
    seed: int = Field(0, ge=0, le=2**31 - 1)
    exclusive: bool = Field(False, description="校园、市场、公园等大地块单独成专属网格")
    write: bool = Field(False, description="写成草拟网格；否则只看结果")


class OverlayBody(BaseModel):
    """One comparison as it is asked for."""

    model_config = ConfigDict(extra="forbid")

    code: Place
    sets: list[SetName] = Field(min_length=2, max_length=8)
    write: str = Field("", max_length=20, description="把建议的一套写成草拟网格的名字；空着不写")


@router.get("/data/grids", tags=["页面"], summary="划分网格、比较网格", response_class=Response)
def page(request: Request, viewer: Who, mode: Literal["divide", "overlay"] = "divide") -> Response:
    """The page as HTML; results are fetched by address."""
    state = request.app.state
    view = gridsets.view(state.engine, viewer, today(), state.settings, mode)
    return answer(request, Text(gridsets_page(view).build().html, "text/html"))


@router.post("/api/grids/divide", tags=["网格"], summary="把一个社区或街道划成网格", response_class=Response)
def divide(request: Request, body: DivideBody, viewer: Who) -> Response:
    """The division in figures, with its grids as GeoJSON under `grids_geojson`."""
    wanted = Wanted(**body.model_dump())
    return answer(request, Text(dumps(gridsets.divided(request.app.state.engine, wanted, viewer, today()))))


@router.post("/api/grids/overlay", tags=["网格"], summary="比较几套网格，提出合成的一套", response_class=Response)
def overlay(request: Request, body: OverlayBody, viewer: Who) -> Response:
    """The comparison in figures; the proposal and the ground that is not agreed on as GeoJSON."""
    wanted = Compared(body.code, tuple(body.sets), body.write.strip())
    return answer(request, Text(dumps(gridsets.compared(request.app.state.engine, wanted, viewer, today()))))
