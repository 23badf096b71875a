"""Cover and contents."""

from __future__ import annotations

import numpy as np
import shapely

from gis.colouring import colours
from maps.atlas.paging import ROWS, Paging
from maps.atlas.sheet import foot
from maps.atlas.view import SIZES_MM, AtlasView
from maps.atlas.wall import FILLS
from maps.press import chart
from maps.press.canvas import Canvas, Ink, Pen
from maps.press.inks import COMMUNITY, GREY, INK, PAPER, RULE, WARN

MOST_NAMED = 40
Link = tuple[float, float, float, float, int]  # x, y, width, height, page


def draw_cover(canvas: Canvas, view: AtlasView) -> None:
    """Title, what it is of, the area with its subdistricts, and what must be known before it is handed on."""
    width, height = SIZES_MM[view.size]
    canvas.words(25, 34, "内部使用", Ink(13, bold=True))
    if view.synthetic or view.draft:
        said = view.marks.replace("内部使用　", "")
        canvas.words(width - 15, 34, said, Ink(13, WARN, bold=True, anchor="right"))
    canvas.words(25, 62, view.above, Ink(14, GREY))
    canvas.words(25, 80, f"{view.area}网格图册", Ink(38 if view.size == "A4" else 46, bold=True))
    kinds = f"网格（{view.grid_set}）" if view.grids else "社区"
    walls = f"；{len(view.subdistricts)} 个街道，每个一张挂图" if len(view.subdistricts) > 1 else "，另有挂图"
    canvas.words(25, 92, f"{len(view.entries)} 个{kinds}，每个一页{walls}", Ink(14))
    canvas.stroke([np.array([[25, 98.0], [width - 15, 98.0]])], Pen(INK, 1.0))
    box = (25.0, 104.0, width - 40, height - 104 - 50)
    shown = view.borders[view.borders["code"].isin(list(view.subdistricts))]
    cells = view.cells[view.cells["code"].isin([one.code for one in view.entries])]
    named = shown if len(shown) > 1 else cells
    shapes = named.geometry
    frame = chart.frame_for(box, tuple(shapes.total_bounds), 0.98)
    for shape, tone in zip(shapes, colours(shapes.to_numpy()).tolist(), strict=True):
        for part in shapely.get_parts(shape):
            canvas.fill(chart.rings(frame, part), FILLS[tone % len(FILLS)])
    chart.draw_borders(canvas, frame, cells.geometry, Pen(COMMUNITY, 0.2))
    chart.draw_borders(canvas, frame, shapes, Pen(INK, 0.6), 1.4)
    names = chart.Names(canvas, frame)
    for row in named.itertuples() if len(named) < MOST_NAMED else ():
        at = chart.heart(row.geometry, frame)
        if at is not None:
            names.put(*at, [(row.name, Ink(11, bold=True, halo=PAPER, anchor="middle"))])
    lines = (
        f"数据日期 {view.as_of}　印制日期 {view.today}",
        f"审图号：{view.map_number or '待填。没有审图号不得公开'}",
        "人数只有合计，没有姓名；用后按内部资料保管。" + ("道路 © OpenStreetMap 贡献者（ODbL）。" if view.osm else ""),
    )
    for place, said in enumerate(lines):
        canvas.words(25, height - 40 + place * 6.5, said, Ink(10.5, GREY))


def draw_contents(canvas: Canvas, view: AtlasView, pages: Paging, number: int) -> list[Link]:
    """One page of the contents; returns what on it leads where."""
    width, height = SIZES_MM[view.size]
    columns, rows = ROWS[view.size]
    lines: list[tuple[str, str, int, bool]] = []
    for code, name in view.subdistricts.items():
        lines.append((name, "挂图", pages.walls[code], True))
        lines += [
            (_named(view, one.name, one.community_name, one.label), one.code, pages.entries[one.code], False)
            for one in view.of(code)
        ]
    first = pages.contents.index(number) * columns * rows
    canvas.words(25, 27, "目录", Ink(20, bold=True))
    canvas.stroke([np.array([[25, 30.0], [width - 15, 30.0]])], Pen(INK, 0.7))
    wide, step = (width - 40) / columns, (height - 16 - 38) / rows
    links: list[Link] = []
    for place, (name, more, page, head) in enumerate(lines[first : first + columns * rows]):
        column, row = divmod(place, pages.rows)
        x, y = 25 + column * wide, 37 + row * step
        right = x + wide - 6
        canvas.words(x + (0 if head else 4), y, name, Ink(10 if head else 9.5, bold=head))
        start = x + (0 if head else 4) + canvas.measure(name, Ink(10 if head else 9.5, bold=head)) + 2
        canvas.words(start, y, more, Ink(7.5, GREY))
        start += canvas.measure(more, Ink(7.5, GREY)) + 2
        canvas.stroke([np.array([[start, y - 0.3], [right - 8, y - 0.3]])], Pen(RULE, 0.2, (0.3, 1.0)))
        canvas.words(right, y, f"{page}", Ink(9.5, bold=head, anchor="right"))
        links.append((x, y - 3.6, wide - 6, step, page))
    foot(canvas, view, number, width, height)
    return links


def _named(view: AtlasView, name: str, community: str, label: str) -> str:
    return f"{community} {label} 网格" if view.grids else name
