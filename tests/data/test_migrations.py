"""The migrations make exactly the tables that the code describes."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from data import session
from data.plantables import plan_run
from data.rights_tables import metadata


def test_tables_and_migrations_agree(engine: Engine) -> None:
    assert plan_run.metadata is metadata
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in metadata.tables}
        )
        assert compare_metadata(context, metadata) == []


def test_a_second_migration_has_nothing_to_do(database_url: str) -> None:
    assert session.migrate(database_url) is False
