"""What killed processes left on the disk: nobody else removes it, since they cannot.

`python -m worker.sweep` does it before the web server starts, where `kairoscope serve` does not.
"""

import shutil

from sqlalchemy import select

from worker.blobs import Blobs
from worker.database import Database, JobRow, VideoRow, clock
from worker.library import Library
from worker.settings import Settings


def sweep(settings: Settings, database: Database) -> None:
    """Delete scratch folders and parts of blobs that belong to no running job, and what the
    library's own sweep deletes. Call it while this data directory has no web server: an upload may
    be on its way into the store there."""
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
    blobs = Blobs(settings)
    blobs.sweep(keys)
    library = Library(settings, database, blobs)
    library.measure()
    library.sweep()


if __name__ == "__main__":
    chosen = Settings()
    sweep(chosen, Database(chosen))
