"""Areas, compounds, service points, gates, barriers, streets, imports and coverage results.

The first revision creates the tables as `data.tables` had them when it was written; later ones are written out.
"""

from alembic import op

from data.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    metadata.create_all(op.get_bind())
    # the app role exists in the private cluster only; there it may read and write rows but not change tables
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'wangge_app') THEN
                GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO wangge_app;
                GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO wangge_app;
                GRANT SELECT ON spatial_ref_sys TO wangge_app;
            END IF;
        END $$""")


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
