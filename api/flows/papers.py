"""READ what the papers of a plan say, and hand them out as Word, PDF and Excel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from api.flows.district import zone_of
from data import batches, grids, layers, standards
from data.areas import Area, find_area
from data.viewers import Viewer
from gis import bounds, crs
from gis.split.rehoming import Geometries, areas_by_part, homes_of
from maps.papers.view import LETTERS, Community, Estate, PapersView, Plate, Room
from maps.press.chart import Terrain

AROUND = 0.45  # ground shown beyond the communities, as a share of their extent
ROOMS = "party_service_center"


@dataclass(frozen=True, eq=False)
class Planned:
    """A plan as papers need it.

    `codes`: communities as they are; `names`, `ground` (Polygons, EPSG:4490) and `homes` (compounds: name, households,
    residents, elderly, children, uid) per part, part 0 first; `cut`: names of compounds that lie in several parts,
    per part; `before`: counts of every community today, from the same units; `numbers` as CONTRACT has a plan;
    `adopted`: from when on it holds.
    """

    plan: str
    kind: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    ground: Geometries
    homes: tuple[tuple[Mapping[str, Any], ...], ...]
    cut: tuple[tuple[str, ...], ...]
    before: tuple[Mapping[str, int | None], ...]
    numbers: Mapping[str, Any]
    tolerance: float
    digest: str
    as_of: date
    state: str = "草案"
    document_no: str = ""
    adopted: date | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Here:
    """Layers around a plan in the metric zone; once adopted, codes of new communities by name and of grids by uid."""

    zone: int
    areas: tuple[Area, ...]
    frames: Mapping[str, gpd.GeoDataFrame]
    parts: Geometries
    osm: bool
    codes: Mapping[str, str]
    grid_codes: Mapping[str, str]

    def metric(self, shapes: Sequence[shapely.Geometry]) -> Geometries:
        """Geometries of the store in the zone."""
        frame = gpd.GeoDataFrame(geometry=list(shapes), crs=crs.STORAGE)
        return np.asarray(crs.to_zone(frame, self.zone).geometry.to_numpy(), dtype=object)


def view_of(
    connection: Connection, planned: Planned, viewer: Viewer, today: date, folder: Path | None, map_number: str
) -> PapersView:
    """The view of a plan, from the rows of the day it was made for. NotFoundError where a community is out of scope."""
    here = _read(connection, planned, viewer)
    district = find_area(connection, planned.codes[0][:6], planned.as_of, viewer.whole)
    above = find_area(connection, planned.codes[0][:9], planned.as_of, viewer.whole)
    after = tuple(_after(planned, here, part) for part in range(len(planned.names)))
    old = here.metric([area.geom for area in here.areas])
    before = tuple(_before(planned, here, place, shape) for place, shape in enumerate(old))
    around = here.frames["communities"]
    others = around[~around["code"].isin(planned.codes)][["name", "geometry"]].reset_index(drop=True)
    numbers = planned.numbers
    return PapersView(
        plan=planned.plan,
        kind=planned.kind,
        subdistrict=above.name,
        district=district.name,
        basis=standards.legal_basis(today, folder),
        before=before,
        after=after,
        moved_residents=numbers["moved_residents"],
        moved_elderly=numbers["moved_elderly"],
        border_m=numbers["border_m"],
        natural_share=numbers["natural_share"],
        tolerance=planned.tolerance,
        proof=numbers["proof"]["text"],
        remarks=planned.remarks,
        plates=_plates(connection, planned, here),
        terrain=Terrain(here.frames["streets"], here.frames["barriers"], here.frames["backdrop"]),
        others=gpd.GeoDataFrame(others),
        as_of=planned.as_of.isoformat(),
        today=today.isoformat(),
        digest=planned.digest,
        synthetic=here.areas[0].synthetic,
        draft=any(area.status == "draft" for area in here.areas),
        map_number=map_number,
        state=planned.state,
        document_no=planned.document_no,
        effective="" if planned.adopted is None else planned.adopted.isoformat(),
        osm=here.osm,
    )


def _read(connection: Connection, planned: Planned, viewer: Viewer) -> _Here:
    areas = tuple(find_area(connection, code, planned.as_of, viewer) for code in planned.codes)
    district = find_area(connection, planned.codes[0][:6], planned.as_of, viewer.whole)
    zone = zone_of(areas[0])
    west, south, east, north = shapely.total_bounds(planned.ground)
    wide, high = (east - west) * AROUND, (north - south) * AROUND
    box = shapely.box(west - wide, south - high, east + wide, north + high)
    chosen: Mapping[str, Any] = {"as_of": planned.as_of, "viewer": viewer.whole, "area": district, "within": box}
    names = ("streets", "barriers", "backdrop", "communities", "service_points", "grids", "compounds")
    frames = {name: crs.to_zone(layers.frame(connection, layers.select(name, **chosen)), zone) for name in names}
    parts = crs.to_zone(gpd.GeoDataFrame(geometry=list(planned.ground), crs=crs.STORAGE), zone).geometry.to_numpy()
    osm = _from_osm(connection, frames)
    later: list[Mapping[str, str]] = [{}, {}]
    if planned.adopted is not None:
        then: Mapping[str, Any] = {**chosen, "as_of": planned.adopted}
        new = [layers.frame(connection, layers.select(name, **then)) for name in ("communities", "grids")]
        later = [dict(zip(one[key], one["code"], strict=True)) for one, key in zip(new, ("name", "uid"), strict=True)]
    return _Here(zone, areas, frames, np.asarray(parts, dtype=object), osm, *later)


def _from_osm(connection: Connection, frames: Mapping[str, gpd.GeoDataFrame]) -> bool:
    seen = {int(one) for name in ("streets", "backdrop") for one in frames[name]["batch_id"].dropna().unique()}
    return any(one.osm for one in batches.facts(connection, seen).values())


def _after(planned: Planned, here: _Here, part: int) -> Community:
    numbers, homes = planned.numbers["parts"][part], planned.homes[part]
    old = part < len(planned.codes) and planned.kind != "划分片区"
    others = [(name, shape) for p, (name, shape) in enumerate(zip(planned.names, here.parts, strict=True)) if p != part]
    return _community(
        here,
        planned,
        here.parts[part],
        others,
        homes,
        planned.cut[part],
        {
            "name": planned.names[part],
            "code": planned.codes[part] if old else here.codes.get(planned.names[part], ""),
            "letter": LETTERS[part % len(LETTERS)],
            "old": old,
            **{name: numbers[name] for name in ("households", "residents", "elderly", "children")},
        },
    )


def _before(planned: Planned, here: _Here, place: int, shape: shapely.Geometry) -> Community:
    area = here.areas[place]
    homes = [home for part in planned.homes for home in part if _was(planned, here, home) == area.name]
    told = {"name": area.name, "code": area.code, "letter": "", "old": True, **planned.before[place]}
    others = [
        (other.name, there)
        for other, there in zip(here.areas, here.metric([one.geom for one in here.areas]), strict=True)
        if other.code != area.code
    ]
    return _community(here, planned, shape, others, homes, (), told)


def _was(planned: Planned, here: _Here, home: Mapping[str, Any]) -> str:
    """Name of the community a compound lies in today."""
    if len(planned.codes) == 1:
        return here.areas[0].name
    compounds = here.frames["compounds"]
    code = dict(zip(compounds["uid"], compounds["community"], strict=True)).get(home["uid"])
    return next((area.name for area in here.areas if area.code == code), here.areas[0].name)


def _community(
    here: _Here,
    planned: Planned,
    shape: shapely.Geometry,
    siblings: Sequence[tuple[str, shapely.Geometry]],
    homes: Sequence[Mapping[str, Any]],
    cut: Sequence[str],
    told: Mapping[str, Any],
) -> Community:
    around = here.frames["communities"]
    around = around[~around["code"].isin(planned.codes)][["name", "geometry"]]
    beside = gpd.GeoDataFrame({"name": [name for name, _ in siblings]}, geometry=[one for _, one in siblings])
    others = pd.concat(
        [beside, around.to_crs(None) if around.crs is None else around.set_crs(None, allow_override=True)]
    )
    streets, barriers = (here.frames[name] for name in ("streets", "barriers"))
    return Community(
        **told,
        area_m2=float(shape.area),
        sides=bounds.bounds(shape, streets, barriers, gpd.GeoDataFrame(others)),
        estates=tuple(_estates(planned, here, homes, cut)),
        rooms=tuple(_rooms(here, shape)),
        grids=int(_inside(here.frames["grids"], shape, planned).sum()),
        outline=shape,
    )


def _estates(planned: Planned, here: _Here, homes: Sequence[Mapping[str, Any]], cut: Sequence[str]) -> list[Estate]:
    listed = [
        Estate(
            str(home["name"] or "未命名小区"),
            _was(planned, here, home),
            home.get("households"),
            home.get("residents"),
            bool(home.get("estimated", False)),
        )
        for home in homes
        if home["name"] not in cut
    ]
    was = {home["name"]: _was(planned, here, home) for part in planned.homes for home in part if home["name"] in cut}
    listed += [Estate(name, was[name], None, None, part=True) for name in cut]
    return sorted(listed, key=lambda one: (-(one.households or 0), one.name))


def _rooms(here: _Here, shape: shapely.Geometry) -> list[Room]:
    points = here.frames["service_points"]
    inside = points[(points["category"] == ROOMS) & points.geometry.within(shape)].sort_values("uid")
    return [
        Room(str(name or "党群服务中心"), None if pd.isna(size) else float(size))
        for name, size in zip(inside["name"], inside["size_m2"], strict=True)
    ]


def _inside(frame: gpd.GeoDataFrame, shape: shapely.Geometry, planned: Planned) -> NDArray[np.bool_]:
    """Grids of these communities whose middle lies on a ground."""
    middle = shapely.point_on_surface(frame.geometry.to_numpy())
    return np.asarray(_own(frame, planned) & shapely.intersects(middle, shape), dtype=np.bool_)


def _own(frame: gpd.GeoDataFrame, planned: Planned) -> NDArray[np.bool_]:
    """Grids of these communities, of the usual set and the first tier."""
    own = frame["community"].isin(planned.codes) & (frame["tier"] == 1) & (frame["set"] == _set_of(frame))
    return np.asarray(own, dtype=np.bool_)


def _set_of(frame: gpd.GeoDataFrame) -> str:
    names = sorted(frame["set"].dropna().unique(), key=lambda name: (name != grids.DEFAULT_SET, name))
    return names[0] if names else ""


def _plates(connection: Connection, planned: Planned, here: _Here) -> tuple[Plate, ...]:
    """Grids whose plate says something else afterwards."""
    if planned.kind == "划分片区":
        return ()
    whole = here.frames["grids"]
    frame = whole[_own(whole, planned)].sort_values("code", ignore_index=True)
    homes = homes_of(areas_by_part(frame.geometry.to_numpy(), here.parts))
    staff = grids.staff_of(connection, frame["uid"].tolist(), planned.as_of)
    called = {area.code: area.name for area in here.areas}
    plates = []
    for row, part, cut in zip(frame.to_dict("records"), homes.part.tolist(), homes.cut.tolist(), strict=True):
        old, new = called[row["community"]], planned.names[part]
        if new == old and not cut:
            continue
        lead = next((one["name"] for one in staff.get(row["uid"], []) if one["role"] == grids.LEADER), "")
        why = "新边界穿过，重划后再印" if cut else "换社区、换编码、换二维码"
        name = str(row["name"] or f"第 {int(row['code'][-3:]):02d} 网格")
        code = here.grid_codes.get(row["uid"], "")
        plates.append(Plate(name, row["code"], old, code, new, str(lead or ""), why))
    return tuple(plates)
