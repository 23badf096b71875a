"""Planning: what if, and who loses what if a point closes."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.flows import whatif
from api.flows.coverage import Asked
from api.flows.edits import Edit, Kind
from api.flows.planning import Ground, ground
from api.wire import AsOf, Db, Text, Who, answer, dumps
from data.standards import DEFAULT

router = APIRouter(prefix="/api", tags=["规划"])
Code = Annotated[str, Path(max_length=15, pattern=r"^[0-9A-Z]+$", description="区、街道或社区代码")]
StandardId = Annotated[str, Query(max_length=40, description="标准")]
Category = Annotated[str, Query(max_length=40, description="服务点类别")]
Base = Annotated[
    str | None, Query(max_length=16, pattern=r"^[0-9a-f]+$", description="接着哪个状态算：上一次回答里的 base")
]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]


class EditBody(BaseModel):
    """One change; positions are lon, lat (CGCS2000)."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field(description="add 新增 close 撤掉 move 搬迁 gate 开门 link 新通道 close_street 封路")
    category: str | None = Field(None, max_length=40)
    uid: str | None = Field(None, max_length=200)
    at: tuple[Lon, Lat] | None = None
    to: tuple[Lon, Lat] | None = None
    serves: str | None = Field(None, max_length=15, description="只服务哪个社区（代码）")


class Edits(BaseModel):
    """Changes made one after another."""

    model_config = ConfigDict(extra="forbid")

    edits: list[EditBody] = Field(min_length=1, max_length=whatif.MOST_EDITS)


@router.post("/whatif/{code}", summary="如果这样改：哪些小区、哪些项会变", response_class=Response)
def what_if(
    request: Request,
    connection: Db,
    code: Code,
    body: Edits,
    viewer: Who,
    as_of: AsOf,
    standard: StandardId = DEFAULT,
    base: Base = None,
) -> Response:
    """Exactly the walks that change, and the scorecards touched before and after; nothing is stored."""
    here = _ground(request, connection, Asked(code, as_of, viewer, standard), base)
    edits = [Edit(**one.model_dump()) for one in body.edits]
    return answer(request, Text(dumps(whatif.what_if(here, edits))))


@router.get("/closures/{code}", summary="一类服务点逐个关掉：谁受影响", response_class=Response)
def closures(
    request: Request,
    connection: Db,
    code: Code,
    category: Category,
    viewer: Who,
    as_of: AsOf,
    standard: StandardId = DEFAULT,
    base: Base = None,
) -> Response:
    """For every point of a category, who would walk farther if it closed; the gravest first."""
    here = _ground(request, connection, Asked(code, as_of, viewer, standard), base)
    return answer(request, Text(dumps(whatif.closures(here, category))))


def _ground(request: Request, connection: Db, asked: Asked, base: str | None) -> Ground:
    own = Asked(asked.code, asked.as_of, asked.viewer, asked.standard_id, folder=request.app.state.settings.standards)
    return ground(connection, request.app.state.shelf, own, base)
