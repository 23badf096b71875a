"""READ: everything a coverage number of a district rests on, as frames in the city's zone, with its digest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection

from data import areas, batches, layers, standards
from data.areas import Area
from data.batches import BatchFacts
from data.viewers import Viewer
from gis import crs, estimate, stamps
from gis.digests import digest
from gis.errors import BadInputError
from gis.snapping import SnapLimits
from gis.standards import Category, Group, PeopleRule, Speed, Standard, WalkingRule, time_limit_min
from gis.verdicts import CategoryFacts
from gis.walking import ENGINE

READ_LAYERS = ("subdistricts", "communities", "compounds", "gates", "service_points", "streets", "barriers")


@dataclass(frozen=True, eq=False)
class Rules:
    """What a district is judged by; equal rules and equal rows give an equal digest."""

    standard: Standard
    categories: Mapping[str, Category]
    speeds: Mapping[Group, Speed]
    walking: WalkingRule
    people: PeopleRule

    @property
    def key(self) -> str:
        """Under which id results are kept: a strict reading, or one with estimated households, is another one."""
        marks = [":strict"] * self.standard.strict + [":estimate"] * self.people.estimate_missing
        return "".join([self.standard.id, *marks])

    @property
    def snap_limits(self) -> SnapLimits:
        """Within which distances places attach to streets."""
        return SnapLimits(self.walking.snap_all_m, self.walking.snap_max_m)

    @property
    def halo_m(self) -> float:
        """How far beyond the area streets and points are read, and how far a walk is searched."""
        minutes_m = max((time_limit_min(row) or 0) * 60 * self.speeds["all"].cm_s / 100 for row in self.standard.rows)
        return self.walking.halo_factor * max(self.standard.longest_limit_m, minutes_m)


@dataclass(frozen=True, eq=False)
class District:
    """The rows of one district as of a date: frames in EPSG `zone`, and what their imports said."""

    area: Area
    zone: int
    digest: str
    rules: Rules
    frames: Mapping[str, gpd.GeoDataFrame]
    batches: Mapping[int, BatchFacts]
    border: shapely.Geometry


def rules_of(standard_id: str, strict: bool = False, folder: Path | None = None, estimate: bool = False) -> Rules:
    """The rules of a standard by id; `estimate` asks for households of compounds without a count."""
    people = standards.people_rule(folder)
    return Rules(
        standards.load_standard(standard_id, strict, folder),
        standards.categories(),
        standards.speeds(folder),
        standards.walking_rule(folder),
        replace(people, estimate_missing=True) if estimate else people,
    )


def district_of(connection: Connection, code: str, as_of: date, viewer: Viewer) -> Area:
    """The district that an area lies in or is; BadInputError for a city, or where the district has no border."""
    area = areas.find_area(connection, code, as_of, viewer)
    if len(area.code) < len("610104"):
        raise BadInputError(f"{area.name}是全市，覆盖按区计算。给出区的 6 位代码")
    found = area if area.level == "district" else areas.find_area(connection, area.district_code, as_of, viewer)
    if found.geom is None:
        raise BadInputError(f"{found.name}还没有边界。先用 wangge import areas 导入区界")
    return found


def digest_of(connection: Connection, area: Area, as_of: date, viewer: Viewer, rules: Rules) -> str:
    """The digest of exactly the rows a result of this district would read now."""
    prints = {
        name: layers.fingerprint(connection, query) for name, query in _queries(area, as_of, viewer, rules).items()
    }
    dated = as_of.isoformat() if any(row.max_age is not None for row in rules.standard.rows) else None
    said = {
        "engine": ENGINE,
        "area": area.uid,
        "rows": prints,
        "as_of": dated,
        "standard": rules.standard,
        "speeds": rules.speeds,
        "walking": rules.walking,
        "people": rules.people,
    }
    return digest(said)


def stamps_of(rows: District, facts: Mapping[str, CategoryFacts]) -> dict[str, dict[str, str]]:
    """What each number of a district rests on, by community and category."""
    rules = rows.rules
    said = {
        category: {
            "rows": [row for row in rules.standard.rows if row.category.id == category],
            "category": rules.categories[category],
            "known": [one.points > 0, one.inventory, one.serves_recorded],
            "age": one.age_days if any(row.max_age for row in rules.standard.rows) else None,
        }
        for category, one in facts.items()
    }
    everything = [ENGINE, rules.speeds, rules.walking, rules.people]
    if rules.people.estimate_missing:
        everything.append(rows.digest)
    reach_m = rules.halo_m + rules.walking.snap_max_m
    return stamps.stamps(rows.frames, said, everything, reach_m)


def read(connection: Connection, area: Area, as_of: date, viewer: Viewer, rules: Rules) -> District:
    """All rows of the district and its halo, in the city's zone."""
    zone = zone_of(area)
    frames = frames_of(connection, area, as_of, viewer, rules)
    border = crs.to_zone(gpd.GeoDataFrame(geometry=[area.geom], crs=crs.STORAGE), zone).geometry.iloc[0]
    seen = {int(one) for frame in frames.values() for one in frame["batch_id"].dropna().unique()}
    return District(
        area,
        zone,
        digest_of(connection, area, as_of, viewer, rules),
        rules,
        frames,
        batches.facts(connection, seen),
        border,
    )


def zone_of(area: Area) -> int:
    """EPSG code of the zone an area with a border is measured in."""
    return crs.zone_of(area.code, float(shapely.get_coordinates(area.geom)[0, 0]))


def frames_of(
    connection: Connection, area: Area, as_of: date, viewer: Viewer, rules: Rules
) -> dict[str, gpd.GeoDataFrame]:
    """The layers of a district and its halo in its zone; BadInputError where there are no streets."""
    queries = _queries(area, as_of, viewer, rules)
    frames = {name: crs.to_zone(layers.frame(connection, query), zone_of(area)) for name, query in queries.items()}
    if len(frames["streets"]) == 0:
        raise BadInputError(f"{area.name}还没有道路数据。先用 wangge import streets 导入")
    placed = _placed(frames["compounds"], frames)
    if rules.people.estimate_missing:
        placed = _estimated(placed, frames, rules.people)
    return frames | {"compounds": _peopled(placed, rules.people)}


def _queries(area: Area, as_of: date, viewer: Viewer, rules: Rules) -> "dict[str, layers.Query]":
    halo = _halo(area, rules.halo_m)
    wide = {"gates", "service_points", "streets", "barriers"}
    return {
        name: layers.select(name, as_of=as_of, viewer=viewer, area=area, within=halo if name in wide else None)
        for name in (*READ_LAYERS, *(("districts", "buildings") if rules.people.estimate_missing else ()))
    }


def _halo(area: Area, halo_m: float) -> shapely.Geometry:
    metric = crs.to_zone(gpd.GeoDataFrame(geometry=[area.geom], crs=crs.STORAGE), zone_of(area))
    wide = metric.geometry.buffer(halo_m, quad_segs=8)
    return wide.to_crs(crs.STORAGE).iloc[0]


def _placed(compounds: gpd.GeoDataFrame, frames: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Compounds with the uid of their community and the code of their subdistrict (the community's own, if known)."""
    communities, subdistricts = frames["communities"], frames["subdistricts"]
    uid_of = dict(zip(communities["code"], communities["uid"], strict=True))
    by_place = first_cover(subdistricts, compounds)
    parent_of = dict(zip(communities["code"], communities["parent_code"], strict=True))
    by_community = compounds["community"].map(parent_of)
    subdistrict = by_community.where(by_community.notna(), pd.Series(by_place, index=compounds.index, dtype=object))
    return compounds.assign(community_uid=compounds["community"].map(uid_of), subdistrict=subdistrict)


def first_cover(areas_frame: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> list[str | None]:
    """Code of the first area (by code) over each point, None outside all."""
    ground = areas_frame[areas_frame.geometry.notna()].sort_values("code")
    codes: list[str | None] = [None] * len(points)
    pairs = shapely.STRtree(ground.geometry.to_numpy()).query(points.geometry.to_numpy(), predicate="covered_by")
    for point, place in sorted(pairs.T.tolist(), reverse=True):
        codes[point] = str(ground["code"].iloc[place])
    return codes


def _estimated(
    compounds: gpd.GeoDataFrame, frames: Mapping[str, gpd.GeoDataFrame], rule: PeopleRule
) -> gpd.GeoDataFrame:
    """Households where they are missing, forced to the figures of communities and district, with how in a column."""
    counts = {
        name: pd.to_numeric(compounds[name], errors="coerce").astype(float) for name in ("households", "residents")
    }
    told = frames["communities"].dropna(subset="resident_households")
    whole = frames["districts"]["resident_households"].dropna()
    found = estimate.households(
        compounds.assign(**counts),
        estimate.building_sums(frames["buildings"]),
        dict(zip(told["code"], told["resident_households"].astype(int), strict=True)),
        int(whole.iloc[0]) if len(whole) else None,
        rule.neighbours,
        rule.residents_per_household,
    )
    exceeded = compounds["community"].isin(found.exceeded).to_numpy() & found.estimated
    return compounds.assign(households=found.households, estimate_method=found.method, estimate_exceeded=exceeded)


def _peopled(compounds: gpd.GeoDataFrame, rule: PeopleRule) -> gpd.GeoDataFrame:
    """Counts as floats; where only households are known, residents are estimated and flagged."""
    counts = {
        name: pd.to_numeric(compounds[name], errors="coerce").astype(float)
        for name in ("households", "residents", "elderly", "elderly_80", "children")
    }
    known = counts["residents"].notna().to_numpy()
    guess = counts["households"].to_numpy() * rule.residents_per_household
    residents = np.where(known, counts["residents"], guess)
    estimated = ~known & ~np.isnan(guess)
    return compounds.assign(**(counts | {"residents": residents}), residents_estimated=estimated)
