"""Drafted grids of one set as versions: the batch with its findings, who came from what, and what is closed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from api.flows import district
from data import batches, grids, history, layers
from data.areas import Area
from data.history import Link
from data.storing import Origin
from data.viewers import Viewer
from data.writing import Change
from gis import crs
from gis.digests import digest
from gis.findings import Finding
from gis.grids.descent import descent

# counts of compounds as the size metrics and age groups of a grid
METRICS = {"households": "resident_households", "residents": "population"}


@dataclass(frozen=True)
class NewSet:
    """Grids about to be written: of which communities, from which day, in which set, and what is told of it.

    `title` names the batch, `said` is its report; `origins` are grids of other sets that these were made from
    (EPSG:4490, uid and geometry), one frame per set.
    """

    area: Area
    day: date
    grid_set: str
    title: str
    said: Mapping[str, object]
    findings: tuple[Finding, ...]
    communities: frozenset[str]
    origins: Sequence[gpd.GeoDataFrame] = field(default_factory=tuple)


def store(connection: Connection, made: NewSet, rows: gpd.GeoDataFrame, viewer: Viewer) -> Change:
    """Write grids (code, name, kind, counts, parent_code = community, perhaps leader and work_phone; EPSG:4490).

    Grids of the set that the communities had and no longer have are closed. The lineage says which grids each one came
    from, by the ground they share; dividing twice on one day corrects the lineage of that day.
    """
    area, day = made.area, made.day
    source = batches.Source("grids", made.title, digest(made.said), day, synthetic=area.synthetic, area_code=area.code)
    batch_id = batches.open_batch(connection, source, made.said)
    batches.add_findings(connection, batch_id, [asdict(one) for one in made.findings])
    register = tuple(_grids(connection, made, day, viewer)["uid"])
    earlier = _grids(connection, made, day - timedelta(days=1), viewer)
    drafted = rows.rename(columns=METRICS).assign(tier=1, status="draft")
    origin = Origin(batch_id, day, area.synthetic, register=register)
    change = grids.store_grids(connection, drafted, origin, made.grid_set)
    _remember(connection, made, earlier, _grids(connection, made, day, viewer), batch_id)
    return change


def _grids(connection: Connection, made: NewSet, day: date, viewer: Viewer) -> gpd.GeoDataFrame:
    """Grids of the set in the communities on a day."""
    query = layers.select("grids", as_of=day, viewer=viewer, area=made.area, grid_set=made.grid_set)
    found = layers.frame(connection, query)
    return found[found["community"].isin(made.communities)].reset_index(drop=True)


def _remember(
    connection: Connection, made: NewSet, earlier: gpd.GeoDataFrame, now: gpd.GeoDataFrame, batch_id: int
) -> None:
    zone = district.zone_of(made.area)
    after = crs.to_zone(now[["uid", "geometry"]], zone)
    known = pd.concat([now["uid"], earlier["uid"]])
    history.forget_lineage(connection, "grid", known, made.day)
    for before in (earlier, *made.origins):
        if len(before):
            told = descent(crs.to_zone(before[["uid", "geometry"]], zone), after)
            links = [Link(old, new, kind) for old, new, kind in told]  # type: ignore[arg-type]
            history.record_lineage(connection, "grid", links, made.day, batch_id)
