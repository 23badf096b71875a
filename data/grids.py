"""Grids: the sets they belong to, their versions, and who works in them."""

import hashlib
from collections.abc import Iterable
from datetime import date

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, and_, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from data import tables as t
from data.areas import current
from data.storing import Origin, area_uids
from data.viewers import Viewer
from data.writing import Change, as_rows, lock_parts, write_versions

DEFAULT_SET = "综治"
LEADER = "网格长"
COUNTS = (*t.SIZE_METRICS, *t.AGE_GROUPS)

# run in this order for the staff named by a write; `named` holds who works where from the date on
STAFF_STATEMENTS = (
    """CREATE TEMP TABLE same ON COMMIT DROP AS
        SELECT s.id, s.grid_uid, s.role, s.name FROM grid_staff s JOIN named ON s.grid_uid = named.uid
        AND s.role = named.role AND s.name = named.name AND s.work_phone IS NOT DISTINCT FROM named.work_phone
        WHERE s.valid @> :start AND upper_inf(s.recorded)""",
    """CREATE TEMP TABLE before ON COMMIT DROP AS
        SELECT s.* FROM grid_staff s WHERE (s.grid_uid, s.role) IN (SELECT uid, role FROM named)
        AND s.valid @> :start AND upper_inf(s.recorded) AND s.id NOT IN (SELECT id FROM same)""",
    "UPDATE grid_staff SET recorded = tstzrange(lower(recorded), now()) WHERE id IN (SELECT id FROM before)",
    """INSERT INTO grid_staff (grid_uid, role, name, work_phone, valid, batch_id)
        SELECT grid_uid, role, name, work_phone, daterange(lower(valid), :start), batch_id
        FROM before WHERE lower(valid) < :start""",
    """INSERT INTO grid_staff (grid_uid, role, name, work_phone, valid, batch_id)
        SELECT uid, role, name, work_phone, daterange(:start, (
            SELECT min(lower(s.valid)) FROM grid_staff s WHERE s.grid_uid = named.uid AND s.role = named.role
            AND upper_inf(s.recorded) AND lower(s.valid) > :start)), :batch FROM named
        WHERE (uid, role, name) NOT IN (SELECT grid_uid, role, name FROM same)""",
    "DROP TABLE named, same, before",
)


def store_grids(connection: Connection, frame: gpd.GeoDataFrame, origin: Origin, set_name: str) -> Change:
    """Grids of one set by code.

    Columns code, name, tier, kind, counts, `parent_code` (the community), and where known `parent_grid` (the code of
    the grid above), `status`, `leader` and `work_phone`. Sets are kept per district. The communities and grids named
    must be there.
    """
    rows = as_rows(frame)
    sets = _sets(connection, rows["code"].str.slice(0, 6).unique(), set_name, origin.synthetic)
    rows["set_id"] = rows["code"].str.slice(0, 6).map(sets)
    lock_parts(connection, "grid", (rows["set_id"].astype(str) + " " + rows["tier"].astype(str)).unique())
    communities, uids = area_uids(connection, origin), _grid_uids(connection, sets.values(), origin.valid_from)
    keys = list(zip(rows["set_id"].tolist(), rows["code"], strict=True))
    rows["uid"] = [uids.get(key) or _uid(key[1], set_name, origin) for key in keys]
    uids |= dict(zip(keys, rows["uid"], strict=True))
    above = rows["parent_grid"] if "parent_grid" in rows else pd.Series([None] * len(rows))
    rows["parent_uid"] = [uids.get((one, code)) for one, code in zip(rows["set_id"].tolist(), above, strict=True)]
    rows["community_uid"] = [communities[code] for code in rows["parent_code"]]
    rows["status"] = rows.get("status", "legal")
    for name in COUNTS:
        rows[name] = rows[name].to_numpy(object) if name in rows else None
    kept = ["uid", "set_id", "code", "name", "tier", "kind", "parent_uid", "community_uid", "status", *COUNTS, "geom"]
    change = write_versions(
        connection,
        t.grid,
        t.grid_version,
        rows[kept],
        batch_id=origin.batch_id,
        valid_from=origin.valid_from,
        synthetic=origin.synthetic,
        missing_within=_made_up(connection) if origin.whole_sample else origin.register,
    )
    if "leader" in rows:
        _store_leaders(connection, rows, origin)
    return change


def list_sets(connection: Connection, viewer: Viewer, as_of: date) -> list[dict[str, object]]:
    """The sets that have grids on the date inside the viewer's scope: `scope`, `name`, `synthetic`, `grids`."""
    s, v = t.grid_set, t.grid_version
    query = (
        select(s.c.scope, s.c.name, s.c.synthetic, func.count().label("grids"))
        .join(v, and_(v.c.set_id == s.c.id, current(v, as_of), v.c.code.startswith(viewer.scope, autoescape=True)))
        .group_by(s.c.id)
        .order_by(s.c.scope, s.c.name)
    )
    return [row._asdict() for row in connection.execute(query)]


def staff_of(connection: Connection, uids: Iterable[str], as_of: date) -> dict[str, list[dict[str, str | None]]]:
    """Who works in the grids on the date: role, name, work phone by uid of the grid."""
    f = t.grid_staff
    query = (
        select(f.c.grid_uid, f.c.role, f.c.name, f.c.work_phone)
        .where(f.c.grid_uid.in_(list(uids)), current(f, as_of))
        .order_by(f.c.role, f.c.name)
    )
    found: dict[str, list[dict[str, str | None]]] = {}
    for uid, role, name, phone in connection.execute(query):
        found.setdefault(uid, []).append({"role": role, "name": name, "work_phone": phone})
    return found


def led_anew(connection: Connection, batch_id: int) -> int:
    """How many leaders a write named that did not lead before, or under another number."""
    f = t.grid_staff
    return connection.scalar(select(func.count()).where(f.c.batch_id == batch_id, func.upper_inf(f.c.recorded))) or 0


def store_staff(connection: Connection, frame: gpd.GeoDataFrame, origin: Origin, set_name: str) -> Change:
    """Who works in the grids of a set from the date on: columns code, role, name and perhaps work_phone.

    The people of one post in one grid are listed whole: who held it and is not named leaves it.
    """
    rows = as_rows(frame)
    sets = _sets(connection, rows["code"].str.slice(0, 6).unique(), set_name, origin.synthetic)
    uids = _grid_uids(connection, sets.values(), origin.valid_from)
    rows["uid"] = [uids[sets[code[:6]], code] for code in rows["code"]]
    _store_people(connection, rows, origin)
    changed = led_anew(connection, origin.batch_id)
    return Change(added=0, changed=changed, closed=0, unchanged=len(rows) - changed)


def _store_leaders(connection: Connection, rows: pd.DataFrame, origin: Origin) -> None:
    """Who leads each grid from the date on; a row that names nobody changes nothing."""
    named = rows[rows["leader"].notna()]
    if len(named):
        _store_people(connection, named.assign(role=LEADER, name=named["leader"]), origin)


def _store_people(connection: Connection, rows: pd.DataFrame, origin: Origin) -> None:
    """Posts by uid of the grid: columns uid, role, name and perhaps work_phone."""
    phones = rows["work_phone"] if "work_phone" in rows else pd.Series([None] * len(rows), index=rows.index)
    connection.execute(text("CREATE TEMP TABLE named (uid text, role text, name text, work_phone text) ON COMMIT DROP"))
    people = [
        {"uid": uid, "role": role, "name": name, "phone": phone}
        for uid, role, name, phone in zip(rows["uid"], rows["role"], rows["name"], phones, strict=True)
    ]
    connection.execute(text("INSERT INTO named VALUES (:uid, :role, :name, :phone)"), people)
    for statement in STAFF_STATEMENTS:
        connection.execute(text(statement), {"start": origin.valid_from, "batch": origin.batch_id})


def _sets(connection: Connection, scopes: Iterable[str], name: str, synthetic: bool) -> dict[str, int]:
    """Ids of the sets of a name by district, made where they are missing."""
    rows = [{"scope": scope, "name": name, "synthetic": synthetic} for scope in sorted(scopes)]
    connection.execute(upsert(t.grid_set).on_conflict_do_nothing(), rows)
    s = t.grid_set.c
    query = select(s.scope, s.id).where(
        s.name == name, s.synthetic == synthetic, s.scope.in_([row["scope"] for row in rows])
    )
    return {row.scope: row.id for row in connection.execute(query)}


def _grid_uids(connection: Connection, sets: Iterable[int], day: date) -> dict[tuple[int, str], str]:
    """Which grid a code of a set means: the one of the date, else the latest that has had it."""
    v = t.grid_version
    query = (
        select(v.c.set_id, v.c.code, v.c.uid)
        .where(func.upper_inf(v.c.recorded), v.c.set_id.in_(list(sets)))
        .order_by(v.c.valid.op("@>")(day), v.c.valid)
    )
    return {(set_id, code): uid for set_id, code, uid in connection.execute(query)}


def _made_up(connection: Connection) -> list[str]:
    return list(connection.scalars(select(t.grid.c.uid).where(t.grid.c.synthetic)))


def _uid(code: str, set_name: str, origin: Origin) -> str:
    said = f"grid {set_name} {code} {origin.valid_from} {origin.synthetic}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]
