"""Layers as GeoJSON, whole or by page."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.flows import reading
from api.wire import GEOJSON, AsOf, Box, Cursor, Db, Limit, Text, Who, answer

router = APIRouter(tags=["图层"])


@router.get("/layers/{layer}.geojson", summary="图层（GeoJSON）", response_class=Response)
def geojson(
    request: Request,
    layer: str,
    connection: Db,
    viewer: Who,
    as_of: AsOf,
    bbox: Box,
    area: Annotated[str | None, Query(max_length=15, description="区划代码：只要这个区的，道路必须给")] = None,
    category: Annotated[str | None, Query(max_length=40, description="服务点类别")] = None,
    standard: Annotated[str, Query(max_length=40, description="标准（只对 gaps）")] = "merged",
    limit: Limit = None,
    cursor: Cursor = None,
) -> Response:
    """A FeatureCollection in CRS84 with 7 decimals; nothing is cut silently, a page has a Link to the next."""
    found = reading.layer(connection, viewer, as_of, layer, area, bbox, category, standard, limit, cursor)
    link = f'<{request.url.include_query_params(cursor=found.next)}>; rel="next"' if found.next else None
    return answer(request, Text(found.body, GEOJSON), link)
