"""Alembic's entry: runs migrations on the connection that `twin.db.migrate` hands over."""

from alembic import context

from twin.db.migrate import CONFIGURATION

with_connection = context.config.attributes["connection"]
context.configure(connection=with_connection, **CONFIGURATION)
context.run_migrations()
