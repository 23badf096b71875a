"""Size watch."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.flows import sizes
from api.wire import AsOf, Db, Text, Who, answer, dumps
from gis.sizes import Side
from gis.standards import SizeMetric
from maps.sizes import sizes_page

router = APIRouter(tags=["社区规模调整"])


@router.get("/api/candidates", summary="规模过大或过小的社区", response_class=Response)
def candidates(
    request: Request,
    connection: Db,
    viewer: Who,
    as_of: AsOf,
    area: Annotated[
        str | None, Query(max_length=15, pattern=r"^[0-9A-Z]+$", description="只看这个区划代码之下")
    ] = None,
    metric: Annotated[SizeMetric | None, Query(description="按哪个指标；不给就按标准文件的默认门槛")] = None,
    threshold: Annotated[int | None, Query(ge=1, le=10_000_000, description="门槛；不给就按标准文件")] = None,
    side: Annotated[Side, Query(description="over 超过，under 低于")] = "over",
    place: Annotated[str | None, Query(max_length=40, description="按哪个地方的门槛")] = None,
) -> Response:
    """Communities past a bound of size, the farthest first, with the rule and how many have no such count."""
    own = request.app.state.settings.standards
    found = sizes.candidates(connection, viewer, as_of, area, metric, threshold, side, place, own)
    return answer(request, Text(dumps(sizes.as_json(found, viewer))))


@router.get("/sizes", tags=["页面"], summary="社区规模：地图和名单", response_class=Response)
def page(
    request: Request,
    connection: Db,
    viewer: Who,
    as_of: AsOf,
    area: Annotated[str | None, Query(max_length=6, pattern=r"^[0-9]+$", description="区代码")] = None,
) -> Response:
    """The page as HTML; communities and candidates are fetched by address."""
    view = sizes.view(connection, viewer, as_of, area, request.app.state.settings)
    return answer(request, Text(sizes_page(view).build().html, "text/html"))
