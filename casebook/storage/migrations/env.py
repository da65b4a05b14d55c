"""The environment that Alembic loads; `casebook.storage.migrate` runs it with a live connection."""

from alembic import context

from casebook.storage.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
