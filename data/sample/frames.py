"""The drawn town dressed as layers: column names of the product, degrees of EPSG:4490."""

from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from data.sample import plan
from data.sample.buildings import footprints
from data.sample.crossings import barriers
from data.sample.gates import walls
from data.sample.geo import lines_of, polys_of
from data.sample.ground import WALKED_NEVER
from data.sample.lots import HOUSING, USE_NAME, Lot
from data.sample.names import community_names
from data.sample.places import CITY, DISTRICT, SUBDISTRICTS
from data.sample.services import Homes, place
from data.sample.siting import GROUPS, People
from data.sample.town import Town, well_known

METRIC, STORE, DATA_DATE = "EPSG:4545", "EPSG:4490", "2026-11-01"
COUNTS = (
    "households",
    "registered_households",
    "dwelling_units",
    "undelivered_units",
    "residents",
    "elderly",
    "elderly_80",
    "children",
)
AREA_COLUMN = {"households": "resident_households", "residents": "population"}
Row = dict[str, Any]


def made_up(letter: str, number: int) -> str:
    """A uid that cannot be taken for a row of a real register."""
    return f"{DISTRICT[0]}-{letter}{number:05d}"


def _stored(geoms: Sequence[BaseGeometry]) -> np.ndarray:
    """Plan metres to degrees of EPSG:4490, vertex by vertex, rounded to 1e-9."""
    to_degrees = pyproj.Transformer.from_crs(METRIC, STORE, always_xy=True)
    east, north = pyproj.Transformer.from_crs(STORE, METRIC, always_xy=True).transform(*plan.ANCHOR)
    corner = np.round([east, north])

    def project(xy: np.ndarray) -> np.ndarray:
        metres = np.round(xy, 2) + corner
        return np.round(np.column_stack(to_degrees.transform(metres[:, 0], metres[:, 1])), 9)

    return shapely.transform(np.asarray(geoms, dtype=object), project)


def frame(rows: Sequence[Row], geoms: Sequence[BaseGeometry]) -> gpd.GeoDataFrame:
    """One layer in EPSG:4490 with its label: every row synthetic, every row dated."""
    table = {key: [row.get(key) for row in rows] for key in rows[0]}
    out = gpd.GeoDataFrame(table, geometry=_stored(geoms), crs=STORE)
    return out.assign(synthetic=True, data_date=DATA_DATE)


def layers(town: Town, seed: int, with_buildings: bool) -> dict[str, gpd.GeoDataFrame]:
    """All layers of a town; `geometry` in EPSG:4490."""
    rng = np.random.default_rng([seed, 11])
    communities = community_rows(town, seed)
    subdistricts = _subdistrict_rows(communities)
    district = {"code": DISTRICT[0], "name": DISTRICT[1], "parent_code": CITY, "level": "district"}
    district |= {name: int(town.counts[name].sum()) for name in COUNTS} | {"geom": town.ground.district}
    out = {
        "districts": _area_frame([district]),
        "subdistricts": _area_frame(subdistricts),
        "communities": _area_frame(communities),
        "compounds": _compounds(town),
        "gates": _gates(town, rng),
        "service_points": _service_points(town, communities + subdistricts, seed),
        "streets": _streets(town),
        "barriers": _barriers(town),
        "candidate_sites": _candidate_sites(town, rng),
        "backdrop": _backdrop(town),
    }
    if with_buildings:
        out["buildings"] = _buildings(town, seed)
    return out


def _area_frame(rows: Sequence[Row]) -> gpd.GeoDataFrame:
    """Areas of one level with the four size metrics and the age counts."""
    keep = ("code", "name", "parent_code", "level")
    dressed = [{k: r[k] for k in keep} | {AREA_COLUMN.get(k, k): r[k] for k in COUNTS} for r in rows]
    return frame(dressed, [r["geom"] for r in rows])


def compound_uid(position: int) -> str:
    """The uid of the compound at a position of `Town.homes`."""
    return made_up("C", position + 1)


def community_code(member: Sequence[int]) -> str:
    """Twelve digits from a row of `Town.member`."""
    return f"{DISTRICT[0]}{int(member[0]) + 1:03d}{int(member[1]):03d}"


def community_rows(town: Town, seed: int) -> list[Row]:
    """Communities as rows: code, name, counts, `geom` (union of street blocks), and `x`, `y` where its people live."""
    faces_of: dict[str, list[int]] = {}
    for face, member in enumerate(town.member):
        faces_of.setdefault(community_code(member), []).append(face)
    homes_of: dict[str, list[int]] = {}
    for position, home in enumerate(town.homes):
        homes_of.setdefault(community_code(town.member[home.face]), []).append(position)
    main_road = _main_road(town)
    rows, hints = [], []
    for code, faces in sorted(faces_of.items()):
        geom = shapely.coverage_union_all([town.faces[i] for i in faces])
        mine = homes_of.get(code, [])
        row = {"code": code, "name": "", "parent_code": code[:9], "level": "community", "geom": geom}
        rows.append(row | {name: int(town.counts[name][mine].sum()) for name in COUNTS})
        hints.append([*_landmarks(town, mine), main_road(geom)])
    for row, name in zip(rows, community_names(hints, seed), strict=True):
        row["name"] = name
    return rows


def _landmarks(town: Town, mine: Sequence[int]) -> list[str]:
    """Short names of a giant estate or a village that a community may be called after."""
    households = town.counts["households"]
    out = []
    for position in sorted(mine, key=lambda n: -households[n])[:1]:
        home = town.homes[position]
        if households[position] > 1500 or home.use == "village":
            out.append(home.name.removesuffix("村"))
    return [name for name in out if len(name) <= 4]


def _main_road(town: Town) -> Callable[[BaseGeometry], str]:
    named = well_known(town.streets)
    tree = shapely.STRtree([s.geom for s in named])

    def longest(geom: BaseGeometry) -> str:
        hits = tree.query(geom.buffer(-20), predicate="intersects")
        return max((named[k] for k in hits), key=lambda s: s.geom.length).name[:-1] if len(hits) else ""

    return longest


def _subdistrict_rows(communities: Sequence[Row]) -> list[Row]:
    rows = []
    for number, (name, _, _) in enumerate(SUBDISTRICTS, start=1):
        code = f"{DISTRICT[0]}{number:03d}"
        mine = [c for c in communities if c["parent_code"] == code]
        row = {"code": code, "name": name, "parent_code": DISTRICT[0], "level": "subdistrict"}
        row["geom"] = shapely.coverage_union_all([c["geom"] for c in mine])
        rows.append(row | {k: sum(c[k] for c in mine) for k in COUNTS})
    return rows


def _compounds(town: Town) -> gpd.GeoDataFrame:
    rows = [
        {
            "uid": compound_uid(n),
            "name": home.name,
            "kind": home.use,
            "kind_name": town.counts["kind_name"][n],
            "community_code": community_code(town.member[home.face]),
            "walled": home.use != "hutong",
            "built": int(town.counts["built"][n]),
        }
        | {name: int(town.counts[name][n]) for name in COUNTS}
        for n, home in enumerate(town.homes)
    ]
    return frame(rows, [h.poly for h in town.homes])


def _gates(town: Town, rng: np.random.Generator) -> gpd.GeoDataFrame:
    rows, points = [], []
    for n, home in enumerate(town.homes):
        for x, y, side, _ in home.gates:
            open_to_all = home.use in ("danwei", "old", "village") or rng.random() < 0.25
            rows.append(
                {
                    "uid": made_up("G", len(rows) + 1),
                    "compound_uid": compound_uid(n),
                    "name": side + "门",
                    "access": "all" if open_to_all else "residents",
                    "hours": "00:00-24:00" if rng.random() < 0.72 else "06:00-23:00",
                }
            )
            points.append(Point(x, y))
    return frame(rows, points)


def _service_points(town: Town, areas: Sequence[Row], seed: int) -> gpd.GeoDataFrame:
    inner = shapely.get_coordinates([h.poly.representative_point() for h in town.homes])
    people = People(inner, {group: town.counts[group] for group in GROUPS})
    homes = Homes(town.homes, np.array([community_code(town.member[h.face]) for h in town.homes]), people)
    rows = place(town.streets, town.lots, homes, areas, town.ground, seed)
    keep = ("name", "category", "size_m2", "capacity", "open_hours", "step_free", "verified_on", "serves")
    dressed = [{"uid": made_up("S", n)} | {k: row[k] for k in keep} for n, row in enumerate(rows, start=1)]
    return frame(dressed, [Point(row["x"], row["y"]) for row in rows])


def _streets(town: Town) -> gpd.GeoDataFrame:
    rows = [
        {
            "uid": made_up("R", n),
            "name": s.name or None,
            "class": s.cls,
            "walkable": s.cls not in WALKED_NEVER,
            "bridge": s.bridge,
            "tunnel": s.layer < 0,
            "layer": s.layer,
            "width_m": round(2 * s.half_m),
        }
        for n, s in enumerate(town.streets, start=1)
    ]
    return frame(rows, [s.geom for s in town.streets])


def _barriers(town: Town) -> gpd.GeoDataFrame:
    lines = [(g, "compound_wall", name) for g, name in walls(town.lots)] + barriers(town.ground, town.streets)
    rows = [{"uid": made_up("B", n), "kind": kind, "name": name or None} for n, (_, kind, name) in enumerate(lines, 1)]
    return frame(rows, [geom for geom, _, _ in lines])


def _candidate_sites(town: Town, rng: np.random.Generator) -> gpd.GeoDataFrame:
    uses = ("yard", "office", "green", "mall")
    spare = [x for x in town.lots if x.use in uses and x.entries and 900 < x.poly.area < 9000]
    spare = [spare[i] for i in sorted(rng.permutation(len(spare))[:60])]
    rows = [
        {
            "uid": made_up("X", n),
            "name": f"备选地块{n:02d}",
            "area_m2": int(x.poly.area),
            "current_use": USE_NAME[x.use],
            "tenure": ["国有闲置", "可租", "待收储"][rng.integers(3)],
        }
        for n, x in enumerate(spare, start=1)
    ]
    return frame(rows, [Point(x.entries[0][:2]) for x in spare])


def _backdrop(town: Town) -> gpd.GeoDataFrame:
    """Water, green, railway and other land use for the base map, `kind` saying which."""
    strips, land = town.ground.corridors.strips, town.ground.district.buffer(plan.MARGIN_M).envelope
    moat = town.ground.corridors.moat.buffer(plan.MOAT.half_m, join_style="mitre")
    parts = [("water", plan.RIVER.name, g) for g in polys_of(strips["river"].intersection(land))]
    parts += [("water", plan.MOAT.name, g) for g in polys_of(moat.intersection(land))]
    parts += [("water", "文昌湖", _lake(x)) for x in town.lots if x.name == "文昌公园"]
    parts += [("green", x.name or None, x.poly) for x in town.lots if x.use in ("park", "green")]
    paved = [s.geom.buffer(s.half_m) for s in town.streets if s.half_m > 4 and s.geom.intersects(strips["moat"])]
    belt = strips["moat"].buffer(8).intersection(land).difference(shapely.union_all(paved))
    parts += [("green", "环城公园", g) for g in polys_of(belt) if g.area > 900]
    parts += [("railway", plan.RAIL.name, g) for g in lines_of(town.ground.corridors.rail.intersection(land))]
    other = [x for x in town.lots if x.use not in HOUSING and x.use not in ("park", "green")]
    parts += [("landuse", x.name or USE_NAME[x.use], x.poly) for x in other]
    return frame([{"kind": kind, "name": name} for kind, name, _ in parts], [g for _, _, g in parts])


def _lake(park: Lot) -> BaseGeometry:
    """A pond with a wavy shore in the middle of a park."""
    centre = np.array([park.poly.centroid.x, park.poly.centroid.y])

    def wave(unit: np.ndarray) -> np.ndarray:
        wide = unit * [125, 88]
        return centre + wide + np.column_stack([18 * np.sin(3 * unit[:, 1]), 15 * np.cos(4 * unit[:, 0])])

    return park.poly.buffer(-45).intersection(shapely.transform(Point(0, 0).buffer(1, 24), wave))


def _buildings(town: Town, seed: int) -> gpd.GeoDataFrame:
    uid_of = {id(home): compound_uid(n) for n, home in enumerate(town.homes)}
    others = [x for x in town.lots if id(x) not in uid_of and x.use not in ("park", "green")]
    lines = np.array([s.geom for s in town.streets])
    tree = shapely.STRtree(lines)
    built = []
    for lot in [*town.homes, *others]:
        rng = np.random.default_rng([seed, 12, int(lot.poly.area)])
        ways = shapely.union_all(lines[np.sort(tree.query(lot.poly, predicate="intersects"))])
        built += [(box, floors, uid_of.get(id(lot))) for box, floors in footprints(lot, ways, rng)]
    paved = set(tree.query(np.array([box for box, _, _ in built]), predicate="dwithin", distance=1.6)[0].tolist())
    built = [b for n, b in enumerate(built) if n not in paved]
    rows = [
        {"uid": made_up("H", n), "compound_uid": uid, "floors": floors} for n, (_, floors, uid) in enumerate(built, 1)
    ]
    return frame(rows, [box for box, _, _ in built])
