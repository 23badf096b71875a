"""The table of corrections: what somebody on the spot says is wrong; same metadata as `data.tables`."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, Index, Table, Text, func, text

from data.tables import metadata

correction = Table(
    "correction",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("code", Text, nullable=False, comment="grid or community whose page it was said on; no position, no name"),
    Column("kind", Text, CheckConstraint("kind IN ('关门', '搬迁', '新开', '边界不对')"), nullable=False),
    Column("words", Text, nullable=False, server_default=text("''")),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('open', 'accepted', 'declined')"),
        nullable=False,
        server_default="open",
    ),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Index("correction_code", "code", "state"),
)
