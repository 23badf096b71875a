"""No cell of any file is a formula: every writer of workbooks and CSV with text that begins like one."""

import ast
import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from sqlalchemy import Engine

from api.flows import auditing, exporting, weekly
from data import audit
from data.exports import crosswalk, sheets, textcell, workbook
from data.exports.extract import Extract, FileColumn
from data.imports.sheet import sheet
from data.session import transaction
from data.viewers import Viewer
from tests.test_habits import CHECKOUT, tracked

EVIL = ('=HYPERLINK("x")', "+1", "-2", "@SUM(A1)", "\t=1")
DAY = date(2026, 11, 1)


def of_layer(target: Path) -> None:
    points = gpd.points_from_xy([108.9] * len(EVIL), [34.2] * len(EVIL))
    frame = gpd.GeoDataFrame({"name": list(EVIL)}, geometry=points, crs=4490)
    workbook.write(Extract("gates", frame, (FileColumn("name", "名称", "word"),), DAY, 4490, True, False), target)


def of_tables(target: Path) -> None:
    rows = [[one, 1, None] for one in EVIL]
    sheets.write_sheets(target, [sheets.Sheet(EVIL[0], [(EVIL[1], 9)] * 3, rows)], [(EVIL[2], EVIL[3])])


def of_the_week(target: Path) -> None:
    fix = {"words": EVIL[0], "after_m": None}
    lacking = {"people": 9, "name": EVIL[1], "community": EVIL[2], "service": EVIL[3], "between": EVIL, "fix": fix}
    lacking |= {"net_m": 1, "minutes": 1, "straight_m": 1, "cause": EVIL[4], "subdistrict": "1"}
    found = {"items": [{"name": EVIL[0], "limit_m": 5, "circle_min": None, "compounds": [lacking]}]}
    found |= {"subdistricts": {"1": EVIL[0]}, "name": EVIL[1], "code": "1", "base": EVIL[2], "synthetic": True}
    weekly.write(found | {"standard": {"title": EVIL[3], "status": ""}}, target, DAY)


def of_grid_sets(target: Path) -> None:
    one = {EVIL[0]: EVIL[1], EVIL[2]: None, "proposed": EVIL[3], "households": 3.0, "area_m2": 5.0}
    pairs = pd.DataFrame([(EVIL[0], EVIL[2], 1.0, 0.5, 2.0), (EVIL[0], EVIL[2], 0.0, float("nan"), 0.0)])
    proposal = pd.DataFrame([{"code": EVIL[3], "households": 3.0, "area_m2": 5.0}])
    walk: Any = SimpleNamespace(
        pairs=pairs, base=EVIL[0], majority=True, table=lambda: pd.DataFrame([one]), proposal=lambda: proposal
    )
    crosswalk.write(EVIL[0], DAY, True, (EVIL[0], EVIL[2]), {EVIL[1]: walk}, {EVIL[1]: EVIL[4]}, target)


def of_an_import(target: Path) -> None:
    finding = {"row": 1, "refused": True, "severity": "error", "code": EVIL[0], "field": EVIL[1], "message": EVIL[2]}
    finding |= {"lon": None, "lat": None, "measure": None, "unit": None, "involved": [EVIL[3]]}
    said: dict[str, Any] = dict.fromkeys(("sha256", "format", "layer", "encoding", "encoding_why"), EVIL[0])
    said |= {"file": EVIL[1], "kind": "codes", "datum": EVIL[2], "datum_why": "", "unused": EVIL, "offset": None}
    said |= dict.fromkeys(("read", "accepted", "refused", "set_aside"), 1)
    step = {"what": "added", "code": EVIL[0], "name": EVIL[1], "was": EVIL[2], "won_m2": 1, "lost_m2": 0}
    said |= {"findings": [finding], "counts": {EVIL[3]: 1}, "unmapped": {EVIL[4]: 1}, "difference": {"steps": [step]}}
    effect = {"rows": 1, "dropped": 0, "m2": 1, "people": {"compounds": 1, "households": 1}}
    said |= {"repairs": [effect | {"repair": EVIL[0], "title": EVIL[1]}], "offers": []}
    target.write_bytes(sheet(said))


WRITERS = (of_layer, of_tables, of_the_week, of_grid_sets, of_an_import)
# modules that make workbooks, each held to it by a writer above
MODULES = {
    "data/exports/workbook.py",
    "data/exports/sheets.py",
    "data/exports/crosswalk.py",
    "data/imports/sheet.py",
}


@pytest.mark.parametrize("write", WRITERS)
def test_every_workbook_keeps_text_as_text(tmp_path: Path, write: Callable[[Path], None]) -> None:
    target = tmp_path / "x.xlsx"
    write(target)
    cells = [cell for page in openpyxl.load_workbook(target) for row in page.iter_rows() for cell in row]
    risky = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(textcell.RISKY)]
    assert len(risky) >= 4
    assert {cell.data_type for cell in risky} == {"s"}
    assert all(cell.quotePrefix for cell in risky)
    with zipfile.ZipFile(target) as archive:
        pages = [archive.read(name) for name in archive.namelist() if re.match(r"xl/worksheets/sheet\d+\.xml", name)]
    assert pages
    assert all(b"<f>" not in page for page in pages)


def test_workbooks_are_made_nowhere_else_and_of_such_cells_alone() -> None:
    """Who makes a workbook in a module of its own adds it above, with a writer that proves it."""
    making = set()
    for path in tracked(".py"):
        name = path.relative_to(CHECKOUT).as_posix()
        text = path.read_text(encoding="utf-8")
        if name.startswith("tests/") or "openpyxl" not in text or name == "data/imports/tabular.py":
            continue
        calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        called = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in calls}
        if "Workbook" in called:
            making.add(name)
            assert "text_cell" in called, name
        assert name == "data/exports/textcell.py" or not called & {"WriteOnlyCell", "Cell", "cell"}, name
    assert making == MODULES


def test_the_audit_as_a_file_keeps_text_as_text(engine: Engine) -> None:
    with transaction(engine) as connection:
        for one in EVIL:
            audit.note(connection, Viewer("规划", account=one), "read", one)
        rows = list(csv.reader(io.StringIO(auditing.csv_text(connection, Viewer("管理员")))))
    said = [cell for row in rows for cell in row if cell.lstrip("'").startswith(textcell.RISKY)]
    assert len(said) == 2 * len(EVIL)
    assert all(cell.startswith("'") for cell in said)


def test_walks_as_a_file_keep_names_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = dict.fromkeys(exporting.REACH_COLUMNS, "x") | {"net_cm": None, "snap_cm": None}
    walks = pd.DataFrame([columns | {"name": one} for one in EVIL])
    monkeypatch.setattr(exporting.results, "walks", lambda *_: walks)
    found: Any = SimpleNamespace(head=SimpleNamespace(digest=""), area=SimpleNamespace(level="district"))
    exporting.write_reach(None, found, tmp_path / "x.csv")  # type: ignore[arg-type]
    names = pd.read_csv(tmp_path / "x.csv")["name"]
    assert all(name.startswith("'") for name in names)
