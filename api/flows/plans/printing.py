"""The papers of a stored plan: request, public notice, compounds, plates to print again; as Word, PDF and Excel."""

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection

from api.flows import papers
from api.flows.papers import Planned
from api.flows.plans import showing
from api.flows.plans.shelf import Bench, Benches
from api.settings import Settings
from data import plans
from data.exports.sheets import Sheet, write_sheets
from data.plans import Stored
from data.viewers import Viewer
from gis.errors import MachineError, NotFoundError
from maps.papers import kinds, wording
from maps.papers.blocks import Paper
from maps.papers.view import PapersView

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ADOPTED = "生效"
GROUPS_OF_BUILDINGS = "按楼栋组"


@dataclass(frozen=True)
class Printed:
    """A finished file: its name with ending, its media type, its bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Kind:
    """A paper of a plan: its name in files, and how it is made per ending."""

    title: str
    forms: Mapping[str, Callable[[PapersView, Path | None], bytes]]


def printed(
    connection: Connection,
    benches: Benches,
    viewer: Viewer,
    number: int,
    name: str,
    form: str,
    settings: Settings,
    today: date,
) -> Printed:
    """One paper of a plan; NotFoundError where there is no such plan, paper or form."""
    if name not in KINDS or form not in KINDS[name].forms:
        raise NotFoundError(f"没有“{name}.{form}”这份材料。可选：{'、'.join(_files())}")
    return _made(view(connection, benches, viewer, number, settings, today), name, form, settings)


def write_all(
    connection: Connection,
    benches: Benches,
    viewer: Viewer,
    number: int,
    settings: Settings,
    today: date,
    folder: Path,
    step: Callable[[int, int, str], None],
) -> list[Path]:
    """Every paper of a plan into a folder; `step` hears how far it is. MachineError where it cannot be written."""
    said = view(connection, benches, viewer, number, settings, today)
    wanted = [(name, form) for name, kind in KINDS.items() for form in kind.forms]
    written = []
    for row, (name, form) in enumerate(wanted):
        step(row, len(wanted), KINDS[name].title.format(kinds.title(said)))
        made = _made(said, name, form, settings)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / made.name).write_bytes(made.content)
        except OSError as error:
            raise MachineError(f"没有写成 {folder / made.name}（{error.strerror}）。换一个可写的位置再试") from error
        written.append(folder / made.name)
    step(len(wanted), len(wanted), "")
    return written


def view(
    connection: Connection, benches: Benches, viewer: Viewer, number: int, settings: Settings, today: date
) -> PapersView:
    """What the papers of a plan say."""
    stored = plans.find(connection, number, viewer)
    planned = planned_of(benches.take(connection, stored.run_id), stored)
    return papers.view_of(connection, planned, viewer, today, settings.standards, settings.review_number)


def planned_of(bench: Bench, stored: Stored) -> Planned:
    """A stored plan as papers need it."""
    run, part = bench.run, np.array(stored.assignment)
    count = len(stored.names)
    ground = np.array([shapely.coverage_union_all(bench.ground[part == one]) for one in range(count)], dtype=object)
    homes: list[list[Mapping[str, Any]]] = [[] for _ in range(count)]
    for home in run.homes:
        homes[part[home["atom"]]].append(home)
    known = {home["name"] for home in run.homes if home["name"]}
    named = [
        {name for atom in np.flatnonzero(part == one) for name in bench.atoms.names[atom].split("、")} & known
        for one in range(count)
    ]
    cut = tuple(tuple(sorted(one for one in own if sum(one in other for other in named) > 1)) for own in named)
    numbers = showing.told(bench, stored)
    return Planned(
        plan=str(stored.id),
        kind=run.kind,
        codes=run.codes,
        names=stored.names,
        ground=ground,
        homes=tuple(tuple(one) for one in homes),
        cut=cut,
        numbers=numbers,
        tolerance=bench.rules.tolerance if run.kind in ("分设", "划分片区") else 0.0,
        digest=run.rows_digest,
        as_of=run.as_of,
        state=stored.state,
        document_no=stored.document_no or "",
        adopted=stored.effective if stored.state == ADOPTED else None,
        before=_before(bench),
        remarks=_remarks(numbers, stored, run.facts["notes"] if any(cut) else []),
    )


def _remarks(numbers: Mapping[str, Any], stored: Stored, notes: list[str]) -> tuple[str, ...]:
    """Rules that are broken, each with its waiver where one was written, and estates that were cut."""
    broken = [
        _named(one["text"], stored) + (f"（{stored.remarks[one['rule']]}）" if stored.remarks.get(one["rule"]) else "")
        for one in numbers["broken"]
    ]
    cut = [note.split("；")[0] for note in notes if GROUPS_OF_BUILDINGS in note]
    return (*broken, *cut)


def _before(bench: Bench) -> tuple[Mapping[str, int | None], ...]:
    """What every community of the run counts today, from the same units as the parts."""
    atoms, codes = bench.atoms, range(len(bench.run.codes))
    columns = {name: getattr(atoms, name) for name in ("households", "residents", "elderly", "children")}
    return tuple(
        {name: None if values is None else int(values[bench.origin == one].sum()) for name, values in columns.items()}
        for one in codes
    )


def _named(text: str, stored: Stored) -> str:
    """A sentence in which parts bear their names."""
    return re.sub(r"第(\d+)部分", lambda found: stored.names[int(found[1]) - 1], text)


def _made(said: PapersView, name: str, form: str, settings: Settings) -> Printed:
    kind = KINDS[name]
    label = "（合成示例数据）" if said.synthetic else ""
    title = f"{said.name}{kind.title.format(kinds.title(said))}{label}"[:80]
    return Printed(f"{title}.{form}", MEDIA_TYPES[form], kind.forms[form](said, settings.fonts))


def _files() -> list[str]:
    return [f"{name}.{form}" for name, kind in KINDS.items() for form in kind.forms]


def _word(paper: Callable[[PapersView], Paper]) -> Callable[[PapersView, Path | None], bytes]:
    def made(said: PapersView, fonts: Path | None) -> bytes:
        from maps.papers import docx  # half a second to import, which only who prints pays

        return docx.write(said, paper(said), fonts)

    return made


def _pdf(paper: Callable[[PapersView], Paper]) -> Callable[[PapersView, Path | None], bytes]:
    def made(said: PapersView, fonts: Path | None) -> bytes:
        from maps.papers import pdf  # half a second to import, which only who prints pays

        return pdf.write(said, paper(said), fonts)

    return made


def _compounds(said: PapersView, _: Path | None) -> bytes:
    heads = (("小区", 30), ("调整前社区", 20), ("调整后社区", 20), ("户数", 10), ("人口", 10), ("说明", 16))
    return _book(said, Sheet("小区对照", heads, wording.estate_rows(said)))


def _plates(said: PapersView, _: Path | None) -> bytes:
    heads = (
        ("网格", 16),
        ("原代码", 20),
        ("原社区", 18),
        ("新社区", 18),
        ("新代码", 20),
        ("网格长", 12),
        ("改什么", 30),
    )
    rows = [
        (one.grid, one.old_code, one.old_community, one.new_community, one.new_code or "批复后定", one.leader, one.why)
        for one in said.plates
    ]
    return _book(said, Sheet("公示牌重印", heads, rows))


def _book(said: PapersView, sheet: Sheet) -> bytes:
    about = [
        ("方案", f"{said.name}{said.kind}，编号 {said.plan}，{said.state}"),
        ("数据日期", said.as_of),
        ("写成日期", said.today),
        ("摘要", said.digest),
        ("数据", "合成示例数据" if said.synthetic else "真实数据"),
        ("使用", "内部使用"),
    ]
    with tempfile.TemporaryDirectory(prefix="wangge-papers-") as folder:
        target = Path(folder) / "sheet.xlsx"
        write_sheets(target, [sheet], about)
        return target.read_bytes()


MEDIA_TYPES: Mapping[str, str] = MappingProxyType({"docx": DOCX, "pdf": "application/pdf", "xlsx": XLSX})
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "request": Kind("{0}请示", {"docx": _word(wording.request), "pdf": _pdf(wording.request)}),
        "notice": Kind("{0}公示", {"docx": _word(wording.notice), "pdf": _pdf(wording.notice)}),
        "compounds": Kind("小区对照表", {"xlsx": _compounds}),
        "plates": Kind("网格公示牌重印清单", {"xlsx": _plates}),
    }
)
