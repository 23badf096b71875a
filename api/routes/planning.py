"""Planning: what if, who loses what by a closing, who is outside and what would fix it, where to build next."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import now, today
from api.flows import coverage, gaps, siting, supply, weekly, whatif
from api.flows.coverage import Asked
from api.flows.edits import Edit, Kind
from api.flows.planning import Ground, ground
from api.wire import XLSX, AsOf, Form, Who, attached, dressed
from data.session import transaction
from data.standards import DEFAULT

router = APIRouter(prefix="/api", tags=["规划"])
Code = Annotated[str, Path(max_length=15, pattern=r"^[0-9A-Z]+$", description="区、街道或社区代码")]
StandardId = Annotated[str, Query(max_length=40, description="标准")]
Category = Annotated[str, Query(max_length=40, description="服务点类别")]
Base = Annotated[
    str | None, Query(max_length=16, pattern=r"^[0-9a-f]+$", description="接着哪个状态算：上一次回答里的 base")
]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]


class EditBody(BaseModel):
    """One change; positions are lon, lat (CGCS2000)."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field(description="add 新增 close 撤掉 move 搬迁 gate 开门 link 新通道 close_street 封路")
    category: str | None = Field(None, max_length=40)
    uid: str | None = Field(None, max_length=200)
    at: tuple[Lon, Lat] | None = None
    to: tuple[Lon, Lat] | None = None
    serves: str | None = Field(None, max_length=15, description="只服务哪个社区（代码）")


class Edits(BaseModel):
    """Changes made one after another."""

    model_config = ConfigDict(extra="forbid")

    edits: list[EditBody] = Field(min_length=1, max_length=whatif.MOST_EDITS)


@router.post("/whatif/{code}", summary="如果这样改：哪些小区、哪些项会变", response_class=Response)
def what_if(
    request: Request,
    code: Code,
    body: Edits,
    viewer: Who,
    as_of: AsOf,
    standard: StandardId = DEFAULT,
    base: Base = None,
    form: Form = "json",
) -> Response:
    """Exactly the walks that change, and the scorecards touched before and after; nothing is stored."""
    here = _ground(request, Asked(code, as_of, viewer, standard), base)
    edits = [Edit(**one.model_dump()) for one in body.edits]
    return dressed(request, whatif.what_if(here, edits), form)


@router.get("/closures/{code}", summary="一类服务点逐个关掉：谁受影响", response_class=Response)
def closures(
    request: Request,
    code: Code,
    category: Category,
    viewer: Who,
    as_of: AsOf,
    standard: StandardId = DEFAULT,
    base: Base = None,
    form: Form = "json",
) -> Response:
    """For every point of a category, who would walk farther if it closed; the gravest first."""
    here = _ground(request, Asked(code, as_of, viewer, standard), base)
    return dressed(request, whatif.closures(here, category), form)


@router.get("/gaps/{code}", summary="谁没覆盖、为什么、怎么补", response_class=Response)
def gap_list(
    request: Request,
    code: Code,
    viewer: Who,
    as_of: AsOf,
    category: Annotated[str | None, Query(max_length=40, description="只看一类；不给就是全部")] = None,
    standard: StandardId = DEFAULT,
    form: Form = "json",
) -> Response:
    """Compounds outside the limit per item, most people first: nearest point, metres, minutes, reason and remedy."""
    asked = _asked(request, Asked(code, as_of, viewer, standard))
    coverage.ensure(request.app.state.engine, asked, now(), refresh=True)
    with transaction(request.app.state.engine, viewer.whole) as connection:
        here = ground(connection, request.app.state.shelf, asked)
        found = gaps.gaps(connection, here, asked, category)
    if form == "json":
        return dressed(request, found, form)
    return attached(weekly.as_bytes(found, today()), f"每周清单-{here.area.name}{code}.xlsx", XLSX)


@router.get("/site/{code}", summary="再建哪里最好", response_class=Response)
def site(
    request: Request,
    code: Code,
    category: Category,
    viewer: Who,
    as_of: AsOf,
    add: Annotated[int, Query(ge=1, le=siting.MOST_SITES, description="加几处")] = 1,
    model: Annotated[siting.Model, Query(description="mclp 覆盖最多人 lscp 最少处数 pmedian 少走路")] = "mclp",
    circle_min: Annotated[int | None, Query(ge=1, le=60, description="生活圈层级：5、10 或 15")] = None,
    source: Annotated[siting.Source, Query(description="sites 候选地块 blocks 街坊")] = "sites",
    capacity: Annotated[float | None, Query(gt=0, le=1e7, description="capacitated：每处能服务多少人")] = None,
    group: Annotated[
        Literal["all", "elderly", "elderly_80", "children"] | None, Query(description="按哪个人群算；不给就按标准")
    ] = None,
    standard: StandardId = DEFAULT,
    form: Form = "json",
) -> Response:
    """Chosen sites, what each adds, the proof, and who no candidate can serve and why."""
    asked = _asked(request, Asked(code, as_of, viewer, standard))
    weights = {} if group is None else {group: 1.0}
    question = siting.Question(category, add, model, circle_min, weights, source, capacity)
    with transaction(request.app.state.engine, viewer.whole) as connection:
        here = ground(connection, request.app.state.shelf, asked)
        return dressed(request, siting.site(connection, here, asked, question), form)


@router.get("/capacity/{code}", summary="容量够不够：每千人能分到多少", response_class=Response)
def capacity(
    request: Request,
    code: Code,
    category: Category,
    viewer: Who,
    as_of: AsOf,
    circle_min: Annotated[int | None, Query(ge=1, le=60, description="生活圈层级：5、10 或 15")] = None,
    method: Annotated[supply.Method, Query(description="2sfca，或按远近加权的 e2sfca")] = "2sfca",
    open_at: Annotated[str | None, Query(max_length=5, description="只算这个时刻开门的，如 19:30")] = None,
    standard: StandardId = DEFAULT,
    base: Base = None,
    form: Form = "json",
) -> Response:
    """Capacity per thousand people within the limit, per community and per place, those with least first."""
    here = _ground(request, Asked(code, as_of, viewer, standard), base)
    return dressed(request, supply.supply(here, category, circle_min, method, open_at), form)


def _ground(request: Request, asked: Asked, base: str | None) -> Ground:
    with transaction(request.app.state.engine, asked.viewer.whole) as connection:
        return ground(connection, request.app.state.shelf, _asked(request, asked), base)


def _asked(request: Request, asked: Asked) -> Asked:
    return replace(asked, folder=request.app.state.settings.standards)
