"""Alembic environment: the connection is handed over by `data.session.migrate`, nothing is read from the environment."""

from alembic import context

from data.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
