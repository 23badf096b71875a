"""Building footprints: slabs facing south, towers, village houses, courtyards. Optional layer."""

from typing import NamedTuple

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from data.sample.geo import Rng, polys_of
from data.sample.lots import Lot


class Form(NamedTuple):
    """The usual building of a use: size and gaps in metres, floors, share of grid places built on, edge left free."""

    length: float
    depth: float
    gap_along: float
    gap_across: float
    floors: tuple[int, int]
    filled: float
    edge: float = 5.0


FORMS = {
    "danwei": Form(44, 11.5, 8, 17, (4, 6), 0.86),
    "old": Form(46, 12, 8, 18, (5, 7), 0.88),
    "mid": Form(42, 13, 11, 26, (6, 12), 0.88, 7),
    "high": Form(34, 16, 14, 35, (18, 33), 0.90, 7),
    "giant": Form(36, 17, 15, 40, (24, 33), 0.94, 7),
    "village": Form(11, 9.5, 1.6, 2.6, (2, 6), 0.84, 2.6),
    "hutong": Form(12, 8.5, 1.6, 2.6, (1, 2), 0.84, 2.6),
    "school": Form(48, 13, 34, 38, (4, 5), 0.55),
    "kindergarten": Form(26, 14, 24, 26, (2, 3), 0.7),
    "office": Form(38, 18, 16, 22, (5, 18), 0.7),
    "mall": Form(62, 44, 14, 16, (3, 6), 0.85),
    "factory": Form(70, 26, 16, 18, (1, 3), 0.72, 7),
    "hospital": Form(56, 17, 22, 26, (5, 15), 0.7),
    "yard": Form(80, 20, 26, 40, (1, 2), 0.45),
    "logistics": Form(90, 42, 24, 30, (1, 2), 0.75),
    "campus": Form(58, 15, 42, 52, (4, 8), 0.6, 7),
    "heritage": Form(22, 15, 18, 22, (1, 2), 0.6),
    "depot": Form(90, 22, 26, 36, (1, 2), 0.55),
    "stadium": Form(120, 90, 60, 60, (2, 4), 0.8),
}


def footprints(lot: Lot, ways: BaseGeometry, rng: Rng) -> list[tuple[Polygon, int]]:
    """Buildings of one lot with their floors, in groups between its inner `ways`.

    A group too narrow for the usual slab gets shorter ones.
    """
    form = FORMS.get(lot.use)
    if form is None:
        return []
    turn = _turn(lot.poly)
    land = lot.poly.buffer(-form.edge)
    groups = polys_of(land) if ways.is_empty else polys_of(land.difference(ways.buffer(form.edge * 0.7 + 0.5)))
    out = []
    for group in groups:
        shorter = (_scaled(form, k) for k in (1.0, 0.72, 0.5))
        out += next((found for found in (_rows(group, lot.use, f, turn, rng) for f in shorter) if found), [])
    return out


def _scaled(form: Form, k: float) -> Form:
    return form._replace(
        length=form.length * k,
        depth=form.depth * min(1, k * 1.15),
        gap_along=form.gap_along * k,
        gap_across=form.gap_across * k,
        filled=form.filled if k == 1 else 1.0,
    )


def _rows(inner: Polygon, use: str, form: Form, turn: np.ndarray, rng: Rng) -> list[tuple[Polygon, int]]:
    """Rows of slabs running east-west, turned a few degrees with the lot."""
    if inner.area < 120:
        return []
    centre = np.array([inner.centroid.x, inner.centroid.y])
    frame = (np.asarray(inner.envelope.exterior.coords) - centre) @ turn
    low, high = frame.min(0), frame.max(0)
    length = form.length
    if high[0] - low[0] < length * 1.25:
        length = max(12.0, min(length, (high[0] - low[0]) * 0.8))
    along = np.arange(low[0] + length / 2 + rng.uniform(0, form.gap_along), high[0], length + form.gap_along)
    start = low[1] + form.depth / 2 + rng.uniform(0, form.gap_across / 2)
    across = np.arange(start, high[1], form.depth + form.gap_across)
    if not len(along) or not len(across):
        return []
    x, y = (a.ravel() for a in np.meshgrid(along, across))
    n = len(x)
    if use in ("high", "giant"):  # alternate rows shift: towers look between each other
        x = x + np.where((np.arange(n) // len(along)) % 2, (length + form.gap_along) / 2, 0)
    x, y = x + rng.normal(0, form.gap_along * 0.10, n), y + rng.normal(0, form.gap_across * 0.05, n)
    half = np.column_stack([length * rng.uniform(0.82, 1.0, n), form.depth * rng.uniform(0.9, 1.06, n)]) / 2
    corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    xy = centre + (np.column_stack([x, y])[:, None] + corner[None] * half[:, None]) @ turn.T
    boxes = shapely.polygons(np.round(xy, 2))
    shapely.prepare(inner)
    built = shapely.contains(inner, boxes) & (rng.random(n) < form.filled)
    floors = rng.integers(form.floors[0], form.floors[1] + 1, n)
    if use in ("danwei", "old"):
        floors = np.where(rng.random(n) < 0.8, form.floors[1], floors)
    return [(box, int(f)) for box, f in zip(boxes[built], floors[built], strict=True)]


def _turn(poly: Polygon) -> np.ndarray:
    """Rotation of a lot against east-west, at most about 13 degrees; columns are its axes."""
    corner = np.asarray(poly.minimum_rotated_rectangle.exterior.coords)
    side = corner[1] - corner[0]
    tilt = np.arctan2(side[1], side[0]) % (np.pi / 2)
    tilt = np.clip(tilt - np.pi / 2 if tilt > np.pi / 4 else tilt, -0.22, 0.22)
    return np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
