"""Vector tiles with their TileJSON and a style."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.flows import tiling
from api.wire import AsOf, Text, Who, answer, dumps
from data.tiles import MEDIA_TYPE

router = APIRouter(tags=["图层"])
Area = Annotated[
    str | None, Query(max_length=15, pattern=r"^[0-9A-Z]*$", description="区划代码：只要这个区的，道路必须给")
]


@router.get("/tiles/style.json", summary="全部图层的 MapLibre 样式", response_class=Response)
def style(request: Request, viewer: Who, as_of: AsOf, area: Area = None) -> Response:
    """A MapLibre style over the vector tiles of this site; nothing in it leads to another host."""
    made = tiling.style(request.app.state.reader, area, as_of, viewer, str(request.base_url))
    return answer(request, Text(dumps(made)))


@router.get("/tiles/{layer}.json", summary="一个图层的 TileJSON", response_class=Response)
def tilejson(request: Request, layer: str, viewer: Who, as_of: AsOf, area: Area = None) -> Response:
    """TileJSON 3.0: address of the tiles, least and largest zoom, columns with their Chinese names."""
    asked = tiling.Asked(layer, as_of, viewer, area)
    return answer(request, Text(dumps(tiling.tilejson(request.app.state.reader, asked, str(request.base_url)))))


@router.get("/tiles/{layer}/{z}/{x}/{y}.mvt", summary="矢量瓦片", response_class=Response)
def tile(request: Request, layer: str, z: int, x: int, y: int, viewer: Who, as_of: AsOf, area: Area = None) -> Response:
    """A Mapbox vector tile with everything in it; 204 where there is nothing or the zoom is below the layer's least."""
    asked = tiling.Asked(layer, as_of, viewer, area)
    found = tiling.tile(request.app.state.reader, asked, z, x, y)
    return answer(request, Text(found, MEDIA_TYPE)) if found else Response(status_code=204)
