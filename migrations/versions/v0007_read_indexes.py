"""Indexes for reading: the version in force of a uid, and rows in order of uid; codes without a look at the row."""

from alembic import op

revision = "0007"
down_revision = "0006"

PLAIN = ("compound", "service_point", "gate", "barrier", "building", "candidate_site")
CODED = ("area", "grid")


def upgrade() -> None:
    for name in PLAIN:
        op.execute(f"CREATE INDEX {name}_version_uid ON {name}_version (uid) WHERE upper_inf(recorded)")
    for name in CODED:
        op.execute(
            f"CREATE INDEX {name}_version_uid ON {name}_version (uid) INCLUDE (code, valid) WHERE upper_inf(recorded)"
        )


def downgrade() -> None:
    for name in (*PLAIN, *CODED):
        op.execute(f"DROP INDEX {name}_version_uid")
