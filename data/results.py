"""Coverage results by digest: what is said of them once, scores per area, walks per compound."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from data import tables as t
from data.writing import copy_rows


@dataclass(frozen=True)
class Head:
    """What is said once about a result; `facts` holds dates, sources and flags of the rows read."""

    digest: str
    district_code: str
    as_of: date
    standard_id: str
    computed_at: datetime
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Result:
    """A computed district, ready to store.

    `scores`: (area code, group or '') -> JSON; `walks`: rows of `coverage_walk`.
    """

    head: Head
    scores: Mapping[tuple[str, str], object]
    walks: pd.DataFrame


def store(connection: Connection, result: Result) -> None:
    """Store a result whole; one already there under the digest is replaced."""
    digest = result.head.digest
    connection.execute(delete(t.coverage).where(t.coverage.c.digest == digest))
    connection.execute(insert(t.coverage).values(**{**vars(result.head), "facts": dict(result.head.facts)}))
    scores = [
        {"digest": digest, "code": code, "people_group": group, "score": score}
        for (code, group), score in result.scores.items()
    ]
    connection.execute(insert(t.coverage_score), scores)
    copy_rows(connection, t.coverage_walk, result.walks.assign(digest=digest))


def _day(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """The day of a moment by China's one clock, as `as_of` names days."""
    return func.date(func.timezone("Asia/Shanghai", moment))


def latest(connection: Connection, district_code: str, standard_id: str) -> Head | None:
    """The newest result of a district for a standard that was computed for its own day."""
    c = t.coverage.c
    query = (
        select(t.coverage)
        .where(c.district_code == district_code, c.standard_id == standard_id, c.as_of == _day(c.computed_at))
        .order_by(c.computed_at.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Head(**row._asdict())


def kept(connection: Connection, prefix: str) -> list[Head]:
    """The newest result of every district below a code and every standard that was computed for its own day."""
    c = t.coverage.c
    query = (
        select(t.coverage)
        .distinct(c.district_code, c.standard_id)
        .where(c.as_of == _day(c.computed_at), c.district_code.startswith(prefix, autoescape=True))
        .order_by(c.district_code, c.standard_id, c.computed_at.desc())
    )
    return [Head(**row._asdict()) for row in connection.execute(query)]


def find(connection: Connection, digest: str) -> Head | None:
    """The result of a digest."""
    row = connection.execute(select(t.coverage).where(t.coverage.c.digest == digest)).one_or_none()
    return None if row is None else Head(**row._asdict())


def score(connection: Connection, digest: str, code: str, group: str) -> Mapping[str, Any] | None:
    """The stored scorecard of an area for a group ('' = each item's own target group)."""
    c = t.coverage_score.c
    return connection.scalar(select(c.score).where(c.digest == digest, c.code == code, c.people_group == group))


def scores(connection: Connection, digest: str, group: str) -> Mapping[str, Mapping[str, Any]]:
    """The stored scorecards of all areas of a result for a group, by code."""
    c = t.coverage_score.c
    found = connection.execute(select(c.code, c.score).where(c.digest == digest, c.people_group == group))
    return {row.code: row.score for row in found}


def raw_walks(connection: Connection, digest: str) -> pd.DataFrame:
    """All walks of a result: category, compound_uid, net_cm, snap_cm, service_uid."""
    w = t.coverage_walk.c
    query = select(w.category, w.compound_uid, w.net_cm, w.snap_cm, w.service_uid).where(w.digest == digest)
    found = connection.execute(query)
    return pd.DataFrame.from_records(found.all(), columns=list(found.keys()))


def walks(
    connection: Connection,
    digest: str,
    category: str | None = None,
    uid: str | None = None,
    community: str | None = None,
) -> pd.DataFrame:
    """Walks of a result with the compound as it was read: name, position and counts."""
    w, v = t.coverage_walk.c, t.compound_version.c
    counts = [v.households, v.residents, v.elderly, v.elderly_80, v.children]
    place = [func.ST_X(v.geom).label("lon"), func.ST_Y(v.geom).label("lat")]
    query = (
        select(
            w.category, w.compound_uid.label("uid"), v.name, w.community, w.subdistrict, w.snapped, w.net_cm, w.snap_cm
        )
        .add_columns(w.straight_cm, w.service_uid, *counts, *place)
        .join(t.compound_version, v.id == w.compound_version)
        .where(w.digest == digest)
        .order_by(w.compound_uid, w.category)
    )
    if category is not None:
        query = query.where(w.category == category)
    if uid is not None:
        query = query.where(w.compound_uid == uid)
    if community is not None:
        query = query.where(w.community == community)
    found = connection.execute(query)
    # object columns: a missing word stays None, where a column of strings would make it NaN
    return pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
