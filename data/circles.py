"""Stored life circles as a layer: those under the newest result of each district and standard up to a date."""

from datetime import date

from sqlalchemy import BigInteger, ColumnElement, Subquery, Text, and_, case, cast, func, literal, null, or_, select

from data import tables as t
from data.viewers import Viewer

MEASURED = ("addresses", "false_share", "missed_share")
COLUMNS = ("service_uid", "community", "group", "minutes", "standard", *MEASURED)


def circle_rows() -> Subquery:
    """Life circles with what every layer has: `id`, `uid` (place, group, minutes, standard), `batch_id`, `geom`."""
    c, r, v, i = t.life_circle.c, t.coverage, t.area_version, t.area
    uid = c.place + "/" + c.people_group + "/" + cast(c.minutes, Text) + "/" + r.c.standard_id
    made_up = (
        select(func.bool_or(i.c.synthetic))
        .join(v, v.c.uid == i.c.uid)
        .where(v.c.code == r.c.district_code, func.upper_inf(v.c.recorded))
        .scalar_subquery()
    )
    return (
        select(
            func.hashtextextended(c.digest + uid, 0).label("id"),
            uid.label("uid"),
            c.digest,
            r.c.district_code,
            case((c.kind == "service_point", c.place)).label("service_uid"),
            case((c.kind == "community", c.place)).label("community"),
            c.people_group.label("group"),
            c.minutes,
            r.c.standard_id.label("standard"),
            *(c.measured[name].as_float().label(name) for name in MEASURED),
            made_up.label("synthetic"),
            cast(null(), BigInteger).label("batch_id"),
            c.geom,
        )
        .join(r, r.c.digest == c.digest)
        .subquery("life_circle_layer")
    )


def of_newest(rows: Subquery, as_of: date, viewer: Viewer) -> ColumnElement[bool]:
    """Circles of the newest result of each district the viewer's scope lies in or holds, by standard, up to a date."""
    r = t.coverage.c
    newest = (
        select(r.digest)
        .distinct(r.district_code, r.standard_id)
        .where(r.as_of <= as_of)
        .order_by(r.district_code, r.standard_id, r.as_of.desc(), r.computed_at.desc())
    )
    scope = literal(viewer.scope)
    seen = or_(rows.c.district_code.startswith(viewer.scope, autoescape=True), scope.startswith(rows.c.district_code))
    return and_(rows.c.digest.in_(newest), seen)
