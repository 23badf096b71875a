"""The kinds of jobs: one frozen line each."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import Engine

from api.access import now, today
from api.flows import atlas as atlases
from api.flows import coverage, gridding, sizes, splitting
from api.flows.jobs import Args, Kind, Report
from api.flows.plans import batch, making
from api.flows.plans.making import Order
from api.settings import Settings
from data.session import transaction
from data.viewers import ROLES, Viewer
from gis.grids.partition import Sizes
from gis.split.ground import AtomKind
from gis.standards import SizeMetric
from maps.atlas.view import Size

EDITORS = frozenset({"管理员", "规划"})
Code = Annotated[str, Field(pattern=r"^\d{9}[0-9P]\d{2}$")]
Rule = Annotated[str, Field(max_length=20)]
Line = Annotated[str, Field(min_length=1, max_length=60)]
EVERYONE = frozenset(ROLES)
COVERAGE_STEPS = 4  # the sentences that a computation says


class GridsArgs(Args):
    """A division into grids."""

    target: float = Field(default=Sizes().target, ge=50, le=5000)
    low: float = Field(default=Sizes().low, ge=10, le=5000)
    high: float = Field(default=Sizes().high, ge=50, le=10000)
    grid_set: str = Field(default=gridding.DEFAULT_SET, min_length=1, max_length=40)
    seed: int = Field(default=0, ge=0, le=2**20)
    exclusive: bool = False


class SplitArgs(Args):
    """Plans for one community, or what becomes of it and its neighbours."""

    code: str = Field(pattern=r"^\d{9}[0-9P]\d{2}$", description="社区代码")
    kind: Literal["分设", "合并", "边界微调", "划分片区"] = "分设"
    others: tuple[Code, ...] = Field(default=(), max_length=5)
    never_across: tuple[Line, ...] = Field(default=(), max_length=12)
    hard: tuple[Rule, ...] | None = Field(default=None, max_length=12)
    parts: int = Field(default=2, ge=1, le=20)
    tolerance: float = Field(default=splitting.TOLERANCE, ge=0, le=0.99)
    seed: int = Field(default=7, ge=0, le=2**20)
    atoms: AtomKind = "blocks"
    locks: tuple[Annotated[tuple[int, ...], Field(max_length=500)], ...] = Field(default=(), max_length=100)
    prove: bool = True
    as_of: date | None = None


class CandidatesArgs(Args):
    """Plans for every community of an area over a threshold."""

    metric: SizeMetric | None = None
    threshold: int | None = Field(default=None, ge=1, le=10**6)
    tolerance: float = Field(default=splitting.TOLERANCE, ge=0, le=0.99)
    seed: int = Field(default=7, ge=0, le=2**20)
    atoms: AtomKind = "blocks"


class AtlasArgs(Args):
    """An atlas: a page per community, or per grid of a set."""

    size: Size = "A4"
    grid_set: str | None = Field(default=None, min_length=1, max_length=40)


def refresh(engine: Engine, settings: Settings, viewer: Viewer, args: Args, report: Report) -> Mapping[str, Any]:
    """Compute the coverage of a district anew."""
    said: list[str] = []

    def say(words: str) -> None:
        report(len(said) / COVERAGE_STEPS, words)
        said.append(words)

    asked = coverage.Asked(args.code, today(), viewer, folder=settings.standards)
    found = coverage.ensure(engine, asked, now(), say, refresh=True)
    return {"code": found.area.code, "name": found.area.name, "digest": found.head.digest}


def divide(engine: Engine, _: Settings, viewer: Viewer, args: GridsArgs, report: Report) -> Mapping[str, Any]:
    """Divide the communities of an area into grids and store them as drafts."""
    order = gridding.Order(
        args.code,
        today(),
        Sizes(args.target, args.low, args.high),
        args.grid_set,
        args.seed,
        args.exclusive,
    )
    # writing needs the whole layer; that the area lies in the scope was seen when the job was asked for
    return gridding.summary(gridding.run(engine, order, viewer.whole, report.step))


def split(engine: Engine, settings: Settings, viewer: Viewer, args: SplitArgs, report: Report) -> Mapping[str, Any]:
    """Propose plans for one community and keep them; the best so far stays, whatever ends the job."""
    report(0.0, "读取数据，求解方案")
    order = Order(
        args.code,
        args.parts,
        args.tolerance,
        args.seed,
        args.atoms,
        args.kind,
        args.never_across,
        args.hard,
        args.locks,
        args.others,
        args.prove,
    )

    def so_far(said: dict[str, Any]) -> None:
        report(0.5, f"已有 {len(said['plans'])} 个方案，接着算", said)

    day = args.as_of or today()
    return making.create(engine, order, viewer, day, standards=settings.standards, so_far=so_far)


def split_all(
    engine: Engine, settings: Settings, viewer: Viewer, args: CandidatesArgs, report: Report
) -> Mapping[str, Any]:
    """Propose plans for every community over the threshold; what is kept stays, whatever ends the job."""
    day = today()
    with transaction(engine, viewer) as connection:
        own = settings.standards
        found = sizes.candidates(connection, viewer, day, args.code, args.metric, args.threshold, folder=own)
    order = Order("", 0, args.tolerance, args.seed, args.atoms)
    done: list[dict[str, Any]] = []

    def step(row: int, total: int, name: str) -> None:
        report(row / total if total else 1.0, f"{row} / {total} {name}".strip(), batch.as_json(done))

    done.extend(batch.propose(engine, found, order, viewer, day, step, standards=settings.standards))
    return sizes.as_json(found, viewer) | batch.as_json(done)


def atlas(engine: Engine, settings: Settings, viewer: Viewer, args: AtlasArgs, report: Report) -> Mapping[str, Any]:
    """Draw the atlas of an area inside the viewer's scope."""
    order = atlases.Order(args.code, today(), args.size, args.grid_set)
    made = atlases.make(engine, settings, viewer, order, now(), settings.site_url, report.step)
    report.file(made.name).write_bytes(made.content)
    return {"code": args.code, "places": made.places, "pages": made.pages}


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "refresh": Kind("重新计算覆盖", EDITORS, Args, refresh, 30),
        "grids": Kind("划分网格", EDITORS, GridsArgs, divide, 240),
        "split": Kind("提出调整方案", EDITORS, SplitArgs, split, 60),
        "split_all": Kind("给所有超过门槛的社区提方案", EDITORS, CandidatesArgs, split_all, 480),
        "atlas": Kind("网格图册", EVERYONE, AtlasArgs, atlas, 120),
    }
)
