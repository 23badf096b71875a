"""我的网格: the entry, the page of a grid or community, its A4 sheet, and the notice for strangers."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from api.access import now, today
from api.flows import finding, place
from api.flows.coverage import Asked
from api.wire import AsOf, Db, Text, Who, answer
from data.viewers import Viewer
from maps.base import Page
from maps.place import PlaceView, place_page, search_page, sheet_page

router = APIRouter(tags=["页面"])
Code = Annotated[
    str, Path(min_length=12, max_length=15, pattern=r"^[0-9]{9}[0-9P]{3}[0-9]{0,3}$", description="网格或社区代码")
]
STRANGER = Viewer("只读")  # sees borders, posts and services of a notice, never a count


@router.get("/grids", summary="我的网格：按位置、名称或代码找", response_class=Response)
def entry(
    request: Request,
    connection: Db,
    viewer: Who,
    as_of: AsOf,
    q: Annotated[str, Query(max_length=40, description="名称或代码的一部分")] = "",
) -> Response:
    """The entry as HTML."""
    number = request.app.state.settings.review_number
    return _html(request, search_page(finding.search_view(connection, viewer, as_of, q, today(), number)))


@router.get("/grids/{code}", summary="我的网格", response_class=Response)
def page(request: Request, connection: Db, code: Code, viewer: Who, as_of: AsOf) -> Response:
    """The page of a grid (15 digits) or community (12 digits) as HTML."""
    return _html(request, place_page(_view(request, connection, _asked(request, code, viewer, as_of))))


@router.get("/grids/{code}/sheet", summary="网格单页 A4", response_class=Response)
def sheet(request: Request, connection: Db, code: Code, viewer: Who, as_of: AsOf) -> Response:
    """The printable sheet as HTML, one A4 page upright."""
    view = _view(request, connection, _asked(request, code, viewer, as_of))
    return _html(request, sheet_page(view, today().isoformat()))


@router.get("/grids/{code}/map.json", include_in_schema=False)
def ground(request: Request, connection: Db, code: Code, viewer: Who, as_of: AsOf) -> Response:
    """Borders, streets and backdrop around a place."""
    return answer(request, Text(place.ground(connection, _asked(request, code, viewer, as_of))))


@router.get("/p/{code}", summary="网格公示牌，不用登录", response_class=Response)
def notice(request: Request, connection: Db, code: Code, as_of: AsOf) -> Response:
    """The public notice of a grid or community as HTML, without counts."""
    return _html(request, place_page(_view(request, connection, _asked(request, code, STRANGER, as_of), public=True)))


@router.get("/p/{code}/map.json", include_in_schema=False)
def notice_ground(request: Request, connection: Db, code: Code, as_of: AsOf) -> Response:
    """Borders, streets and backdrop around a place, for the notice."""
    return answer(request, Text(place.ground(connection, _asked(request, code, STRANGER, as_of))))


def _asked(request: Request, code: str, viewer: Viewer, as_of: AsOf) -> Asked:
    return Asked(code, as_of, viewer, folder=request.app.state.settings.standards)


def _view(request: Request, connection: Connection, asked: Asked, public: bool = False) -> PlaceView:
    return place.place_view(connection, asked, request.app.state.settings, now(), str(request.base_url), public)


def _html(request: Request, page: Page) -> Response:
    return answer(request, Text(page.build().html, "text/html"))
