"""Standards as values: which facility, for whom, within which distance or time, and how sure the figure is."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from gis.errors import BadInputError

Group = Literal["all", "elderly", "elderly_80", "children"]
Status = Literal["verified", "secondary", "local", "recalled"]
Catchment = Literal["any", "own"]
Measure = Literal["distance", "time"]
SizeMetric = Literal["registered_households", "resident_households", "dwelling_units", "population"]

GROUPS: tuple[Group, ...] = get_args(Group)
# strongest first
STATUSES: tuple[Status, ...] = get_args(Status)
CATCHMENTS: tuple[Catchment, ...] = get_args(Catchment)
SIZE_METRICS: tuple[SizeMetric, ...] = get_args(SizeMetric)
CIRCLES: tuple[int, ...] = (5, 10, 15)
FACILITY_GROUPS: tuple[str, ...] = ("service", "health", "elder", "child", "shop", "culture", "transport")
COUNT_COLUMN: dict[Group, str] = {
    "all": "residents",
    "elderly": "elderly",
    "elderly_80": "elderly_80",
    "children": "children",
}


class StandardFileError(BadInputError):
    """A file of standards cannot be used; `detail` names the file and the row."""

    code = "STANDARD_INVALID"


def weakest(statuses: tuple[Status, ...]) -> Status:
    """Return the least trustworthy of some statuses (`recalled` is the weakest)."""
    return max(statuses, key=STATUSES.index)


@dataclass(frozen=True)
class Category:
    """A kind of service point.

    `fac` is the colour group of the map, `badge` its one white character, `wu_bu_chu` its word among the
    五不出社区 (or None). `catchment`: `any` = the nearest anywhere, `own` = only the point serving the own community.
    """

    id: str
    name: str
    fac: str
    badge: str
    catchment: Catchment
    wu_bu_chu: str | None


@dataclass(frozen=True)
class StandardRow:
    """One requirement: a category at one level of the life circle.

    `circle_min` 15, 10, 5 or None (block). `limit_m` metres on foot, `strict_m` the lower end where the source gives a
    range, `limit_min` minutes where it gives minutes only. `min_size_m2` (with `size_status`) and `capacity` (words)
    are shown, not judged. `proxy` is the age band meant when it is narrower than the counted group. `pass_share` 0-1.
    `max_age` in days, None = no limit. `status` is the weakest of what the limit rests on.
    """

    category: Category
    circle_min: int | None
    group: Group
    status: Status
    clause: str
    limit_m: int | None = None
    strict_m: int | None = None
    limit_min: int | None = None
    min_size_m2: int | None = None
    size_status: Status | None = None
    capacity: str | None = None
    proxy: str | None = None
    pass_share: float = 0.90
    pass_share_status: Status = "local"
    max_age: int | None = None
    sources: tuple[str, ...] = ()
    note: str | None = None

    @property
    def key(self) -> tuple[str, int | None]:
        """Category id and circle: unique within a standard."""
        return self.category.id, self.circle_min

    @property
    def measure(self) -> Measure | None:
        """What the verdict rests on: the distance, else the minutes of the reference adult, else nothing."""
        if self.limit_m is not None:
            return "distance"
        return None if self.limit_min is None else "time"


@dataclass(frozen=True)
class Standard:
    """A profile: rows that are judged together. `strict` says that the lower ends of ranges are the limits."""

    id: str
    title: str
    rows: tuple[StandardRow, ...]
    strict: bool = False

    @property
    def status(self) -> Status:
        """The weakest status among the rows."""
        return weakest(tuple(row.status for row in self.rows))

    @property
    def unchecked(self) -> int:
        """How many rows rest on a published standard whose own text was not read."""
        return sum(row.status in ("secondary", "recalled") for row in self.rows)

    @property
    def longest_limit_m(self) -> int:
        """The largest `limit_m` (0 where the rows are in minutes only)."""
        return max((row.limit_m or 0 for row in self.rows), default=0)


def time_limit_min(row: StandardRow) -> int | None:
    """Return the minutes of the second measure: the row's own, else those of its circle."""
    return row.circle_min if row.limit_min is None else row.limit_min


def strict(standard: Standard) -> Standard:
    """Return the same standard judged by the lower end of every range."""
    rows = tuple(row if row.strict_m is None else replace(row, limit_m=row.strict_m) for row in standard.rows)
    return replace(standard, rows=rows, strict=True, title=f"{standard.title}（从严）")


@dataclass(frozen=True)
class Speed:
    """Walking speed of a group in whole centimetres per second, so that minutes compare exactly."""

    group: Group
    title: str
    cm_s: int
    status: Status
    source: str

    @property
    def m_s(self) -> float:
        """The same in metres per second."""
        return self.cm_s / 100


@dataclass(frozen=True)
class Threshold:
    """A rule on the size of a community: `metric` `op` `value` calls for `action`.

    Actions are `split`, `merge` and `new` (the size a newly set community should have).
    """

    place: str
    date: str | None
    metric: SizeMetric
    op: Literal[">", "<", ">=", "<="]
    value: int
    action: Literal["split", "merge", "new"]
    status: Status
    sources: tuple[str, ...]
    default: bool = False
    note: str | None = None


@dataclass(frozen=True)
class LegalBasis:
    """What a request about the size of a community rests on from a day on, ISO `since`; `says` is a summary.

    A community has `low` to `high` households as a rule; `principles` are the words papers give as the reason.
    """

    law: str
    version: str
    article: str
    since: str
    says: str
    principles: str
    low: int
    high: int
    status: Status
    sources: tuple[str, ...]


@dataclass(frozen=True)
class WalkingRule:
    """How streets and snaps are treated; distances in metres, `halo_factor` times the largest limit."""

    title: str
    excluded_classes: tuple[str, ...]
    closed_access: tuple[str, ...]
    snap_all_m: int
    snap_max_m: int
    halo_factor: float
    status: Status
    source: str


@dataclass(frozen=True)
class PeopleRule:
    """How residents are estimated where only households are known, and whether missing households are estimated too.

    `neighbours`: how many nearest compounds of the same kind give the median.
    """

    residents_per_household: float
    status: Status
    source: str
    estimate_missing: bool = False
    neighbours: int = 8
