"""Split a community of the database: its atoms as of a day, and the plans."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine

from api.flows.gridding import Ground, read_ground
from api.flows.splitting import TOLERANCE, Split, Wish
from data import areas, layers
from data.areas import Area
from data.session import transaction
from data.viewers import Viewer
from gis import crs
from gis.errors import BadInputError
from gis.grids.division import Community
from gis.split.atoms import Atoms, checked
from gis.split.ground import AtomKind, atoms_of
from gis.split.named import KINDS, named
from gis.split.rules import Rules, as_one
from gis.split.solve import solve, tightened

CENTRE = "party_service_center"


@dataclass(frozen=True)
class Read:
    """What splitting the communities of an area needs: ground in the zone, borders as stored, grids in the zone."""

    ground: Ground
    communities: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame


def of_community(engine: Engine, code: str, wish: Wish, kind: AtomKind, viewer: Viewer, day: date) -> Split:
    """Propose plans for one community as of a day. Raises NotFoundError, BadInputError."""
    if wish.parts is None:
        raise BadInputError("说明要分成几个部分：--parts 个数")
    with transaction(engine, viewer) as connection:
        read = read_area(connection, community(connection, code, viewer, day), viewer, day)
    return _split(read, code, wish, kind)


def community(connection: Connection, code: str, viewer: Viewer, day: date) -> Area:
    """A community that has a border; BadInputError for anything else."""
    area = areas.find_area(connection, code, day, viewer)
    if area.level != "community":
        raise BadInputError(f"{area.name}不是社区。给出 12 位社区代码")
    if area.geom is None:
        raise BadInputError(f"{area.name}还没有边界。先用 wangge import areas 导入，或用 wangge draft 草拟")
    return area


def read_area(connection: Connection, area: Area, viewer: Viewer, day: date) -> Read:
    """What splitting the communities of an area needs, as of a day."""
    ground = read_ground(connection, area, day, viewer)
    rows = layers.frame(connection, layers.select("communities", as_of=day, viewer=viewer, area=area))
    grids = crs.to_zone(
        layers.frame(connection, layers.select("grids", as_of=day, viewer=viewer, area=area)), ground.zone
    )
    return Read(ground, rows, grids)


def prepare(read: Read, code: str, rules: Rules, kind: AtomKind) -> tuple[Atoms, Community]:
    """The units of one community, and what lies in it."""
    row = read.communities[read.communities["code"] == code].reset_index(drop=True)
    if not len(row) or row.geometry.isna().any():
        raise BadInputError(f"{code} 还没有边界。先用 wangge import areas 导入，或用 wangge draft 草拟")
    here = read.ground.community(row)
    total = round(float(here.compounds["households"].sum()))
    grids = read.grids[(read.grids["community"] == code) & (read.grids["tier"] == 1)].reset_index(drop=True)
    centres = _centres(read.ground.frames["service_points"], str(row["uid"].iloc[0]), here.ground)
    return checked(atoms_of(here, centres, grids, kind, rules.window(total)[1])), here


def with_borders(atoms: Atoms, read: Read, rules: Rules) -> Atoms:
    """The same units, ready for the borders that no part may cross: by name, borders know what runs along them.

    Raises BadInputError for a name that runs along no border between two of the units, and where nothing but crossing
    them holds the units together.
    """
    asked = sorted(rules.never_across - KINDS)
    if asked:
        both = [read.ground.frames[name][["name", "geometry"]] for name in ("barriers", "streets")]
        lines = pd.concat([frame[frame["name"].isin(asked)] for frame in both])
        atoms = named(atoms, lines.geometry.to_numpy(), lines["name"].to_numpy(object))
        without = [name for name in asked if not atoms.edges.along({name}).any()]
        if without:
            raise BadInputError(f"这里的基本单元之间没有“{without[0]}”。核对名称，或从工作台的列表里选")
    if rules.never_across and "barriers" in rules.hard:
        nobody = np.zeros(len(atoms), dtype=np.int64)
        pieces = as_one(atoms.without_crossing(rules.never_across)).pieces(nobody)[0]
        if pieces > 1:
            raise BadInputError(
                f"不跨过{'、'.join(sorted(rules.never_across))}，社区就断成 {pieces} 片，求不出方案。"
                "少选一条，或把“不跨指定的边界”改为尽量"
            )
    return atoms


def _split(read: Read, code: str, wish: Wish, kind: AtomKind) -> Split:
    assert wish.parts is not None
    rules = Rules(wish.parts, TOLERANCE if wish.tolerance is None else wish.tolerance, wish.never_across)
    atoms = with_borders(prepare(read, code, rules, kind)[0], read, rules)
    solution = solve(atoms, rules, wish.seed, wish.objective)
    return Split(code, atoms, wish, tightened(atoms, solution) if wish.prove else solution)


def _centres(points: gpd.GeoDataFrame, uid: str, ground: object) -> gpd.GeoDataFrame:
    """Party service centres inside a community, those that serve it first, by uid."""
    inside = points[(points["category"] == CENTRE) & points.geometry.within(ground)]
    return inside.assign(other=inside["serves_uid"] != uid).sort_values(["other", "uid"], ignore_index=True)
