"""Layers as GeoJSON, whole or by page."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.access import now
from api.flows import circles, coverage, detail, reading
from api.flows.coverage import Asked
from api.wire import GEOJSON, AsOf, Box, Cursor, Limit, Text, Who, answer
from data.session import transaction
from data.standards import DEFAULT
from gis.errors import BadInputError

router = APIRouter(tags=["图层"])


@router.get("/layers/gaps.geojson", summary="一项设施的缺口：超出标准距离的地方", response_class=Response)
def gaps(
    request: Request,
    viewer: Who,
    as_of: AsOf,
    area: Annotated[str, Query(max_length=15, pattern=r"^[0-9A-Z]+$", description="区划代码")],
    category: Annotated[str, Query(max_length=40, description="服务点类别")],
    circle_min: Annotated[int | None, Query(ge=1, le=60, description="生活圈层级：5、10 或 15")] = None,
    standard: Annotated[str, Query(max_length=40, description="标准")] = DEFAULT,
) -> Response:
    """Ground of the district beyond the limit; for the map only, people are never counted by it."""
    asked = Asked(area, as_of, viewer, standard, folder=request.app.state.settings.standards)
    found = coverage.ensure(request.app.state.engine, asked, now())
    rules = asked.rules()
    row = detail.row_of(rules, category, circle_min)
    with transaction(request.app.state.engine, viewer.whole) as connection:
        text = circles.gap(connection, request.app.state.shelf, found, viewer.whole, as_of, rules, row)
        return answer(request, Text(text, GEOJSON))


@router.get("/layers/{layer}.geojson", summary="图层（GeoJSON）", response_class=Response)
def geojson(
    request: Request,
    layer: str,
    viewer: Who,
    as_of: AsOf,
    bbox: Box,
    area: Annotated[str | None, Query(max_length=15, description="区划代码：只要这个区的，道路必须给")] = None,
    category: Annotated[str | None, Query(max_length=40, description="服务点类别")] = None,
    grid_set: Annotated[str | None, Query(alias="set", max_length=20, description="哪一套网格")] = None,
    tier: Annotated[int | None, Query(ge=1, le=3, description="网格级别")] = None,
    limit: Limit = None,
    cursor: Cursor = None,
    simplify: Annotated[
        float | None, Query(gt=0, le=500, description="边界去掉多少米以内的小弯；相邻的仍然贴合")
    ] = None,
) -> Response:
    """A FeatureCollection in CRS84 with 7 decimals; nothing is cut silently, a page has a Link to the next."""
    asked = reading.Asked(layer, as_of, viewer, area, bbox, category, grid_set, tier)
    if simplify is not None:
        if limit is not None or cursor is not None:
            raise BadInputError("简化要对整层做，不能和 bbox、limit 一起用。去掉其中一个再试")
        return answer(request, Text(request.app.state.simple.borders(asked, simplify), GEOJSON))
    found = reading.page(request.app.state.reader, asked, limit, cursor)
    link = f'<{request.url.include_query_params(cursor=found.next)}>; rel="next"' if found.next else None
    return answer(request, Text(found.body, GEOJSON), link)
