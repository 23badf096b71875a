"""The whole town in plan metres: streets, lots, people and borders put together in their order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import Polygon

from data.sample import borders, people
from data.sample.crossings import may_join
from data.sample.gates import with_gates
from data.sample.geo import node_lines
from data.sample.ground import WALKED_NEVER, Ground, Street
from data.sample.inner import inner_ways
from data.sample.lots import HOUSING, Lot, lots
from data.sample.names import CompoundNames, named_streets
from data.sample.streets import build as build_streets


@dataclass(frozen=True)
class Town:
    """Everything drawn, in plan metres: `homes` are the lots people live in, parallel to the columns of `counts`."""

    ground: Ground
    streets: list[Street]
    faces: list[Polygon]
    lots: list[Lot]
    homes: list[Lot]
    counts: dict[str, np.ndarray]
    member: np.ndarray  # (faces, 2): subdistrict number from 0, community number from 1


def build(seed: int) -> Town:
    """Draw the town of one seed; equal seeds give equal towns."""
    ground, streets, faces = build_streets(seed)
    streets = main_component(streets)
    land = with_gates(lots(faces, streets, ground, seed), streets, seed)
    streets = main_component(_noded(streets + inner_ways(land, streets, seed)))
    ground = replace(ground, district=shapely.coverage_union_all(faces))
    streets = named_streets(streets, lambda s: ground.district.intersects(s.geom), seed)
    is_home = [x.use in HOUSING for x in land]
    homes = [x for x, ok in zip(land, is_home, strict=True) if ok]
    area_m2 = np.array([x.poly.area for x in homes])
    counts = people.count([x.use for x in homes], area_m2, np.array([x.landmark for x in homes]), seed)
    households = np.zeros(len(faces))
    np.add.at(households, [x.face for x in homes], counts["households"])
    owner = borders.subdistricts(faces, ground)
    alone = {x.face for x in homes if x.use == "giant"}
    shared = borders.adjacency(faces, ground, streets)
    member = borders.communities(faces, owner, households, alone, shared, seed)
    homes = _with_names(homes, streets, seed)
    land = homes + [x for x, ok in zip(land, is_home, strict=True) if not ok]
    return Town(ground, streets, faces, land, homes, counts, member)


def _noded(streets: Sequence[Street]) -> list[Street]:
    geoms = node_lines([s.geom for s in streets], lambda i, j: may_join(streets[i], streets[j]))
    return [replace(s, geom=g) for s, g in zip(streets, geoms, strict=True)]


def main_component(streets: Sequence[Street]) -> list[Street]:
    """Drop walkable pieces that hang on nothing, so that every door can reach every other."""
    ids: dict[tuple[float, float], int] = {}
    tails: list[int] = []
    heads: list[int] = []
    for street in streets:
        if street.cls not in WALKED_NEVER:
            nodes = [ids.setdefault(tuple(p), len(ids)) for p in shapely.get_coordinates(street.geom)]
            tails += nodes[:-1]
            heads += nodes[1:]
    graph = coo_matrix((np.ones(len(tails)), (tails, heads)), shape=(len(ids),) * 2)
    label = connected_components(graph, directed=False)[1]
    main = np.bincount(label).argmax()
    return [s for s in streets if s.cls in WALKED_NEVER or label[ids[s.geom.coords[0]]] == main]


def _with_names(homes: Sequence[Lot], streets: Sequence[Street], seed: int) -> list[Lot]:
    known = well_known(streets)
    beside = shapely.STRtree([s.geom for s in known]).query_nearest(
        np.array([h.poly for h in homes]), all_matches=False
    )[1]
    names = CompoundNames(seed, [h.name for h in homes if h.name])
    return [
        home if home.name else replace(home, name=names.draw(home.use, known[k].name))
        for home, k in zip(homes, beside, strict=True)
    ]


def well_known(streets: Sequence[Street]) -> list[Street]:
    """Streets that may give an estate or a community its name."""
    return [s for s in streets if s.name and s.cls in ("secondary", "tertiary", "residential")]
