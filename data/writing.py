"""Rows into versions: what is new opens, what differs is closed and re-opened, what is equal stays untouched."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, Table, text

from data import tables as t
from gis.errors import BadInputError

GEOMETRIES = ("geom", "outline")

STRANGERS = "SELECT min(i.uid) FROM {identity} i JOIN stage USING (uid) WHERE i.synthetic <> :synthetic"
# run in this order; `stage` holds the rows handed over, `superseded` the versions that end with this write
STATEMENTS = {
    "identities": """
        INSERT INTO {identity} (uid, synthetic{own})
        SELECT uid, :synthetic{own} FROM stage ON CONFLICT (uid) DO NOTHING""",
    "unchanged": """
        DELETE FROM stage USING {version} v
        WHERE v.uid = stage.uid AND v.row_digest = stage.row_digest AND v.valid @> :start AND upper_inf(v.recorded)""",
    "old": """
        CREATE TEMP TABLE superseded ON COMMIT DROP AS
        SELECT v.* FROM {version} v WHERE v.valid @> :start AND upper_inf(v.recorded) AND (
            v.uid IN (SELECT uid FROM stage) OR v.uid = ANY(:gone) AND v.uid NOT IN (SELECT uid FROM stage_all))""",
    "close": """
        UPDATE {version} SET recorded = tstzrange(lower(recorded), now())
        WHERE id IN (SELECT id FROM superseded)""",
    "shorten": """
        INSERT INTO {version} ({kept})
        SELECT {shortened} FROM superseded WHERE lower(valid) < :start""",
    "open": """
        INSERT INTO {version} (uid, valid, batch_id, {listed})
        SELECT stage.uid, daterange(:start, LEAST(
            (SELECT upper(s.valid) FROM superseded s WHERE s.uid = stage.uid),
            (SELECT min(lower(v.valid)) FROM {version} v
                WHERE v.uid = stage.uid AND upper_inf(v.recorded) AND lower(v.valid) > :start))), :batch, {listed}
        FROM stage""",
}


@dataclass(frozen=True)
class Change:
    """How many rows of a write were new, different, the same, or closed because a complete register lacks them."""

    added: int
    changed: int
    unchanged: int
    closed: int


def write_versions(
    connection: Connection,
    identity: Table,
    version: Table,
    rows: pd.DataFrame,
    *,
    batch_id: int,
    valid_from: date,
    synthetic: bool,
    missing_within: Sequence[str] | None = None,
) -> Change:
    """Write the rows as versions valid from the date on.

    `rows` has `uid`, the columns of the version table that it sets, shapely geometries in EPSG:4490 under `geom` and
    `outline`, and the identity's own columns (`level` of an area). A difference on the very day a version began is a
    correction: its `recorded` time is closed, its legal time is not. `missing_within` names the uids that a complete
    register speaks for: those not among the rows are closed on the date.
    """
    own = [column.name for column in identity.c if column.name not in ("uid", "synthetic")]
    columns = [name for name in rows.columns if name in version.c and name != "uid"]
    stage = rows[["uid", *own, *columns]].copy()
    stage["row_digest"] = row_digests(rows, ["uid", *columns])
    _stage(connection, version, stage, own)
    names = {"identity": identity.name, "version": version.name}
    listed = ", ".join(f'"{name}"' for name in [*columns, "row_digest"])
    now = {"batch": batch_id, "start": valid_from, "synthetic": synthetic, "gone": list(missing_within or ())}
    kept = [column.name for column in version.c if column.name not in ("id", "recorded") and column.computed is None]
    words = names | {
        "own": "".join(f', "{name}"' for name in own),
        "listed": listed,
        "kept": ", ".join(f'"{name}"' for name in kept),
        "shortened": ", ".join("daterange(lower(valid), :start)" if name == "valid" else f'"{name}"' for name in kept),
    }
    strangers = connection.scalar(text(STRANGERS.format(**words)), now)
    if strangers:
        raise BadInputError(f"没有写入：编号 {strangers} 在真实数据和合成示例数据里重复了。给这份数据换一套编号再试")
    done = {step: connection.execute(text(sql.format(**words)), now).rowcount for step, sql in STATEMENTS.items()}
    changed = connection.scalar(text("SELECT count(*) FROM superseded JOIN stage USING (uid)")) or 0
    connection.execute(text("DROP TABLE superseded, stage, stage_all"))
    return Change(done["open"] - changed, changed, done["unchanged"], done["close"] - changed)


def lock_parts(connection: Connection, layer: str, parts: Iterable[str]) -> None:
    """Wait in one order for the parts of a layer whose borders may not overlap; they are held to the end.

    A part of `area` is level and `true` (synthetic) or `false`, of `grid` the id of the set and the tier.
    """
    query = text("""SELECT pg_advisory_xact_lock(one) FROM (
        SELECT DISTINCT overlap_lock(:layer, part) AS one FROM unnest(CAST(:parts AS text[])) part
        ORDER BY 1 OFFSET 0) ordered""")
    connection.execute(query, {"layer": layer, "parts": list(parts)})


def copy_rows(connection: Connection, table: Table, rows: pd.DataFrame) -> None:
    """Append the rows to a plain table by COPY; geometry columns are shapely geometries in EPSG:4490."""
    _copy(connection, table.name, list(rows.columns), rows)


def _stage(connection: Connection, version: Table, stage: pd.DataFrame, own: Sequence[str]) -> None:
    typed = ", ".join(f'"{name}"' for name in stage.columns if name not in own)
    extra = "".join(f', ADD COLUMN "{name}" text' for name in own)
    connection.execute(text(f"CREATE TEMP TABLE stage ON COMMIT DROP AS SELECT {typed} FROM {version.name} LIMIT 0"))
    if extra:
        connection.execute(text(f"ALTER TABLE stage {extra[2:]}"))
    _copy(connection, "stage", list(stage.columns), stage)
    connection.execute(text("CREATE TEMP TABLE stage_all ON COMMIT DROP AS SELECT uid FROM stage"))
    connection.execute(text("ANALYZE stage"))


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: pd.DataFrame) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    listed = ", ".join(f'"{name}"' for name in columns)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
        for row in zip(*(_cells(rows[name], name) for name in columns), strict=True):
            copy.write_row(row)


def _cells(column: "pd.Series[object]", name: str) -> Iterable[object]:
    if name in GEOMETRIES:
        shapes = np.where(pd.isna(column), None, np.asarray(column.values, dtype=object))
        return list(shapely.to_wkb(shapely.set_srid(shapes, t.STORAGE_SRID), hex=True, include_srid=True))
    return [_cell(value) for value in column]


def _cell(value: object) -> object:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.item() if isinstance(value, np.generic) else value


def row_digests(rows: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """A digest of what each row says; a column that is missing and one that is empty say the same."""
    names = sorted(columns)
    cells = [_cells(rows[name], name) for name in names]
    said = (
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in zip(*cells, strict=True)
    )
    return [hashlib.sha256(json.dumps(row, ensure_ascii=False, default=str).encode()).hexdigest()[:16] for row in said]


def as_rows(frame: gpd.GeoDataFrame, geometry: str = "geom") -> pd.DataFrame:
    """A frame as plain rows with its geometry under the given column name."""
    rows = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    rows[geometry] = np.asarray(frame.geometry.values, dtype=object)
    return rows
