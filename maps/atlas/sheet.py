"""The page of one grid or community: its map, counts, services, neighbours with their pages, compounds, who leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import segno
import shapely

from gis import crs
from maps.atlas.paging import Paging
from maps.atlas.view import AtlasView, Entry
from maps.paint import category_colours, tokens
from maps.place import Count, PlaceView, Service
from maps.press import chart, furniture
from maps.press.canvas import Canvas, Ink, Pen
from maps.press.chart import Box, Frame, Names
from maps.press.inks import BAD, GREY, GRID, INK, PAPER, RULE, SELECT
from maps.press.inks import COMMUNITY as BETWEEN
from maps.press.typeset import broken
from maps.theme import badge

FILL: Final = "#F6DCA8"
OWN = (Pen(PAPER, 1.7), Pen(SELECT, 0.9))
CELL = Pen(GRID, 0.35, (1.3, 1.0))
COMMUNITY = Pen(INK, 0.5)
SHARE: Final = 0.62  # of the map that the place may fill: the rest is its neighbours
INDEX_MM: Final = 40.0
MOST_LINES: Final = 4  # of names of compounds, so that what is missing has room


@dataclass(frozen=True)
class Layout:
    """Where the parts of a page stand (x, y, width, height in mm)."""

    width: float
    height: float
    map: Box
    counts: Box
    left: Box
    right: Box


LAYOUTS: Final = {
    "A4": Layout(210, 297, (25, 33, 170, 121), (25, 157, 170, 14), (25, 176, 92, 100), (122, 176, 73, 100)),
    "A3": Layout(420, 297, (25, 33, 252, 243), (284, 33, 121, 14), (284, 52, 121, 108), (284, 165, 121, 111)),
}


def scale_of(view: AtlasView, codes: Sequence[str]) -> int:
    """One round scale at which each of these places fits its map."""
    box = LAYOUTS[view.size].map
    shapes = view.cells.geometry[view.cells["code"].isin(list(codes))]
    return max(chart.frame_for(box, shape.bounds, SHARE).scale for shape in shapes)


def draw(canvas: Canvas, view: AtlasView, entry: Entry, place: PlaceView, scale: int, pages: Paging) -> None:
    """Draw the page of an entry on an empty page."""
    layout = LAYOUTS[view.size]
    _head(canvas, view, place, layout)
    _map(canvas, view, entry, place, scale, layout.map)
    _counts(canvas, place.counts, layout.counts)
    _services(canvas, place, layout.left)
    _beside(canvas, view, place, pages, layout.right)
    foot(canvas, view, pages.entries[entry.code], layout.width, layout.height)


def foot(canvas: Canvas, view: AtlasView, number: int, width: float, height: float) -> None:
    """The line every page ends with: marks, source, and the page number outside."""
    y = height - 16.0
    canvas.stroke([np.array([[25.0, y], [width - 15, y]])], Pen(INK, 0.2))
    canvas.words(25, y + 4, view.marks, Ink(8, bold=True))
    after = canvas.measure(view.marks, Ink(8, bold=True)) + 4
    canvas.words(25 + after, y + 4, view.source, Ink(7.5, GREY))
    outside = Ink(11, bold=True, anchor="left" if number % 2 == 0 else "right")
    canvas.words(25 if number % 2 == 0 else width - 15, y + 9.5, f"{number}", outside)


def _head(canvas: Canvas, view: AtlasView, place: PlaceView, layout: Layout) -> None:
    left, right = 25.0, layout.width - 15
    canvas.words(left, 17, " · ".join(reversed(place.above)), Ink(9, GREY))
    canvas.words(left, 27, place.title, Ink(20, bold=True))
    lead = place.leader
    if view.grids:
        said = "网格长　" + ("未登记" if lead is None else "　".join(x for x in (lead.name, lead.phone) if x))
        canvas.words(right, 20.5, said, Ink(11, bold=True, anchor="right"))
    provisional = "（临时）" if place.provisional else ""
    marks = "　草拟边界，非法定" if place.draft else ""
    told = f"编码 {place.code}{provisional} · {place.area_ha:,.1f} 公顷{marks}"
    canvas.words(right, 26.5, told, Ink(9, GREY, anchor="right"))
    canvas.stroke([np.array([[left, 30.0], [right, 30.0]])], Pen(INK, 0.7))


def _map(canvas: Canvas, view: AtlasView, entry: Entry, place: PlaceView, scale: int, box: Box) -> None:
    own = view.cells.geometry[view.cells["code"] == entry.code].iloc[0]
    frame = chart.frame_for(box, own.bounds, SHARE, scale)
    terrain = view.terrain.near(frame)
    shown = shapely.box(*frame.ground)
    cells, communities = (chart.within(one, shown) for one in (view.cells, view.communities))
    legend = [(OWN, f"本{view.kind}"), *([((CELL,), "网格界")] if view.grids else []), ((COMMUNITY,), "社区界")]
    with canvas.clipped(*box):
        chart.draw_terrain(canvas, frame, terrain)
        for part in shapely.get_parts(own):
            canvas.fill(chart.rings(frame, part), FILL)
        chart.draw_streets(canvas, frame, terrain)
        if view.grids:
            chart.draw_borders(canvas, frame, cells.geometry, CELL)
        chart.draw_borders(canvas, frame, communities.geometry, COMMUNITY)
        chart.draw_borders(canvas, frame, [own], OWN[1], OWN[0].width_mm)
        index = (box[0] + box[2] - INDEX_MM, box[1], box[0] + box[2], box[1] + INDEX_MM)
        names = Names(canvas, frame, [furniture.scale_box(frame), furniture.legend_box(frame, len(legend), 34), index])
        _places(names, view, entry, place, cells)
        _badges(names, view, place.services)
        chart.draw_street_names(names, terrain.streets, 7.5)
        furniture.draw_legend(canvas, frame, legend, 34)
        furniture.draw_scale(canvas, frame)
    _index(canvas, view, entry, (index[0], index[1], INDEX_MM, INDEX_MM))
    furniture.frame_line(canvas, frame)


def _places(names: Names, view: AtlasView, entry: Entry, place: PlaceView, cells: gpd.GeoDataFrame) -> None:
    """Names of the place and of those around it; a grid of another community carries that one's name."""
    own = cells.geometry[cells["code"] == entry.code].iloc[0]
    at = chart.heart(own, names.frame)
    if at is not None:
        big = Ink(15, bold=True, halo=PAPER, anchor="middle")
        said = [(entry.label, big), ("本网格", Ink(10, bold=True, halo=PAPER, anchor="middle"))]
        names.put(*at, said if view.grids else [(place.title, big)], force=True)
    ink = Ink(9, GREY, halo=PAPER, anchor="middle")
    called = dict(zip(view.communities["code"], view.communities["name"], strict=True))
    for row in cells[cells["code"] != entry.code].itertuples():
        at = chart.heart(row.geometry, names.frame)
        if at is None:
            continue
        lines = [(row.name, ink)]
        if view.grids and row.community != entry.community:
            lines.insert(0, (str(called.get(row.community, "")), ink))
        names.put(*at, lines)


def _badges(names: Names, view: AtlasView, services: Sequence[Service]) -> None:
    """The nearest point of every category; where several share a place, one."""
    found = [one for one in services if one.lon is not None and one.lat is not None]
    if not found:
        return
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([s.lon for s in found], [s.lat for s in found]), crs=crs.STORAGE
    )
    xy = names.frame.on_paper(shapely.get_coordinates(crs.to_zone(points, view.zone).geometry.to_numpy()))
    colours, other = category_colours(), tokens()["fac-transport"]
    for one, (x, y) in zip(found, xy.tolist(), strict=True):
        box = (x - 2.4, y - 2.4, x + 2.4, y + 2.4)
        if names.free(box):
            names.take(box)
            furniture.draw_badge(names.canvas, x, y, badge(one.category)[0], colours.get(one.category, other), 4.0)


def _index(canvas: Canvas, view: AtlasView, entry: Entry, box: Box) -> None:
    """The community with the grid marked, or the subdistrict with the community marked."""
    if view.grids:
        around = view.communities[view.communities["code"] == entry.community]
        cells = view.cells[view.cells["community"] == entry.community]
    else:
        around = view.borders[view.borders["code"] == entry.subdistrict]
        cells = view.communities[view.communities["parent_code"] == entry.subdistrict]
    furniture.plate(canvas, *box)
    if len(around) == 0:
        return
    frame = chart.frame_for((box[0], box[1] + 4.5, box[2], box[3] - 4.5), tuple(around.total_bounds), 0.9)
    frame = Frame(frame.x, frame.y, frame.width, frame.height, frame.centre, _tight(frame, around))
    own = view.cells.geometry[view.cells["code"] == entry.code].iloc[0]
    with canvas.clipped(*box):
        for part in shapely.get_parts(own):
            canvas.fill(chart.rings(frame, part), SELECT)
        chart.draw_borders(canvas, frame, cells.geometry, Pen(BETWEEN, 0.15))
        chart.draw_borders(canvas, frame, around.geometry, Pen(INK, 0.4))
        canvas.words(box[0] + 2, box[1] + 3.8, f"在{around['name'].iloc[0]}的位置", Ink(7.5, GREY))
    furniture.plate_line(canvas, *box)


def _tight(frame: Frame, around: gpd.GeoDataFrame) -> int:
    """An index map needs no round scale: it fills its box."""
    west, south, east, north = around.total_bounds
    return int(max((east - west) / (frame.width * 0.9), (north - south) / (frame.height * 0.9)) * 1000) + 1


def _counts(canvas: Canvas, counts: Sequence[Count], box: Box) -> None:
    x, y, width, height = box
    furniture.plate_line(canvas, x, y, width, height)
    wide = width / max(len(counts), 1)
    for place, one in enumerate(counts):
        left = x + place * wide
        if place:
            canvas.stroke([np.array([[left, y], [left, y + height]])], Pen(RULE, 0.15))
        value = "—" if one.value is None else f"{'约 ' if one.about else ''}{one.value:,}"
        canvas.words(left + 2.5, y + 7.2, value, Ink(15, bold=True))
        canvas.words(left + 2.5, y + 12, one.name + ("（推算）" if one.estimated else ""), Ink(8.5, GREY))


def _services(canvas: Canvas, place: PlaceView, box: Box) -> None:
    x, y, width, height = box
    _title(canvas, x, y, "最近的服务", "沿路步行，从远近居中的小区出发")
    if place.said:
        for row, said in enumerate(broken(place.said, width, lambda text: canvas.measure(text, Ink(9.5)))):
            canvas.words(x, y + 10 + row * 5, said, Ink(9.5))
        return
    colours, other = category_colours(), tokens()["fac-transport"]
    step = 5.5
    room = int((height - 6) // step)
    for row, one in enumerate(place.services[:room]):
        base = y + 8.2 + row * step
        canvas.stroke([np.array([[x, base - 4.0], [x + width, base - 4.0]])], Pen(RULE, 0.12))
        furniture.draw_badge(canvas, x + 2, base - 1.2, badge(one.category)[0], colours.get(one.category, other), 3.6)
        canvas.words(x + 5.5, base, one.name, Ink(9, bold=one.over is not None))
        canvas.words(x + width * 0.6, base, one.walk, Ink(9, bold=one.over is not None, anchor="right"))
        metres = "" if one.metres is None else f"{one.metres:,} 米"
        canvas.words(x + width * 0.78, base, metres, Ink(9, GREY, anchor="right"))
        _verdict(canvas, x + width, base, one)


def _verdict(canvas: Canvas, right: float, base: float, one: Service) -> None:
    said = one.over or (f"{one.limit}内" if one.limit else "")
    if not said:
        return
    ink = Ink(8.5, BAD if one.over else INK, bold=one.over is not None, anchor="right")
    canvas.words(right, base, said, ink)
    x, y = right - canvas.measure(said, ink) - 3.2, base - 2.2
    if one.over:
        canvas.stroke([np.array([[x, y], [x + 2, y + 2]]), np.array([[x + 2, y], [x, y + 2]])], Pen(ink.colour, 0.35))
    else:
        canvas.stroke([np.array([[x, y + 1.1], [x + 0.8, y + 2.0], [x + 2.2, y - 0.1]])], Pen(INK, 0.3))


def _beside(canvas: Canvas, view: AtlasView, place: PlaceView, pages: Paging, box: Box) -> None:
    x, y, width, height = box
    end = y + height - 25
    _title(canvas, x, y, f"隔壁{view.kind}", "")
    at = y + 8.2
    for one in place.next_door[:9]:
        canvas.stroke([np.array([[x, at - 4.0], [x + width, at - 4.0]])], Pen(RULE, 0.12))
        canvas.words(x, at, one.side, Ink(9, GREY))
        canvas.words(x + 9, at, _fit(canvas, one.name, width * 0.44), Ink(9))
        lead = one.leader or "未登记" if view.grids else ""
        about = "约 " if one.about else ""
        told = lead if view.grids else "" if one.households is None else f"{about}{one.households:,} 户"
        canvas.words(x + width - 15, at, told, Ink(9, GREY, anchor="right"))
        number = pages.entries.get(one.code)
        canvas.words(x + width, at, f"{number} 页" if number else "", Ink(9, bold=True, anchor="right"))
        at += 5.3
    sections = [("小区", f"{len(place.homes)} 个", _listed([one.name for one in place.homes]) or "还没有登记小区")]
    if place.missing:
        lacking = [f"{one.name}{'' if one.out is None else f' {one.out:,} 人'}" for one in place.missing]
        sections.append(("走不到的服务", f"{place.judged} 项中 {len(place.missing)} 项", _listed(lacking)))
    people = [f"{one.role} {one.name} {one.phone or ''}".strip() for one in place.people if one.role != "网格长"]
    if people:
        sections.append(("找谁", "", _listed(people, "；")))
    for name, more, text in sections:
        if at + 6 > end:
            break
        at += 3
        _title(canvas, x, at - 3.6, name, more)
        lines = broken(text, width, lambda said: canvas.measure(said, Ink(9)))
        room = min(max(int((end - at) // 4.4), 1), MOST_LINES if name == "小区" else 99)
        if len(lines) > room:
            lines = [*lines[: room - 1], lines[room - 1][:-2] + "…"]
        for said in lines:
            at += 4.6
            canvas.words(x, at, said, Ink(9))
        at += 4.5
    for row, said in enumerate(("核对人 ＿＿＿＿＿＿", "日　期 ＿＿＿＿＿＿")):
        canvas.words(x, y + height - 14 + row * 8, said, Ink(9.5))
    if "://" in place.address:
        _draw_qr(canvas, place.address, x + width - 22, y + height - 22, 22)


def _title(canvas: Canvas, x: float, y: float, name: str, more: str) -> None:
    canvas.words(x, y + 3.2, name, Ink(11, bold=True))
    canvas.words(x + canvas.measure(name, Ink(11, bold=True)) + 2, y + 3.2, more, Ink(7.5, GREY))


def _listed(words: Sequence[str], between: str = "、") -> str:
    return between.join(words)


def _fit(canvas: Canvas, text: str, width: float) -> str:
    """A text cut where it is too long for its place."""
    if canvas.measure(text, Ink(9)) <= width:
        return text
    while text and canvas.measure(text + "…", Ink(9)) > width:
        text = text[:-1]
    return text + "…"


def _draw_qr(canvas: Canvas, address: str, x: float, y: float, size: float) -> None:
    """A QR code of so many millimetres, its quiet zone the paper."""
    matrix = segno.make(address, error="m", micro=False).matrix
    module = size / len(matrix)
    for row, line in enumerate(matrix):
        start = 0
        for column in range(len(line) + 1):
            if column == len(line) or not line[column]:
                if column > start:
                    left, right, top = x + start * module, x + column * module, y + row * module
                    low = top + module
                    canvas.fill([np.array([[left, top], [right, top], [right, low], [left, low]])], "#000000")
                start = column + 1
