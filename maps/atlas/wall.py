"""The wall map of a subdistrict: its communities or grids by border and number, with an index; A3, read from afar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from gis.colouring import colours
from maps.atlas.paging import Paging
from maps.atlas.sheet import foot
from maps.atlas.view import WALL_MM, AtlasView
from maps.press import chart, furniture
from maps.press.canvas import Canvas, Ink, Pen
from maps.press.chart import Frame, Names
from maps.press.inks import COMMUNITY as BETWEEN
from maps.press.inks import GREY, GRID, INK, PAPER, SELECT

FILLS: Final = ("#F3E3C3", "#D6E4EE", "#DDEAD6", "#EBDCE6", "#F1F0D2", "#E2DCD4")
MAP: Final = (15.0, 14.0, 308.0, 262.0)
TABLE: Final = (327.0, 14.0, 78.0, 262.0)
CELL = Pen(GRID, 0.4, (1.6, 1.2))
COMMUNITY = (Pen(PAPER, 1.6), Pen(INK, 0.7))
BORDER = (Pen(PAPER, 2.6), Pen(INK, 1.4, (6.0, 1.5, 1.2, 1.5)))
SMALL: Final = Ink(10, GREY)
HIGH: Final = 4.9  # of a row of the index


def draw(canvas: Canvas, view: AtlasView, subdistrict: str, pages: Paging) -> None:
    """Draw the wall map of a subdistrict on an empty A3 page."""
    inside = view.communities[view.communities["parent_code"] == subdistrict]
    border = view.borders[view.borders["code"] == subdistrict]
    extent = border if len(border) else inside
    communities = sorted({one.community for one in view.of(subdistrict)})
    name = view.subdistricts[subdistrict]
    if view.grids and len(communities) == 1:
        extent = inside[inside["code"] == communities[0]]
        name = view.of(subdistrict)[0].community_name
    frame = chart.frame_for(MAP, tuple(extent.total_bounds), 0.92)
    terrain = view.terrain.near(frame)
    numbers = {one.code: place for place, one in enumerate(view.of(subdistrict), 1)}
    with canvas.clipped(*MAP):
        chart.draw_terrain(canvas, frame, terrain)
        _fill(canvas, frame, inside)
        chart.draw_streets(canvas, frame, terrain)
        if view.grids:
            chart.draw_borders(canvas, frame, view.cells.geometry[view.cells["code"].isin(list(numbers))], CELL)
        near = chart.within(view.communities, shapely.box(*frame.ground))
        outside = near[near["parent_code"] != subdistrict]
        chart.draw_borders(canvas, frame, outside.geometry, Pen(BETWEEN, 0.3))
        chart.draw_borders(canvas, frame, inside.geometry, COMMUNITY[1], COMMUNITY[0].width_mm)
        chart.draw_borders(canvas, frame, border.geometry, BORDER[1], BORDER[0].width_mm)
        wide = canvas.measure(name, Ink(36, bold=True))
        said = f"{view.kind}一览　{view.marks}"
        wide = max(wide, canvas.measure(said, SMALL))
        title = (frame.x + 4, frame.y + 4, frame.x + 13 + wide, frame.y + 27)
        names = Names(canvas, frame, [furniture.scale_box(frame), title])
        _names(names, view, inside, numbers)
        ink = Ink(9, GREY, halo=PAPER, anchor="middle")
        for row in outside.itertuples():
            at = chart.heart(row.geometry, frame)
            if at is not None:
                names.put(*at, [(row.name, ink)])
        chart.draw_street_names(names, terrain.streets, 9, 110)
        furniture.draw_scale(canvas, frame)
        _title(canvas, name, said, title)
    furniture.frame_line(canvas, frame)
    _table(canvas, view, subdistrict, pages)
    foot(canvas, view, pages.walls[subdistrict], *WALL_MM)


def _fill(canvas: Canvas, frame: Frame, inside: gpd.GeoDataFrame) -> None:
    """At most four pale tones, so that neighbours differ."""
    for shape, tone in zip(inside.geometry, colours(inside.geometry.to_numpy()).tolist(), strict=True):
        for part in shapely.get_parts(shape):
            canvas.fill(chart.rings(frame, part), FILLS[tone % len(FILLS)])


def _names(names: Names, view: AtlasView, inside: gpd.GeoDataFrame, numbers: Mapping[str, int]) -> None:
    """Names of communities, with the number in the index; of grids the label."""
    halo = PAPER
    for row in inside.itertuples():
        at = chart.heart(row.geometry, names.frame)
        if at is None:
            continue
        lines = [(row.name, Ink(12, bold=True, halo=halo, anchor="middle"))]
        if row.code in numbers:
            lines.insert(0, (f"{numbers[row.code]}", Ink(17, SELECT, bold=True, halo=halo, anchor="middle")))
        names.put(*at, lines, force=True)
    if view.grids:
        labels = {one.code: one.label for one in view.entries}
        for row in view.cells[view.cells["code"].isin(list(numbers))].itertuples():
            at = chart.heart(row.geometry, names.frame)
            if at is not None:
                names.put(*at, [(labels[row.code], Ink(11, GRID, bold=True, halo=halo, anchor="middle"))])


def _title(canvas: Canvas, name: str, said: str, box: tuple[float, float, float, float]) -> None:
    furniture.plate(canvas, box[0], box[1], box[2] - box[0], box[3] - box[1])
    canvas.words(box[0] + 4, box[1] + 13.5, name, Ink(36, bold=True))
    canvas.words(box[0] + 4.5, box[1] + 20, said, SMALL)


def _table(canvas: Canvas, view: AtlasView, subdistrict: str, pages: Paging) -> None:
    """Number, name, households and page of every place."""
    x, y, width, height = TABLE
    listed = view.of(subdistrict)
    columns = -(-len(listed) * HIGH // (height - 10))
    wide = width / max(columns, 1)
    room = int((height - 10) // HIGH)
    for column in range(int(columns)):
        left = x + column * wide
        canvas.words(left, y + 4, "号　名称", Ink(9, bold=True))
        canvas.words(left + wide - 2, y + 4, "户　　页" if columns == 1 else "页", Ink(9, bold=True, anchor="right"))
        canvas.stroke([np.array([[left, y + 6], [left + wide - 2, y + 6]])], Pen(INK, 0.35))
    size = 9 if columns == 1 else 7.5
    for place, one in enumerate(listed):
        column, row = divmod(place, room)
        left, base = x + column * wide, y + 10 + row * HIGH
        canvas.words(left + 5, base, f"{place + 1}", Ink(size, bold=True, anchor="right"))
        said = one.name if not view.grids else f"{one.community_name.removesuffix('社区')} {one.label}"
        canvas.words(left + 7, base, said, Ink(size))
        canvas.words(left + wide - 2, base, f"{pages.entries[one.code]}", Ink(size, anchor="right"))
        if columns == 1 and one.code in view.households:
            canvas.words(left + wide - 12, base, f"{view.households[one.code]:,}", Ink(size, anchor="right"))
