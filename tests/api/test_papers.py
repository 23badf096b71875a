"""The papers of a plan: over HTTP and from the command line, opened again by libraries that did not write them."""

import io
import json
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from docx import Document
from docx.oxml.ns import qn
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from data import standards
from tests.api.plan_site import draft, plan_site, plan_url, portfolio
from tests.papers.pdfs import inside

__all__ = ["draft", "plan_site", "plan_url", "portfolio"]


def paper(site: TestClient, plan: int, name: str) -> bytes:
    answer = site.get(f"/api/plans/{plan}/papers/{name}")
    assert answer.status_code == 200, answer.text
    assert "合成示例数据" in unquote(answer.headers["content-disposition"])
    return answer.content


def words_of(raw: bytes) -> str:
    document = Document(io.BytesIO(raw))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in document.paragraphs] + cells)


def test_the_legal_basis_is_that_of_the_day() -> None:
    now, before = standards.legal_basis(date(2026, 1, 1)), standards.legal_basis(date(2025, 12, 31))
    assert (now.article, now.low, now.high, now.status) == ("第三条", 1000, 3000, "secondary")
    assert (before.article, before.low, before.high, before.status) == ("第六条", 100, 700, "recalled")


def test_the_request_says_what_an_approval_needs(plan_site: TestClient, portfolio: dict[str, Any]) -> None:
    number = portfolio["plans"][0]["id"]
    plan = plan_site.get(f"/api/plans/{number}").json()
    raw = paper(plan_site, number, "request.docx")
    said = words_of(raw)
    for needed in (
        "第三条",
        "一千户至三千户",
        "条文为转述，印发前核对原文",
        "妥否，请批示。",
        "便于居民自治",
        "四至：东至",
    ):
        assert needed in said, needed
    for part in plan["parts"]:
        assert part["name"] in said
        assert f"{part['households']:,} 户" in said
    assert sum(part["households"] for part in plan["parts"]) == sum(
        int(cell.replace(",", "")) for cell in after_row(raw, "户数")
    )
    document = Document(io.BytesIO(raw))
    assert len(document.inline_shapes) == 2
    body = next(one for one in document.paragraphs if one.text.startswith("为便于"))
    assert body.runs[0].font.size.pt == 16
    assert body.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋"
    assert document.sections[0].header.paragraphs[0].text == "合成示例数据"
    assert [round(side.mm) for side in (document.sections[0].top_margin, document.sections[0].left_margin)] == [37, 28]


def after_row(raw: bytes, head: str) -> list[str]:
    """Cells of a row of the comparison, those after the change."""
    table = Document(io.BytesIO(raw)).tables[0]
    heads = [cell.text for cell in table.rows[0].cells]
    row = next([cell.text for cell in one.cells] for one in table.rows if one.cells[0].text == head)
    return [value for name, value in zip(heads, row, strict=True) if name == "调整后"]


def test_word_and_pdf_say_the_same(plan_site: TestClient, portfolio: dict[str, Any]) -> None:
    number = portfolio["plans"][0]["id"]
    for name in ("request", "notice"):
        found = inside(paper(plan_site, number, f"{name}.pdf"))
        told = "".join("".join(found.words).split()).replace("　", "")
        word = Document(io.BytesIO(paper(plan_site, number, f"{name}.docx")))
        for line in [one.text for one in word.paragraphs if len(one.text) > 30 and "内部使用" not in one.text]:
            assert "".join(line.split()).replace("　", "")[-24:] in told, line
        assert set(found.sizes_mm) == {(210.0, 297.0)}
        assert found.fonts == found.embedded
        assert found.images == 0
        assert all("合成示例数据" in one for one in found.words)
        assert [f"— {page} —" in said for page, said in enumerate(found.words, 1)] == [True] * found.pages


def test_every_compound_goes_to_one_new_community(plan_site: TestClient, portfolio: dict[str, Any]) -> None:
    number = portfolio["plans"][0]["id"]
    plan = plan_site.get(f"/api/plans/{number}").json()
    book = load_workbook(io.BytesIO(paper(plan_site, number, "compounds.xlsx")))
    head, *rows = book["小区对照"].iter_rows(values_only=True)
    assert head[:3] == ("小区", "调整前社区", "调整后社区")
    assert {row[2] for row in rows} <= {part["name"] for part in plan["parts"]}
    whole = [row for row in rows if row[5] != "部分楼栋"]
    assert len({row[0] for row in whole}) == len(whole)
    assert dict(book["说明"].iter_rows(values_only=True))["数据"] == "合成示例数据"
    assert load_workbook(io.BytesIO(paper(plan_site, number, "plates.xlsx")))["公示牌重印"]["A1"].value == "网格"


@pytest.mark.parametrize("name", ["request.xlsx", "nothing.pdf", "request.exe"])
def test_a_paper_there_is_not_names_those_there_are(
    plan_site: TestClient, portfolio: dict[str, Any], name: str
) -> None:
    answer = plan_site.get(f"/api/plans/{portfolio['plans'][0]['id']}/papers/{name}")
    assert answer.status_code == 404
    assert "request.docx" in json.loads(answer.content)["detail"]


def test_papers_of_no_plan_are_not_found(plan_site: TestClient) -> None:
    assert plan_site.get("/api/plans/999999/papers/request.pdf").status_code == 404
