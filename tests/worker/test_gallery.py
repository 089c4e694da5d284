"""The gallery is filled once, whatever happens in between."""

import json

import pytest

from app.pages.cases.studies import STUDIES
from worker import gallery
from worker.service import Service
from worker.settings import Settings


@pytest.fixture
def service(tmp_path):
    service = Service(Settings(data_dir=tmp_path))
    yield service
    service.close()


@pytest.fixture
def rendered(monkeypatch):
    """Scenes of two frames; the list of those that were rendered."""
    calls = []
    real = gallery.make_scene

    def small(action, seed):
        calls.append((action, seed))
        scene = real(action, seed, width=64, height=48, fps=10.0)
        return scene

    monkeypatch.setattr(gallery, "make_scene", small)
    return calls


SCENES = (("LongJump", 20_000), ("PoleVault", 20_000))


@pytest.mark.slow
def test_filled_once_with_truth_and_background_jobs(service, rendered):
    gallery.fill(service, SCENES[:1])
    (service.settings.data_dir / "gallery.done").unlink()  # stopped half-way
    gallery.fill(service, SCENES)
    gallery.fill(service, SCENES)
    assert rendered == list(SCENES)
    videos = service.list_videos()
    assert {video.truth["action"] for video in videos} == {"LongJump", "PoleVault"}
    assert all(video.gallery for video in videos)
    assert {video.tags for video in videos} == {("LongJump",), ("PoleVault",)}
    assert json.dumps(videos[0].truth)
    assert service.counts()["queued"] == 2


@pytest.mark.slow
def test_scene_whose_analysis_was_not_queued_gets_one(service, rendered, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(service, "submit", lambda *_, **__: None)  # as if stopped before it
        gallery.fill(service, SCENES[:1])
    (service.settings.data_dir / "gallery.done").unlink()
    gallery.fill(service, SCENES[:1])
    assert len(rendered) == 1
    assert service.counts()["queued"] == 1


@pytest.mark.slow
def test_deleted_scenes_stay_deleted(service, rendered):
    gallery.fill(service, SCENES[:1])
    service.delete_video(service.list_videos()[0].id)
    gallery.fill(service, SCENES[:1])
    assert service.list_videos() == []


def test_seeds_are_for_tests_only():
    assert len(gallery.SCENES) == 12
    assert all(seed >= 20_000 for _, seed in gallery.SCENES)


def test_every_case_study_has_a_scene():
    actions = {action for action, _ in gallery.SCENES}
    assert {action for study in STUDIES for action in study.actions} == actions
