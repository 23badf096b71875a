"""Ways inside lots: paths of walled estates and parks, alleys of villages. They reach a street only at a gate."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from data.sample.geo import GRID_M, Rng, foot, lines_of, long_axis, polys_of
from data.sample.ground import Street
from data.sample.lots import HOUSING, Lot

PATHS_FROM_HA = {"park": 0.7, "campus": 2.0, "hospital": 4.0}  # smallest lot with ways of its own
HOUSING_FROM_HA = 2.0


def inner_ways(lots: Sequence[Lot], streets: Sequence[Street], seed: int) -> list[Street]:
    """Paths and alleys of all lots, each set joined to the street at every gate of its lot."""
    tree = shapely.STRtree([lot.poly for lot in lots])
    out = []
    for n, lot in enumerate(lots):
        rng = np.random.default_rng([seed, 4, int(abs(lot.poly.centroid.x)), int(abs(lot.poly.centroid.y))])
        if lot.use == "village":
            cls, ways = "living_street", _alleys(lot, rng)
        elif lot.entries and lot.use != "hutong" and lot.poly.area / 1e4 > PATHS_FROM_HA.get(lot.use, _least_ha(lot)):
            cls, ways = "footway" if lot.use == "park" else "path", _paths(lot, rng)
        else:
            continue
        links = [
            link
            for link in _links(lot, ways, streets)
            if all(k == n for k in tree.query(link, predicate="intersects"))  # never through a neighbour
        ]
        if links:
            halves = [LineString(link.coords[k : k + 2]) for link in links for k in (0, 1)]  # the gate stays a vertex
            out += [Street(g, cls) for g in ways + halves]
    return out


def _least_ha(lot: Lot) -> float:
    return HOUSING_FROM_HA if lot.use in HOUSING else np.inf


def _links(lot: Lot, ways: Sequence[LineString], streets: Sequence[Street]) -> list[LineString]:
    """From the street through each gate to the nearest inner way, touching the wall at the gate alone."""
    if not ways:
        return []
    net, out = shapely.union_all(np.array(ways)), []
    for gate in lot.entries:
        at = Point(gate.x, gate.y)
        outside = np.round(foot(streets[gate.street].geom, at), 2)
        inside = np.round(shapely.get_coordinates(shapely.shortest_line(at, net))[1], 2)
        link = LineString([outside, (gate.x, gate.y), inside])
        if not link.difference(at.buffer(3.9)).intersects(lot.poly.exterior):
            out.append(link)
    return out


def _paths(lot: Lot, rng: Rng) -> list[LineString]:
    """A loop along the wall and a few ways across."""
    belt = max(polys_of(lot.poly.buffer(-rng.uniform(13, 20)).simplify(6)), key=lambda p: p.area, default=None)
    if belt is None or belt.area < 2000:
        return []
    long, short, length, width = long_axis(belt)
    centre = np.asarray(belt.minimum_rotated_rectangle.centroid.coords[0])
    lines: list[BaseGeometry] = [belt.exterior]
    for along, across, size in ((long, short, width), (short, long, length)):
        ways = int(size / 115)
        for k in range(ways):
            at = centre + across * ((k + 1) / (ways + 1) - 0.5 + rng.uniform(-0.07, 0.07)) * size
            lines.append(LineString([at - along * 2000, at + along * 2000]).intersection(belt))
    return _thinned(_pieces(lines), rng, least_degree=3)


def _pieces(lines: Sequence[BaseGeometry]) -> list[LineString]:
    """The lines cut where they meet, crumbs dropped."""
    net = shapely.unary_union(np.array([g for line in lines for g in _plain(line)]), grid_size=GRID_M)
    return [g for g in lines_of(net) if g.length > 3]


def _plain(line: BaseGeometry) -> list[LineString]:
    return [LineString(line)] if line.geom_type == "LinearRing" else lines_of(line)


def _alleys(lot: Lot, rng: Rng) -> list[LineString]:
    """A dense crooked alley net, with some pieces built over."""
    inner = lot.poly.buffer(-9)
    x0, y0, x1, y1 = inner.bounds
    tilt = rng.uniform(-0.10, 0.10)
    lines = []
    for lo, hi, a, b, lying in ((x0, x1, y0, y1, False), (y0, y1, x0, x1, True)):
        at = lo + rng.uniform(8, 20)
        while at < hi - 8:
            n = max(2, int((b - a) / 55))
            t = np.linspace(a - 20, b + 20, n)
            w = at + tilt * (t - (a + b) / 2) * (1 if lying else -1) + rng.normal(0, 3.0, n)
            lines.append(LineString(np.c_[t, w] if lying else np.c_[w, t]).intersection(inner))
            at += rng.uniform(30, 52) if lying else rng.uniform(48, 90)
    return _thinned(_pieces(lines), rng, least_degree=2)


def _thinned(pieces: Sequence[LineString], rng: Rng, least_degree: int) -> list[LineString]:
    """Some pieces built over, but none that ends where fewer others meet."""
    degree: dict[tuple[float, float], int] = {}
    for g in pieces:
        for end in (g.coords[0], g.coords[-1]):
            degree[end] = degree.get(end, 0) + 1
    return [g for g in pieces if rng.random() > 0.14 or min(degree[g.coords[0]], degree[g.coords[-1]]) < least_degree]
