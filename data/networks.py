"""A street file held against the network that is there: the same streets are never written twice."""

import geopandas as gpd
from sqlalchemy import Connection, select

from data import tables as t
from data.layers import frame as read
from data.storing import Origin
from data.writing import Change, as_rows, row_digests


def network_change(connection: Connection, frame: gpd.GeoDataFrame, origin: Origin, scope: str) -> Change:
    """How the streets differ from the network of their scope in force on the date; all are new where there is none."""
    n = t.network
    newest = (
        select(n.c.id)
        .where(n.c.scope == scope, n.c.synthetic == origin.synthetic, n.c.valid_from <= origin.valid_from)
        .order_by(n.c.valid_from.desc(), n.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = [column.name for column in t.street.c if column.name not in ("id", "network_id")]
    stored = read(
        connection,
        select(t.street.c.id, *(t.street.c[name] for name in columns)).where(t.street.c.network_id == newest),
    )
    before, after = (
        dict(zip(rows["uid"], row_digests(rows, [name for name in columns if name in rows]), strict=True))
        for rows in (as_rows(stored), as_rows(frame))
    )
    same = sum(before.get(uid) == digest for uid, digest in after.items())
    kept = len(before.keys() & after.keys())
    return Change(len(after) - kept, kept - same, same, len(before) - kept)
