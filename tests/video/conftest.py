"""Clips that several files of these tests decode."""

import pytest

from tests.clips import grey_frames, write_clip


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory):
    """More frames than fit into the pipe, so that the decoder waits for its reader."""
    return write_clip(tmp_path_factory.mktemp("clips") / "long.mkv", grey_frames(300))
