"""Pages and their files."""

from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from api.access import now
from api.flows import coverage, pages
from api.flows.coverage import Asked
from api.settings import BASEMAP_ROUTE
from api.wire import AsOf, Db, Text, Who, answer
from data.areas import list_areas
from data.session import transaction
from gis.errors import NotFoundError
from maps.base import STATIC, Built
from maps.coverage import coverage_page

router = APIRouter(tags=["页面"])
Code = Annotated[str, Path(max_length=15, pattern=r"^[0-9A-Z]+$")]
StandardId = Annotated[str, Query(max_length=40, description="标准")]


def mount(app: FastAPI, tiles: FilePath | None) -> None:
    """Serve scripts, styles, vendored browser files, and a folder of base map tiles where one is set."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    if tiles is not None:
        app.mount(BASEMAP_ROUTE, StaticFiles(directory=tiles), name="basemap")


@router.get("/", include_in_schema=False)
def home(connection: Db, viewer: Who, as_of: AsOf) -> Response:
    """The first district that has a border."""
    found = list_areas(connection, as_of, viewer, level="district", prefix="", after=None, limit=None)
    drawn = [row["code"] for row in found if row["has_border"]]
    if not drawn:
        raise NotFoundError("还没有区划。先用 wangge import areas 导入区界，或运行 make demo 看合成示例")
    return RedirectResponse(f"/maps/coverage/{drawn[0]}", status_code=302)


@router.get("/maps/coverage/{code}.js", include_in_schema=False)
def coverage_script(request: Request, code: Code, viewer: Who, as_of: AsOf) -> Response:
    """The page's own script."""
    return answer(request, Text(_built(request, code, viewer, as_of).script, "text/javascript"))


@router.get("/maps/coverage/{code}", summary="服务覆盖一张图", response_class=Response)
def coverage_map(request: Request, code: Code, viewer: Who, as_of: AsOf) -> Response:
    """The coverage map of a district as HTML; geometry and figures are fetched by address."""
    return answer(request, Text(_built(request, code, viewer, as_of).html, "text/html"))


def _built(request: Request, code: str, viewer: Who, as_of: AsOf) -> Built:
    settings, engine = request.app.state.settings, request.app.state.engine
    asked = Asked(code, as_of, viewer, folder=settings.standards)
    found = coverage.ensure(engine, asked, now())
    with transaction(engine) as connection:
        view = pages.coverage_view(connection, found, asked, settings)
    return coverage_page(view).build(f"/maps/coverage/{code}.js")
