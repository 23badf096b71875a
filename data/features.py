"""Rows of a layer as GeoJSON, put together by the database: one text for a whole answer."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, Integer, Select, func, literal, literal_column
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import JSONB

from data import tables as t
from data.layers import HIDDEN, Query

WEB_DIGITS = 7  # 1 cm
_HEAD, _TAIL = '{"type":"FeatureCollection","features":[', "]}"


def collection(query: Query, limit: Any = None, after: Any = None) -> Select[tuple[bytes, str | None, int]]:
    """One row: the features in order of uid as UTF-8 GeoJSON (CRS84), the last uid shown, and how many there are.

    With a limit one more row is counted, where there is one, and not shown. `limit` and `after` are values or
    parameters.
    """
    rows = query.subquery("rows")
    key: ColumnElement[str] = rows.c.uid if not _without_uid(rows) else rows.c.id.cast(t.Text)
    page = sql_select(rows, key.label("key")).where(rows.c.geom.isnot(None)).order_by(key)
    if after is not None:
        page = page.where(key > after)
    if limit is not None:
        page = page.limit(limit + 1)
    listed = page.subquery("listed")
    feature = func.concat(
        literal_column("""'{"type":"Feature","geometry":'"""),
        func.ST_AsGeoJSON(listed.c.geom, WEB_DIGITS, 0),
        literal_column("""',"properties":{'"""),
        *_properties(listed),
        literal_column("'}}'"),
    )
    place = func.row_number().over() if limit is not None else literal_column("0")
    made = sql_select(feature.label("feature"), listed.c.key, place.label("place")).subquery("made")
    features, last = func.string_agg(made.c.feature, literal_column("','")), func.max(made.c.key)
    if limit is not None:
        features, last = features.filter(made.c.place <= limit), last.filter(made.c.place <= limit)
    body = func.concat(literal_column(f"'{_HEAD}'"), features, literal_column(f"'{_TAIL}'"))
    return sql_select(func.convert_to(body, literal_column("'UTF8'")), last, func.count())


def geojson(
    connection: Connection, query: Query, limit: int | None = None, after: str | None = None
) -> tuple[str, str | None]:
    """The rows as GeoJSON text (CRS84, 1 cm), and the cursor of the next page or None.

    Nothing is cut silently: without a limit all rows come, with one the cursor says that there are more.
    """
    body, last, number = connection.execute(
        collection(query, None if limit is None else literal(limit), None if after is None else literal(after))
    ).one()
    return bytes(body).decode(), last if limit is not None and number > limit else None


def _without_uid(rows: Any) -> bool:
    return rows.c.uid.type.__class__.__name__ == "NullType"


def _properties(listed: Any) -> list[ColumnElement[str]]:
    """`"name":value` of every column, nothing where the value is null; the first one is never null."""
    shown = [column for column in listed.c if column.name not in HIDDEN]
    shown = [column for column in shown if column.name != "uid" or not _without_uid(listed)]
    pairs = []
    for place, column in enumerate(shown):
        head = literal_column(f"""'{"," if place else ""}"{column.name}":'""")
        pairs.append(head.op("||")(_value(column)))
    return pairs


def _value(column: ColumnElement[Any]) -> ColumnElement[str]:
    """JSON text of a value: numbers and flags are their own, words and dates are quoted by the database."""
    if isinstance(column.type, Integer | Boolean | JSONB):
        return column.cast(t.Text)
    return func.to_json(column).cast(t.Text)
