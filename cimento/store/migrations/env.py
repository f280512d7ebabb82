"""Alembic's entry: runs the migrations on the connection that store.database gives it."""

from alembic import context

from cimento.store.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # SQLite too, as store.database begins transactions
    render_as_batch=True,
)
context.run_migrations()
