"""Which attention checkpoint an analysis asks for, and where a worker's networks run."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns, empty: the checkpoint in use, and not known yet."""
    op.add_column("jobs", sa.Column("attention", sa.String()))
    op.add_column("workers", sa.Column("device", sa.String()))


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("workers") as workers:
        workers.drop_column("device")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("attention")
