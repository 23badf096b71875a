"""The pages of 社区调整工作台."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.access import today
from api.flows import workbench
from api.wire import Db, Text, Who, answer
from maps.bench import bench_page, plans_page

router = APIRouter(tags=["页面"])


@router.get("/plans", summary="社区调整工作台：超过门槛的社区和已有的方案", response_class=Response)
def plans(
    request: Request,
    connection: Db,
    viewer: Who,
    area: Annotated[str, Query(max_length=9, pattern=r"^[0-9]*$", description="区或街道的代码")] = "",
) -> Response:
    """The list as HTML."""
    view = workbench.plans_view(connection, viewer, today(), request.app.state.settings, area)
    return answer(request, Text(plans_page(view).build().html, "text/html"))


@router.get("/plans/{code}", summary="一个社区的工作台", response_class=Response)
def desk(
    request: Request,
    connection: Db,
    viewer: Who,
    code: Annotated[str, Path(max_length=12, pattern=r"^[0-9P]+$", description="12 位社区代码")],
) -> Response:
    """The desk as HTML; plans, units and borders are fetched by address."""
    view = workbench.bench_view(connection, viewer, today(), request.app.state.settings, code)
    return answer(request, Text(bench_page(view).build().html, "text/html"))
