"""Alembic's entry: runs on the connection that worker.database.migrate hands over."""

import logging

from alembic import context

from worker.database import Base

logging.getLogger("alembic").setLevel(logging.WARNING)  # every process would say it at its start
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
