"""Tags, deletion that can be undone, retention, and how much room everything takes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SORTED_BY = ("created_at", "bytes", "duration_s", "frames")


def upgrade() -> None:
    """Add a table and columns; what is stored already is measured by the next sweep."""
    op.create_table(
        "tags",
        sa.Column(
            "video_id",
            sa.String(),
            sa.ForeignKey("videos.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("tag", sa.String(), primary_key=True, index=True),
    )
    for column in (
        sa.Column("deleted_at", sa.Double()),
        sa.Column("opened_at", sa.Double()),
        sa.Column("derived_bytes", sa.BigInteger()),
    ):
        op.add_column("videos", column)
    op.drop_index("ix_videos_created_at", "videos")
    for name in SORTED_BY:
        op.create_index(f"ix_videos_by_{name}", "videos", ["deleted_at", name])
    op.add_column("jobs", sa.Column("result_bytes", sa.BigInteger()))
    op.drop_index("ix_jobs_video_id", "jobs")
    op.create_index("ix_jobs_video_id", "jobs", ["video_id", "created_at", "id"])


def downgrade() -> None:
    """Drop them again; a deleted video is back."""
    op.drop_index("ix_jobs_video_id", "jobs")
    op.create_index("ix_jobs_video_id", "jobs", ["video_id"])
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("result_bytes")
    for name in SORTED_BY:
        op.drop_index(f"ix_videos_by_{name}", "videos")
    op.create_index("ix_videos_created_at", "videos", ["created_at"])
    with op.batch_alter_table("videos") as videos:
        for column in ("derived_bytes", "opened_at", "deleted_at"):
            videos.drop_column(column)
    op.drop_table("tags")
