"""The migrations make exactly the tables that the code describes."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from data import correction_tables, jobtables, plantables, rights_tables, scenario_tables, session
from data.tables import metadata

DESCRIBED = (
    correction_tables,
    jobtables,
    plantables,
    rights_tables,
    scenario_tables,
)  # what adds its tables to the others when imported


def test_tables_and_migrations_agree(engine: Engine) -> None:
    assert all(one.metadata is metadata for one in DESCRIBED)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in metadata.tables}
        )
        assert compare_metadata(context, metadata) == []


def test_a_second_migration_has_nothing_to_do(database_url: str) -> None:
    assert session.migrate(database_url) is False
