"""网格图册 as a PDF: small ones at once, large ones through a job."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response

from api.access import now, today
from api.flows import atlas as flow
from api.rules import DISTRICT
from api.wire import Db, Text, Who, answer
from maps.atlas.view import Size
from maps.atlaspage import atlases_page

router = APIRouter(tags=["页面"])
Code = Annotated[str, Path(min_length=6, max_length=12, pattern=r"^[0-9]{6,9}[0-9P]{0,3}$", description="区划代码")]


@router.get("/atlas", summary="网格图册：选范围，交给后台做", response_class=Response)
def page(
    request: Request,
    connection: Db,
    viewer: Who,
    area: Annotated[str, Query(max_length=12, pattern=r"^[0-9P]*$", description="读者所在的区")] = "",
) -> Response:
    """The page as HTML."""
    number = request.app.state.settings.review_number
    view = flow.page_view(connection, viewer, today(), area[:DISTRICT], number)
    return answer(request, Text(atlases_page(view).build().html, "text/html"))


@router.get("/atlas/{code}.pdf", summary="网格图册，页数不多的直接给", response_class=Response)
def atlas(
    request: Request,
    code: Code,
    viewer: Who,
    size: Annotated[Size, Query(description="纸张；挂图总是 A3")] = "A4",
    grid_set: Annotated[str | None, Query(alias="set", max_length=40, description="每个网格一页，用哪一套")] = None,
) -> Response:
    """The atlas of an area; an area with many pages is refused with the way to go: a job."""
    state = request.app.state
    order = flow.Order(code, today(), size, grid_set or None, most=flow.AT_ONCE)
    site = str(request.base_url)
    made = flow.make(state.engine, state.settings, viewer, order, now(), site, flow.silent)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}",
        "Cache-Control": "no-store",
    }
    return Response(made.content, media_type="application/pdf", headers=headers)
