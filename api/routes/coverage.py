"""Coverage: scorecards, one item in full, one compound's walk, one point's life circle."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api.access import now
from api.flows import circles, coverage, detail, gridcards, itemfile, provenance, refreshing, rollup, rounding, targets
from api.flows import why as why_flow
from api.flows.coverage import Asked, Found
from api.flows.planning import ground
from api.wire import GEOJSON, GPKG, AsOf, Form, Text, Who, answer, attached, dressed, dumps, file_name
from data.grids import DEFAULT_SET
from data.layers import district_over
from data.session import transaction
from data.shapes import Centre
from data.standards import DEFAULT, load_grouping

router = APIRouter(prefix="/api", tags=["覆盖"])
Code = Annotated[str, Path(max_length=15, pattern=r"^[0-9A-Z]+$", description="区划代码")]
Uid = Annotated[str, Path(max_length=200)]
Category = Annotated[str, Path(max_length=40, description="服务点类别")]
StandardId = Annotated[str, Query(max_length=40, description="标准")]
GroupWord = Literal["all", "elderly", "elderly_80", "children"]
CircleMin = Annotated[int | None, Query(ge=1, le=60, description="生活圈层级：5、10 或 15")]
District = Annotated[
    str | None, Query(max_length=15, pattern=r"^[0-9A-Z]+$", description="按哪个区的结果；不给就是它所在的区")
]
Strict = Annotated[bool, Query(description="区间取下限（从严）")]
Estimate = Annotated[bool, Query(description="没有户数的小区按推算的户数算，逐个标出")]


@router.get("/coverage/{code}", summary="一个区、街道或社区的覆盖记分卡", response_class=Response)
def scorecard(
    request: Request,
    code: Code,
    viewer: Who,
    as_of: AsOf,
    standard: StandardId = DEFAULT,
    strict: Strict = False,
    estimate: Estimate = False,
    group: Annotated[GroupWord | None, Query(description="只看一个人群；不给就按各项自己的人群")] = None,
    grouping: Annotated[
        str | None, Query(max_length=40, description="再按分类汇总：wubuchu xian_nine complete_community old_young")
    ] = None,
    since: Annotated[date | None, Query(description="与这一天比：只比全量登记的数据")] = None,
    form: Form = "json",
) -> Response:
    """The coverage JSON; computed when the district has no result yet, marked stale when its rows have changed."""
    asked = _asked(request, code, viewer, as_of, standard, strict, estimate)
    engine = request.app.state.engine
    view = None if grouping is None else load_grouping(grouping, asked.folder)
    if rollup.is_city(code):
        with transaction(engine, viewer) as connection:
            return dressed(request, rollup.city(connection, asked, group), form)
    if gridcards.is_grid(code):
        with transaction(engine, viewer.whole) as connection:
            here = ground(connection, request.app.state.shelf, replace(asked, code=code[: gridcards.COMMUNITY_DIGITS]))
            return dressed(request, gridcards.grid_card(connection, here, asked, group), form)
    found = coverage.ensure(engine, asked, now())
    with transaction(engine, viewer.whole) as connection:
        card = coverage.scorecard(connection, found, group, view if viewer.covers(code) else None)
    if not viewer.covers(code):
        # its sentences hold exact counts
        card = {**card, "headline": None}
    elif since is not None:
        card = {**card, "trend": rollup.trend(engine, asked, card, since, now())}
    return dressed(request, rounding.card(card, viewer), form)


@router.get("/coverage/{code}/grids", summary="一个社区里每个网格的记分卡", response_class=Response)
def grid_cards(
    request: Request,
    code: Code,
    viewer: Who,
    as_of: AsOf,
    group: Annotated[GroupWord | None, Query(description="只看一个人群")] = None,
    grid_set: Annotated[str, Query(alias="set", max_length=40, description="哪一套网格")] = DEFAULT_SET,
    standard: StandardId = DEFAULT,
    form: Form = "json",
) -> Response:
    """A scorecard per grid, and of the compounds on no grid; they sum to the community."""
    asked = _asked(request, code, viewer, as_of, standard)
    with transaction(request.app.state.engine, viewer.whole) as connection:
        here = ground(connection, request.app.state.shelf, asked)
        return dressed(request, gridcards.grid_cards(connection, here, asked, group, grid_set), form)


@router.get("/provenance/{code}", summary="一个数字的来历", response_class=Response)
def number_of(
    request: Request,
    code: Code,
    category: Annotated[str, Query(max_length=40, description="服务点类别")],
    viewer: Who,
    as_of: AsOf,
    circle_min: CircleMin = None,
    group: Annotated[GroupWord, Query(description="哪个人群的数字")] = "all",
    standard: StandardId = DEFAULT,
    form: Form = "json",
) -> Response:
    """Rows, dates, network, standard, speed and software that one number of an area rests on."""
    asked, found = _found(request, code, viewer, as_of, standard)
    with transaction(request.app.state.engine, viewer.whole) as connection:
        here = ground(connection, request.app.state.shelf, asked)
        told = provenance.provenance(connection, found, here, category, circle_min, group)
        return dressed(request, told, form)


@router.get("/targets/{code}", summary="城市目标和设施面积做到多少", response_class=Response)
def targets_of(request: Request, code: Code, viewer: Who, as_of: AsOf, form: Form = "json") -> Response:
    """Goals of a city with what exists, and the room of every community's service place against the rule."""
    with transaction(request.app.state.engine, viewer) as connection:
        return dressed(request, targets.targets(connection, _asked(request, code, viewer, as_of, DEFAULT)), form)


@router.post("/refresh/{code}", summary="只重算数据变化影响到的数字", response_class=Response)
def refresh(request: Request, code: Code, viewer: Who, as_of: AsOf, standard: StandardId = DEFAULT) -> Response:
    """Compute again exactly the numbers of a district whose inputs have changed since its result was stored."""
    asked = _asked(request, code, viewer, as_of, standard)
    return answer(request, Text(dumps(refreshing.refresh(request.app.state.engine, asked, now()))))


@router.get("/coverage/{code}/items/{category}", summary="一项设施：各社区和每个小区", response_class=Response)
def item(
    request: Request,
    code: Code,
    category: Category,
    viewer: Who,
    as_of: AsOf,
    circle_min: CircleMin = None,
    standard: StandardId = DEFAULT,
    estimate: Estimate = False,
    form: Annotated[Literal["json", "xlsx", "gpkg"], Query(alias="format", description="json、xlsx 或 gpkg")] = "json",
) -> Response:
    """People within per community and subdistrict, and every compound's walk, by all three measures."""
    asked, found = _found(request, code, viewer, as_of, standard, estimate)
    rules = asked.rules()
    row = detail.row_of(rules, category, circle_min)
    with transaction(request.app.state.engine, viewer.whole) as connection:
        whole = detail.item(connection, found, viewer.whole, as_of, rules, row)
    if viewer.scope:
        with transaction(request.app.state.engine, viewer) as connection:
            whole = rounding.places(whole, viewer, detail.own_compounds(connection, viewer, as_of))
    named = {**whole, **itemfile.said(found, whole)}
    if form == "gpkg":
        with transaction(request.app.state.engine, viewer.whole) as connection:
            content = itemfile.geopackage(connection, found, asked, whole)
        return attached(content, f"{file_name(named)}.gpkg", GPKG)
    return dressed(request, whole if form == "json" else named, form)


@router.get("/why/{compound_uid}/{category}", summary="这个小区为什么没覆盖", response_class=Response)
def why(
    request: Request,
    compound_uid: Uid,
    category: Category,
    viewer: Who,
    as_of: AsOf,
    area: District = None,
    circle_min: CircleMin = None,
    standard: StandardId = DEFAULT,
) -> Response:
    """The walk to the nearest point, the straight line, and what stands between."""
    with transaction(request.app.state.engine, viewer) as connection:
        detail.check_own(connection, viewer, as_of, compound_uid)
    home = area or _home(request, viewer, "compounds", compound_uid, as_of)
    asked, found = _found(request, home, viewer, as_of, standard)
    rules = asked.rules()
    row = detail.row_of(rules, category, circle_min)
    with transaction(request.app.state.engine, viewer.whole) as connection:
        shelf = request.app.state.shelf
        return answer(
            request,
            Text(dumps(why_flow.why(connection, shelf, found, viewer.whole, as_of, rules, row, compound_uid))),
        )


@router.get("/life-circle/{service_uid}", summary="一个服务点的5、10、15分钟生活圈", response_class=Response)
def life_circle(
    request: Request,
    service_uid: Uid,
    viewer: Who,
    as_of: AsOf,
    area: District = None,
    group: Annotated[GroupWord, Query(description="按谁的步速")] = "all",
    standard: StandardId = DEFAULT,
) -> Response:
    """Ground and streets within 5, 10 and 15 minutes on foot, as GeoJSON; people are never counted by it."""
    home = area or _home(request, viewer, "service_points", service_uid, as_of)
    asked, found = _found(request, home, viewer, as_of, standard)
    with transaction(request.app.state.engine, viewer.whole) as connection:
        shelf = request.app.state.shelf
        centre = Centre("service_point", service_uid, group)
        text = circles.life_circle(connection, shelf, found, viewer.whole, as_of, asked.rules(), centre)
        return answer(request, Text(text, GEOJSON))


@router.get("/life-circles/{code}", summary="一个社区的5、10、15分钟生活圈", response_class=Response)
def community_circle(
    request: Request,
    code: Code,
    viewer: Who,
    as_of: AsOf,
    group: Annotated[GroupWord, Query(description="按谁的步速")] = "all",
    standard: StandardId = DEFAULT,
) -> Response:
    """Ground and streets within 5, 10 and 15 minutes on foot of any compound of a community, as GeoJSON."""
    asked, found = _found(request, code, viewer, as_of, standard)
    with transaction(request.app.state.engine, viewer.whole) as connection:
        shelf, centre = request.app.state.shelf, Centre("community", code, group)
        text = circles.life_circle(connection, shelf, found, viewer.whole, as_of, asked.rules(), centre)
        return answer(request, Text(text, GEOJSON))


def _home(request: Request, viewer: Who, layer: str, uid: str, as_of: AsOf) -> str:
    with transaction(request.app.state.engine, viewer.whole) as connection:
        return district_over(connection, layer, uid, as_of)


def _asked(
    request: Request, code: str, viewer: Who, as_of: AsOf, standard: str, strict: bool = False, estimate: bool = False
) -> Asked:
    return Asked(code, as_of, viewer, standard, strict, request.app.state.settings.standards, estimate)


def _found(
    request: Request, code: str, viewer: Who, as_of: AsOf, standard: str, estimate: bool = False
) -> tuple[Asked, Found]:
    asked = _asked(request, code, viewer, as_of, standard, estimate=estimate)
    return asked, coverage.ensure(request.app.state.engine, asked, now())
