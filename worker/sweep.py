"""What killed processes left on the disk: nobody else removes it, since they cannot."""

import shutil

from sqlalchemy import select

from worker.blobs import Blobs
from worker.database import Database, JobRow, VideoRow, clock
from worker.settings import Settings


def sweep(settings: Settings, database: Database) -> None:
    """Delete scratch folders and parts of blobs that belong to no running job. Call it while this
    data directory has no web server: an upload may be on its way into the store there."""
    running = (
        select(JobRow.id, VideoRow.id.label("video_id"), VideoRow.sha256)
        .join(VideoRow)
        .where(JobRow.state == "running", JobRow.lease_until > clock())
    )
    with database.read() as session:
        rows = session.execute(running).all()
    jobs = {row.id for row in rows}
    for folder in (settings.data_dir / "scratch").glob("*"):
        if folder.name not in jobs:
            shutil.rmtree(folder, ignore_errors=True)
    keys = {key for row in rows for key in (f"videos/{row.video_id}", f"results/{row.sha256}")}
    Blobs(settings).sweep(keys)
