"""Standards as data: what a coverage number is judged by, each row with its source and status.

A city keeps its own files in a folder of its own: a file there is read instead of the bundled one of the same name.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from data.standards.reading import read_categories, read_standard, read_toml
from data.standards.rules import (
    CityTarget,
    RoomRule,
    read_grouping,
    read_legal_basis,
    read_people,
    read_speeds,
    read_targets,
    read_thresholds,
    read_walking,
)
from gis.groupings import Grouping
from gis.standards import (
    Category,
    Group,
    LegalBasis,
    PeopleRule,
    Speed,
    Standard,
    StandardFileError,
    Threshold,
    WalkingRule,
)
from gis.standards import strict as strict_standard

BUNDLED = Path(__file__).parent
DEFAULT = "merged"


@cache
def categories() -> Mapping[str, Category]:
    """Return the kinds of service points by id, in the order of scorecards."""
    return MappingProxyType(read_categories(BUNDLED / "categories.toml"))


def load_standard(standard_id: str = DEFAULT, strict: bool = False, folder: Path | None = None) -> Standard:
    """Return a profile; `strict` takes the lower end of ranges. Raises StandardFileError naming file and row."""
    known = _profiles(folder)
    if standard_id not in known:
        raise StandardFileError(f"没有标准“{standard_id}”，可选 {'、'.join(known)}")
    standard = read_standard(known[standard_id], categories())
    return strict_standard(standard) if strict else standard


def list_standards(folder: Path | None = None) -> list[Standard]:
    """Return all profiles, the default first, then by id; raises StandardFileError."""
    known = _profiles(folder)
    return [load_standard(name, folder=folder) for name in sorted(known, key=lambda name: (name != DEFAULT, name))]


def speeds(folder: Path | None = None) -> dict[Group, Speed]:
    """Return the walking speed of every group."""
    return read_speeds(_file("speeds", folder))


def thresholds(folder: Path | None = None) -> tuple[Threshold, ...]:
    """Return the size rules for communities; one is the default."""
    return read_thresholds(_file("thresholds", folder))


def targets(folder: Path | None = None) -> tuple[RoomRule, tuple[CityTarget, ...]]:
    """Return how much room a community's service place should have, and what cities have set themselves."""
    return read_targets(_file("targets", folder), categories())


def walking_rule(folder: Path | None = None) -> WalkingRule:
    """Return which streets are walked and how places attach to them."""
    return read_walking(_file("walking", folder))


def people_rule(folder: Path | None = None) -> PeopleRule:
    """Return how residents are estimated where only households are known."""
    return read_people(_file("people", folder))


def legal_basis(day: date, folder: Path | None = None) -> LegalBasis:
    """Return what a request about the size of a community rests on, if it is made on that day."""
    known = read_legal_basis(_file("legal_basis", folder))
    for one in known:
        if one.since <= day.isoformat():
            return one
    raise StandardFileError(f"标准文件 legal_basis.toml 没有 {day} 以前的依据，补上一行 [[basis]]")


def list_groupings(folder: Path | None = None) -> list[Grouping]:
    """Return all views of the scorecard by group, by id; raises StandardFileError."""
    paths = _paths(folder, "grouping").values()
    return sorted((read_grouping(path, categories()) for path in paths), key=lambda one: one.id)


def load_grouping(grouping_id: str, folder: Path | None = None) -> Grouping:
    """Return a view by id; StandardFileError names those there are."""
    known = {one.id: one for one in list_groupings(folder)}
    if grouping_id not in known:
        raise StandardFileError(f"没有分类“{grouping_id}”，可选 {'、'.join(known)}")
    return known[grouping_id]


def _file(name: str, folder: Path | None) -> Path:
    own = None if folder is None else folder / f"{name}.toml"
    return own if own is not None and own.is_file() else BUNDLED / f"{name}.toml"


def _profiles(folder: Path | None) -> dict[str, Path]:
    return _paths(folder, "standard")


def _paths(folder: Path | None, head: str) -> dict[str, Path]:
    """Files with a table of that name; a city's own file counts instead of the bundled one."""
    paths = sorted(BUNDLED.glob("*.toml")) + ([] if folder is None else sorted(folder.glob("*.toml")))
    return {path.stem: path for path in paths if head in read_toml(path)}
