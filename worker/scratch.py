"""Room for unfinished files, on the same disk as the blobs."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from worker.settings import Settings


@contextmanager
def scratch(settings: Settings, name: str) -> Iterator[Path]:
    """An empty folder <data_dir>/scratch/<name>, gone at the end; what a killed process left
    under the same name is removed first."""
    folder = settings.data_dir / "scratch" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
