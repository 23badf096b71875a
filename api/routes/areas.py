"""Areas by level, and the chain of areas over a position."""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.access import viewer_of
from api.flows import lookup, standing
from api.rules import enforce
from api.wire import AsOf, Cursor, Day, Db, Limit, Who, as_of_of
from data.viewers import Viewer

MOST_POSITIONS = 100_000
Level = Literal["city", "district", "subdistrict", "community", "sub_area"]


class Positions(BaseModel):
    """One position, or many answered in the same order; coordinates travel in the body and are never logged."""

    model_config = ConfigDict(extra="forbid")

    lon: float | None = Field(None, ge=-180, le=180, description="经度", examples=[108.9])
    lat: float | None = Field(None, ge=-90, le=90, description="纬度", examples=[34.27])
    positions: list[tuple[float, float]] | None = Field(None, max_length=MOST_POSITIONS, description="[[经度,纬度],…]")
    datum: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] = Field("wgs84", description="坐标系；手机定位是 wgs84")


class Direct(APIRoute):
    """The route of positions, which are asked for most: matched and documented by FastAPI, answered without its solver.

    The rule of the route, the body and the day are the same as everywhere; solving them as dependencies takes more
    time than all the rest.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Let in by the rule, read, answer."""
        return _direct


router = APIRouter(prefix="/api", tags=["区划"])
let_in = asynccontextmanager(enforce)
DATES: TypeAdapter[date] = TypeAdapter(date)


async def _direct(request: Request) -> Response:
    async with let_in(request):
        told, day = await request.body(), request.query_params.get("as_of")
        body = _read("body", Positions.model_validate_json, told)
        return await locate(request, body, None if day is None else _read("query.as_of", DATES.validate_python, day))


def _read(where: str, read: Callable[[Any], Any], told: object) -> Any:
    try:
        return read(told)
    except ValidationError as error:
        faults = [{**one, "loc": (*where.split("."), *one["loc"])} for one in error.errors(include_context=False)]
        raise RequestValidationError(faults) from error


async def locate(request: Request, body: Positions, day: Day = None) -> Response:
    """The chain of areas from city to grid over one position, or over each of many.

    A single position is answered at once where the borders are at hand: handing it to a thread takes longer.
    """
    viewer, as_of = await viewer_of(request), await as_of_of(day)
    one = body.positions is None
    asked = [standing.one_position(body.lon, body.lat)] if one else body.positions or []
    borders = request.app.state.standing.at_hand(as_of) if one else None
    if borders is not None:
        return _chains(standing.located(borders, viewer, asked, body.datum), one)
    return await run_in_threadpool(_located, request, viewer, as_of, asked, body.datum, one)


router.add_api_route(
    "/locate",
    locate,
    methods=["POST"],
    summary="这个位置属于哪个社区、哪个网格",
    response_model=lookup.Chain | lookup.Chains,
    route_class_override=Direct,
)


@router.get("/areas", summary="区划列表")
def areas(
    connection: Db,
    viewer: Who,
    as_of: AsOf,
    level: Annotated[Level | None, Query(description="层级")] = None,
    area: Annotated[str, Query(max_length=15, pattern=r"^[0-9A-Z]*$", description="只看这个代码之下")] = "",
    limit: Limit = None,
    cursor: Cursor = None,
) -> lookup.Page:
    """Areas in order of code: `{items: [...], next}`."""
    return lookup.areas(connection, viewer, as_of, level, area, limit, cursor)


def _located(
    request: Request, viewer: Viewer, as_of: date, asked: Sequence[tuple[float, float]], word: str, one: bool
) -> Response:
    borders = request.app.state.standing.of(as_of)
    return _chains(standing.located(borders, viewer, asked, word), one)


def _chains(made: Sequence[str], one: bool) -> Response:
    text = made[0] if one else '{"items":[' + ",".join(made) + "]}"
    return Response(text.encode(), media_type="application/json")
