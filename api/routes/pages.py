"""Pages and their files."""

from pathlib import Path as FilePath
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from api.access import now, today
from api.flows import coverage, glance, oldyoung, pages
from api.flows.coverage import Asked
from api.settings import BASEMAP_ROUTE
from api.wire import AsOf, Db, Text, Who, answer
from data.session import transaction
from maps.base import STATIC, Built
from maps.coverage import coverage_page
from maps.home import home_page
from maps.oldyoung import old_young_page

router = APIRouter(tags=["页面"])
Code = Annotated[str, Path(max_length=15, pattern=r"^[0-9A-Z]+$")]
Estimate = Annotated[bool, Query(description="没有户数的小区按推算的户数算")]
StandardId = Annotated[str, Query(max_length=40, description="标准")]


def mount(app: FastAPI, tiles: FilePath | None) -> None:
    """Serve scripts, styles, vendored browser files, and a folder of base map tiles where one is set."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    if tiles is not None:
        app.mount(BASEMAP_ROUTE, StaticFiles(directory=tiles), name="basemap")


@router.get("/", summary="首页", response_class=Response)
def home(
    request: Request,
    connection: Db,
    viewer: Who,
    as_of: AsOf,
    area: Annotated[str | None, Query(max_length=6, pattern=r"^[0-9]*$", description="区的 6 位代码")] = None,
) -> Response:
    """A district at a glance as HTML; the choice among several where none is named."""
    view = glance.home_view(connection, viewer, as_of, area or None, request.app.state.settings, now())
    return answer(request, Text(home_page(view).build().html, "text/html"))


@router.get("/old-young", summary="一老一小", response_class=Response)
def old_young(
    request: Request,
    connection: Db,
    viewer: Who,
    as_of: AsOf,
    area: Annotated[
        str | None, Query(min_length=6, max_length=12, pattern=r"^[0-9]{6,9}[0-9P]{0,3}$", description="代码")
    ] = None,
) -> Response:
    """What the old and the young of a district, subdistrict or community reach, side by side, as HTML.

    Without an area the way leads to the home page, where one is chosen.
    """
    if area is None:
        return RedirectResponse("/", 303)
    view = oldyoung.old_young_view(connection, viewer, as_of, area, request.app.state.settings, now())
    return answer(request, Text(old_young_page(view).build().html, "text/html"))


@router.get("/maps/coverage/{code}.js", include_in_schema=False)
def coverage_script(request: Request, code: Code, viewer: Who, as_of: AsOf, estimate: Estimate = False) -> Response:
    """The page's own script."""
    return answer(request, Text(_built(request, code, viewer, as_of, estimate).script, "text/javascript"))


@router.get("/maps/coverage/{code}", summary="服务覆盖一张图", response_class=Response)
def coverage_map(request: Request, code: Code, viewer: Who, as_of: AsOf, estimate: Estimate = False) -> Response:
    """The coverage map of a district as HTML; geometry and figures are fetched by address."""
    return answer(request, Text(_built(request, code, viewer, as_of, estimate).html, "text/html"))


def _built(request: Request, code: str, viewer: Who, as_of: AsOf, estimate: bool) -> Built:
    settings, engine = request.app.state.settings, request.app.state.engine
    asked = Asked(code, as_of, viewer, folder=settings.standards, estimate=estimate)
    found = coverage.ensure(engine, asked, now())
    with transaction(engine, viewer.whole) as connection:
        other = "" if as_of == today() else as_of.isoformat()
        view = pages.coverage_view(connection, found, asked, settings, other)
    words = {"as_of": view.as_of, "estimate": "true" if estimate else ""}
    query = urlencode({name: word for name, word in words.items() if word})
    return coverage_page(view).build(f"/maps/coverage/{code}.js{query and '?'}{query}")
