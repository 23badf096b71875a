"""The whole town in plan metres: streets, lots, people and borders put together in their order."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import Polygon

from data.sample import blocks, borders, crossings, names, people
from data.sample import streets as roads
from data.sample.geo import node_lines
from data.sample.ground import WALKED_NEVER, Ground, Street


@dataclass(frozen=True)
class Town:
    """Everything drawn, in plan metres: `homes` are the lots people live in, parallel to the columns of `counts`."""

    ground: Ground
    streets: list[Street]
    faces: list[Polygon]
    lots: list[blocks.Lot]
    homes: list[blocks.Lot]
    counts: dict[str, np.ndarray]
    member: np.ndarray  # (faces, 2): subdistrict number from 0, community number from 1


def build(seed: int) -> Town:
    """Draw the town of one seed; equal seeds give equal towns."""
    ground, streets, faces = roads.build(seed)
    streets = main_component(streets)
    lots = blocks.gates(blocks.lots(faces, streets, ground, seed), streets, seed)
    for lot in [x for x in lots if x.use == "village"]:
        streets += blocks.village_alleys(lot, streets, seed)
    geoms = node_lines([s.geom for s in streets], lambda i, j: crossings.may_join(streets[i], streets[j]))
    for street, geom in zip(streets, geoms, strict=True):
        street.geom = geom
    streets = main_component(streets)
    ground.district = shapely.coverage_union_all(faces)
    names.street_names(streets, lambda s: ground.district.intersects(s.geom), seed)
    homes = [x for x in lots if x.use in blocks.HOUSING]
    counts = people.count([x.use for x in homes], np.array([x.poly.area for x in homes]), seed)
    households = np.zeros(len(faces))
    np.add.at(households, [x.face for x in homes], counts["households"])
    owner = borders.subdistricts(faces, ground)
    alone = {x.face for x in homes if x.use == "giant"}
    beside = borders.adjacency(faces, ground, streets)
    member = borders.communities(faces, owner, households, alone, beside, seed)
    _name_compounds(homes, counts["built"], streets, seed)
    return Town(ground, streets, faces, lots, homes, counts, member)


def main_component(streets: list[Street]) -> list[Street]:
    """Drop walkable pieces that hang on nothing, so that every door can reach every other."""
    ids: dict[tuple[float, float], int] = {}
    tails: list[int] = []
    heads: list[int] = []
    for street in streets:
        if street.cls in WALKED_NEVER:
            continue
        nodes = [ids.setdefault(tuple(p), len(ids)) for p in shapely.get_coordinates(street.geom)]
        tails += nodes[:-1]
        heads += nodes[1:]
    graph = coo_matrix((np.ones(len(tails)), (tails, heads)), shape=(len(ids),) * 2)
    label = connected_components(graph, directed=False)[1]
    main = np.bincount(label).argmax()
    return [s for s in streets if s.cls in WALKED_NEVER or label[ids[s.geom.coords[0]]] == main]


def _name_compounds(homes: list[blocks.Lot], built: np.ndarray, streets: list[Street], seed: int) -> None:
    named = named_streets(streets)
    beside = shapely.STRtree([s.geom for s in named]).query_nearest(
        np.array([h.poly for h in homes]), all_matches=False
    )[1]
    rows = [(h.use, int(year), named[k].name) for h, year, k in zip(homes, built, beside, strict=True)]
    for home, name in zip(homes, names.compound_names(rows, seed), strict=True):
        home.name = home.name or name


def named_streets(streets: list[Street]) -> list[Street]:
    """Streets known well enough to give an estate or a community its name."""
    return [s for s in streets if s.name and s.cls in ("secondary", "tertiary")]
