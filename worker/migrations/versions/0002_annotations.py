"""Keyframes and intervals that people marked in a video."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("videos", sa.Column("annotations", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    """Drop it again."""
    with op.batch_alter_table("videos") as videos:
        videos.drop_column("annotations")
