"""The whole atlas as one PDF, page by page as the views of the places come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from maps.atlas import front, sheet, wall
from maps.atlas.paging import paging
from maps.atlas.view import SIZES_MM, WALL_MM, AtlasView, Entry
from maps.place import PlaceView
from maps.press.pdf import Book, PdfCanvas

Step = Callable[[int, int, str], None]


def write(view: AtlasView, place_of: Callable[[Entry], PlaceView], step: Step, own_fonts: Path | None = None) -> bytes:
    """The atlas as bytes; `step` hears how many pages of places are done. NoFontError without a Chinese face."""
    pages = paging(view)
    book = Book(view.title, own_fonts)
    canvas = PdfCanvas(book)
    size = SIZES_MM[view.size]
    book.add_page(size)
    front.draw_cover(canvas, view)
    leads = []
    for number in pages.contents:
        book.add_page(size)
        leads.append((number, front.draw_contents(canvas, view, pages, number)))
    done = 0
    for code, name in view.subdistricts.items():
        book.add_page(WALL_MM)
        book.mark(name, 0)
        wall.draw(canvas, view, code, pages)
        scales: dict[str, int] = {}
        for one in view.of(code):
            step(done, len(view.entries), one.name)
            group = one.community if view.grids else one.code
            if group not in scales:
                scales[group] = sheet.scale_of(view, _group(view, one))
            book.add_page(size)
            book.mark(f"{one.community_name} {one.label}" if view.grids else one.name, 1)
            sheet.draw(canvas, view, one, place_of(one), scales[group], pages)
            done += 1
    for number, links in leads:
        for x, y, width, height, page in links:
            book.link(number, x, y, width, height, page)
    step(done, len(view.entries), "写成文件")
    return book.bytes()


def _group(view: AtlasView, one: Entry) -> list[str]:
    """The places that share a scale: all grids of a community, or the community alone."""
    return [other.code for other in view.entries if other.community == one.community] if view.grids else [one.code]
