"""The walk of CONTRACT written again as plainly as it reads, on dictionaries and scipy, sharing nothing with `gis`."""

import math
from collections import defaultdict
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

ZONE = 4545


class Plain:
    """Segments between vertices equal to the centimetre; chains from junction to junction; level ground only."""

    def __init__(self, streets: gpd.GeoDataFrame) -> None:
        frame = streets[streets["walkable"]].to_crs(ZONE)
        number: dict[tuple[int, int], int] = {}
        segments: dict[tuple[int, int], tuple[int, bool]] = {}
        self.xy: list[tuple[float, float]] = []
        for line, level in zip(
            frame.geometry, ~(frame["bridge"] | frame["tunnel"] | (frame["layer"] != 0)), strict=True
        ):
            ends = []
            for x, y in shapely.get_coordinates(line):
                key = (round(x * 100), round(y * 100))
                if key not in number:
                    number[key] = len(number)
                    self.xy.append((x, y))
                ends.append((number[key], x, y))
            for (a, ax, ay), (b, bx, by) in pairwise(ends):
                if a != b:
                    length = round(math.hypot(bx - ax, by - ay) * 100)
                    key = (min(a, b), max(a, b))
                    if key not in segments or length < segments[key][0]:
                        segments[key] = (length, bool(level))
        n = len(number)
        u, v = np.array(list(segments)).T
        graph = csr_array((np.ones(len(u)), (u, v)), shape=(n, n))
        _, label = connected_components(graph, directed=False)
        main = np.bincount(label).argmax()
        self.segments = {key: value for key, value in segments.items() if label[key[0]] == main}
        self.n = n
        self._chain()

    def _chain(self) -> None:
        beside = defaultdict(list)
        for (a, b), (_, level) in self.segments.items():
            beside[a].append((a, b, level))
            beside[b].append((a, b, level))

        def goes_on(node: int) -> bool:
            return len(beside[node]) == 2 and beside[node][0][2] == beside[node][1][2]

        self.edge_of: dict[tuple[int, int], int] = {}
        for number, start in enumerate(self.segments):
            if start in self.edge_of:
                continue
            todo = [start]
            while todo:
                here = todo.pop()
                if here in self.edge_of:
                    continue
                self.edge_of[here] = number
                for node in here:
                    if goes_on(node):
                        todo += [(a, b) for a, b, _ in beside[node]]
        level = [key for key, (_, flat) in self.segments.items() if flat]
        self.level = level
        self.tree = shapely.STRtree(shapely.linestrings([[self.xy[a], self.xy[b]] for a, b in level]))

    def snap(self, point: shapely.Point, walls: shapely.STRtree) -> list[tuple[tuple[int, int], int, int]]:
        """(segment, centimetres along it, centimetres to it): every edge within 60 m, else the nearest within 200 m."""
        for radius, most in ((60.0, None), (200.0, 1)):
            best: dict[int, tuple[float, int]] = {}
            for place in self.tree.query(point, predicate="dwithin", distance=radius):
                distance = point.distance(self.tree.geometries[place])
                edge = self.edge_of[self.level[place]]
                if edge not in best or distance < best[edge][0]:
                    best[edge] = (distance, int(place))
            found = []
            for distance, place in sorted(best.values()):
                line = self.tree.geometries[place]
                along = line.project(point)
                foot = line.interpolate(along)
                if self._blocked(point, foot, walls):
                    continue
                length = self.segments[self.level[place]][0]
                found.append((self.level[place], round(along / line.length * length), round(distance * 100)))
                if most:
                    break
            if found:
                return found
        return []

    @staticmethod
    def _blocked(point: shapely.Point, foot: shapely.Point, walls: shapely.STRtree) -> bool:
        way = shapely.LineString([point, foot])
        if way.length <= 1.01:
            return False
        # the first metre is the door, the last centimetre the kerb
        middle = shapely.LineString([way.interpolate(1.0), way.interpolate(way.length - 0.01)])
        return len(walls.query(middle, predicate="intersects")) > 0


def walks(sample: dict[str, gpd.GeoDataFrame], category: str, search_cm: int) -> dict[str, int]:
    """Centimetres from every compound to the nearest point of a category, by cutting the graph at every attachment."""
    plain = Plain(sample["streets"])
    walls = shapely.STRtree(sample["barriers"].to_crs(ZONE).geometry.values)
    compounds, gates = sample["compounds"], sample["gates"].to_crs(ZONE)
    homes = gpd.GeoSeries(compounds.geometry.representative_point(), crs=4490).to_crs(ZONE)
    points = sample["service_points"]
    points = points[points["category"] == category].to_crs(ZONE)
    attached = []
    for number, (uid, home) in enumerate(zip(compounds["uid"], homes, strict=True)):
        own = gates[gates["compound_uid"] == uid].geometry
        for door in own if len(own) else [home]:
            inner = round(home.distance(door) * 100) if len(own) else 0
            attached += [(("home", number), seg, pos, inner + off) for seg, pos, off in plain.snap(door, walls)]
    for number, point in enumerate(points.geometry):
        attached += [(("point", number), seg, pos, off) for seg, pos, off in plain.snap(point, walls)]
    return _solve(plain, attached, compounds["uid"].tolist(), search_cm)


def _solve(plain: Plain, attached: list, uids: list[str], search_cm: int) -> dict[str, int]:
    on = defaultdict(list)
    for who, segment, pos, off in attached:
        on[segment].append((pos, who, off))
    weight: dict[tuple[int, int], int] = {}
    node = plain.n
    ids: dict[object, int] = {}

    def link(a: int, b: int, length: int) -> None:
        weight[a, b] = min(weight.get((a, b), 1 << 60), length)

    for segment, (length, _) in plain.segments.items():
        last, at = segment[0], 0
        for pos, who, off in sorted(on.get(segment, ()), key=lambda one: one[0]):
            stop, node = node, node + 1
            link(last, stop, pos - at)
            link(stop, last, pos - at)
            last, at = stop, pos
            if who not in ids:
                ids[who], node = node, node + 1
            # nobody walks through a compound or a shop: out of points only, into homes only
            link(*((ids[who], stop) if who[0] == "point" else (stop, ids[who])), off)
        link(last, segment[1], length - at)
        link(segment[1], last, length - at)
    u, v = np.array(list(weight)).T
    # scipy takes 0 for "no edge": every length grows by a hair that the rounding at the end removes
    hair = 1e-6
    matrix = csr_array((np.array(list(weight.values())) + hair, (u, v)), shape=(node, node))
    sources = [index for who, index in ids.items() if who[0] == "point"]
    far = dijkstra(matrix, directed=True, indices=sources, min_only=True, limit=search_cm + 1)
    found = {}
    for number, uid in enumerate(uids):
        index = ids.get(("home", number))
        if index is not None and np.isfinite(far[index]) and round(far[index]) <= search_cm:
            found[uid] = round(far[index])
    return found
