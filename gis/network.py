"""The walking network: street rows in, one frozen graph value with lengths in whole centimetres out.

Shared vertices always join, whatever their layer (bridge ramps end there); geometric crossings without a shared
vertex never join. CONTRACT "Walking graph".
"""

from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.crs import require_metric
from gis.kernels import Ints
from gis.standards import WalkingRule
from gis.topedges import topological_edges

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Longs = NDArray[np.int64]


def walkable(classes: pd.Series, access: pd.Series, rule: WalkingRule) -> Bools:
    """Return per street whether the rule lets people walk there.

    `classes`: OSM highway words; `access`: the foot word, else the access word, or None, which shuts nobody out.
    """
    shut = classes.isin(rule.excluded_classes) | access.isin(rule.closed_access)
    return np.asarray(~shut, dtype=bool)


@dataclass(frozen=True)
class Network:
    """A walking graph.

    `xy` (n, 2) metres in the city's zone, nodes in Morton order; `indptr`, `neighbour`, `length_cm`: the graph in both
    directions; per segment `seg_u` < `seg_v` (nodes), `seg_cm`, `seg_edge` (topological edge: street from junction to
    junction), `seg_street` (row of the streets frame), `seg_snappable` (not on a bridge, in a tunnel or on a layer).
    """

    xy: Floats
    indptr: Ints
    neighbour: Ints
    length_cm: Ints
    seg_u: Ints
    seg_v: Ints
    seg_cm: Ints
    seg_edge: Ints
    seg_street: Ints
    seg_snappable: Bools
    slot_segment: Ints = field(repr=False)

    @property
    def n_nodes(self) -> int:
        return len(self.xy)

    @property
    def n_segments(self) -> int:
        return len(self.seg_u)

    @cached_property
    def link(self) -> Ints:
        """Neighbour and length side by side (slots, 2), as the kernels read them."""
        return np.ascontiguousarray(np.stack([self.neighbour, self.length_cm], axis=1))

    @cached_property
    def snappable(self) -> Ints:
        """Segments that may be snapped to."""
        return np.flatnonzero(self.seg_snappable).astype(np.int32)

    @cached_property
    def snap_tree(self) -> shapely.STRtree:
        """Index over the lines of `snappable`, in that order."""
        ends = np.stack([self.xy[self.seg_u[self.snappable]], self.xy[self.seg_v[self.snappable]]], axis=1)
        return shapely.STRtree(shapely.linestrings(ends))

    def point_on(self, segment: Ints, pos_cm: Ints) -> Floats:
        """Return the place `pos_cm` along each segment from its node u, as (a, 2) metres."""
        start, stop = self.xy[self.seg_u[segment]], self.xy[self.seg_v[segment]]
        return start + (stop - start) * (pos_cm / self.seg_cm[segment])[:, None]


def build(streets: gpd.GeoDataFrame) -> Network:
    """Build the network from the rows that are `walkable` and `main`.

    Columns walkable, main, bridge, tunnel, layer, geometry (LineString, metric CRS). A segment's length is the
    distance of its unrounded ends rounded to whole centimetres; vertices join where equal to the centimetre; of
    parallel segments the shortest stays; loops are dropped. Equal streets in another order give an equal graph.
    Raises MissingCrsError, NotMetricError.
    """
    require_metric(streets)
    rows = np.flatnonzero(_flag(streets, "walkable") & _flag(streets, "main"))
    raw = _segments(streets, rows)
    key, cm = _join(raw)
    kept, u, v = _distinct(key, cm, raw.snappable, raw.row)
    xy, rank = _morton(_representatives(raw, key))
    low, high = np.minimum(rank[u], rank[v]), np.maximum(rank[u], rank[v])
    order = np.lexsort((high, low))
    seg_u, seg_v, kept = low[order].astype(np.int32), high[order].astype(np.int32), kept[order]
    seg_cm, snappable = cm[kept].astype(np.int32), raw.snappable[kept]
    indptr, neighbour, slot_segment = _both_directions(seg_u, seg_v, len(xy))
    return Network(
        xy=xy,
        indptr=indptr,
        neighbour=neighbour,
        length_cm=seg_cm[slot_segment],
        seg_u=seg_u,
        seg_v=seg_v,
        seg_cm=seg_cm,
        seg_edge=topological_edges(indptr, slot_segment, snappable),
        seg_street=raw.row[kept].astype(np.int32),
        seg_snappable=snappable,
        slot_segment=slot_segment,
    )


def main_component(streets: gpd.GeoDataFrame) -> Bools:
    """Return per row whether it lies in the walkable component with most nodes (never for rows not walkable).

    To be chosen once per import, before clipping and snapping. Of equal components the one whose lowest, then
    westernmost vertex comes first. Raises MissingCrsError, NotMetricError.
    """
    require_metric(streets)
    rows = np.flatnonzero(_flag(streets, "walkable"))
    main = np.zeros(len(streets), dtype=bool)
    raw = _segments(streets, rows)
    if len(raw.row) == 0:
        return main
    key, _ = _join(raw)
    n = int(key.max()) + 1
    joined = coo_array((np.ones(len(key)), (key[:, 0], key[:, 1])), shape=(n, n))
    label = connected_components(joined, directed=False)[1]
    main[raw.row[label[key[:, 0]] == np.bincount(label).argmax()]] = True
    return main


@dataclass(frozen=True)
class _Raw:
    """Straight pieces of the street lines: `ends` (s, 2, 2), street row and snappability of each."""

    ends: Floats
    row: Longs
    snappable: Bools


def _flag(streets: gpd.GeoDataFrame, column: str) -> Bools:
    flag: Bools = streets[column].eq(True).to_numpy(dtype=bool)
    return flag


def _segments(streets: gpd.GeoDataFrame, rows: Longs) -> _Raw:
    parts, owner = shapely.get_parts(streets.geometry.to_numpy()[rows], return_index=True)
    xy, line = shapely.get_coordinates(parts, return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    above = streets["layer"].fillna(0).to_numpy(dtype=float) != 0
    snappable = ~(_flag(streets, "bridge") | _flag(streets, "tunnel") | above)
    row = rows[owner[line[first]]] if len(first) else np.empty(0, np.int64)
    return _Raw(np.stack([xy[first], xy[first + 1]], axis=1), row, snappable[row])


def _join(raw: _Raw) -> tuple[Longs, Longs]:
    """Give every segment end the number of its vertex (s, 2), in order of (y, x), and every segment its length in cm.

    Vertices a segment of 0 cm apart are one vertex (they lie on two sides of a rounding border).
    """
    cell = np.rint(raw.ends.reshape(-1, 2) * 100).astype(np.int64)
    if len(cell) == 0:
        return np.empty((0, 2), np.int64), np.empty(0, np.int64)
    cell -= cell.min(axis=0)
    key = np.unique(cell[:, 1] * (cell[:, 0].max() + 1) + cell[:, 0], return_inverse=True)[1].reshape(-1, 2)
    cm = np.rint(np.hypot(*(raw.ends[:, 1] - raw.ends[:, 0]).T) * 100).astype(np.int64)
    nothing = (cm == 0) & (key[:, 0] != key[:, 1])
    if nothing.any():
        n = int(key.max()) + 1
        pairs = key[nothing]
        same = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
        key = connected_components(same, directed=False)[1].astype(np.int64)[key]
    return key, cm


def _distinct(key: Longs, cm: Longs, snappable: Bools, row: Longs) -> tuple[Longs, Longs, Longs]:
    """Return the segments to keep (the shortest of parallel ones, no loops) and their two vertices."""
    low, high = key.min(axis=1, initial=2**62), key.max(axis=1, initial=0)
    order = np.lexsort((row, ~snappable, cm, high, low))
    order = order[low[order] != high[order]]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    kept = order[new]
    return kept, low[kept], high[kept]


def _representatives(raw: _Raw, key: Longs) -> Floats:
    """Return one place per vertex number: the westernmost, then southernmost of its unrounded coordinates."""
    xy, number = raw.ends.reshape(-1, 2), key.ravel()
    order = np.lexsort((xy[:, 1], xy[:, 0], number))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(number[order]) != 0
    return np.ascontiguousarray(xy[order[first]])


def _morton(xy: Floats) -> tuple[Floats, Longs]:
    """Order places along a Z curve, so that neighbours on the ground are neighbours in memory; return rank too."""
    if len(xy) == 0:
        return xy, np.empty(0, np.int64)
    low = xy.min(axis=0)
    grid = ((xy - low) / max(float((xy.max(axis=0) - low).max()), 1.0) * 0x1FFFFF).astype(np.uint64)
    code = _spread(grid[:, 0]) | (_spread(grid[:, 1]) << np.uint64(1))
    order = np.lexsort((xy[:, 1], xy[:, 0], code))
    rank = np.empty(len(xy), np.int64)
    rank[order] = np.arange(len(xy))
    return xy[order], rank


def _spread(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put a zero between any two of the low 32 bits."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


def _both_directions(u: Ints, v: Ints, n: int) -> tuple[Ints, Ints, Ints]:
    tail, head = np.concatenate([u, v]), np.concatenate([v, u])
    segment = np.concatenate([np.arange(len(u))] * 2) if len(u) else np.empty(0, np.int64)
    order = np.lexsort((head, tail))
    indptr = np.zeros(n + 1, np.int32)
    indptr[1:] = np.cumsum(np.bincount(tail, minlength=n))
    return indptr, head[order].astype(np.int32), segment[order].astype(np.int32)
