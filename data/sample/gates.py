"""Gates on the street fronts of lots, and the walls between them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import LineString, Point

from data.sample.geo import Rng, lines_of
from data.sample.ground import WALKED_NEVER, Street
from data.sample.lots import Gate, Lot
from data.sample.places import CLOSED_VILLAGE

UNWALLED = ("hutong", "green", "park", "mall", "office")
# how well a gate likes the street it opens onto
QUIET = {
    "primary": 0.55,
    "primary_link": 0.05,
    "secondary": 1.0,
    "tertiary": 1.25,
    "residential": 1.25,
    "living_street": 1.0,
    "footway": 0.1,
}


def with_gates(lots: Sequence[Lot], streets: Sequence[Street], seed: int) -> list[Lot]:
    """Put gates on street fronts: the first on the quieter street, the next far from the first."""
    rng = np.random.default_rng([seed, 3])
    level = [i for i, s in enumerate(streets) if s.cls not in WALKED_NEVER and s.layer == 0]
    tree = shapely.STRtree([streets[i].geom for i in level])
    half = np.array([streets[i].half_m for i in level])
    quiet = np.array([QUIET[streets[i].cls] for i in level])
    out = []
    for lot in lots:
        spots = _fronts(lot, tree, half)
        if spots is None:
            out.append(lot)
            continue
        points, host = spots
        xy = shapely.get_coordinates(points)
        corner = shapely.get_coordinates(lot.poly.simplify(6).exterior)
        away = np.min(np.hypot(xy[:, None, 0] - corner[None, :, 0], xy[:, None, 1] - corner[None, :, 1]), axis=1)
        weight = quiet[host] * np.clip(away, 3, 40) * rng.uniform(0.7, 1.3, len(host))
        if lot.name == CLOSED_VILLAGE:
            line = tree.geometries[host]
            step = shapely.get_coordinates(
                shapely.line_interpolate_point(line, shapely.line_locate_point(line, points))
            )
            out_east = (step - xy)[:, 0] > 0.8 * np.abs((step - xy)[:, 1])
            weight[out_east | np.array([_side(lot, p) == "东" for p in xy])] = 0
        chosen = _spread(xy, weight, _wanted(lot, rng))
        found = tuple(
            Gate(round(float(xy[c, 0]), 2), round(float(xy[c, 1]), 2), _side(lot, xy[c]), level[host[c]])
            for c in chosen
        )
        out.append(replace(lot, mouths=found) if lot.use in ("hutong", "green") else replace(lot, gates=found))
    return out


def _fronts(lot: Lot, tree: shapely.STRtree, half: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Places on the edge of a lot that face a street, and that street."""
    if lot.use == "green" and lot.poly.area < 2500:
        return None
    n = max(8, int(lot.poly.exterior.length / 9))
    points = shapely.line_interpolate_point(lot.poly.exterior, (np.arange(n) + 0.5) / n, normalized=True)
    (at, host), far = tree.query_nearest(points, max_distance=45, all_matches=False, return_distance=True)
    if not len(at):
        return None
    near = far < half[host] + 9.0
    if not near.any():
        near = far <= far.min() + 1.0
    return points[at[near]], host[near]


def _wanted(lot: Lot, rng: Rng) -> int:
    """Number of gates by size and kind."""
    ha = lot.poly.area / 1e4
    second = ha > 1.1 and rng.random() < 0.55
    return 1 + int(second) + sum(ha > step for step in (2.6, 6, 12)) + {"village": 2, "giant": 3}.get(lot.use, 0)


def _spread(xy: np.ndarray, weight: np.ndarray, wanted: int) -> list[int]:
    chosen: list[int] = []
    left = weight.copy()
    while len(chosen) < wanted and left.max() > 0:
        chosen.append(int(np.argmax(left)))
        left = left * np.clip((np.hypot(*(xy - xy[chosen[-1]]).T) - 45) / 160, 0, 1)
    return chosen


def _side(lot: Lot, at: np.ndarray) -> str:
    x0, y0, x1, y1 = lot.poly.bounds
    dx, dy = (at[0] - lot.poly.centroid.x) / (x1 - x0), (at[1] - lot.poly.centroid.y) / (y1 - y0)
    return ("东" if dx > 0 else "西") if abs(dx) > abs(dy) else ("北" if dy > 0 else "南")


def walls(lots: Sequence[Lot]) -> list[tuple[LineString, str]]:
    """Compound walls with a gap at every gate, and whose they are."""
    out = []
    for lot in lots:
        if lot.use in UNWALLED or not lot.gates:
            continue
        gaps = shapely.union_all([Point(g.x, g.y).buffer(4.0) for g in lot.gates])
        pieces = [g for g in lines_of(lot.poly.exterior.difference(gaps)) if g.length > 2]
        out += [(LineString(np.round(shapely.get_coordinates(g), 2)), lot.name) for g in pieces]
    return out
