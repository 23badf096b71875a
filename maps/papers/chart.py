"""The maps before and after, for any canvas."""

from __future__ import annotations

from typing import Final

import shapely

from maps.papers.blocks import Which
from maps.papers.view import PapersView
from maps.press import chart, furniture, inks
from maps.press.canvas import Canvas, Ink, Pen
from maps.press.chart import Box, Names

# fills that keep their steps in a photocopy; the letter says the same
FILLS: Final = ("#C3D7E6", "#F7E3B4", "#CBE2DA", "#E6CFDF", "#EDF0C9", "#D5CCC4")
BEFORE: Final = "#F6DFAE"
HELD = (Pen(inks.PAPER, 1.5), Pen(inks.SELECT, 0.85))
OTHER = Pen(inks.COMMUNITY, 0.3)
NEW = Pen(inks.BARRIER, 0.8, (2.4, 1.4))


def draw(canvas: Canvas, view: PapersView, which: Which, box: Box) -> None:
    """The map in a box (x, y, width, height in mm) of the canvas, with legend, scale and marks."""
    outline = shapely.union_all([one.outline for one in view.after])
    frame = chart.frame_for(box, outline.bounds, 0.8)
    shapes = list(view.before) if which == "before" else list(view.after)
    legend = [(HELD, "本社区界"), ((OTHER,), "其他社区界"), *([((NEW,), "新边界")] if which == "after" else [])]
    with canvas.clipped(*box):
        chart.draw_terrain(canvas, frame, view.terrain)
        _tint(canvas, frame, view, which)
        chart.draw_borders(canvas, frame, view.others.geometry, OTHER)
        if which == "after":
            chart.draw_borders(canvas, frame, [one.outline for one in view.after], NEW, 1.6)
        held = [one.outline for one in view.before]
        chart.draw_borders(canvas, frame, held if which == "before" else [outline], HELD[1], HELD[0].width_mm)
        corner = (frame.x, frame.y, frame.x + 62, frame.y + 10)
        taken = [furniture.scale_box(frame), furniture.legend_box(frame, len(legend), 40), corner]
        names = Names(canvas, frame, taken)
        for one in shapes:
            at = chart.heart(one.outline, frame)
            if at is not None:
                rows = [(one.name, Ink(13, bold=True, halo=inks.PAPER, anchor="middle"))]
                rows.append((f"{one.households:,} 户", Ink(9, halo=inks.PAPER, anchor="middle")))
                names.put(*at, rows, force=True)
        for name, shape in zip(view.others["name"].astype(str), view.others.geometry, strict=True):
            at = chart.heart(shape, frame)
            if at is not None:
                names.put(*at, [(name, Ink(8, inks.GREY, halo=inks.PAPER, anchor="middle"))])
        chart.draw_street_names(names, view.terrain.streets, 7.5, 60)
        furniture.draw_legend(canvas, frame, legend, 40)
        furniture.draw_scale(canvas, frame)
        said = "　".join(["内部使用", *view.marks])
        width = canvas.measure(said, Ink(8.5, bold=True)) + 5
        furniture.plate(canvas, frame.x + 2, frame.y + 2, width, 6)
        canvas.words(frame.x + 4.5, frame.y + 6.2, said, Ink(8.5, inks.WARN if view.marks else inks.INK, bold=True))
    furniture.frame_line(canvas, frame)


def _tint(canvas: Canvas, frame: chart.Frame, view: PapersView, which: Which) -> None:
    """Fill the parts, with the streets on them."""
    for place, one in enumerate(view.after):
        tone = BEFORE if which == "before" else FILLS[place % len(FILLS)]
        for part in shapely.get_parts(one.outline):
            canvas.fill(chart.rings(frame, part), tone)
    chart.draw_streets(canvas, frame, view.terrain)
