"""Tables of plans: what was proposed for which ground, each plan with its moves, remarks and course."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from data.tables import STORAGE_SRID, metadata

KINDS = ("分设", "合并", "边界微调", "划分片区")
STATES = ("草案", "征求意见", "上报", "批准", "生效", "撤销")


def _one_of(name: str, words: tuple[str, ...], **options: str) -> "Column[str]":
    listed = ", ".join(f"'{word}'" for word in words)
    return Column(name, Text, CheckConstraint(f"{name} IN ({listed})"), nullable=False, **options)


def _now(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _of_plan(**options: bool) -> "Column[int]":
    return Column("plan_id", BigInteger, ForeignKey("plan.id", ondelete="CASCADE"), nullable=False, **options)


plan_run = Table(
    "plan_run",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _one_of("kind", KINDS),
    Column("code", Text, nullable=False, comment="community it was asked for"),
    Column("codes", ARRAY(Text), nullable=False, comment="communities whose ground is given out anew"),
    Column("uids", ARRAY(Text), nullable=False, comment="the same communities by uid"),
    Column("names", ARRAY(Text), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("parts", SmallInteger, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("atoms", JSONB, nullable=False, comment="basic units in numbers, gis.split.stored"),
    Column("homes", JSONB, nullable=False, comment="compounds with the unit they stand on and their walks"),
    Column("facts", JSONB, nullable=False, comment="notes, adjacent pairs and how many are proven"),
    Column("digest", Text, nullable=False, comment="of the basic units"),
    Column("rows_digest", Text, nullable=False, comment="of exactly the rows that were read"),
    Column("actor", Text, nullable=False),
    _now("created_at"),
    Column("geom", Geometry("GEOMETRY", srid=STORAGE_SRID, spatial_index=False), nullable=False),
    Index("plan_run_code", "code", postgresql_ops={"code": "text_pattern_ops"}),
)
plan = Table(
    "plan",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("run_id", BigInteger, ForeignKey("plan_run.id", ondelete="CASCADE"), nullable=False),
    Column("rank", SmallInteger, comment="place in the portfolio; none: a copy"),
    Column("aim", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("names", ARRAY(Text), nullable=False, comment="of the parts"),
    Column("assignment", ARRAY(Integer), nullable=False),
    Column("step", Integer, nullable=False, server_default=text("0"), comment="how many of its moves are done"),
    Column("locked_atoms", ARRAY(Integer), nullable=False),
    Column("locked_parts", ARRAY(Integer), nullable=False),
    Column("solved", JSONB, nullable=False, comment="digest and proof of the plan as it was found"),
    Column("summary", JSONB, nullable=False, comment="what lists show"),
    _one_of("state", STATES, server_default="草案"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("author", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    _now("created_at"),
    _now("changed_at"),
    Column("document_no", Text),
    Column("effective", Date),
    Column("remarks", JSONB, nullable=False, server_default="{}", comment="waiver per broken soft rule"),
    Column("batch_id", BigInteger, ForeignKey("import_batch.id")),
    Index("plan_of_run", "run_id"),
)
plan_step = Table(
    "plan_step",
    metadata,
    _of_plan(primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("moved", JSONB, nullable=False, comment="[atom, from, to] each"),
    Column("actor", Text, nullable=False),
    _now("at"),
)
plan_event = Table(
    "plan_event",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _of_plan(),
    Column("from_state", Text, nullable=False),
    _one_of("to_state", STATES),
    Column("actor", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    _now("at"),
    Index("plan_event_plan", "plan_id"),
)
plan_comment = Table(
    "plan_comment",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _of_plan(),
    _one_of("kind", ("备注", "意见")),
    Column("text", Text, nullable=False),
    Column("actor", Text, nullable=False),
    _now("at"),
    Index("plan_comment_plan", "plan_id"),
)
