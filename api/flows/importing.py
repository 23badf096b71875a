"""The import walk: keep the file, read and judge it behind the guard, report, write what is accepted in one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import shapely
from sqlalchemy import Connection, Engine

from api.flows.sample import CODE as SAMPLE_CODE
from data import areas, batches, grids, layers, storing
from data.imports import mapping, reader, report
from data.session import transaction
from data.standards import walking_rule
from data.viewers import Viewer
from data.writing import Change
from gis import crs, network, parents
from gis.errors import BadInputError
from gis.findings import Parsed


@dataclass(frozen=True)
class Order:
    """One import as it was asked for."""

    kind: str
    path: Path
    day: date
    layer: str | None = None
    datum: str | None = None
    columns: Mapping[str, str] | None = None
    area: str | None = None
    inventory: bool = False
    dry_run: bool = False
    standards: Path | None = None
    grid_set: str = grids.DEFAULT_SET
    document: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of an import; `change` is None where nothing was written."""

    parsed: Parsed
    change: Change | None
    report: Mapping[str, object]

    @property
    def refused(self) -> bool:
        """Whether the data as a whole was refused."""
        return self.parsed.blocked or len(self.parsed.frame) == 0


def run(engine: Engine, order: Order, viewer: Viewer, today: date, originals: Path) -> Outcome:
    """Import a file: read all, judge, write all in one transaction; a dry run writes nothing.

    The file is held against what is stored `today`: old data may come in after the borders it lies in.
    """
    with transaction(engine) as connection:
        synthetic = (order.area or "").startswith(SAMPLE_CODE)
        districts = _stored_districts(connection, viewer, today, synthetic)
        current = _current(connection, viewer, today, order)
    categories = mapping.load() if order.kind == "service_points" else None
    parsed = reader.parse(
        order.path,
        order.kind,
        layer=order.layer,
        datum=order.datum,
        mapping=order.columns,
        area=order.area,
        districts=districts,
        current=current,
        categories=categories,
    )
    synthetic = synthetic or _speaks_of_sample(parsed)
    if order.kind == "grids":
        with transaction(engine) as connection:
            parsed = _in_communities(connection, parsed, order, viewer, today)
    said = {**report.as_json(parsed), "data_date": order.day.isoformat(), "inventory": order.inventory}
    if order.dry_run:
        return Outcome(parsed, None, said | {"dry_run": True, "written": None})
    digest = batches.keep_original(order.path, originals)
    with transaction(engine) as connection:
        change = None
        before = batches.latest_report(connection, order.kind, digest)
        source = batches.Source(
            order.kind,
            order.path.name,
            digest,
            order.day,
            order.inventory,
            synthetic,
            bool(parsed.provenance.get("osm")),
            order.area,
            order.document,
        )
        batch_id = batches.open_batch(connection, source, said)
        batches.add_findings(connection, batch_id, said["findings"])
        if not parsed.blocked and len(parsed.frame):
            change = _write(connection, order, parsed, storing.Origin(batch_id, order.day, synthetic), viewer, today)
        written = None if change is None else vars(change)
        return Outcome(parsed, change, said | {"written": written, "seen_before": before is not None})


def _stored_districts(connection: Connection, viewer: Viewer, day: date, synthetic: bool) -> gpd.GeoDataFrame:
    """Districts with a border as of a day, the real ones or the made-up one."""
    found = layers.frame(connection, layers.select("districts", as_of=day, viewer=viewer))
    chosen = found.geometry.notna() & (found["code"].str.startswith(SAMPLE_CODE) == synthetic)
    return found[chosen].reset_index(drop=True)


def _write(
    connection: Connection, order: Order, parsed: Parsed, origin: storing.Origin, viewer: Viewer, today: date
) -> Change:
    if order.kind == "streets":
        return _write_network(connection, order, parsed, origin)
    register = _register(connection, order, parsed, viewer, today) if order.inventory else None
    whole = storing.Origin(origin.batch_id, origin.valid_from, origin.synthetic, register)
    if order.kind == "grids":
        return grids.store_grids(connection, parsed.frame, whole, order.grid_set)
    return storing.STORES[order.kind](connection, parsed.frame, whole)


def _in_communities(connection: Connection, parsed: Parsed, order: Order, viewer: Viewer, today: date) -> Parsed:
    """Grids held against the communities and the grids of their set; what begins in the future, against that day."""
    day = max(order.day, today)
    communities = layers.frame(connection, layers.select("communities", as_of=day, viewer=viewer))
    stored = layers.frame(connection, layers.select("grids", as_of=day, viewer=viewer, grid_set=order.grid_set))
    return parents.judge(parsed, communities, dict(zip(stored["code"], stored["tier"], strict=True)))


def _write_network(connection: Connection, order: Order, parsed: Parsed, origin: storing.Origin) -> Change:
    """Which streets are walked on and which component is the main one is decided here, once per import."""
    rule, streets = walking_rule(order.standards), parsed.frame
    walkable = network.walkable(streets["class"], streets["access"], rule)
    zone = crs.zone_of(order.area, float(shapely.get_coordinates(streets.geometry.iloc[0])[0, 0]))
    judged = streets.assign(walkable=walkable)
    judged = judged.assign(main=network.main_component(crs.to_zone(judged, zone)))
    if storing.has_network(connection, origin.batch_id, origin, order.area or ""):
        return Change(0, 0, len(judged), 0)
    storing.store_network(connection, judged, origin, order.area or "")
    return Change(len(judged), 0, 0, 0)


def _register(connection: Connection, order: Order, parsed: Parsed, viewer: Viewer, today: date) -> tuple[str, ...]:
    """The stored rows that a complete register speaks for: those of its area, and of its categories."""
    if order.area is None:
        raise BadInputError("完整名册要说明是哪个区的：加上 --area 区划代码")
    area = areas.find_area(connection, order.area, today, viewer)
    of_set = order.grid_set if order.kind == "grids" else None
    query = layers.select(order.kind, as_of=order.day, viewer=viewer, area=area, grid_set=of_set)
    stored = layers.frame(connection, query)
    if order.kind == "service_points":
        stored = stored[stored["category"].isin(parsed.frame["category"].unique())]
    return tuple(stored["uid"])


def _current(connection: Connection, viewer: Viewer, today: date, order: Order) -> gpd.GeoDataFrame | None:
    """Rows to compare positions with: all areas with a border, or the stored rows of the same layer."""
    if order.kind in ("areas", "grids"):
        tiers = [layers.select(name, as_of=today, viewer=viewer) for name in ("districts", "subdistricts")]
        found = [layers.frame(connection, query) for query in tiers]
        return next((one[one.geometry.notna()].reset_index(drop=True) for one in found if len(one)), None)
    if order.area is None or order.kind not in layers.LAYERS or order.kind == "streets":
        return None
    area = areas.find_area(connection, order.area, today, viewer)
    if area.geom is None:
        return None
    return layers.frame(connection, layers.select(order.kind, as_of=today, viewer=viewer, area=area))


def _speaks_of_sample(parsed: Parsed) -> bool:
    """Codes of the made-up district are made up, whatever file they come in."""
    return "code" in parsed.frame and bool(parsed.frame["code"].str.startswith(SAMPLE_CODE).any())
