"""The store of uploads alone: readers beside `finish`, and which failures cost the bytes."""

import time
from pathlib import Path

import pytest

from app.api.upload_errors import ExpiredUpload, UnknownUpload
from app.api.upload_store import UploadStore
from model.errors import UnreadableVideo
from worker.errors import NotFound, StorageFull
from worker.settings import Settings

CONTENT = b"a video"


class Take:
    """Fails as told, once for each failure, then takes every video."""

    def __init__(self):
        self.failures = []
        self.taken = []

    def __call__(self, path, name):
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(path.read_bytes())
        return "v1"


@pytest.fixture
def take():
    return Take()


@pytest.fixture
def store(tmp_path, take):
    return UploadStore(Settings(data_dir=tmp_path), take)


@pytest.fixture
def upload(store):
    return complete(store)


def complete(store):
    """An upload whose bytes are all there, and that nobody finished."""
    begun = store.create(len(CONTENT), "a.mp4", "")
    chunk = store.chunk(begun, None)
    chunk.write(CONTENT)
    chunk.close()
    return store.get(begun.id)


@pytest.mark.parametrize("look", ["stat", "read_bytes"])
@pytest.mark.parametrize("finish_first", [True, False])
def test_a_reader_never_misses_an_upload_that_is_finished_meanwhile(
    store, upload, monkeypatch, look, finish_first
):
    original = getattr(Path, look)

    def interrupted(path, **options):
        monkeypatch.undo()
        if finish_first:
            store.finish(upload)
        try:
            return original(path, **options)
        finally:
            if not finish_first:
                store.finish(upload)

    monkeypatch.setattr(Path, look, interrupted)
    assert store.get(upload.id).offset == len(CONTENT)
    assert store.get(upload.id).video == "v1"


@pytest.mark.parametrize(
    "failure",
    [
        UnreadableVideo("the decoder hung: no answer for 20 s"),
        NotFound("deleted while it was added"),
    ],
)
def test_a_single_refusal_costs_nothing(store, upload, take, failure):
    take.failures = [failure]
    assert store.finish(upload).video == "v1"
    assert take.taken == [CONTENT]


def test_a_refusal_given_twice_is_final_and_frees_the_bytes(store, upload, take):
    take.failures = [UnreadableVideo("no video stream")] * 2
    assert store.finish(upload).problem["detail"] == "no video stream"
    assert store.finish(store.get(upload.id)).video is None
    assert sorted(path.name for path in (store.root / upload.id).iterdir()) == ["info.json"]


@pytest.mark.parametrize("failure", [StorageFull("no room"), NotFound("deleted while added")])
def test_what_says_nothing_about_the_bytes_keeps_them(store, upload, take, failure):
    take.failures = [failure] * 2
    with pytest.raises(type(failure)):
        store.finish(upload)
    assert [kept.id for kept in store.waiting()] == [upload.id]
    take.failures = []
    assert store.finish(store.get(upload.id)).video == "v1"
    assert store.waiting() == []


def test_an_upload_that_waits_is_not_collected_until_it_is_finished(tmp_path, take):
    store = UploadStore(Settings(data_dir=tmp_path, upload_expiry_s=0.1), take)
    upload = complete(store)
    time.sleep(0.2)
    assert store.collect() == 0
    store.finish(store.get(upload.id))
    with pytest.raises(ExpiredUpload):
        store.get(upload.id)
    assert store.collect() == 1
    with pytest.raises(UnknownUpload):
        store.get(upload.id)
