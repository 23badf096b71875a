"""The map on paper: ground, borders and names of a place at a stated scale, in the metric zone of the city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from maps.press import inks
from maps.press.canvas import Canvas, Ink, Pen, Points

Box = tuple[float, float, float, float]
SCALES: Final = (
    *(1000, 1250, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 7500, 10_000, 12_500),
    *(15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 60_000, 80_000, 100_000, 150_000, 200_000),
)
# millimetres at 1:2,500; narrower on smaller scales, never under a hair
WIDTHS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("motorway", "trunk", "primary"), 2.6),
    "secondary": 2.0,
    **dict.fromkeys(("tertiary", "residential", "unclassified", "living_street"), 1.5),
}
OTHER_STREET: Final = 0.9
RANKS: Final = ("motorway", "trunk", "primary", "secondary")
HAIR_MM: Final = 0.15


@dataclass(frozen=True)
class Frame:
    """A box on the paper (mm) that shows the ground about a centre (metres) at 1:scale."""

    x: float
    y: float
    width: float
    height: float
    centre: tuple[float, float]
    scale: int

    @property
    def ground(self) -> Box:
        """West, south, east and north of what is shown, in metres."""
        half_w, half_h = self.width * self.scale / 2000, self.height * self.scale / 2000
        return self.centre[0] - half_w, self.centre[1] - half_h, self.centre[0] + half_w, self.centre[1] + half_h

    def on_paper(self, xy: Points) -> Points:
        """Metres as millimetres on the paper."""
        factor = 1000 / self.scale
        x = self.x + self.width / 2 + (xy[:, 0] - self.centre[0]) * factor
        return np.column_stack([x, self.y + self.height / 2 - (xy[:, 1] - self.centre[1]) * factor])


@dataclass(frozen=True, eq=False)
class Terrain:
    """Streets, barriers and backdrop in the metric zone."""

    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    backdrop: gpd.GeoDataFrame

    def near(self, frame: Frame) -> Terrain:
        """What of it a frame shows."""
        box = shapely.box(*frame.ground)
        return Terrain(*(within(one, box) for one in (self.streets, self.barriers, self.backdrop)))


def frame_for(box: Box, extent: Box, share: float = 0.86, scale: int | None = None) -> Frame:
    """A frame in a box of the paper that shows an extent (metres) within a share of it, at a round scale."""
    x, y, width, height = box
    west, south, east, north = extent
    needed = max((east - west) / (width * share), (north - south) / (height * share)) * 1000
    chosen = scale or next((one for one in SCALES if one >= needed), SCALES[-1])
    return Frame(x, y, width, height, ((west + east) / 2, (south + north) / 2), chosen)


def within(frame: gpd.GeoDataFrame, box: shapely.Geometry) -> gpd.GeoDataFrame:
    """The rows that touch a box, in their order."""
    return frame.iloc[np.sort(frame.sindex.query(box, predicate="intersects"))]


def draw_terrain(canvas: Canvas, frame: Frame, terrain: Terrain) -> None:
    """Land, water, green, streets with casings, railways and rivers."""
    box = shapely.box(*frame.ground)
    canvas.fill([frame.on_paper(shapely.get_coordinates(box))], inks.LAND)
    backdrop = terrain.backdrop
    for kind, (colour, edge) in inks.GROUNDS.items():
        for shape in _seen(backdrop[backdrop["kind"] == kind].geometry.to_numpy(), box):
            if shapely.get_dimensions(shape) == 2:
                canvas.fill(rings(frame, shape), colour)
            else:
                canvas.stroke(lines(frame, shape), Pen(edge, 0.5))
    draw_streets(canvas, frame, terrain)


def draw_streets(canvas: Canvas, frame: Frame, terrain: Terrain) -> None:
    """Streets with casings, railways and rivers; the important ones on top."""
    box = shapely.box(*frame.ground)
    thin = min(1.0, (2500 / frame.scale) ** 0.62)
    kinds = terrain.streets["class"].astype(str).str.removesuffix("_link")
    width = np.array([max(WIDTHS.get(one, OTHER_STREET) * thin, 0.3) for one in kinds])
    shown = width >= (0.3 if frame.scale <= 20_000 else 0.42)
    for casing in (0.4 * thin + HAIR_MM, 0.0):
        for one in np.unique(width[shown]):
            ways = _seen(terrain.streets.geometry.to_numpy()[(width == one) & shown], box)
            paths = [line for way in ways for line in lines(frame, way)]
            canvas.stroke(paths, Pen(inks.CASE if casing else inks.STREET, float(one) + casing))
    _draw_stops(canvas, frame, terrain.barriers, box, thin)


def _draw_stops(canvas: Canvas, frame: Frame, barriers: gpd.GeoDataFrame, box: shapely.Geometry, thin: float) -> None:
    railways = [p for one in _seen(barriers.geometry[barriers["kind"] == "railway"], box) for p in lines(frame, one)]
    canvas.stroke(railways, Pen(inks.RAIL, max(0.8 * thin, 0.35)))
    canvas.stroke(railways, Pen(inks.PAPER, max(0.5 * thin, 0.18), (2.0, 2.0)))
    rivers = [p for one in _seen(barriers.geometry[barriers["kind"] == "river"], box) for p in lines(frame, one)]
    canvas.stroke(rivers, Pen(inks.WATER_LINE, max(0.9 * thin, 0.3)))


def draw_borders(canvas: Canvas, frame: Frame, shapes: Iterable[shapely.Geometry], pen: Pen, halo: float = 0) -> None:
    """Borders of areas, each once, on a white halo of so many millimetres where one is asked for."""
    box = shapely.box(*frame.ground)
    shown = _seen(np.array(list(shapes), dtype=object), box)
    if len(shown) == 0:
        return
    merged = shapely.line_merge(shapely.union_all(shapely.boundary(shown)))
    paths = lines(frame, shapely.clip_by_rect(merged, *_wide(frame.ground)))
    if halo:
        canvas.stroke(paths, Pen(inks.PAPER, halo))
    canvas.stroke(paths, pen)


def rings(frame: Frame, shape: shapely.Geometry) -> list[Points]:
    """Rings of a polygon on paper, cut a little outside the frame."""
    cut = shapely.clip_by_rect(shape, *_wide(frame.ground))
    parts = shapely.get_parts(cut)
    found = shapely.get_rings(parts[shapely.get_dimensions(parts) == 2])
    return [frame.on_paper(shapely.get_coordinates(ring)) for ring in found]


def lines(frame: Frame, shape: shapely.Geometry) -> list[Points]:
    """Lines of a geometry on paper, vertices closer than a twentieth of a millimetre dropped."""
    parts = shapely.get_parts(shapely.clip_by_rect(shape, *_wide(frame.ground)))
    thinned = shapely.simplify(parts[shapely.get_dimensions(parts) == 1], frame.scale * 0.00005)
    return [frame.on_paper(shapely.get_coordinates(line)) for line in thinned if not line.is_empty]


def heart(shape: shapely.Geometry, frame: Frame) -> tuple[float, float] | None:
    """Where the name of an area stands on paper: as far as can be from the edges of what is seen of it."""
    inner = shapely.box(*frame.ground).buffer(-frame.scale * 0.004, join_style="mitre")
    seen = shapely.intersection(shape, inner)
    if seen.is_empty or shapely.get_dimensions(seen) < 2:
        return None
    parts = shapely.get_parts(seen)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    if largest.area < 0.02 * inner.area * 0.1:
        return None
    circle = shapely.maximum_inscribed_circle(largest, tolerance=frame.scale * 0.001)
    (at,) = frame.on_paper(shapely.get_coordinates(circle)[:1])
    return float(at[0]), float(at[1])


class Names:
    """Words on a map without collisions: who asks first stands."""

    def __init__(self, canvas: Canvas, frame: Frame, taken: Sequence[Box] = ()) -> None:
        self.canvas, self.frame = canvas, frame
        self.boxes: list[Box] = list(taken)
        self.edge = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)

    def free(self, box: Box) -> bool:
        """Whether a box (left, top, right, bottom) lies on the map and on nothing else."""
        left, top, right, bottom = self.edge
        inside = box[0] > left and box[1] > top and box[2] < right and box[3] < bottom
        return inside and all(box[2] <= o[0] or box[0] >= o[2] or box[3] <= o[1] or box[1] >= o[3] for o in self.boxes)

    def take(self, box: Box) -> None:
        """Keep a box free of words."""
        self.boxes.append(box)

    def put(self, x: float, y: float, rows: Sequence[tuple[str, Ink]], force: bool = False) -> bool:
        """Set lines of words centred on a point; False where there is no room."""
        heights = [ink.size_pt * 0.42 for _, ink in rows]
        width = max(self.canvas.measure(text, ink) for text, ink in rows)
        box = (x - width / 2 - 0.5, y - sum(heights) / 2 - 0.4, x + width / 2 + 0.5, y + sum(heights) / 2 + 0.4)
        if not force and not self.free(box):
            return False
        self.take(box)
        base = y - sum(heights) / 2
        for (text, ink), high in zip(rows, heights, strict=True):
            base += high
            self.canvas.words(x, base - high * 0.16, text, ink)
        return True


def draw_street_names(names: Names, streets: gpd.GeoDataFrame, size_pt: float, apart_mm: float = 70) -> None:
    """Names along streets, the important and long ones first; steep ones are set from top to bottom."""
    frame, box = names.frame, shapely.box(*names.frame.ground)
    named = streets[streets["name"].notna() & (streets["name"] != "")]
    near = within(named, box)
    found = []
    for name, rows in near.groupby("name"):
        kinds = rows["class"].astype(str).str.removesuffix("_link")
        rank = min(RANKS.index(one) if one in RANKS else len(RANKS) for one in kinds)
        merged = shapely.line_merge(shapely.clip_by_rect(shapely.union_all(rows.geometry.to_numpy()), *frame.ground))
        found += [(rank, -part.length, str(name), part) for part in shapely.get_parts(merged)]
    ink = Ink(size_pt, inks.NAME, halo=inks.PAPER, anchor="middle")
    placed: dict[str, list[tuple[float, float]]] = {}
    for _, _, name, path in sorted(found, key=lambda one: one[:3]):
        _name_along(names, name, path, ink, placed.setdefault(name, []), apart_mm)


def _name_along(
    names: Names, name: str, path: shapely.Geometry, ink: Ink, placed: list[tuple[float, float]], apart_mm: float
) -> None:
    """One name on one path, where it is straight enough, not too near to itself."""
    factor = 1000 / names.frame.scale
    letter = ink.size_pt * 0.36
    long = letter * len(name) * 1.05
    if path.length * factor < long * 1.15:
        return
    for share in (0.5, 0.3, 0.7, 0.15, 0.85):
        middle, half = path.length * share, long / 2 / factor
        if middle - half < 0 or middle + half > path.length:
            continue
        ends = shapely.get_coordinates(shapely.line_interpolate_point(path, [middle - half, middle, middle + half]))
        a, m, b = names.frame.on_paper(ends)
        if np.hypot(*(b - a)) < long * 0.94 or any(np.hypot(m[0] - x, m[1] - y) < apart_mm for x, y in placed):
            continue
        turn = float(np.degrees(np.arctan2(-(b[1] - a[1]), b[0] - a[0])))
        turn = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn
        if (_upright if abs(turn) > 55 else _level)(names, name, m, b - a, turn, ink, letter):
            placed.append((float(m[0]), float(m[1])))
            return


def _level(
    names: Names, name: str, m: NDArray[np.float64], along: NDArray[np.float64], turn: float, ink: Ink, letter: float
) -> bool:
    wide, high = abs(along[0]) + letter * 0.6, abs(along[1]) + letter
    box = (m[0] - wide / 2, m[1] - high / 2, m[0] + wide / 2, m[1] + high / 2)
    if not names.free(box):
        return False
    names.take(box)
    down = letter * 0.36
    tilt = np.radians(turn)
    names.canvas.words(m[0] + down * np.sin(tilt), m[1] + down * np.cos(tilt), name, ink, turn)
    return True


def _upright(
    names: Names, name: str, m: NDArray[np.float64], along: NDArray[np.float64], _: float, ink: Ink, letter: float
) -> bool:
    """Letters from top to bottom, each upright, following the line."""
    wide, high = abs(along[0]) + letter, abs(along[1]) + letter * 0.4
    box = (m[0] - wide / 2, m[1] - high / 2, m[0] + wide / 2, m[1] + high / 2)
    if not names.free(box):
        return False
    names.take(box)
    step = along if along[1] > 0 else -along
    for turn, one in enumerate(name):
        at = m + step * ((turn + 0.5) / len(name) - 0.5)
        names.canvas.words(float(at[0]), float(at[1]) + letter * 0.36, one, ink)
    return True


def _seen(shapes: Sequence[shapely.Geometry] | NDArray[np.object_], box: shapely.Geometry) -> NDArray[np.object_]:
    array = np.asarray(shapes, dtype=object)
    return array[shapely.intersects(array, box)] if len(array) else array


def _wide(ground: Box) -> Box:
    west, south, east, north = ground
    more = (east - west) * 0.02
    return west - more, south - more, east + more, north + more
