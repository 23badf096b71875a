"""The table of jobs: work too long for a request, who asked for it, how far it is, and what came of it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from data.tables import metadata

STATES = ("queued", "running", "done", "failed", "cancelled")

job = Table(
    "job",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("args", JSONB, nullable=False),
    Column("role", Text, nullable=False, comment="role, scope and account of who asked: the job has no other rights"),
    Column("scope", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("request_id", Text),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')"),
        nullable=False,
        server_default="queued",
    ),
    Column("cancel_asked", Boolean, nullable=False, server_default=text("false")),
    Column("attempt", SmallInteger, nullable=False, server_default=text("0"), comment="how often it was begun"),
    Column("deadline_s", Integer, nullable=False),
    Column("progress", Float, nullable=False, server_default=text("0"), comment="share done, 0 to 1"),
    Column("words", Text, nullable=False, server_default=text("''")),
    Column("log", JSONB, nullable=False, server_default=text("'[]'::jsonb"), comment="[at, words] in order"),
    Column("result", JSONB, comment="while it runs: the best so far"),
    Column("files", JSONB, nullable=False, server_default=text("'[]'::jsonb"), comment="names of result files"),
    Column("error_code", Text),
    Column("error", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Index("job_waiting", "id", postgresql_where=text("state IN ('queued', 'running')")),
    Index("job_owner", "actor", "id"),
)
