"""Tables of scenarios and of what each number of a result rests on; same metadata as `data.tables`."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Index, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from data.tables import metadata

scenario = Table(
    "scenario",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("area_code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("standard_id", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("base", Text, nullable=False, comment="digest of the rows the result was computed from"),
    Column("edits", JSONB, nullable=False, comment="the edits one after another, as they were asked for"),
    Column("result", JSONB, nullable=False, comment="scorecards before and after, and every walk that differs"),
    Column("actor", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("scenario_name", "area_code", "name", unique=True),
)
coverage_input = Table(
    "coverage_input",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("stamps", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="per state of a district: what the number of each community and category reads",
)
