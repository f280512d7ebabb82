"""Alembic's entry: runs the migrations on the connection that followup.database gives it."""

from alembic import context

from followup.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # SQLite too, as followup.database begins transactions
    render_as_batch=True,
)
context.run_migrations()
