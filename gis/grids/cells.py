"""Ground shared out among the places on it: each place its own ground and what lies nearest to it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gis.growth import NOBODY
from gis.noding import faces_of
from gis.strips import beside, dissolved, dividing_lines

# lots stand some metres apart; coarser samples would make the middle between them jagged
STEP_M: Final = 2.5

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """A vertex-matched coverage of the grounds.

    ground: Polygons; place: per polygon the row of its place, -1 for ground of no place; parent: per polygon the row of
    the ground its inner point lies on. A place has one polygon at most.
    """

    ground: Geometries
    place: Ints
    parent: Ints


def cells(grounds: Geometries, places: Geometries) -> Cells:
    """Cut grounds along places and share the rest of each ground among the places that border it, by nearness.

    grounds: Polygons of a vertex-matched coverage; places: Polygons, those before win where two overlap; metric CRS. A
    place may lie on several grounds and keeps its share of each where they join; a part cut off from it, and ground no
    place borders, belongs to nobody.
    """
    faces, parent = _faces(np.concatenate([shapely.boundary(grounds), shapely.boundary(places)]), grounds)
    place = _first(places, faces)
    cuts: list[Geometries] = [shapely.boundary(faces)]
    sites: dict[int, tuple[Floats, Ints]] = {}
    taken = place != NOBODY
    for free in np.flatnonzero(~taken).tolist():
        around = np.flatnonzero(taken & (parent == parent[free]))
        xy, row = beside(faces[free], faces[around], STEP_M)
        if len(xy):
            sites[free] = (xy, place[around[row]])
            cuts.append(dividing_lines(*sites[free], faces[free]))
    pieces, face = _faces(np.concatenate(cuts), faces)
    holder = place[face]
    middle = shapely.get_coordinates(shapely.point_on_surface(pieces))
    for free, (xy, near) in sites.items():
        inner = np.flatnonzero(face == free)
        holder[inner] = near[cKDTree(xy).query(middle[inner])[1]]
    return _joined(pieces, holder, face, places, grounds)


def _faces(lines: Geometries, grounds: Geometries) -> tuple[Geometries, Ints]:
    """Faces between the lines that lie on a ground, with the ground of each."""
    faces = faces_of(lines)
    owner = _first(grounds, faces)
    return faces[owner != NOBODY], owner[owner != NOBODY]


def _first(covers: Geometries, faces: Geometries) -> Ints:
    """The first of the covers over the inner point of each face, -1 where none is."""
    owner = np.full(len(faces), NOBODY, dtype=np.int64)
    face, cover = shapely.STRtree(covers).query(shapely.point_on_surface(faces), predicate="intersects")
    order = np.lexsort((cover, face))
    face, first = np.unique(face[order], return_index=True)
    owner[face] = cover[order][first]
    return owner


def _joined(pieces: Geometries, holder: Ints, face: Ints, places: Geometries, grounds: Geometries) -> Cells:
    """Pieces of one place united; of a place in several parts the one holding most of it stays the place's."""
    nobody = holder == NOBODY
    whole, _ = dissolved(pieces, np.where(nobody, len(places) + face, holder))
    kept = np.unique(np.where(nobody, len(places) + face, holder))
    parts, row = shapely.get_parts(whole, return_index=True)
    owner = kept[row]
    owner[owner >= len(places)] = NOBODY
    several = np.flatnonzero((np.bincount(row, minlength=len(whole)) > 1)[row] & (owner != NOBODY))
    held_m2 = shapely.area(shapely.intersection(parts[several], places[owner[several]]))
    order = several[np.lexsort((-held_m2, owner[several]))]
    spare = np.ones(len(order), dtype=bool)
    spare[np.unique(owner[order], return_index=True)[1]] = False
    owner[order[spare]] = NOBODY
    return Cells(parts, owner, _first(grounds, parts))
