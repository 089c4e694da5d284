"""Videos, jobs and workers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ACTIVE = sa.text("state IN ('queued', 'running')")


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "videos",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False, unique=True),
        sa.Column("created_at", sa.Double(), nullable=False, index=True),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("frames", sa.Integer()),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Double()),
        sa.Column("codec", sa.String(), nullable=False),
        sa.Column("container", sa.String(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("derivatives_ready", sa.Boolean(), nullable=False),
        sa.Column("gallery", sa.Boolean(), nullable=False),
        sa.Column("truth", sa.JSON(none_as_null=True)),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column(
            "video_id",
            sa.String(),
            sa.ForeignKey("videos.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("key", sa.String(), nullable=False, index=True),
        sa.Column("idempotency_key", sa.String(), unique=True),
        sa.Column("methods", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("keyframes", sa.Integer()),
        sa.Column("background", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, index=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("eta_s", sa.Double()),
        sa.Column("partial", sa.JSON(none_as_null=True)),
        sa.Column("error", sa.JSON(none_as_null=True)),
        sa.Column("device", sa.String()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.String()),
        sa.Column("lease", sa.String()),
        sa.Column("lease_until", sa.Double()),
        sa.Column("sent_at", sa.Double()),
        sa.Column("created_at", sa.Double(), nullable=False, index=True),
        sa.Column("started_at", sa.Double()),
        sa.Column("finished_at", sa.Double()),
    )
    op.create_index(
        "one_active_job_per_key",
        "jobs",
        ["key"],
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("workers", "jobs", "videos"):
        op.drop_table(table)
