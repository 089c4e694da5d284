"""The blob store, in a folder and behind another fsspec file system."""

import errno
import os
from pathlib import Path

import pytest

from worker.blobs import Blobs
from worker.errors import NotFound, StorageFull
from worker.settings import Settings


@pytest.fixture(params=["folder", "memory://kairoscope-blobs"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    url = None if request.param == "folder" else request.param
    return Blobs(Settings(data_dir=tmp_path, blob_url=url))


def test_what_is_put_is_read_opened_and_a_local_file(blobs, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"0123456789")
    blobs.put("videos/1/original", source)
    blobs.put("videos/1/sprites.json", b"{}")
    assert source.exists()
    assert blobs.exists("videos/1/original")
    assert blobs.read("videos/1/sprites.json") == b"{}"
    assert blobs.local_path("videos/1/original").read_bytes() == b"0123456789"
    with blobs.open("videos/1/original") as stream:
        stream.seek(4)
        assert stream.read(3) == b"456"
    blobs.delete_tree("videos/1")
    assert not blobs.exists("videos/1/original")
    blobs.delete_tree("videos/1")


def test_missing_blobs_and_folders_are_not_found(blobs):
    blobs.put("videos/2/original", b"x")
    for key in ("videos/9/original", "videos/2"):
        assert not blobs.exists(key)
        with pytest.raises(NotFound):
            blobs.local_path(key)
    with pytest.raises(NotFound):
        blobs.open("videos/9/original")


@pytest.mark.parametrize("key", ["../x", "videos/../../x", "/etc/passwd", "a//b", "a/./b", "a\0b"])
def test_keys_never_leave_the_store(blobs, key):
    for call in (blobs.open, blobs.exists, blobs.local_path, blobs.delete_tree):
        with pytest.raises(NotFound):
            call(key)
    with pytest.raises(NotFound):
        blobs.put(key, b"x")


def test_full_disk_is_named_and_leaves_no_part(tmp_path, monkeypatch):
    blobs = Blobs(Settings(data_dir=tmp_path))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        blobs.put("results/1.json", b"{}")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
