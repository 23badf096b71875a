"""The ground between two carriageways, shared along its middle by the blocks on both sides."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi, cKDTree

from gis.adjacency import adjacency
from gis.noding import faces_of

WIDTH_M: Final = 60.0
COMPACTNESS: Final = 0.25
STEP_M: Final = 10.0
INSET_M: Final = 0.5
SMOOTH_M: Final = 1.0
ON_BORDER_M: Final = 0.01
FAR_M: Final = 1e5

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def without_strips(faces: Geometries) -> Geometries:
    """Share every strip among the faces around it, each point of its ground to the nearest of them.

    A strip is narrower than 60 m on the mean (2 area / length of border) and longer than about eight times that
    (4 pi area / border squared under 0.25). faces: Polygons of a vertex-matched coverage, metric CRS; strips side by
    side are one. Returns the coverage without the strips; one with nothing beside it stays.
    """
    area_m2, round_m = shapely.area(faces), shapely.length(faces)
    strip = (2 * area_m2 / round_m < WIDTH_M) & (4 * np.pi * area_m2 / round_m**2 < COMPACTNESS)
    if not strip.any() or strip.all():
        return faces
    body = _joined(faces, np.flatnonzero(strip))
    rest = faces[~strip]
    places = [beside(ground, rest) for ground in body]
    cuts = [dividing_lines(*place, ground) for place, ground in zip(places, body, strict=True)]
    pieces = faces_of(np.concatenate([shapely.boundary(np.concatenate([rest, body])), *cuts]))
    middle = shapely.point_on_surface(pieces)
    inner, owner = shapely.STRtree(rest).query(middle, predicate="intersects")
    holder = np.arange(len(rest), len(rest) + len(pieces))
    holder[inner] = owner
    piece, ground = shapely.STRtree(body).query(middle, predicate="intersects")
    for p, g in zip(piece.tolist(), ground.tolist(), strict=True):
        xy, label = places[g]
        if len(xy):
            holder[p] = label[cKDTree(xy).query(shapely.get_coordinates(middle[p])[0])[1]]
    # ground that meets the rest of its face in a point only becomes a face of its own
    parts: Geometries = shapely.get_parts(dissolved(pieces, holder)[0])
    return parts


def dissolved(faces: Geometries, holder: Ints) -> tuple[Geometries, Ints]:
    """Unite the faces of equal holder; also returns per face the position of its union."""
    kept, group = np.unique(holder, return_inverse=True)
    order = np.argsort(group, kind="stable")
    parts = np.split(faces[order], np.cumsum(np.bincount(group, minlength=len(kept)))[:-1])
    whole = np.array([part[0] if len(part) == 1 else shapely.coverage_union_all(part) for part in parts], dtype=object)
    return whole, group


def _joined(faces: Geometries, strip: Ints) -> Geometries:
    """Strips with a common border as one Polygon each."""
    side = adjacency(faces[strip])
    pairs = coo_array((np.ones(len(side.first)), (side.first, side.second)), shape=(len(strip), len(strip)))
    return dissolved(faces[strip], connected_components(pairs, directed=False)[1])[0]


def beside(ground: shapely.Polygon, rest: Geometries, step_m: float = STEP_M) -> tuple[Floats, Ints]:
    """Points along the border of a strip, 0.5 m from every vertex, with the face on the other side of each."""
    rings = shapely.get_rings(shapely.segmentize(ground, step_m))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    start = np.flatnonzero(ring[1:] == ring[:-1])
    step = xy[start + 1] - xy[start]
    inset = step * np.minimum(INSET_M / np.hypot(*step.T), 0.25)[:, None]
    points = np.concatenate([xy[start] + inset, xy[start + 1] - inset])
    point, face = shapely.STRtree(rest).query(shapely.points(points), predicate="dwithin", distance=ON_BORDER_M)
    point, first = np.unique(point, return_index=True)
    return points[point], face[first]


def dividing_lines(xy: Floats, label: Ints, ground: shapely.Polygon) -> Geometries:
    """Lines inside a strip where the nearest face changes."""
    if len(np.unique(label)) < 2:
        return np.empty(0, dtype=object)
    # four places far away close every cell that matters, or a line would end where the points do
    middle, label = xy.mean(axis=0), np.append(label, np.full(4, -1))
    cells = Voronoi(np.concatenate([xy - middle, FAR_M * np.array([[-1, 0], [1, 0], [0, -1], [0, 1]])]))
    sides = np.array(cells.ridge_vertices)
    change = (label[cells.ridge_points[:, 0]] != label[cells.ridge_points[:, 1]]) & (sides >= 0).all(axis=1)
    lines = shapely.multilinestrings(shapely.linestrings(cells.vertices[sides[change]] + middle))
    smooth = shapely.simplify(shapely.get_parts(shapely.line_merge(lines)), SMOOTH_M)
    inside: Geometries = shapely.intersection(smooth, ground)
    return inside
