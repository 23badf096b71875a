"""Papers as Word files: the same blocks, in the faces official papers are set in, for an office to go on with."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from maps.papers import chart
from maps.papers.blocks import (
    Address,
    Block,
    Exhibit,
    Head,
    Heading,
    Map,
    Paper,
    Paragraph,
    Signature,
    Table,
    Title,
    closing,
)
from maps.papers.view import PapersView
from maps.press.picture import Picture

FANGSONG, TITLE, HEI, KAI, SONG = "仿宋", "方正小标宋简体", "黑体", "楷体", "宋体"
BODY, BIG, SMALL = 16.0, 22.0, 10.5
LINE_PT: Final = 28.95  # 22 lines on 225 mm
WIDTH_MM, MAP_MM = 156.0, 190.0
RED, AMBER = RGBColor(0xC8, 0x10, 0x2E), RGBColor(0x8A, 0x53, 0x00)


class Writer:
    """A document in the making."""

    def __init__(self, view: PapersView, own_fonts: Path | None) -> None:
        self.view, self.own_fonts = view, own_fonts
        self.document = Document()

    def add(
        self, text: str, face: str, size: float, align: str = "both", indent: int = 0, colour: RGBColor | None = None
    ) -> Any:
        """One paragraph; `indent` in letters."""
        paragraph = self.document.add_paragraph()
        _spaced(paragraph)
        paragraph.alignment = ALIGN[align]
        if indent:
            place = paragraph._p.get_or_add_pPr()
            ind = OxmlElement("w:ind")
            ind.set(qn("w:firstLineChars"), str(indent * 100))
            ind.set(qn("w:firstLine"), str(round(indent * size * 20)))
            place.append(ind)
        _run(paragraph, text, face, size, colour)
        return paragraph


ALIGN: Final = {
    "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
    "middle": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "left": WD_ALIGN_PARAGRAPH.LEFT,
}


def write(view: PapersView, paper: Paper, own_fonts: Path | None = None) -> bytes:
    """A paper as a Word file."""
    writer = Writer(view, own_fonts)
    _page(writer, paper)
    kept = closing(paper.blocks)
    for place, block in enumerate(paper.blocks):
        SET[type(block)](writer, block)
        if place in kept:
            writer.document.paragraphs[-1].paragraph_format.keep_with_next = True
    told = writer.document.core_properties
    told.title, told.author, told.language = paper.name, view.office, "zh-CN"
    told.created = told.modified = datetime.fromisoformat(view.today)
    out = io.BytesIO()
    writer.document.save(out)
    return out.getvalue()


def _page(writer: Writer, paper: Paper) -> None:
    section = writer.document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance, section.header_distance = Mm(24), Mm(22)
    writer.document.settings.odd_and_even_pages_header_footer = True
    normal = writer.document.styles["Normal"]
    normal.font.name, normal.font.size = FANGSONG, Pt(BODY)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FANGSONG)
    for footer, align in ((section.footer, "right"), (section.even_page_footer, "left")):
        line = footer.paragraphs[0]
        line.alignment = ALIGN[align]
        _run(line, "— ", SONG, 14)
        _page_number(line)
        _run(line, " —", SONG, 14)
    for header in (section.header, section.even_page_header):
        line = header.paragraphs[0]
        line.alignment = ALIGN["right"]
        _run(line, "　".join(paper.marks), HEI, 9, AMBER)


def _page_number(paragraph: Any) -> None:
    run = _run(paragraph, "", SONG, 14)
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark.text = words
        run._r.append(mark)


def _run(paragraph: Any, text: str, face: str, size: float, colour: RGBColor | None = None) -> Any:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = face, Pt(size)
    run._r.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), face)
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _spaced(paragraph: Any, points: float | None = LINE_PT) -> None:
    layout = paragraph.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    if points is None:
        layout.line_spacing = 1.0
    else:
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(points)


def _head(writer: Writer, block: Head) -> None:
    size = min(34.0, 440 / len(block.office))
    _spaced(writer.add(block.office, TITLE, size, "middle", colour=RED), 60)
    line = writer.add(f"{block.number}", FANGSONG, BODY)
    line.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM), alignment=2)
    _run(line, f"\t{block.signer}", FANGSONG, BODY)
    border = OxmlElement("w:pBdr")
    rule = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "16"), ("space", "6"), ("color", "C8102E")):
        rule.set(qn(f"w:{name}"), value)
    border.append(rule)
    line._p.get_or_add_pPr().append(border)
    writer.add("", FANGSONG, BODY)


def _title(writer: Writer, block: Title) -> None:
    for said in block.lines:
        _spaced(writer.add(said, TITLE, BIG, "middle"), 35)
    writer.add("", FANGSONG, BODY)


def _address(writer: Writer, block: Address) -> None:
    writer.add(block.text, FANGSONG, BODY)


def _heading(writer: Writer, block: Heading) -> None:
    line = writer.add(block.text, HEI if block.level == 1 else KAI, BODY, indent=2)
    line.paragraph_format.keep_with_next = True


def _paragraph(writer: Writer, block: Paragraph) -> None:
    if block.small:
        _spaced(writer.add(block.text, SONG, SMALL), 16)
    else:
        writer.add(block.text, FANGSONG, BODY, indent=2)


def _exhibit(writer: Writer, block: Exhibit) -> None:
    line = writer.add(f"附件{block.number or ''}", HEI, BODY)
    line.paragraph_format.page_break_before = True
    _spaced(writer.add(block.title, TITLE, BIG - 4, "middle"), 35)


def _map(writer: Writer, block: Map) -> None:
    picture = Picture(WIDTH_MM, MAP_MM, writer.own_fonts)
    chart.draw(picture, writer.view, block.which, (0.3, 0.3, WIDTH_MM - 0.6, MAP_MM - 0.6))
    line = writer.document.add_paragraph()
    _spaced(line, None)
    shape = line.add_run().add_picture(io.BytesIO(picture.png()), width=Mm(WIDTH_MM))
    shape._inline.docPr.set("descr", block.caption)
    _spaced(writer.add(writer.view.footer, SONG, 9), 16)


def _signature(writer: Writer, block: Signature) -> None:
    writer.add("", FANGSONG, BODY).paragraph_format.keep_with_next = True
    for said in (block.office, block.day):
        line = writer.add(said, FANGSONG, BODY, "right")
        line.paragraph_format.right_indent = Pt(4 * BODY)
        line.paragraph_format.keep_with_next = said is block.office


def _table(writer: Writer, block: Table) -> None:
    table = writer.document.add_table(rows=1, cols=len(block.heads))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    _cells(table.rows[0].cells, [name for name, _ in block.heads], block, HEI, head=True)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in block.rows:
        added = table.add_row()
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        _cells(added.cells, row, block, SONG)


def _cells(cells: Sequence[Any], texts: Sequence[str], table: Table, face: str, head: bool = False) -> None:
    for place, (cell, text, (_, share)) in enumerate(zip(cells, texts, table.heads, strict=True)):
        cell.width = Mm(share * WIDTH_MM)
        line = cell.paragraphs[0]
        _spaced(line, 16)
        line.alignment = ALIGN["middle" if head else "right" if place in table.right else "left"]
        _run(line, text, face, SMALL)


SET: Final[Mapping[type[Block], Callable[[Writer, Any], None]]] = {
    Head: _head,
    Title: _title,
    Address: _address,
    Heading: _heading,
    Paragraph: _paragraph,
    Exhibit: _exhibit,
    Map: _map,
    Signature: _signature,
    Table: _table,
}
