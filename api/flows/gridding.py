"""Grids divided: the communities under an area cut one by one, and stored as one set of drafted grids."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from api.flows import district, newgrids
from api.flows.newgrids import NewSet
from data import areas, layers, outlines
from data.areas import Area
from data.session import transaction
from data.standards import DEFAULT
from data.viewers import Viewer
from data.writing import Change
from gis import crs
from gis.drafting import metric_border
from gis.errors import BadInputError
from gis.findings import Finding, count_by_code
from gis.grids.borders import with_neighbours
from gis.grids.division import BASE, COUNTS, Community, Division, divide
from gis.grids.houses import sized_buildings
from gis.grids.partition import Sizes

DEFAULT_SET = "全科"
LOTS = ("landuse", "green")


@dataclass(frozen=True)
class Order:
    """One division as it was asked for."""

    code: str
    day: date
    sizes: Sizes = field(default_factory=Sizes)
    grid_set: str = DEFAULT_SET
    seed: int = 0
    exclusive: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Divided:
    """What became of a division; `change` is None where nothing was written, `without` lists codes without border."""

    area: Area
    order: Order
    divisions: tuple[Division, ...]
    names: Mapping[str, str]
    without: tuple[str, ...]
    change: Change | None


@dataclass(frozen=True)
class Ground:
    """Everything a division reads, in the zone of the area."""

    zone: int
    frames: Mapping[str, gpd.GeoDataFrame]

    def community(self, row: gpd.GeoDataFrame) -> Community:
        """What lies in the community of one row (EPSG:4490) of the layer."""
        code, ground = str(row["code"].iloc[0]), metric_border(row, self.zone)
        compounds = self.frames["compounds"]
        own = compounds[compounds["community"] == code].reset_index(drop=True)
        buildings = self.frames["buildings"]
        homes = buildings[buildings["compound_uid"].isin(own["uid"])].reset_index(drop=True)
        streets, barriers, lots = (self._near(name, ground) for name in ("streets", "barriers", "lots"))
        return Community(code, row.geometry.iloc[0], ground, streets, barriers, own, homes, lots)

    def _near(self, name: str, ground: shapely.Geometry) -> gpd.GeoDataFrame:
        frame = self.frames[name]
        return frame.iloc[np.sort(frame.sindex.query(ground, predicate="intersects"))].reset_index(drop=True)


def run(engine: Engine, order: Order, viewer: Viewer, step: Callable[[int, int, str], None]) -> Divided:
    """Divide the communities under an area and store their grids as drafts of one set in one transaction.

    Grids of the set that these communities had and no longer have are closed. `step` hears how many communities are
    done, of how many, and the name of the next. Raises NotFoundError, BadInputError.
    """
    with transaction(engine, viewer) as connection:
        area = areas.find_area(connection, order.code, order.day, viewer)
        if area.level == "city":
            raise BadInputError(f"{area.name}是全市，网格按区、街道或社区划分。给出它的代码")
        if area.geom is None:
            raise BadInputError(f"{area.name}还没有边界。先用 wangge import areas 导入，或用 wangge draft 草拟")
        query = layers.select("communities", as_of=order.day, viewer=viewer, area=area)
        communities = layers.frame(connection, query)
        ground = read_ground(connection, area, order.day, viewer)
    bordered = communities[communities.geometry.notna()].sort_values("code", ignore_index=True)
    if len(bordered) == 0:
        raise BadInputError(f"{area.name}没有一个社区有边界。先用 wangge import areas 导入，或用 wangge draft 草拟")
    divisions = []
    for row, name in enumerate(bordered["name"].astype(str)):
        step(row, len(bordered), name)
        community = ground.community(bordered.iloc[[row]])
        divided = divide(community, order.sizes, order.seed, order.exclusive)
        divisions.append(replace(divided, findings=(*divided.findings, *_estimates(community))))
    names = dict(zip(bordered["code"], bordered["name"], strict=True))
    without = tuple(communities["code"][communities.geometry.isna()])
    done = Divided(area, order, _joined(divisions), names, without, None)
    step(len(bordered), len(bordered), "")
    if order.dry_run:
        return done
    with transaction(engine, viewer) as connection:
        return replace(done, change=_store(connection, done, viewer))


def summary(done: Divided) -> dict[str, object]:
    """The division in figures, community by community."""
    target = done.order.sizes.target
    listed = [_one(one, done.names[one.code], target) for one in done.divisions]
    base = np.concatenate([_base(one) for one in done.divisions])
    counts = count_by_code(finding for one in done.divisions for finding in one.findings)
    return {
        "code": done.area.code,
        "name": done.area.name,
        "as_of": done.order.day.isoformat(),
        "set": done.order.grid_set,
        "seed": done.order.seed,
        "target": target,
        "range": [done.order.sizes.low, done.order.sizes.high],
        "synthetic": done.area.synthetic,
        "grids": sum(len(one.grids) for one in done.divisions),
        "households": whole(sum(one.grids["households"].sum() for one in done.divisions)),
        "deviation": _deviation(base, target),
        "compounds_cut": sum(one.cut for one in done.divisions),
        "not_contiguous": sum(one.broken for one in done.divisions),
        "findings": counts,
        "without_border": list(done.without),
        "written": None if done.change is None else asdict(done.change),
        "communities": listed,
    }


def _one(one: Division, name: str, target: float) -> dict[str, object]:
    columns = ["code", "name", "kind", *COUNTS, "compounds", "area_m2"]
    rows = one.grids[columns].to_dict("records")
    return {
        "code": one.code,
        "name": name,
        "grids": [{key: whole(value) for key, value in row.items()} for row in rows],
        "deviation": _deviation(_base(one), target),
        "compounds_cut": one.cut,
        "not_contiguous": one.broken,
        "building_groups": list(one.grouped),
        "findings": [asdict(finding) for finding in one.findings],
    }


def _base(one: Division) -> NDArray[np.float64]:
    """Households of the grids that are to be of equal size."""
    base: NDArray[np.float64] = one.grids.loc[one.grids["kind"] == BASE, "households"].to_numpy(dtype=np.float64)
    return base


def _deviation(households: NDArray[np.float64], target: float) -> dict[str, float] | None:
    """How far grids are from the target, as shares of it: mean of the sizes of the deviations, and the largest."""
    known = np.abs(households[~np.isnan(households)] / target - 1)
    return {"mean": round(float(known.mean()), 3), "max": round(float(known.max()), 3)} if len(known) else None


def whole(value: object) -> object:
    """Counts and areas as whole numbers, unknown ones as None."""
    if isinstance(value, float):
        return None if np.isnan(value) else round(value)
    return value


def read_ground(connection: Connection, area: Area, day: date, viewer: Viewer) -> Ground:
    """Layers of the area and its halo, compounds with outlines, buildings with sizes, and other lots."""
    frames = district.frames_of(connection, area, day, viewer, district.rules_of(DEFAULT, estimate=True))
    zone = district.zone_of(area)
    query = layers.select("compounds", as_of=day, viewer=viewer, area=area)
    known = crs.to_zone(outlines.outlines(connection, query), zone).set_index("uid").geometry
    compounds = frames["compounds"]
    shapes = compounds["uid"].map(known.to_dict()).astype(object)
    compounds = compounds.assign(outline=shapes.where(shapes.notna(), None))
    query = layers.select("backdrop", as_of=day, viewer=viewer, area=area, within=area.geom)
    backdrop = crs.to_zone(layers.frame(connection, query), zone)
    lots = backdrop[backdrop["kind"].isin(LOTS) & (shapely.get_dimensions(backdrop.geometry) == 2)]
    buildings = sized_buildings(frames["buildings"], compounds)
    return Ground(zone, frames | {"compounds": compounds, "buildings": buildings, "lots": lots.reset_index(drop=True)})


def _estimates(community: Community) -> tuple[Finding, ...]:
    """That some of the households are estimated."""
    estimated = community.compounds["estimate_method"].ne("")
    if not estimated.any():
        return ()
    households = community.compounds.loc[estimated, "households"].sum()
    text = f"{int(estimated.sum())} 个小区没有户数，按推算的 {households:,.0f} 户划分；补上户数后请重新划分。"
    return (Finding("HOUSEHOLDS_ESTIMATED", "info", text),)


def _joined(divisions: Sequence[Division]) -> tuple[Division, ...]:
    """The divisions with a vertex wherever a grid of the community next door has one."""
    ground = with_neighbours(np.concatenate([one.grids.geometry.to_numpy() for one in divisions]))
    ends = np.cumsum([len(one.grids) for one in divisions])[:-1]
    return tuple(
        replace(one, grids=one.grids.set_geometry(gpd.GeoSeries(part, crs=one.grids.crs)))
        for one, part in zip(divisions, np.split(ground, ends), strict=True)
    )


def _store(connection: Connection, done: Divided, viewer: Viewer) -> Change:
    """One batch with its findings, and the grids as versions from the day on."""
    order, area = done.order, done.area
    said = {"area": area.code, "set": order.grid_set, "sizes": asdict(order.sizes), "seed": order.seed}
    rows = pd.concat([one.grids.assign(parent_code=one.code) for one in done.divisions], ignore_index=True)
    made = NewSet(
        area,
        order.day,
        order.grid_set,
        f"划分网格 {area.code} {order.grid_set}",
        {**said, "grids": len(rows)},
        tuple(found for one in done.divisions for found in one.findings),
        frozenset(done.names),
    )
    return newgrids.store(connection, made, gpd.GeoDataFrame(rows, crs=crs.STORAGE), viewer)
