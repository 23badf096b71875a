"""The page 数据管理."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.access import today
from api.flows import managing
from api.wire import Text, Who, answer
from maps.manage import manage_page

router = APIRouter(tags=["页面"])


@router.get("/data", summary="数据管理", response_class=Response)
def page(
    request: Request,
    viewer: Who,
    number: Annotated[int, Query(alias="import", ge=0, le=2**62, description="导入的编号")] = 0,
) -> Response:
    """The page as HTML; previews are fetched by address."""
    state = request.app.state
    view = managing.manage_view(state.engine, viewer, today(), state.settings, number)
    return answer(request, Text(manage_page(view).build().html, "text/html"))
