"""The import walk: keep the file, read and judge it behind the guard, report, write what is accepted in one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import shapely
from sqlalchemy import Connection, Engine

from api.flows import borders, codetables, staffing
from api.flows.order import Order
from api.flows.sample import CODE as SAMPLE_CODE
from data import areas, batches, grids, layers, networks, storing
from data.imports import mapping, reader, report
from data.session import transaction
from data.standards import walking_rule
from data.viewers import Viewer
from data.writing import Change
from gis import crs, network, repair
from gis.errors import BadInputError
from gis.findings import Parsed
from gis.tessellation import Judged


@dataclass(frozen=True)
class Outcome:
    """What became of an import; `change` is None where nothing was written."""

    judged: Judged
    change: Change | None
    report: Mapping[str, object]

    @property
    def parsed(self) -> Parsed:
        """What was read, and what of it can go in."""
        return self.judged.parsed

    @property
    def refused(self) -> bool:
        """Whether the data as a whole was refused."""
        return self.parsed.blocked or len(self.parsed.frame) == 0


def run(engine: Engine, order: Order, viewer: Viewer, today: date, originals: Path) -> Outcome:
    """Import a file: read all, judge, write all in one transaction; a dry run writes nothing.

    The file is held against what is stored `today`: old data may come in after the borders it lies in.
    """
    parsed = parse(engine, order, viewer, today)
    if order.dry_run:
        with transaction(engine, viewer) as connection:
            judged, _ = judge(connection, parsed, order, viewer, today, offer=True)
        return Outcome(judged, None, told(judged, order) | {"dry_run": True, "written": None})
    digest = batches.keep_original(order.path, originals)
    with transaction(engine, viewer) as connection:
        judged, _ = judge(connection, parsed, order, viewer, today, offer=False)
        _, change, report = store(connection, order, judged, digest, viewer, today)
    return Outcome(judged, change, report)


def parse(engine: Engine, order: Order, viewer: Viewer, today: date) -> Parsed:
    """Read a file behind the guard and judge it row by row; borders are not yet held against each other."""
    repair.parse(order.repairs)
    with transaction(engine, viewer) as connection:
        synthetic = (order.area or "").startswith(SAMPLE_CODE)
        districts = _stored_districts(connection, viewer, today, synthetic)
        current = _current(connection, viewer, today, order)
    return reader.parse(
        order.path,
        order.kind,
        layer=order.layer,
        datum=order.datum,
        mapping=order.columns,
        area=order.area,
        districts=districts,
        current=current,
        categories=mapping.load() if order.kind == "service_points" else None,
        settle=order.kind not in borders.TESSELLATED,
    )


def judge(
    connection: Connection, parsed: Parsed, order: Order, viewer: Viewer, today: date, offer: bool
) -> tuple[Judged, str]:
    """What would go in of a parsed file, and the digest of the stored borders it was held against (else empty)."""
    if order.kind in borders.TESSELLATED:
        return borders.judge(connection, parsed, order, viewer, today, offer)
    if order.kind == "codes":
        parsed = codetables.compared(connection, parsed, order.day, viewer)
    if order.kind == "staff":
        parsed = staffing.placed(connection, parsed, order, viewer)
    return Judged(parsed, parsed.frame), ""


def told(judged: Judged, order: Order) -> dict[str, object]:
    """The report of an import as plain JSON."""
    said = {**report.as_json(judged.parsed), "data_date": order.day.isoformat(), "inventory": order.inventory}
    return said | borders.as_json(judged) if order.kind in borders.TESSELLATED else said


def store(
    connection: Connection, order: Order, judged: Judged, digest: str, viewer: Viewer, today: date
) -> tuple[int, Change | None, dict[str, object]]:
    """Remember an import with its report and write what goes in; returns the batch, the change and the report."""
    parsed, change = judged.parsed, None
    said = told(judged, order)
    synthetic = (order.area or "").startswith(SAMPLE_CODE) or _speaks_of_sample(parsed)
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
    batches.add_findings(connection, batch_id, report.as_json(parsed)["findings"])
    if not parsed.blocked and len(parsed.frame):
        change = _write(connection, order, parsed, storing.Origin(batch_id, order.day, synthetic), viewer, today)
    written = None if change is None else vars(change)
    leaders = {"leaders": grids.led_anew(connection, batch_id)} if order.kind in ("grids", "staff") else {}
    return batch_id, change, said | {"written": written, "seen_before": before is not None} | leaders


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
    if order.kind == "staff":
        return grids.store_staff(connection, parsed.frame, origin, order.grid_set)
    register = _register(connection, order, parsed, viewer, today) if order.inventory else None
    whole = storing.Origin(origin.batch_id, origin.valid_from, origin.synthetic, register)
    if order.kind == "grids":
        return grids.store_grids(connection, parsed.frame, whole, order.grid_set)
    return storing.STORES[order.kind](connection, parsed.frame, whole)


def _write_network(connection: Connection, order: Order, parsed: Parsed, origin: storing.Origin) -> Change:
    """Which streets are walked on and which component is the main one is decided here, once per import."""
    rule, streets = walking_rule(order.standards), parsed.frame
    walkable = network.walkable(streets["class"], streets["access"], rule)
    zone = crs.zone_of(order.area, float(shapely.get_coordinates(streets.geometry.iloc[0])[0, 0]))
    judged = streets.assign(walkable=walkable)
    judged = judged.assign(main=network.main_component(crs.to_zone(judged, zone)))
    change = networks.network_change(connection, judged, origin, order.area or "")
    if change.added or change.changed or change.closed:
        storing.store_network(connection, judged, origin, order.area or "")
    return change


def _register(connection: Connection, order: Order, parsed: Parsed, viewer: Viewer, today: date) -> tuple[str, ...]:
    """The stored rows that a complete register speaks for: those of its area, and of its categories."""
    if order.area is None:
        raise BadInputError("完整名册要说明是哪个区的：加上 --area 区划代码")
    area = areas.find_area(connection, order.area, today, viewer)
    if order.kind in ("areas", "codes"):
        return areas.uids_below(connection, area.code, set(parsed.frame["level"]), order.day, viewer)
    of_set = order.grid_set if order.kind == "grids" else None
    query = layers.select(order.kind, as_of=order.day, viewer=viewer, area=area, grid_set=of_set)
    stored = layers.frame(connection, query)
    if order.kind == "service_points":
        stored = stored[stored["category"].isin(parsed.frame["category"].unique())]
    return tuple(stored["uid"])


def _current(connection: Connection, viewer: Viewer, today: date, order: Order) -> gpd.GeoDataFrame | None:
    """Rows to compare positions with: all areas with a border, or the stored rows of the same layer."""
    if order.kind in borders.TESSELLATED:
        return borders.stored_borders(connection, viewer, today, order.kind)
    if order.area is None or order.kind not in layers.LAYERS or order.kind == "streets":
        return None
    area = areas.find_area(connection, order.area, today, viewer)
    if area.geom is None:
        return None
    return layers.frame(connection, layers.select(order.kind, as_of=today, viewer=viewer, area=area))


def _speaks_of_sample(parsed: Parsed) -> bool:
    """Codes of the made-up district are made up, whatever file they come in."""
    return "code" in parsed.frame and bool(parsed.frame["code"].str.startswith(SAMPLE_CODE).any())
