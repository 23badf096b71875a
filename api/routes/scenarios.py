"""情景 over HTTP: kept what-ifs of an area."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.flows import scenarios as flow
from api.flows.coverage import Asked
from api.flows.edits import Edit
from api.routes.planning import Edits
from api.wire import AsOf, Form, Text, Who, answer, dressed, dumps
from data import scenarios
from data.session import transaction
from data.standards import DEFAULT
from data.viewers import Viewer
from gis.errors import NotFoundError

router = APIRouter(prefix="/api/scenarios", tags=["规划"])
Number = Annotated[int, Path(ge=1, le=2**53, description="情景编号")]
AreaCode = Annotated[str, Query(max_length=15, pattern=r"^[0-9A-Z]*$", description="区划代码；不给就是全部")]


class NewScenario(Edits):
    """A what-if to keep: the area, a name, the edits, and the standard."""

    code: str = Field(max_length=15, pattern=r"^[0-9A-Z]+$", description="区、街道或社区代码")
    name: str = Field(min_length=1, max_length=flow.LONGEST_NAME, description="情景的名字；同名的会被替换")
    standard: str = Field(DEFAULT, max_length=40)


@router.get("", summary="保存的情景", response_class=Response)
def list_of(request: Request, viewer: Who, as_of: AsOf, area: AreaCode = "", form: Form = "json") -> Response:
    """Scenarios of an area, the newest first, without their results; stale ones say so."""
    with transaction(request.app.state.engine, viewer.whole) as connection:
        listed = flow.list_of(connection, area, viewer, as_of, _asked(request, area, viewer, as_of))
    return dressed(request, listed, form)


@router.post("", summary="把一组修改存成情景", response_class=Response, status_code=201)
def save(request: Request, body: NewScenario, viewer: Who, as_of: AsOf) -> Response:
    """Compute a what-if on today's data and keep it with scorecards before and after."""
    if not viewer.covers(body.code[:6]):
        raise NotFoundError("没有找到，或不在你的管辖范围。查对代码再试")
    asked = replace(_asked(request, body.code, viewer, as_of), standard_id=body.standard)
    edits = [Edit(**one.model_dump()) for one in body.edits]
    with transaction(request.app.state.engine, viewer.whole) as connection:
        kept = flow.save(connection, request.app.state.shelf, asked, body.name, edits)
    made = answer(request, Text(dumps(kept)))
    made.status_code = 201
    return made


@router.get("/{number}", summary="打开一个情景", response_class=Response)
def open_one(request: Request, number: Number, viewer: Who, as_of: AsOf, form: Form = "json") -> Response:
    """A scenario with its result as it was saved."""
    with transaction(request.app.state.engine, viewer.whole) as connection:
        one = scenarios.find(connection, number, viewer)
        told = flow.open_one(connection, one, _asked(request, one.area_code, viewer, as_of), as_of)
    return dressed(request, told, form)


@router.post("/{number}/undo", summary="撤回情景里最后一个修改", response_class=Response)
def undo(request: Request, number: Number, viewer: Who, as_of: AsOf) -> Response:
    """Take back the last edit; the rest is computed again on today's data."""
    with transaction(request.app.state.engine, viewer.whole) as connection:
        one = scenarios.find(connection, number, viewer)
        told = flow.undo(connection, request.app.state.shelf, one, _asked(request, one.area_code, viewer, as_of))
    return answer(request, Text(dumps(told)))


@router.post("/{number}/refresh", summary="按现在的数据重算情景", response_class=Response)
def again(request: Request, number: Number, viewer: Who, as_of: AsOf) -> Response:
    """The same edits on today's data."""
    with transaction(request.app.state.engine, viewer.whole) as connection:
        one = scenarios.find(connection, number, viewer)
        told = flow.again(connection, request.app.state.shelf, one, _asked(request, one.area_code, viewer, as_of))
    return answer(request, Text(dumps(told)))


@router.delete("/{number}", summary="删除一个情景", status_code=204)
def remove(request: Request, number: Number, viewer: Who) -> Response:
    """Drop a scenario; the audit keeps that it was there."""
    with transaction(request.app.state.engine, viewer.whole) as connection:
        scenarios.remove(connection, scenarios.find(connection, number, viewer), viewer)
    return Response(status_code=204)


def _asked(request: Request, code: str, viewer: Viewer, as_of: AsOf) -> Asked:
    return Asked(code, as_of, viewer, folder=request.app.state.settings.standards)
