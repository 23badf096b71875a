"""Street blocks: the ground between streets, rivers, railways and the district border."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gis.crs import require_metric
from gis.errors import BadInputError
from gis.noding import faces_of
from gis.slivers import without_slivers
from gis.strips import without_strips

BORDER_STEP_M: Final = 50.0
GAP_M: Final = 60.0
LARGE_M2: Final = 150_000.0
SAME_ANCHOR_M: Final = 1.0
SAME_PLACE_M: Final = 30.0
# what is walked inside a block does not bound it
INNER_CLASSES: Final = frozenset({"footway", "path", "steps", "cycleway", "track", "bridleway", "corridor"})
# nor do the walls of single estates
INNER_BARRIERS: Final = frozenset({"wall", "compound_wall"})

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def street_blocks(streets: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, border: shapely.Geometry) -> gpd.GeoDataFrame:
    """Cut the ground inside a border into street blocks.

    streets: [class, tunnel, geometry LineString]; barriers: [kind, geometry LineString]; border: (Multi)Polygon; all in
    one metric CRS. Slip roads (`_link`), tunnels and footways do not bound blocks, nor do walls of single
    compounds; gaps of up to 60 m in a river or railway (where it is crossed) are closed. Everything is noded together
    on a 0.1 mm grid, the border densified to 50 m; the ground between two carriageways is shared along its middle and
    what is left of slivers is merged.
    Returns [block, geometry Polygon]: a vertex-matched coverage that fills the border. Raises BadInputError.
    """
    require_metric(streets)
    if border.is_empty or border.geom_type not in ("Polygon", "MultiPolygon"):
        raise BadInputError("区县边界为空或不是面，无法划分街坊，请先导入区县边界")
    kind = streets["class"].astype(str)
    bounding = ~(kind.str.endswith("_link") | kind.isin(INNER_CLASSES) | streets["tunnel"].eq(True))
    stops = barriers.geometry[~barriers["kind"].isin(INNER_BARRIERS)].to_numpy()
    lines = np.concatenate([streets.geometry[bounding].to_numpy(), stops, _across_gaps(stops)])
    lines = lines[shapely.intersects(lines, border)]
    faces = faces_of(np.append(lines, shapely.boundary(shapely.segmentize(border, BORDER_STEP_M))))
    shapely.prepare(border)
    faces = without_strips(faces[shapely.intersects(border, shapely.point_on_surface(faces))])
    faces, _ = without_slivers(faces, np.zeros(len(faces), dtype=np.int64), np.zeros(len(faces), dtype=bool))
    return gpd.GeoDataFrame({"block": np.arange(len(faces))}, geometry=faces, crs=streets.crs)


def divide(blocks: gpd.GeoDataFrame, anchors_xy: Floats, compounds_xy: Floats) -> gpd.GeoDataFrame:
    """Divide the blocks over 15 ha or with several anchors by the nearest compound or anchor.

    blocks: as `street_blocks` gives them; anchors_xy, compounds_xy: (n, 2) metres. First the points inside a block
    divide it; a piece still over 15 ha is divided by all points, beyond the block too. Slivers are merged inside their
    block, but never two pieces with an anchor each. A compound within 30 m of an anchor or of another compound divides
    nothing: that is one estate under two names.
    Returns [block, parent, geometry Polygon]: parent is the `block` of the input a piece was cut from.
    """
    whole = blocks.geometry.to_numpy()
    own = _apart(anchors_xy, SAME_ANCHOR_M)
    points = np.concatenate([own, _apart(compounds_xy, SAME_PLACE_M, own)])
    point, inside = shapely.STRtree(whole).query(shapely.points(points), predicate="intersects")
    several = np.bincount(inside[point < len(own)], minlength=len(whole)) > 1
    cuts = [
        shapely.intersection(_between(points[point[inside == block]], whole[block]), whole[block])
        for block in np.flatnonzero(several | (shapely.area(whole) > LARGE_M2))
    ]
    pieces, parent = _cut(whole, np.arange(len(whole)), cuts, anchors_xy)
    large = pieces[shapely.area(pieces) > LARGE_M2]
    everywhere = _between(points, shapely.envelope(shapely.geometrycollections(whole)))
    pieces, parent = _cut(pieces, parent, list(shapely.intersection(everywhere, large)), anchors_xy)
    frame = {"block": np.arange(len(pieces)), "parent": parent}
    return gpd.GeoDataFrame(frame, geometry=pieces, crs=blocks.crs)


def _between(sites: Floats, ground: shapely.Geometry) -> shapely.Geometry:
    """Lines over the ground where the nearest site changes."""
    if len(sites) < 2:
        return shapely.MultiLineString()
    return shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=ground, only_edges=True)


def _apart(points: Floats, gap_m: float, taken: Floats | None = None) -> Floats:
    """Points from west to east, without those within the gap of one kept before or of one taken."""
    points = np.unique(points, axis=0)
    if taken is not None and len(taken) and len(points):
        points = points[cKDTree(taken).query(points)[0] > gap_m]
    kept = np.ones(len(points), dtype=bool)
    for first, second in sorted(cKDTree(points).query_pairs(gap_m)) if len(points) else ():
        kept[second] &= not kept[first]
    return points[kept]


def _cut(faces: Geometries, parent: Ints, cuts: list[shapely.Geometry], anchors_xy: Floats) -> tuple[Geometries, Ints]:
    """Cut the faces, keep the parent of each piece, merge slivers of one parent."""
    pieces = faces_of(np.concatenate([shapely.boundary(faces), np.array(cuts, dtype=object)]))
    inner, face = shapely.STRtree(faces).query(shapely.point_on_surface(pieces), predicate="intersects")
    pieces, parent = pieces[inner], parent[face]
    held = np.zeros(len(pieces), dtype=bool)
    held[shapely.STRtree(pieces).query(shapely.points(anchors_xy), predicate="intersects")[1]] = True
    merged, group = without_slivers(pieces, parent, held)
    return merged, parent[np.unique(group, return_index=True)[1]]


def _across_gaps(stops: Geometries) -> Geometries:
    """Straight lines between ends of two barriers that are each other's nearest end and up to 60 m apart."""
    parts = shapely.get_parts(stops)
    ends = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    line = np.tile(np.arange(len(parts)), 2)
    own, other = shapely.STRtree(ends).query(ends, predicate="dwithin", distance=GAP_M)
    apart = line[own] != line[other]
    own, other = own[apart], other[apart]
    order = np.lexsort((other, shapely.distance(ends[own], ends[other]), own))
    own, first = np.unique(own[order], return_index=True)
    nearest = np.full(len(ends), -1)
    nearest[own] = other[order][first]
    own = own[(nearest[nearest[own]] == own) & (own < nearest[own])]
    own = own[~shapely.equals(ends[own], ends[nearest[own]])]
    pairs = np.stack([shapely.get_coordinates(ends[own]), shapely.get_coordinates(ends[nearest[own]])], axis=1)
    return np.atleast_1d(shapely.linestrings(pairs)) if len(own) else np.empty(0, dtype=object)
