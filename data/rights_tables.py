"""Tables of who may see what: accounts, their sessions and tokens, guesses at passwords, and the audit."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, JSONB

from data.tables import metadata
from data.viewers import ROLES


def _role() -> "Column[str]":
    listed = ", ".join(f"'{role}'" for role in ROLES)
    return Column("role", Text, CheckConstraint(f"role IN ({listed})"), nullable=False)


def _scope() -> "Column[str]":
    return Column("scope", Text, nullable=False, comment="code of an area or a grid; empty: every area")


def _now(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


account = Table(
    "account",
    metadata,
    Column("name", Text, primary_key=True),
    _role(),
    _scope(),
    Column("password_hash", Text, comment="argon2id; none: signed on by the reverse proxy alone"),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    _now("created_at"),
)
session = Table(
    "session",
    metadata,
    Column("digest", Text, primary_key=True, comment="sha256 of what the cookie holds"),
    Column("account", Text, ForeignKey("account.name", ondelete="CASCADE"), nullable=False),
    _now("created_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("session_account", "account"),
)
api_token = Table(
    "api_token",
    metadata,
    Column("digest", Text, primary_key=True, comment="sha256 of the token's own number"),
    Column("name", Text, nullable=False),
    _role(),
    _scope(),
    _now("created_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Index("api_token_name", "name"),
)
throttle = Table(
    "throttle",
    metadata,
    Column("key", Text, primary_key=True, comment="sha256 of who guesses at which account, and from where"),
    Column("failures", Integer, nullable=False),
    _now("failed_at"),
)
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _now("at"),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False, comment="write | read | export | sign_in | account and so on"),
    Column("object", Text, nullable=False, comment="table, layer or area; never a position"),
    Column("versions", INT8MULTIRANGE, comment="ids of the versions that a write opened"),
    Column("request_id", Text),
    Column("detail", JSONB),
    Index("audit_at", "at"),
    Index("audit_object", "object", "action"),
)
