"""纠错: said by anybody on the page of a place, decided by who looks after it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.access import address_of
from api.flows import correcting
from api.routes.places import Code
from api.wire import AsOf, Db, Who
from gis.errors import LaterError

router = APIRouter(tags=["纠错"])
OFTEN = "这一会儿收到的纠错太多了，先停一下。急的话请打值班电话"


class Said(BaseModel):
    """What is wrong, and a line about it."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["关门", "搬迁", "新开", "边界不对"]
    words: str = Field("", max_length=correcting.LONGEST, description="一句话，可不填；不要写姓名和电话")


class Decided(BaseModel):
    """Whether it is taken up."""

    model_config = ConfigDict(extra="forbid")

    accepted: bool


class Kept(BaseModel):
    """The number it was given."""

    id: int


@router.post("/p/{code}/corrections", status_code=201, summary="此处有误：关门、搬迁、新开、边界不对；不用登录")
def say(request: Request, code: Code, body: Said, as_of: AsOf) -> Kept:
    """Remember it for the community; nobody is asked who they are or where."""
    wait_s = request.app.state.corrections.wait_s(address_of(request))
    if wait_s:
        raise LaterError(OFTEN, wait_s)
    return Kept(id=correcting.say(request.app.state.engine, code, body.kind, body.words, as_of))


@router.get("/api/corrections", summary="收到的纠错")
def listed(
    connection: Db,
    viewer: Who,
    as_of: AsOf,
    state: Annotated[Literal["open", "accepted", "declined"] | None, Query(description="只要这一种")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="上一页回答里的 next")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="最多返回多少条")] = 50,
) -> correcting.Items:
    """Those of places inside the scope, the newest first."""
    return correcting.listed(connection, viewer, as_of, state, before, limit)


@router.post("/api/corrections/{number}/decide", summary="采纳或不采纳")
def decide(
    request: Request,
    number: Annotated[int, Path(ge=1, le=2**62, description="纠错的编号")],
    body: Decided,
    viewer: Who,
    as_of: AsOf,
) -> correcting.Item:
    """Once; the data themselves change by the next import."""
    return correcting.decide(request.app.state.engine, number, body.accepted, viewer, as_of)
