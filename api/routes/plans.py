"""Plans: propose and keep them, look at them, move units by hand, compare."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import today
from api.flows import jobs
from api.flows.kinds import KINDS
from api.flows.plans import adopting, course, hand, making, showing
from api.wire import GEOJSON, AsOf, Db, Text, Who, answer, dumps

router = APIRouter(prefix="/api/plans", tags=["社区规模调整"])
Number = Annotated[int, Path(ge=1, le=2**62, description="方案的编号")]
Code = Annotated[str, Field(max_length=12, pattern=r"^[0-9P]+$", description="12 位社区代码")]
Place = Annotated[int, Field(ge=0, le=100_000)]
Rule = Annotated[str, Field(max_length=20)]
Line = Annotated[str, Field(min_length=1, max_length=60)]
Version = Annotated[int, Field(ge=1, description="看到的是第几版；别人改过就答 409")]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=60)]


class Body(BaseModel):
    """Nothing that is not named."""

    model_config = ConfigDict(extra="forbid")


class Asked(Body):
    """What to solve."""

    community: Code
    parts: int = Field(2, ge=1, le=20)
    tolerance: float = Field(0.05, ge=0, le=0.99)
    seed: int = Field(7, ge=0, le=2**20)
    atoms: Literal["compounds", "blocks", "grids"] = "blocks"
    kind: Literal["分设", "合并", "边界微调", "划分片区"] = "分设"
    others: list[Code] = Field(default_factory=list, max_length=5, description="合并、边界微调：另外涉及的社区")
    never_across: list[Line] = Field(
        default_factory=list, max_length=12, description="不跨过的边界：种类（river、railway、arterial 等）或名称"
    )
    hard: list[Rule] | None = Field(None, max_length=12, description="必须守住的规则；不给就是通常的")
    locks: list[Annotated[list[Place], Field(max_length=500)]] = Field(
        default_factory=list, max_length=100, description="要留在一起的基本单元，一组一组"
    )
    prove: bool = Field(False, description="三个以上部分：再花最多约一分钟算整体最多还能短多少（答 202）")


class Seen(Body):
    """The version that was looked at."""

    version: Version


class Move(Seen):
    """Units and the part they go to."""

    atom: Place | None = None
    atoms: list[Place] = Field(default_factory=list, max_length=2000)
    part: int = Field(ge=0, le=100)


class Lock(Seen):
    """Everything that is locked from now on."""

    atoms: list[Place] = Field(default_factory=list, max_length=5000)
    parts: list[Place] = Field(default_factory=list, max_length=20)


class Rename(Seen):
    """A name for the plan, names for its parts."""

    name: Name | None = None
    names: list[Name] | None = Field(None, max_length=20)


class Comment(Body):
    """Something said about a plan."""

    text: Words


class Step(Seen):
    """One step of the course."""

    to: Literal["草案", "征求意见", "上报", "批准"]
    days: int = Field(course.COMMENT_DAYS, ge=0, le=365, description="征求意见多少天")
    note: str = Field("", max_length=2000)
    document_no: str | None = Field(None, max_length=100, description="批复文号")
    effective: date | None = Field(None, description="生效日期")


class Adopt(Seen):
    """The paper, the day, and a sentence per broken soft rule."""

    document_no: str | None = Field(None, max_length=100, description="批复文号；不给就是批准时写的")
    effective: date | None = Field(None, description="生效日期；不给就是批准时写的")
    waivers: dict[Rule, Words] = Field(default_factory=dict, max_length=12, description="特殊情况说明，每条规则一句")
    names: list[Name] | None = Field(None, max_length=20)
    recut: bool = Field(False, description="新边界切开的网格沿边界切分；不选就不能生效")


class Revoke(Seen):
    """From when on, and by which paper."""

    effective: date
    document_no: str = Field(min_length=1, max_length=100)
    note: str = Field("", max_length=2000)


class Copy(Body):
    """What the copy is called."""

    name: Name | None = None


@router.get("", summary="已保存的方案", response_class=Response)
def listed(
    request: Request,
    connection: Db,
    viewer: Who,
    community: Annotated[str, Query(max_length=15, pattern=r"^[0-9P]*$", description="社区代码，或上级的代码")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=18, pattern=r"^[0-9]+$")] = None,
) -> Response:
    """The newest first."""
    return answer(request, Text(dumps(showing.listed(connection, viewer, community, limit, cursor))))


@router.post(
    "",
    status_code=201,
    summary="为一个社区求解并保存一组方案",
    responses={202: {"description": "单元多，或要求整体证明：交给任务来做，结果在任务里"}},
)
def create(request: Request, body: Asked, viewer: Who, as_of: AsOf, response: Response) -> dict[str, Any]:
    """Plans with their proofs; as CONTRACT "split", with the number of every plan.

    202 with `job` where it takes longer than one waits: the result of that job is what 201 would have said.
    """
    locks = tuple(tuple(group) for group in body.locks)
    order = making.Order(
        body.community,
        body.parts,
        body.tolerance,
        body.seed,
        body.atoms,
        body.kind,
        tuple(body.never_across),
        None if body.hard is None else tuple(body.hard),
        locks,
        tuple(body.others),
        body.prove,
    )
    app = request.app.state
    try:
        if order.prove and order.kind not in making.JOINT:
            raise making.LargeError("整体证明要算一会儿，交给任务来做")
        own = app.settings.standards
        return making.create(app.engine, order, viewer, as_of, app.shelf, own, most=making.AT_ONCE)
    except making.LargeError as error:
        asked = body.model_dump(mode="json", exclude={"community"}, exclude_none=True)
        number = jobs.ask(app.engine, KINDS, "split", {"code": body.community, "as_of": as_of} | asked, viewer)
        response.status_code = 202
        return {"job": number, "code": body.community, "detail": error.detail}


@router.get("/{number}", summary="一个方案：全部数字、证明、规则、经过", response_class=Response)
def whole(request: Request, number: Number, connection: Db, viewer: Who) -> Response:
    """Everything about a plan."""
    said = showing.whole(connection, request.app.state.benches, viewer, number, today())
    return answer(request, Text(dumps(said)))


@router.get("/{number}/atoms.geojson", summary="方案的基本单元", response_class=Response)
def atoms(request: Request, number: Number, connection: Db, viewer: Who) -> Response:
    """The units with the part each is in."""
    said = showing.atoms_geojson(connection, request.app.state.benches, viewer, number)
    return answer(request, Text(said, GEOJSON))


@router.get("/{number}/borders.geojson", summary="方案新划的内部边界", response_class=Response)
def borders(request: Request, number: Number, connection: Db, viewer: Who) -> Response:
    """The new inner border with what runs along it."""
    said = showing.borders_geojson(connection, request.app.state.benches, viewer, number)
    return answer(request, Text(said, GEOJSON))


@router.get("/{number}/compare/{other}", summary="两个方案的差别", response_class=Response)
def compare(
    request: Request, number: Number, other: Annotated[int, Path(ge=1, le=2**62)], connection: Db, viewer: Who
) -> Response:
    """Both plans' numbers, and the units that lie in different parts."""
    said = showing.compared(connection, request.app.state.benches, viewer, number, other)
    return answer(request, Text(dumps(said)))


@router.post("/{number}/move", summary="把基本单元移到另一部分")
def move(request: Request, number: Number, body: Move, viewer: Who) -> dict[str, Any]:
    """Legality and every number at once."""
    state = request.app.state
    chosen = [*body.atoms, *([] if body.atom is None else [body.atom])]
    return hand.move(state.engine, state.benches, viewer, number, body.version, chosen, body.part)


@router.post("/{number}/undo", summary="撤销一步移动")
def undo(request: Request, number: Number, body: Seen, viewer: Who) -> dict[str, Any]:
    """The last move is taken back."""
    return hand.undo(request.app.state.engine, request.app.state.benches, viewer, number, body.version)


@router.post("/{number}/redo", summary="重做一步移动")
def redo(request: Request, number: Number, body: Seen, viewer: Who) -> dict[str, Any]:
    """What was taken back is made again."""
    return hand.redo(request.app.state.engine, request.app.state.benches, viewer, number, body.version)


@router.post("/{number}/repair", summary="修复不连片的部分")
def repair(request: Request, number: Number, body: Seen, viewer: Who) -> dict[str, Any]:
    """What is torn off goes to a neighbour."""
    return hand.repair(request.app.state.engine, request.app.state.benches, viewer, number, body.version)


@router.post("/{number}/lock", summary="锁定基本单元或部分")
def lock(request: Request, number: Number, body: Lock, viewer: Who) -> dict[str, Any]:
    """Exactly these are locked from now on."""
    state = request.app.state
    return hand.lock(state.engine, state.benches, viewer, number, body.version, body.atoms, body.parts)


@router.post("/{number}/rename", summary="给方案或各部分起名")
def rename(request: Request, number: Number, body: Rename, viewer: Who) -> dict[str, Any]:
    """Names of the plan and of its parts."""
    state = request.app.state
    return hand.rename(state.engine, state.benches, viewer, number, body.version, body.name, body.names)


@router.post("/{number}/comment", status_code=201, summary="写备注或意见")
def comment(request: Request, number: Number, body: Comment, viewer: Who) -> dict[str, Any]:
    """All that was said so far."""
    return hand.comment(request.app.state.engine, request.app.state.benches, viewer, number, body.text)


@router.post("/{number}/state", summary="方案的程序：征求意见、上报、批准，或退回草案")
def state(request: Request, number: Number, body: Step, viewer: Who) -> dict[str, Any]:
    """One step on, put down with who and when."""
    app = request.app.state
    step = course.Step(body.to, body.version, body.days, body.note, body.document_no, body.effective)
    return course.go(app.engine, app.benches, viewer, number, step, today())


@router.post("/{number}/adopt", summary="生效：方案写成新的版本")
def adopt(request: Request, number: Number, body: Adopt, viewer: Who) -> dict[str, Any]:
    """New areas with provisional codes, lineage, grids and services re-homed, in one transaction."""
    app = request.app.state
    names = None if body.names is None else tuple(body.names)
    order = adopting.Order(body.version, body.document_no, body.effective, body.waivers, names, body.recut)
    return adopting.adopt(app.engine, app.benches, viewer, number, order, today())


@router.post("/{number}/revoke", summary="撤销一个已生效的方案")
def revoke(request: Request, number: Number, body: Revoke, viewer: Who) -> dict[str, Any]:
    """What was before holds again from the day on; nothing is erased."""
    app = request.app.state
    return adopting.revoke(
        app.engine, app.benches, viewer, number, body.version, body.effective, body.document_no, body.note
    )


@router.post("/{number}/copy", status_code=201, summary="复制成一份新草案")
def copy(request: Request, number: Number, body: Copy, viewer: Who) -> dict[str, Any]:
    """A new draft that starts as the plan is now."""
    return hand.copy(request.app.state.engine, request.app.state.benches, viewer, number, body.name)
